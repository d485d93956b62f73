import { rmSync } from "node:fs";
import { constants } from "node:os";

const children = new Set();
const folders = new Set();

process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Ends this child with this process, where that ends by itself or by a signal of `endOnSignals`; returns it. */
export function endWithUs(child) {
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

/** Removes this folder with this process, as `endWithUs` ends a child; returns it. */
export function removeWithUs(folder) {
  folders.add(folder);
  return folder;
}

/** Has this process end, and all that ends with it, where it is asked to. */
export function endOnSignals() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
}
