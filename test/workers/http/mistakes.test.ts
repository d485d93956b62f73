import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type FailureCode, failureMessages } from "../../../src/domain/failure.ts";
import { errorGuide } from "../../../src/http/reference/error-guide.ts";
import mistakes from "../../fixtures/mistakes.json" with { type: "json" };
import { admin, call, eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";
import { send, subscribe } from "../../support/workers/story.ts";

/** A request that somebody new makes, and the answer that helps: its status, its code, what its words must hold, and which fields stand beside them. */
type Mistake = {
  mistake: string;
  request: string;
  /** Who asks: the key where nothing is said, `nobody`, or a token. */
  as?: string;
  headers?: Record<string, string>;
  body?: unknown;
  raw?: string;
  answer: { status: number; code?: string; says: string[]; shows?: string[] };
};

const table: readonly Mistake[] = mistakes;
const person = "+15551234567";
const optedOut = "+15551234599";
const day = 24 * 60 * 60_000;
let known: Record<string, string>;

beforeAll(async () => {
  const key = await makeTestKey({ numbers: 2 });
  const foreign = await makeTestKey();
  known = {
    key: key.token,
    "key-id": key.id,
    "key-changed": key.token.replace(/.$/, (last) => (last === "a" ? "b" : "a")),
    admin: env.ADMIN_TOKEN,
    number: encodeURIComponent(key.numbers[0] ?? ""),
    "own-number": encodeURIComponent(key.numbers[1] ?? ""),
    person: encodeURIComponent(person),
    "opted-out": encodeURIComponent(optedOut),
    "in-90-days": new Date(Date.now() + 90 * day).toISOString(),
    "sms-only": await addSmsOnlyNumber(key),
    "live-key-id": await makeKey(key, { mode: "live" }, "api_key_id"),
    paused: await makeKey(key, { mode: "test" }, "key", (id) =>
      admin(`/api-keys/${id}`, { method: "PATCH", body: { status: "paused" } }),
    ),
    revoked: await makeKey(key, { mode: "test" }, "key", (id) => admin(`/api-keys/${id}`, { method: "DELETE" })),
    delivered: await sendToItsEnd(key),
    "foreign-message": await send(foreign, person),
    "paused-webhook": await makePausedWebhook(key),
  };
  await admin(`/api-keys/${key.id}/opt-outs`, { method: "POST", body: { contact: optedOut } });
  await call("/v2/api/contacts", { body: { identifier: "+15551239999", name: "Anna" }, token: key.token });
  const messages = `/v2/api/chats/${known.person}/messages`;
  await call(messages, { body: { text: "Hello" }, headers: { "Idempotency-Key": "used-before" }, token: key.token });
});

async function makeKey(
  { organizationId }: TestKey,
  more: Record<string, unknown>,
  field: "key" | "api_key_id",
  then?: (id: string) => Promise<{ status: number }>,
): Promise<string> {
  const made = await admin("/api-keys", { body: { name: "Another", organization_id: organizationId, ...more } });
  if (then !== undefined) expect((await then(String(made.body.api_key_id))).status).toBeLessThan(300);
  return String(made.body[field]);
}

/** The last number of a sandbox account carries no pictures. */
async function addSmsOnlyNumber(key: TestKey): Promise<string> {
  const path = `/integrations/twilio/${key.integrationId}`;
  const { body } = await admin(`${path}/available-numbers?limit=200`);
  const numbers = body.numbers as { phone_number: string; friendly_name: string }[];
  const number = numbers.find(({ friendly_name }) => friendly_name.includes("SMS only"))?.phone_number ?? "";
  await admin(`${path}/import`, { body: { phone_numbers: [number] } });
  await admin(`/numbers/${encodeURIComponent(number)}`, { method: "PATCH", body: { api_key_id: key.id } });
  return number;
}

async function sendToItsEnd(key: TestKey): Promise<string> {
  const id = await send(key, person);
  const path = `/v2/api/chats/${encodeURIComponent(person)}/messages/${id}`;
  await eventually(async () => (await call(path, { token: key.token })).body.status === "delivered");
  return id;
}

async function makePausedWebhook(key: TestKey): Promise<string> {
  const { id } = await subscribe(key, "https://paused.example/hook", { webhook_type: "all" });
  await call(`/v2/api/webhooks/${id}`, { method: "PATCH", body: { deprecate: true }, token: key.token });
  return id;
}

/** Puts what is known in the place of `{name}`, and `{x*3}` becomes xxx. */
function fill(text: string): string {
  return text
    .replace(/\{(.)\*(\d+)\}/g, (_, unit: string, times: string) => unit.repeat(Number(times)))
    .replace(/\{([a-z0-9-]+)\}/g, (whole, name: string) => known[name] ?? whole);
}

async function make(mistake: Mistake) {
  const [method = "GET", path = "/"] = mistake.request.split(" ");
  const asked = mistake.as ?? "{key}";
  const body = mistake.body === undefined ? {} : { body: JSON.parse(fill(JSON.stringify(mistake.body))) };
  return call(fill(path), {
    method,
    ...(asked === "nobody" ? {} : { token: fill(asked) }),
    headers: Object.fromEntries(Object.entries(mistake.headers ?? {}).map(([name, value]) => [name, fill(value)])),
    ...body,
    ...(mistake.raw === undefined ? {} : { raw: mistake.raw }),
  });
}

/** Codes whose answers show other fields from case to case. */
const variable: ReadonlySet<FailureCode> = new Set(["invalid_request", "invalid_json", "already_exists"]);
const isCode = (code: unknown): code is FailureCode => typeof code === "string" && Object.hasOwn(failureMessages, code);

describe("a newcomer who makes a mistake is told what it was and how to mend it", () => {
  it("in at least sixty cases, no two the same", () => {
    expect(table.length).toBeGreaterThanOrEqual(60);
    expect(new Set(table.map(({ mistake }) => mistake)).size).toBe(table.length);
  });

  it.each(table)("$mistake", async (mistake) => {
    const { status, body } = await make(mistake);
    expect({ status, code: body.code }, JSON.stringify(body)).toEqual({ code: undefined, ...only(mistake) });
    const words = status < 400 ? JSON.stringify(body) : String(body.message);
    for (const word of mistake.answer.says) expect(words).toContain(fill(word));
    for (const field of mistake.answer.shows ?? []) expect(body).toHaveProperty(field);
    if (status >= 400) expectAsDocumented(body);
  });
});

function only({ answer }: Mistake): { status: number; code?: string } {
  return { status: answer.status, ...(answer.code === undefined ? {} : { code: answer.code }) };
}

/** A sentence, and beside it all that the code's example on /errors shows. */
function expectAsDocumented(body: Record<string, unknown>): void {
  expect(String(body.message)).toMatch(/^[A-Za-z+].{12,}$/s);
  expect(body).toMatchObject({ error: "ApiError", request_id: expect.any(String), doc_url: expect.any(String) });
  const { code } = body;
  if (!isCode(code)) throw new Error(`${String(code)} is not in the list of codes.`);
  if (variable.has(code)) return;
  for (const field of Object.keys(errorGuide[code].more ?? {})) expect(body).toHaveProperty(field);
}
