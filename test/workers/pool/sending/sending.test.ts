import { evictDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../../support/workers/gateway.ts";

const day = 24 * 60 * 60 * 1000;
let key: TestKey;
let people = 0;

/** Somebody whom no other test has written to. */
function newPerson(): string {
  people += 1;
  return `+1555300${String(people).padStart(4, "0")}`;
}

function send(to: string, body: unknown, headers: Record<string, string> = {}, token = key.token) {
  return call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { body, token, headers });
}

async function listTexts(to: string): Promise<unknown[]> {
  const answer = await call(`/v2/api/chats/${encodeURIComponent(to)}/messages?sort=asc`, { token: key.token });
  return ((answer.body.messages ?? []) as { text: unknown }[]).map(({ text }) => text);
}

/** Far enough ahead that nothing leaves while the test looks. */
const later = () => Date.now() + day;

beforeAll(async () => {
  key = await makeTestKey({ numbers: 2 });
});
beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
});

describe("a chat id", () => {
  it("may have its plus raw, encoded or as a space: it is one chat", async () => {
    const person = newPerson();
    for (const form of [person, `%2B${person.slice(1)}`, `%20${person.slice(1)}`, `tel:${person}`]) {
      const sent = await call(`/v2/api/chats/${form}/messages`, {
        body: { text: form, send_at: later() },
        token: key.token,
      });
      expect(sent.status, form).toBe(202);
    }
    expect(await listTexts(person)).toHaveLength(4);
  });

  it.each([
    ["group", "grp_abc", "groups_not_supported"],
    ["list", "+15551234567,+15551234568", "groups_not_supported"],
    ["email address", "ada@example.com", "email_not_supported"],
    ["word", "nobody", "invalid_chat_id"],
    ["number that is encoded twice", "%252B15551234567", "invalid_chat_id"],
  ])("that is a %s is refused", async (_kind, id, code) => {
    const sent = await call(`/v2/api/chats/${id}/messages`, { body: { text: "a" }, token: key.token });
    expect(sent).toMatchObject({ status: 400, body: { code } });
  });
});

