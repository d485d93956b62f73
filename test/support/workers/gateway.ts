import { env, exports } from "cloudflare:workers";
import { judgeAnswer } from "./judge-answer.ts";

/** The gateway as its callers see it: the admin API with its token, the v2 API with a key. `raw` is a body sent as it stands. Every answer is held to its documented schema and to the contract. */
export async function call(
  path: string,
  init: { method?: string; body?: unknown; raw?: BodyInit; token?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const method = init.method ?? (init.body === undefined ? "GET" : "POST");
  const response = await exports.default.fetch(`https://gateway.test${path}`, {
    method,
    headers: {
      ...(init.token === undefined ? {} : { Authorization: `Bearer ${init.token}` }),
      ...(init.body === undefined ? {} : { "Content-Type": "application/json" }),
      ...init.headers,
    },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    ...(init.raw === undefined ? {} : { body: init.raw }),
  });
  const text = await response.text();
  const { status, headers } = response;
  const body = readBody(text, headers.get("Content-Type") ?? "");
  judgeAnswer({ method, path, status, body, headers });
  return { status, body, headers };
}

/** What an answer holds; lines of JSON stay the text that they are, once each of them was read, and CSV does. */
function readBody(text: string, type: string) {
  if (type.startsWith("text/csv")) return text;
  if (!type.startsWith("application/x-ndjson")) return text === "" ? {} : JSON.parse(text);
  for (const line of text.trimEnd().split("\n")) JSON.parse(line);
  return text;
}

/** Calls the admin API. */
export function admin(path: string, init: { method?: string; body?: unknown } = {}) {
  return call(`/admin/api${path}`, { ...init, token: env.ADMIN_TOKEN });
}

/** A key of its own, so that tests which share storage share nothing else. */
export type TestKey = { id: string; token: string; numbers: string[]; organizationId: string; integrationId: string };

/** Makes an organization with a test key that holds this many sandbox numbers. */
export async function makeTestKey(options: { numbers?: number } = {}): Promise<TestKey> {
  const organization = await admin("/organizations", { body: { name: "Story", country_code: "US" } });
  const organizationId = String(organization.body.organization_id);
  const key = await admin("/api-keys", { body: { name: "Story key", organization_id: organizationId, mode: "test" } });
  const listed = await admin(`/integrations/twilio?organization_id=${organizationId}`);
  const integrations = listed.body.integrations as { integration_id: string; sandbox: boolean }[];
  const integrationId = String(integrations.find((integration) => integration.sandbox)?.integration_id);
  const available = await admin(`/integrations/twilio/${integrationId}/available-numbers`);
  const numbers = (available.body.numbers as { phone_number: string }[])
    .slice(0, options.numbers ?? 1)
    .map((number) => number.phone_number);
  const id = String(key.body.api_key_id);
  await admin(`/integrations/twilio/${integrationId}/import`, { body: { phone_numbers: numbers } });
  for (const number of numbers) {
    await admin(`/numbers/${encodeURIComponent(number)}`, { method: "PATCH", body: { api_key_id: id } });
  }
  return { id, token: String(key.body.key), numbers, organizationId, integrationId };
}

/** Waits until `look` returns something, asking every 20 ms for at most 16 s. */
export async function eventually<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  const deadline = performance.now() + 16_000;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error("It did not happen within 16 seconds.");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
