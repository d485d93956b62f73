import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { causeOf } from "../listen/causes.mjs";
import { findHere } from "../local/here.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The options of every command that speaks to a gateway's admin API. */
export const gatewayOptions = { url: { type: "string" }, json: { type: "boolean" } };

/** What the usage of such a command says of them. */
export const gatewayUsage = `  --url <address>   the gateway; without it TRUNKLINE_URL, else the one that npm start runs here
  --json            the answer as JSON

The admin token is read from ADMIN_TOKEN; of a gateway that npm start runs here it is known.`;

/** A refusal or a silence of the gateway, in words for a person. */
export class GatewayError extends Error {
  constructor(message, answer) {
    super(message);
    this.answer = answer;
  }
}

/** Returns `ask(method, path, body)`, which answers the admin API's JSON or throws a GatewayError, and `open`, which answers the Response itself. */
export function connect(given, environment = process.env) {
  const { url, token } = findGateway(given.url ?? environment.TRUNKLINE_URL, environment);
  const open = async (method, path, { body, headers = {} } = {}) => {
    const asked = {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      body,
      ...(body?.getReader ? { duplex: "half" } : {}),
    };
    const answer = await fetch(`${url}/admin/api${path}`, asked).catch((error) => {
      throw new GatewayError(`${url} does not answer: ${causeOf(error)}.`);
    });
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({}));
    throw new GatewayError(problem.message ?? `${url} answered ${answer.status}.`, problem);
  };
  const ask = async (method, path, body) => {
    const sent =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    return (await open(method, path, sent)).json();
  };
  return { url, ask, open };
}

function findGateway(url, environment) {
  if (url !== undefined && url !== "") {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new GatewayError(`--url (or TRUNKLINE_URL) must be an http or https address, not "${url}".`);
    if (!environment.ADMIN_TOKEN)
      throw new GatewayError("ADMIN_TOKEN is not set: put the gateway's admin token into the environment.");
    return { url: url.replace(/\/+$/, ""), token: environment.ADMIN_TOKEN };
  }
  const here = findHere(root, environment);
  if (here !== null) return { url: here.url, token: here.adminToken };
  throw new GatewayError("No gateway runs here: start it with npm start, or name one with --url and its ADMIN_TOKEN.");
}

/** Runs a command: what it returns is the exit code; what the gateway refuses is one line and 1. */
export async function run(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (!(error instanceof GatewayError) && error.name !== "SettingError" && !error.isForPerson) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
