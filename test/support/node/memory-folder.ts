import { accessSync, constants, mkdirSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

const memory = "/dev/shm";
const prefix = "trunkline-tests-";
const enoughBytes = 2 * 1024 ** 3;

/**
 * Moves this process's temporary folder, and that of all it starts, into memory where the system has two gigabytes for it (Linux), until it ends: each
 * commit of an object and of D1 waits for the disk otherwise, some 50 of them a test. What the tests see is the same: a process that is killed loses
 * nothing that it wrote to a file of either kind.
 */
export function keepTemporaryFilesInMemory(): void {
  if (process.env.TMPDIR?.startsWith(join(memory, prefix)) || !hasRoom()) return;
  for (const name of readdirSync(memory).filter((one) => one.startsWith(prefix))) {
    if (!lives(Number(name.slice(prefix.length)))) rmSync(join(memory, name), { recursive: true, force: true });
  }
  const folder = join(memory, `${prefix}${process.pid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  process.env.TMPDIR = folder;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}

function hasRoom(): boolean {
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= enoughBytes;
  } catch {
    return false;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