describe("what is sent", () => {
  it("comes back in the message: text, attachments, metadata, parts and encoding", async () => {
    const person = newPerson();
    const body = {
      text: "Grüße 👋",
      attachments: ["https://files.example/a.jpg", { url: "https://files.example/b.pdf", name: "b.pdf" }],
      metadata: { order: 7, nested: { deep: ["a", null] } },
      send_at: later(),
      subject: "passed over",
    };
    const sent = await send(person, body);
    expect(sent.body).toEqual({ message_id: expect.any(String), status: "queued", from_number: key.numbers[0] });
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages/${sent.body.message_id}`;
    const read = await call(path, { token: key.token });
    expect(read.body).toMatchObject({
      chat_id: person,
      direction: "outbound",
      internal_id: key.numbers[0],
      text: body.text,
      metadata: body.metadata,
      attachments: [{ url: "https://files.example/a.jpg" }, { url: "https://files.example/b.pdf", name: "b.pdf" }],
      number_of_message_parts: 1,
      encoding: "UCS-2",
      status: "queued",
      protocol: "sms",
      contact: { identifier: person, name: null },
    });
  });

  it("makes one message of each text of a list, in order, and says so", async () => {
    const person = newPerson();
    const sent = await send(person, { text: ["one", "two", "three"], send_at: later() });
    expect(sent.body).toMatchObject({ count: 3, status: "queued" });
    expect(sent.body.message_ids).toHaveLength(3);
    expect(sent.body.message_id).toBe((sent.body.message_ids as string[])[0]);
    expect(await listTexts(person)).toEqual(["one", "two", "three"]);
  });

  it("leaves from the number that body or header names, in this order", async () => {
    const [first, second] = key.numbers;
    const from = async (body: object, header?: string) => {
      const headers = header === undefined ? {} : { "X-From-Number": header };
      const sent = await send(newPerson(), { text: "a", send_at: later(), ...body }, headers);
      return sent.body.from_number;
    };
    expect(await from({})).toBe(first);
    expect(await from({}, second)).toBe(second);
    expect(await from({ fromNumber: second }, first)).toBe(second);
    expect(await from({ from_number: second, fromNumber: first }, first)).toBe(second);
    const foreign = await send(newPerson(), { text: "a", from_number: "+15550009999" });
    expect(foreign).toMatchObject({
      status: 403,
      body: { code: "from_number_not_owned", message: "This API key does not own the specified from_number" },
    });
  });

  it("is refused as the contract says where a Twilio key cannot do it", async () => {
    expect((await send(newPerson(), { text: "a", reply_to: { message_id: "msg_1" } })).body.code).toBe(
      "reply_target_not_supported",
    );
    expect((await send(newPerson(), {})).body).toMatchObject({
      code: "missing_content",
      message: "Missing message content",
    });
    expect((await send(newPerson(), { text: "a".repeat(1601) })).body.code).toBe("text_too_long");
    expect((await send(newPerson(), { text: "a", effect: "slam", send_at: later() })).status).toBe(202);
  });

  it("says whose number is missing when the pool is empty", async () => {
    const empty = await makeTestKey({ numbers: 0 });
    const sent = await send(newPerson(), { text: "a" }, {}, empty.token);
    expect(sent).toMatchObject({ status: 503, body: { code: "no_numbers_assigned" } });
  });
});

describe("a JSON content type without a body", () => {
  it.each([
    ["GET", "", 404],
    ["DELETE", "/typing", 200],
    ["POST", "/typing", 200],
    ["POST", "/read", 200],
    ["GET", "/messages", 404],
    ["DELETE", "/messages/msg_unknown", 404],
  ])("%s %s is no error", async (method, path, status) => {
    const headers = { "Content-Type": "application/json" };
    const answer = await call(`/v2/api/chats/+15559990000${path}`, { method, headers, token: key.token });
    expect(answer.status).toBe(status);
  });
});

describe("an idempotency key", () => {
  it("answers the same request 200 with the first answer, and makes no second message", async () => {
    const person = newPerson();
    const body = { text: "once", send_at: later() };
    const first = await send(person, body, { "Idempotency-Key": "order-1" });
    const again = await send(person, body, { "Idempotency-Key": "order-1" });
    expect([first.status, again.status]).toEqual([202, 200]);
    expect(again.body).toEqual(first.body);
    expect(await listTexts(person)).toEqual(["once"]);
  });

  it("with another body is 422, also when only the chat differs", async () => {
    const body = { text: "a", send_at: later() };
    await send(newPerson(), body, { "Idempotency-Key": "order-2" });
    const person = newPerson();
    expect(await send(person, body, { "Idempotency-Key": "order-2" })).toMatchObject({
      status: 422,
      body: { code: "idempotency_key_reused" },
    });
    expect(await listTexts(person)).toEqual([]);
  });

  it("compares what was asked, not how it was written", async () => {
    const person = newPerson();
    const at = later();
    const first = await send(
      person,
      { text: "a", metadata: { b: 1, a: 2 }, send_at: at },
      { "Idempotency-Key": "order-3" },
    );
    const again = await send(
      person,
      { send_at: at, metadata: { a: 2, b: 1 }, text: "a" },
      { "Idempotency-Key": "order-3" },
    );
    expect(again).toMatchObject({ status: 200, body: { message_id: first.body.message_id } });
  });

  it("makes one message of 64 equal requests at once", async () => {
    const person = newPerson();
    const body = { text: "race", send_at: later() };
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => send(person, body, { "Idempotency-Key": "race-1" })),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(63);
    expect(new Set(answers.map((answer) => answer.body.message_id)).size).toBe(1);
    expect(await listTexts(person)).toEqual(["race"]);
  });

  it("belongs to one API key: another's same word is another message", async () => {
    const other = await makeTestKey();
    const person = newPerson();
    const body = { text: "a", send_at: later() };
    const mine = await send(person, body, { "Idempotency-Key": "shared" });
    const theirs = await send(person, body, { "Idempotency-Key": "shared" }, other.token);
    expect([mine.status, theirs.status]).toEqual([202, 202]);
    expect(theirs.body.message_id).not.toBe(mine.body.message_id);
  });

  it("does not remember a failure", async () => {
    const person = newPerson();
    const headers = { "Idempotency-Key": "order-4" };
    expect((await send(person, { text: "a", from_number: "+15550009999" }, headers)).status).toBe(403);
    expect((await send(person, { text: "a", send_at: later() }, headers)).status).toBe(202);
  });

  it("is kept for seven days to the millisecond", async () => {
    const person = newPerson();
    const start = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    try {
      const body = { text: "a", send_at: start + 30 * day };
      const headers = { "Idempotency-Key": "week" };
      const first = await send(person, body, headers);
      vi.setSystemTime(start + 7 * day - 1);
      expect(await send(person, body, headers)).toMatchObject({ status: 200, body: first.body });
      vi.setSystemTime(start + 7 * day);
      const anew = await send(person, body, headers);
      expect(anew.status).toBe(202);
      expect(anew.body.message_id).not.toBe(first.body.message_id);
    } finally {
      vi.useRealTimers();
    }
  });

  it("outlives its object: after a restart the first answer is there", async () => {
    const person = newPerson();
    const body = { text: "a", send_at: later() };
    const first = await send(person, body, { "Idempotency-Key": "restart" });
    await evictDurableObject(env.POOLS.getByName(key.id));
    expect(await send(person, body, { "Idempotency-Key": "restart" })).toMatchObject({ status: 200, body: first.body });
  });

  it("tells texts apart that only look alike", async () => {
    const person = newPerson();
    const at = later();
    const headers = { "Idempotency-Key": "unicode" };
    expect((await send(person, { text: "caf\u00e9", send_at: at }, headers)).status).toBe(202);
    expect((await send(person, { text: "cafe\u0301", send_at: at }, headers)).status).toBe(422);
  });

  it.each(["", " ", "two words", "ü", "a\tb", "a, b", "a".repeat(256), "a".repeat(10_000)])(
    "of another form is refused (%#)",
    async (word) => {
      const answer = await send(newPerson(), { text: "a" }, { "Idempotency-Key": word });
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_idempotency_key" } });
    },
  );

  it.each(["a", "~", "a".repeat(255)])("of 1 to 255 visible characters is taken (%#)", async (word) => {
    const answer = await send(newPerson(), { text: "a", send_at: later() }, { "Idempotency-Key": word });
    expect(answer.status).toBe(202);
  });
});

describe("a scheduled message", () => {
  it("waits for its time, and can be cancelled until then; twice is no error", async () => {
    const person = newPerson();
    const at = later();
    const sent = await send(person, { text: "tomorrow", send_at: new Date(at).toISOString() });
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages/${sent.body.message_id}`;
    expect((await call(path, { token: key.token })).body).toMatchObject({ status: "queued", send_at: at });
    for (let time = 0; time < 2; time += 1) {
      const cancelled = await call(path, { method: "DELETE", token: key.token });
      expect(cancelled).toMatchObject({ status: 200, body: { cancelled: true, status: "cancelled" } });
    }
    expect((await call(`${path}/status`, { token: key.token })).body.status).toBe("cancelled");
  });

  it("cannot be cancelled once it has left: 409 names the status", async () => {
    const person = newPerson();
    const sent = await send(person, { text: "now" });
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages/${sent.body.message_id}`;
    await eventually(async () => (await call(`${path}/status`, { token: key.token })).body.status === "delivered");
    const refused = await call(path, { method: "DELETE", token: key.token });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: "message_not_cancellable", message_status: "delivered" },
    });
  });

  it("may be 35 days ahead and no more", async () => {
    expect((await send(newPerson(), { text: "a", send_at: Date.now() + 36 * day })).status).toBe(400);
    expect((await send(newPerson(), { text: "a", send_at: Date.now() + 34 * day })).status).toBe(202);
  });
});

describe("a bulk request", () => {
  const bulk = (messages: unknown) => call("/v2/api/messages/bulk", { body: { messages }, token: key.token });

  it("judges each record by itself, in order", async () => {
    const person = newPerson();
    const answer = await bulk([
      { chat_id: person, text: "a", send_at: later() },
      { chat_id: "nobody", text: "a" },
      { chat_id: person },
      { chat_id: person, text: ["b", "c"], send_at: later() },
      7,
    ]);
    expect(answer.status).toBe(202);
    expect(answer.body.results).toEqual([
      { index: 0, status: "queued", message_id: expect.any(String), from_number: key.numbers[0] },
      { index: 1, status: "failed", code: "invalid_chat_id", message: expect.any(String) },
      { index: 2, status: "failed", code: "missing_content", message: "Missing message content" },
      expect.objectContaining({ index: 3, status: "queued", message_ids: [expect.any(String), expect.any(String)] }),
      { index: 4, status: "failed", code: "invalid_request", message: expect.any(String) },
    ]);
    expect(await listTexts(person)).toEqual(["a", "b", "c"]);
  });

  it("takes 50 records, and refuses 51 whole", async () => {
    const records = Array.from({ length: 51 }, () => ({ chat_id: newPerson(), text: "a", send_at: later() }));
    const taken = await bulk(records.slice(0, 50));
    expect((taken.body.results as { status: string }[]).map(({ status }) => status)).toEqual(
      new Array(50).fill("queued"),
    );
    expect(await bulk(records)).toMatchObject({ status: 400, body: { code: "bulk_limit_exceeded" } });
  });

  it("lets a record carry an idempotency key of its own", async () => {
    const record = { chat_id: newPerson(), text: "a", send_at: later(), idempotency_key: "bulk-1" };
    const [first, again, changed] = (await bulk([record, record, { ...record, text: "b" }])).body.results as {
      message_id?: string;
      code?: string;
    }[];
    expect(first?.message_id).toBe(again?.message_id);
    expect(changed?.code).toBe("idempotency_key_reused");
  });
});

describe("a daily cap", () => {
  it("is told with every answer, and once it is reached with how long to wait", async () => {
    const capped = await makeTestKey();
    await admin(`/api-keys/${capped.id}`, { method: "PATCH", body: { daily_cap: 2 } });
    const ask = () => send(newPerson(), { text: "a", send_at: later() }, {}, capped.token);
    for (const left of [1, 0]) {
      const { status, headers } = await ask();
      expect(status).toBe(202);
      expect(headers.get("RateLimit-Policy")).toBe('"daily";q=2;w=86400');
      expect(headers.get("RateLimit")).toMatch(new RegExp(`^"daily";r=${left};t=\\d+$`));
    }
    const refused = await ask();
    expect(refused).toMatchObject({ status: 429, body: { code: "daily_cap_reached" } });
    const wait = Number(refused.headers.get("Retry-After"));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(86_400);
    expect(refused.headers.get("RateLimit")).toBe(`"daily";r=0;t=${wait}`);
    expect((await send(newPerson(), { text: "a", send_at: later() })).headers.has("RateLimit")).toBe(false);
  });
});

describe("HEAD", () => {
  it("answers as GET does, without the body", async () => {
    const response = await exports.default.fetch("https://gateway.test/v2/api/me", {
      method: "HEAD",
      headers: { Authorization: `Bearer ${key.token}` },
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });
});
