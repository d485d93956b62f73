// Runs a command and ends its whole process group as soon as whoever started this guard is gone, however it went:
// the guard's standard input is a pipe that nobody writes to, and the system closes it.
import { spawn } from "node:child_process";

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });

// A TERM reaches the whole group: the guard stays until the command has ended by itself.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
process.stdin.on("close", () => process.kill(-process.pid, "SIGKILL"));
process.stdin.resume();
child.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
child.on("exit", (code) => process.exit(code ?? 1));
