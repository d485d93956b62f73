import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { readArguments } from "../arguments.mjs";
import { findHere } from "../local/here.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const USAGE = `Usage: npm run listen -- --forward http://localhost:3000 --key <API key>

  --forward   where to post the events
  --key       the API key, better as TRUNKLINE_API_KEY; of a gateway that npm start runs here, its first test key
  --url       the gateway (or TRUNKLINE_URL); without it the one that npm start runs here
  --secret    the secret to sign with, whsec_…; a new one is made and printed without it
  --after     begin after this event id; without it, with what happens from now on
  --json      a line of JSON for each event and for each change of state`;

/** What can never succeed, in one sentence; `usage` says whether the usage helps. */
export class OptionError extends Error {
  constructor(message, { usage = false } = {}) {
    super(message);
    this.usage = usage;
  }
}

/**
 * The options of `npm run listen`, checked; throws OptionError.
 * @param {Record<string, string | undefined>} environment
 */
export async function readOptions(environment) {
  const text = { type: "string" };
  const flags = { forward: text, key: text, url: text, secret: text, after: text, json: { type: "boolean" } };
  const given = readArguments(flags, USAGE);
  refuseWhatNpmTook(given, environment);
  const named = given.url || environment.TRUNKLINE_URL;
  const here = named ? null : findHere(root, environment);
  const key = given.key ?? (environment.TRUNKLINE_API_KEY || environment.TRUNKLINE_KEY || here?.firstKey || "");
  if (!given.forward) throw new OptionError("--forward is missing: where shall the events go?", { usage: true });
  if (!key) throw new OptionError("--key is missing: whose events?", { usage: true });
  return {
    key: checkKey(key),
    forward: await checkAddress("--forward", given.forward, "http://localhost:3000"),
    url: baseOf(await checkAddress("--url", named || here?.url || "http://127.0.0.1:8787")),
    secret: checkSecret(given.secret),
    ownSecret: given.secret !== undefined,
    after: given.after ?? "latest",
    json: given.json === true,
  };
}

/** Without the two dashes npm keeps the options for itself. */
function refuseWhatNpmTook(given, environment) {
  const taken = ["forward", "key", "url"].filter(
    (name) => given[name] === undefined && environment[`npm_config_${name}`],
  );
  if (taken.includes("forward") || (taken.length > 0 && !given.forward)) {
    throw new OptionError(`npm took --${taken[0]} for itself: write two dashes before the options.`, { usage: true });
  }
}

function checkKey(key) {
  if (/…|\.\.\./.test(key)) throw new OptionError("The key is shortened (it has … in it): paste the whole of it.");
  if (!/^tl_(live|test)_/.test(key)) {
    throw new OptionError("--key is not an API key of Trunkline: one begins with tl_live_ or tl_test_.");
  }
  const whole = /^tl_(live|test)_[0-9A-Za-z]{56}$/.test(key);
  if (!whole) {
    const fault = key.length === 64 ? "has a character that no key has" : `has ${key.length} characters instead of 64`;
    throw new OptionError(`The key ${fault}: copy the whole of it, and nothing else.`);
  }
  return key;
}

function checkSecret(secret) {
  if (secret === undefined) return `whsec_${randomBytes(32).toString("hex")}`;
  if (/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) return secret;
  throw new OptionError("--secret must be whsec_ followed by what the gateway gave, without … in it.");
}

async function checkAddress(name, address, example = "http://127.0.0.1:8787") {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    const suggestion = suggest(address) ?? example;
    throw new OptionError(`${name} must be a whole address such as ${suggestion}, not "${address}".`);
  }
  if (url.username || url.password) throw new OptionError(`${name} must not hold a user name or a password.`);
  if (await isForbidden(url)) {
    throw new OptionError(`${name} uses port ${url.port}, which fetch refuses to call: choose another port.`);
  }
  return url.href;
}

/** What was probably meant by a port, `:port` or `host:port/path` alone. */
function suggest(address) {
  const host = /^:?(\d{1,5})(\/.*)?$/.exec(address);
  const guess = host ? `http://localhost:${host[1]}${host[2] ?? ""}` : `http://${address}`;
  const usable = URL.canParse(guess) && !address.includes("://") && address !== "";
  return usable ? guess : undefined;
}

/** Whether fetch refuses the port (Fetch standard, "bad port"): asked of fetch itself, with nobody behind it to call. */
async function isForbidden(url) {
  const reached = new Error("nothing is sent");
  const dispatcher = {
    dispatch() {
      throw reached;
    },
  };
  const refusal = await fetch(url, { dispatcher }).catch((error) => error.cause);
  return refusal !== reached && refusal?.message === "bad port";
}

/** The address of the gateway, also where the address of its API was given, which `npm start` prints. */
function baseOf(url) {
  return url
    .replace(/[?#].*$/, "")
    .replace(/\/+$/, "")
    .replace(/\/v2\/api$/, "");
}
