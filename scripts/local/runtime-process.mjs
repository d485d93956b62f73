import childProcess from "node:child_process";
import { createRequire } from "node:module";

/** miniflare keeps the runtime's process to itself: `onRuntime` gets each one as it is spawned. It reads its configuration from this process, so none begins its work before that. */
export function watchRuntime(onRuntime) {
  const { spawn } = childProcess;
  const { default: runtimePath } = createRequire(createRequire(import.meta.url).resolve("miniflare"))("workerd");
  childProcess.spawn = (command, ...rest) => {
    const child = spawn(command, ...rest);
    if (command === runtimePath) onRuntime(child);
    return child;
  };
}
