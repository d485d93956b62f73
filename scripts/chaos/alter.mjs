import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Returns a plugin that changes sources on their way into a bundle: in each change's `file` below `root`, `from` becomes `to`. The build fails where `from` does
 * not stand there exactly once, or where the file is no part of the bundle: a change that changes nothing would prove nothing.
 */
export function alter(root, changes) {
  const byFile = Map.groupBy(changes, ({ file }) => join(root, file));
  const seen = new Set();
  return {
    name: "alter",
    load(path) {
      const wanted = byFile.get(path);
      if (wanted === undefined) return null;
      seen.add(path);
      return wanted.reduce(replaceOnce, readFileSync(path, "utf8"));
    },
    buildEnd() {
      const missed = [...byFile.keys()].filter((file) => !seen.has(file));
      if (missed.length > 0) this.error(missed.map((file) => `${file} is no part of the bundle.`).join("\n"));
    },
  };
}

/** Returns a text with `from`, which must stand in it exactly once, as `to`. */
export function replaceOnce(text, { file, from, to }) {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${file} holds ${parts.length - 1} times, not once: ${from}`);
  return parts.join(to);
}
