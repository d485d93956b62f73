import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const isSource = /\.(?:tsx?|css|html|json)$/;

/** Returns a hash of the files and of the sources in the folders that `paths` name below `root`: builds of the same hash are the same. */
export function hashSources(root, paths) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap((one) => listSources(root, one))) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update("\0");
  }
  return hash.digest("hex");
}

function listSources(root, path) {
  if (statSync(join(root, path)).isFile()) return [path];
  const found = readdirSync(join(root, path), { recursive: true }).filter((name) => isSource.test(name));
  return found.sort().map((name) => join(path, name));
}

/** Resolves to what `make` built from sources of this hash, now or in a run before: it is kept below `dist/cache`, the newest of each name. */
export async function keepBuilt(root, name, hash, make) {
  const folder = join(root, "dist", "cache", name);
  const file = join(folder, hash);
  const kept = readKept(file);
  if (kept !== null) return kept;
  const made = await make();
  replaceFile(file, made);
  const isHalf = (other) => other.includes(".");
  for (const other of readdirSync(folder))
    if (other !== hash && !isHalf(other)) rmSync(join(folder, other), { force: true });
  return made;
}

/** Writes a file so that whoever reads it meanwhile sees the old one or the new one, never a half. */
export function replaceFile(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  const half = `${path}.${process.pid}`;
  writeFileSync(half, content);
  renameSync(half, path);
}

function readKept(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}
