import { StartError } from "./temporary.mjs";

const NUMBERS = 3;

/**
 * Makes the first things of a fresh gateway through its own admin API: a test key and three sandbox numbers in its pool.
 * `notebook` remembers how far it came, so that a start that was cut short goes on where it stood. Returns the test key.
 */
export async function seed(url, adminToken, notebook) {
  const call = (method, path, body) => callAdmin(url, adminToken, method, path, body);
  if (notebook.notes.seeded_at) await refuseEmptied(call);
  await call("GET", "/organizations");
  if (!notebook.notes.first_key) {
    const made = await call("POST", "/api-keys", { name: "First key", mode: "test" });
    notebook.write({ first_key: made.key, first_key_id: made.api_key_id });
  }
  if (!notebook.notes.seeded_at) {
    await fillPool(call, notebook.notes.first_key_id);
    notebook.write({ seeded_at: Date.now() });
  }
  return notebook.notes.first_key;
}

/** Keys stay in the directory when they are revoked: where there is none, its database was lost beside the ledgers of its keys. */
async function refuseEmptied(call) {
  const { pagination } = await call("GET", "/api-keys?limit=1");
  if (pagination.total > 0) return;
  throw new StartError(
    "The directory of this state is empty, though it had keys: its database was emptied or replaced.",
    "Restore STATE_DIR from a backup (docs/backup.md), or start with another STATE_DIR.",
  );
}

async function fillPool(call, apiKeyId) {
  const { integrations } = await call("GET", "/integrations/twilio");
  const sandbox = integrations.find((integration) => integration.sandbox === true || integration.name === "Sandbox");
  if (!sandbox) throw new Error("the gateway has no sandbox account");
  const path = `/integrations/twilio/${sandbox.integration_id}`;
  const { numbers } = await call("GET", `${path}/available-numbers`);
  // Some of the sandbox's senders are made to be refused, and say so in their name.
  const able = numbers.filter((number) => !number.friendly_name.includes("refused"));
  const chosen = able.slice(0, NUMBERS).map((number) => number.phone_number);
  const { results } = await call("POST", `${path}/import`, { phone_numbers: chosen });
  const failed = results.find((result) => result.status === "failed");
  if (failed) throw new Error(`${failed.phone_number} could not be imported: ${failed.message}`);
  for (const number of chosen) {
    await call("PATCH", `/numbers/${encodeURIComponent(number)}`, { api_key_id: apiKeyId });
  }
}

/** Tells whether an API key opens the gateway. */
export async function keyWorks(url, key) {
  const answer = await fetch(`${url}/v2/api/me`, { headers: { authorization: `Bearer ${key}` } });
  return answer.ok;
}

async function callAdmin(url, adminToken, method, path, body) {
  const answer = await fetch(`${url}/admin/api${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} /admin/api${path} answered ${answer.status}: ${wordsOf(text)}`);
  return JSON.parse(text);
}

/** Returns what an error says, or the answer as it is. */
function wordsOf(text) {
  try {
    return JSON.parse(text).message ?? text;
  } catch {
    return text.slice(0, 500);
  }
}
