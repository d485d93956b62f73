import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { parseEnv } from "node:util";

/** What `npm start` understands; each is described in the README's table. */
const NAMES = [
  "PORT",
  "STATE_DIR",
  "PUBLIC_URL",
  "ADMIN_TOKEN",
  "MASTER_KEYS",
  "TWILIO_API_URL",
  "ALLOW_LOCAL_WEBHOOKS",
  "LOG_SHARE",
];

/** The settings that the Worker itself reads; the rest is for the start script. */
export const WORKER_NAMES = [
  "PUBLIC_URL",
  "ADMIN_TOKEN",
  "MASTER_KEYS",
  "TWILIO_API_URL",
  "ALLOW_LOCAL_WEBHOOKS",
  "LOG_SHARE",
];

/** A setting that cannot be used; its message is the one line a person needs. */
export class SettingError extends Error {}

/**
 * Settings with their source, `environment` before `.dev.vars`; empty ones are left out, so that their default holds.
 * @param {string} root
 * @param {Record<string, string | undefined>} environment
 * @returns {{ port: number, stateDir: string, settings: Record<string, { value: string, source: string }> }}
 */
export function readSettings(root, environment) {
  const file = readDevVars(join(root, ".dev.vars"));
  const settings = {};
  for (const name of NAMES) {
    if (environment[name]) settings[name] = { value: environment[name], source: "the environment" };
    else if (file[name]) settings[name] = { value: file[name], source: ".dev.vars" };
  }
  const port = Number(settings.PORT?.value ?? "8787");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SettingError(`PORT must be a number from 0 (any free port) to 65535, not "${settings.PORT.value}".`);
  }
  if (settings.TWILIO_API_URL) readAddress("TWILIO_API_URL", settings.TWILIO_API_URL.value);
  const stateDir = resolve(root, settings.STATE_DIR?.value ?? ".data");
  return { port, stateDir, settings };
}

function readDevVars(path) {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw new SettingError(`.dev.vars cannot be read: ${error.message}`);
  }
}

/**
 * The notebook of a state directory: secrets made on first run, and what the seeding must remember. Throws a SettingError where it is unreadable,
 * or missing beside a state: without it nothing that is sealed there could be read again.
 */
export function openNotebook(stateDir) {
  const path = join(stateDir, "secrets.json");
  const notes = readNotes(path);
  if (notes === undefined && existsSync(join(stateDir, "state"))) {
    throw new SettingError(
      `${path} is missing, and ${join(stateDir, "state")} cannot be read without it: put it back, or choose another STATE_DIR.`,
    );
  }
  const notebook = {
    path,
    notes: notes ?? {},
    write(more) {
      Object.assign(notebook.notes, more);
      writePrivately(path, `${JSON.stringify(notebook.notes, null, 2)}\n`);
    },
  };
  if (notes === undefined) {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    notebook.write({});
  }
  return notebook;
}

function readNotes(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw new SettingError(`${path} cannot be used: ${error.message}`);
  }
}

/** As the Worker has it (`src/settings.ts`). */
const LEAST_TOKEN_LENGTH = 32;

/** Completes the settings with secrets of this machine, made once and kept in the notebook. */
export function completeSecrets(settings, notebook) {
  const makers = {
    ADMIN_TOKEN: () => randomBytes(32).toString("hex"),
    MASTER_KEYS: () => `k1:${randomBytes(32).toString("base64")}`,
  };
  const given = settings.ADMIN_TOKEN;
  if (given && given.value.length < LEAST_TOKEN_LENGTH) {
    throw new SettingError(
      `ADMIN_TOKEN in ${given.source} is shorter than ${LEAST_TOKEN_LENGTH} characters and could be guessed: make one with openssl rand -hex 32.`,
    );
  }
  for (const [name, make] of Object.entries(makers)) {
    if (settings[name]) continue;
    if (!notebook.notes[name]) notebook.write({ [name]: make() });
    settings[name] = { value: notebook.notes[name], source: notebook.path };
  }
}

/** The public address without a trailing slash; a loopback or http address is used as it stands. */
export function resolvePublicUrl(settings, port) {
  return readAddress("PUBLIC_URL", settings.PUBLIC_URL?.value ?? `http://127.0.0.1:${port}`);
}

/** An address as the Worker takes it (`src/domain/public-address.ts`), without a trailing slash. */
function readAddress(name, value) {
  const trimmed = value.trim().replace(/\/+$/, "");
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || /[?#\s]/.test(trimmed)) {
    throw new SettingError(`${name} must be an http or https address without query or login, not "${value}".`);
  }
  return trimmed;
}

/** Writes the Worker's settings as the env file of `wrangler dev`, which takes no process variables; returns its path. */
export function writeEnvFile(stateDir, values) {
  const path = join(stateDir, "dev.env");
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quote(name, value)}\n`);
  writePrivately(path, lines.join(""));
  return path;
}

/** A value as wrangler's reader takes it literally: in quotes it does not hold, and no `$` left to expand. */
function quote(name, value) {
  // Double quotes would turn `\\n` into a line break, and a backslash at the end would hide the closing quote.
  const marks = value.includes("\\") ? ["'", "`"] : ["'", "`", '"'];
  const mark = marks.find((candidate) => !value.includes(candidate));
  if (!mark || /[\r\n\0]|\\$/.test(value)) {
    throw new SettingError(`${name} holds a line break, a final backslash or too many kinds of quotes.`);
  }
  return `${mark}${value.replaceAll("$", "\\$")}${mark}`;
}

function writePrivately(path, text) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, path);
}

/** A path as a person would type it in this folder. */
export function shortPath(root, path) {
  return isAbsolute(path) && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}
