import { env, exports } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { makeDeps } from "../../../src/deps.ts";
import type { Deps } from "../../../src/flows/deps.ts";
import { makeApp } from "../../../src/http/app.ts";
import { sendDoor } from "../../../src/http/doors/sends.ts";
import { readSettings } from "../../../src/settings.ts";
import { admin, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

/** Two keys that are alike: what one is asked at the door, the other is asked by the API, in the same order. */
let atDoor: TestKey;
let atApi: TestKey;
const later = new Date(Date.now() + 86_400_000).toISOString();

beforeAll(async () => {
  [atDoor, atApi] = [await makeTestKey(), await makeTestKey()];
});

afterEach(() => vi.restoreAllMocks());

type Ask = { to?: string; body?: unknown; raw?: BodyInit; headers?: Record<string, string>; token?: string };
type Heard = { status: number; headers: Record<string, string>; body: unknown; lines: Record<string, unknown>[] };

const person = "%2B15554760001";

function requestOf({ to = person, body, raw, headers = {}, token }: Ask, key: TestKey, end: string): Request {
  const authorization: Record<string, string> =
    token === "" ? {} : { Authorization: `Bearer ${token === undefined ? key.token : token}` };
  return new Request(`https://gateway.test/v2/api/chats/${to}/messages${end}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Request-Id": "same", ...authorization, ...headers },
    ...(raw === undefined ? { body: JSON.stringify(body) } : { body: raw, duplex: "half" }),
  } as RequestInit);
}

/** What came of a request, without what differs from one key and one message to the next, and from one second to the next. */
async function hear(request: Request, key: TestKey): Promise<Heard> {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const response = await exports.default.fetch(request);
  const text = await response.text();
  const lines = log.mock.calls
    .map(([line]) => String(line))
    .filter((line) => /"event":"(?:request|unexpected)/.test(line));
  log.mockRestore();
  const alike = (said: string): string =>
    key.numbers
      .reduce((rest, number) => rest.replaceAll(number, "NUMBER"), said)
      .replaceAll(key.id, "KEY")
      .replace(/msg_\w{19}/g, "MESSAGE")
      .replace(/"duration_ms":\d+|;t=\d+/g, "TIME");
  return {
    status: response.status,
    headers: JSON.parse(alike(JSON.stringify(Object.fromEntries(response.headers)))) as Record<string, string>,
    body: JSON.parse(alike(text)) as unknown,
    lines: lines.map((line) => JSON.parse(alike(line).replace("TIME", '"t":0')) as Record<string, unknown>),
  };
}

/** The slash at its end leads past the door, and to the same call of the API. */
async function askBoth(ask: Ask): Promise<{ door: Heard; api: Heard }> {
  const stream = ask.raw instanceof ReadableStream ? ask.raw.tee() : [ask.raw, ask.raw];
  const withRaw = (raw: BodyInit | undefined): Ask => (raw === undefined ? ask : { ...ask, raw });
  // Both are asked at the same moment: what an answer says of time is alike too.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  try {
    const door = await hear(requestOf(withRaw(stream[0]), atDoor, ""), atDoor);
    return { door, api: await hear(requestOf(withRaw(stream[1]), atApi, "/"), atApi) };
  } finally {
    vi.useRealTimers();
  }
}

const text = (more: Record<string, unknown> = {}) => ({ text: "a", send_at: later, ...more });
const pieces = (...all: string[]) => new Blob(all).stream();

/** Each with the status that it is answered, so that none is alike for a reason of its own. */
const asks: [string, number, Ask][] = [
  ["a text", 202, { body: text() }],
  ["a plus that is not encoded", 202, { to: "+15554760002", body: text() }],
  ["a list of texts", 202, { body: text({ text: ["a", "b"] }) }],
  ["many fields", 202, { body: text({ metadata: { a: 1 }, urgent: true, from_number: null, unknown: 1 }) }],
  ["a misnamed field", 202, { body: text({ message: "b", sender: "+15550000000" }) }],
  [
    "a field that is inherited by every object",
    202,
    { raw: `{"text":"a","send_at":"${later}","__proto__":{"text":1}}` },
  ],
  ["no content type", 202, { body: text(), headers: { "Content-Type": "" } }],
  ["a body in pieces", 202, { raw: pieces('{"text":', `"a","send_at":"${later}"}`) }],
  ["a key", 202, { body: text(), headers: { "Idempotency-Key": "one" } }],
  ["the same again", 200, { body: text(), headers: { "Idempotency-Key": "one" } }],
  ["the same key for something else", 422, { body: text({ text: "b" }), headers: { "Idempotency-Key": "one" } }],
  ["a key with a blank", 400, { body: text(), headers: { "Idempotency-Key": "a b" } }],
  ["a sender of others by header", 403, { body: text(), headers: { "X-From-Number": "+15550000000" } }],
  ["a sender of others by body", 403, { body: text({ from_number: "+15550000000" }) }],
  ["a header that is too long", 400, { body: text(), headers: { "X-From-Number": "1".repeat(65) } }],
  ["a request id that is none", 202, { body: text(), headers: { "X-Request-Id": "" } }],
  ["nobody", 400, { to: "nobody", body: text() }],
  ["an address", 400, { to: "ada@example.com", body: text() }],
  ["a chat id that is too long", 400, { to: "1".repeat(513), body: text() }],
  ["a chat id of many digits", 400, { to: "1".repeat(512), body: text() }],
  ["a person by another encoding", 202, { to: "%2B%31%35554760003", body: text() }],
  ["no key", 401, { body: text(), token: "" }],
  ["a key that is none", 401, { body: text(), token: "tl_test_x" }],
  ["the admin's token", 401, { body: text(), token: env.ADMIN_TOKEN }],
  ["a webhook of ours", 403, { body: text(), headers: { "X-Trunkline-Hop": "1" } }],
  ["no body", 400, { raw: "" }],
  ["no JSON", 400, { raw: '{"text":"a",}' }],
  ["no object", 400, { body: "a" }],
  ["null", 400, { body: null }],
  ["a list", 400, { body: [] }],
  ["deep JSON", 400, { raw: `{"text":"a","metadata":${"[".repeat(40)}${"]".repeat(40)}}` }],
  ["half of a surrogate pair", 400, { raw: '{"text":"\\ud83d"}' }],
  ["bytes that are no UTF-8", 400, { raw: new Uint8Array([0x7b, 0xff, 0x7d]) }],
  ["another type", 415, { body: text(), headers: { "Content-Type": "text/plain" } }],
  ["another charset", 415, { body: text(), headers: { "Content-Type": "application/json; charset=latin1" } }],
  ["a compressed body", 415, { body: text(), headers: { "Content-Encoding": "gzip" } }],
  ["a long body", 413, { body: text({ text: "a".repeat(70_000) }) }],
  ["a long body in pieces", 413, { raw: pieces(...Array.from({ length: 70 }, () => "a".repeat(1_000))) }],
  ["no content", 400, { body: {} }],
  ["blank content", 400, { body: { text: " " } }],
  ["content by another name", 400, { body: { message: "a" } }],
  ["a text that is none", 400, { body: { text: 5 } }],
  ["much that is wrong", 400, { body: { text: 5, send_at: "soon", urgent: "yes", content_sid: "HX" } }],
  ["a text that is too long", 400, { body: { text: "a".repeat(16_001) } }],
  ["a bad attachment", 400, { body: { attachments: ["http://files.example/a.jpg"] } }],
  ["a time too far ahead", 400, { body: text({ send_at: Date.now() + 99 * 86_400_000 }) }],
  ["a line of nobody", 400, { body: text({ text: "call {reply_line}", reply_line: "+15550000000" }) }],
];

describe("a send in front of the API", () => {
  it.each(asks)("is answered and logged as the API does: %s, %i", async (_, status, ask) => {
    const { door, api } = await askBoth(ask);
    if (ask.headers?.["X-Request-Id"] === "") {
      for (const one of [door, api]) expect(one.headers["x-request-id"]).toMatch(/^req_[0-9a-f]{32}$/);
      return;
    }
    expect(door).toEqual(api);
    expect(door.status).toBe(status);
    expect(door.lines).toEqual([expect.objectContaining({ event: "request", status, request_id: "same" })]);
  });

  it("says of a daily cap what the API says", async () => {
    for (const key of [atDoor, atApi])
      await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { daily_cap: 500 } });
    const left = await askBoth({ body: text() });
    expect(left.door).toEqual(left.api);
    expect(left.door.headers).toHaveProperty("ratelimit");
    for (const key of [atDoor, atApi]) await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { daily_cap: 1 } });
    const { door, api } = await askBoth({ body: text() });
    expect(door).toEqual(api);
    expect(door).toMatchObject({ status: 429, body: { code: "daily_cap_reached" } });
    expect(door.headers).toHaveProperty("retry-after");
  });

  it("of a key that was revoked is refused as the API does", async () => {
    for (const key of [atDoor, atApi]) await admin(`/api-keys/${key.id}`, { method: "DELETE" });
    const { door, api } = await askBoth({ body: text() });
    expect(door).toEqual(api);
    expect(door.status).toBe(401);
    expect(door.headers).toHaveProperty("www-authenticate");
  });
});

/** A door whose pool breaks. */
function brokenDoor() {
  const lines: Record<string, unknown>[] = [];
  const deps = { addresses: { known: () => ({ current: null }) }, keyRing: null } as unknown as Deps;
  return { take: sendDoor(deps, { write: (line) => void lines.push(JSON.parse(line)), share: 0 }), lines };
}

describe("the door of sends", () => {
  it("leaves to the API what is no send, and what it cannot read plainly", () => {
    const { take } = brokenDoor();
    const paths = ["/v2/api/chats/a/messages/", "/v2/api/chats/a/messages?x=1", "/v2/api/chats/a%2Fb/messages"];
    const others = [
      ...paths.map((path) => new Request(`https://gateway.test${path}`, { method: "POST", body: "{}" })),
      new Request("https://gateway.test/v2/api/chats/a/messages"),
      new Request("https://gateway.test/v2/api/chats/a/messages/x", { method: "POST", body: "{}" }),
      new Request("https://gateway.test/v4/chats/a/messages", { method: "POST", body: "{}" }),
      new Request("https://gateway.test/x/v2/api/chats/a/messages", { method: "POST", body: "{}" }),
    ];
    for (const request of others)
      expect(
        take(request, () => new Response()),
        request.url,
      ).toBeNull();
  });

  it("answers a defect as the API does, and logs it with its digits masked", async () => {
    const settings = readSettings(env);
    if (!settings.ok) throw new Error("The settings of the tests are not whole.");
    const pool = () => {
      throw new Error("no pool for +15551234567");
    };
    const deps = { ...makeDeps(env, settings.value), pool };
    const lines: string[] = [];
    const log = { write: (line: string) => void lines.push(line), share: 1 };
    const answers = [
      await sendDoor(deps, log)(requestOf({ body: text() }, atDoor, ""), () => new Response()),
      await makeApp({ ok: true, deps, adminToken: "", version: "0" }, log).fetch(
        requestOf({ body: text() }, atDoor, "/"),
      ),
    ];
    const [door, api] = await Promise.all(answers.map(async (answer) => [answer?.status, await answer?.json()]));
    expect(door).toEqual(api);
    expect(door).toEqual([500, expect.objectContaining({ code: "internal_error", request_id: "same" })]);
    expect(lines).toHaveLength(4);
    expect(lines.join()).not.toContain("5551234567");
  });

  it("leaves to the API, unread, whom it cannot let in", async () => {
    const { take, lines } = brokenDoor();
    const request = requestOf({ body: text() }, atDoor, "");
    const answer = await take(request, async () => new Response(await request.text()));
    expect(await answer?.json()).toEqual(text());
    expect(lines).toEqual([]);
  });
});
