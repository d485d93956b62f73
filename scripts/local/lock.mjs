import { execFileSync } from "node:child_process";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SettingError } from "../settings.mjs";

const PATIENCE_MS = 10_000;

/**
 * Holds a state directory for this process, so that no second gateway writes over it. The note `running.json` names who holds it; a holder that
 * lives keeps it, also one that is frozen, and one that was killed does not. Rejects with a SettingError that names the holder.
 * Returns `keep`, which adds a process that must be gone as well before another may start.
 */
export async function holdState(stateDir, port) {
  const path = join(stateDir, "running.json");
  const mine = { pid: process.pid, since: sinceOf(process.pid), port };
  const draft = `${path}.${process.pid}`;
  const write = (note) => writeFileSync(draft, `${JSON.stringify(note)}\n`);
  write(mine);
  try {
    while (!linked(draft, path)) await removeIfLeft(stateDir, path);
  } finally {
    rmSync(draft, { force: true });
  }
  process.on("exit", () => isMine(path, mine) && rmSync(path, { force: true }));
  return {
    keep: (keeper) => {
      write({ ...mine, keeper: { pid: keeper, since: sinceOf(keeper) } });
      renameSync(draft, path);
    },
  };
}

/** A link to a file that is written already is made whole or not at all, and never over another. */
function linked(draft, path) {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

async function removeIfLeft(stateDir, path) {
  const text = read(path);
  if (text === undefined) return;
  const note = parse(text);
  if (await holds(note)) {
    throw new SettingError(`${stateDir} is in use by the gateway on port ${note.port} (process ${note.pid}).`);
  }
  await waitForKeeper(stateDir, note.keeper);
  // Another start may have judged the same note and be ahead: then the note is no longer the one that was judged.
  if (read(path) === text) rmSync(path, { force: true });
}

/** What was started with a killed gateway ends and tidies up after it: until then the state is not free. */
async function waitForKeeper(stateDir, keeper) {
  const deadline = Date.now() + PATIENCE_MS;
  while (keeper !== undefined && lives(keeper)) {
    if (Date.now() > deadline) {
      throw new SettingError(`${stateDir} is still in use by what a gateway left behind (process ${keeper.pid}).`);
    }
    await pause(50);
  }
}

/** A note of the first release says no time: it holds while its port is taken. */
async function holds(note) {
  if (note.since !== undefined) return lives(note);
  return sinceOf(note.pid) !== undefined && note.pid !== process.pid && (await takes(note.port));
}

const lives = ({ pid, since }) => sinceOf(pid) === since;

/** When a living process began, in the system's words: with its id that names it for good, for ids come again. Undefined once it has ended. */
function sinceOf(pid) {
  try {
    if (process.platform === "linux") {
      const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
      return state === "Z" ? undefined : fields[18];
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

function takes(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

function isMine(path, mine) {
  const { pid, since } = parse(read(path) ?? "{}");
  return pid === mine.pid && since === mine.since;
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** A power cut may leave a note without its text. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
