import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "../../bench/rig.mjs";

const file = "test/workers/pool/settling/status-storms.test.ts";
const name = "never lead a message back";

/** C02: four days of status reports in random order, some twice, some never, by a clock of its own. */
export async function reportsInDisorder({ scaled, children }) {
  const messages = scaled(10_000);
  const args = ["run", "--project", "workers", file, "-t", name];
  // Colours would stand between the words that are looked for.
  const env = { ...process.env, FUZZ_RUNS: String(messages), NO_COLOR: "1", FORCE_COLOR: "0" };
  const child = spawn(join(root, "node_modules", ".bin", "vitest"), args, {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (output += bytes));
  const [code] = await once(child, "close");
  children.delete(child);
  const passed = code === 0 && /Tests\s.*\b1 passed/.test(output);
  const seen = `${messages} messages through 96 hours: none went back, each ended where Twilio has it, one event a status`;
  return { seen: passed ? seen : "it failed", wrong: passed ? [] : output.split("\n").slice(-30) };
}
