import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { call, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

const at = Date.now() + 86_400_000;
let key: TestKey;
let people = 0;

beforeAll(async () => {
  key = await makeTestKey({ numbers: 2 });
});
beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
});

function newPerson(): string {
  people += 1;
  return `+1555480${String(people).padStart(4, "0")}`;
}

const bulk = (messages: unknown, idempotencyKey?: string) =>
  call("/v2/api/messages/bulk", {
    body: { messages },
    token: key.token,
    ...(idempotencyKey === undefined ? {} : { headers: { "Idempotency-Key": idempotencyKey } }),
  });

async function countMessages(person: string): Promise<unknown> {
  const page = await call(`/v2/api/chats/${person}/messages`, { token: key.token });
  return (page.body.pagination as { total: number } | undefined)?.total ?? 0;
}

describe("an Idempotency-Key on a bulk call", () => {
  it("answers the first results again, refusals included, and sends nothing twice", async () => {
    const person = newPerson();
    const messages = [
      { chat_id: person, text: "a", send_at: at },
      { chat_id: "nobody", text: "b" },
      { chat_id: person, text: ["c", "d"], send_at: at },
      { chat_id: person },
    ];
    const first = await bulk(messages, "call-1");
    expect(first.status).toBe(202);
    const again = await bulk(messages, "call-1");
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(await countMessages(person)).toBe(3);
  });

  it("answers again also where one of the records met a fault of ours: those beside it are not sent twice", async () => {
    const person = newPerson();
    const spoil = `CREATE TRIGGER spoil BEFORE INSERT ON messages WHEN NEW.text = 'spoilt' BEGIN SELECT RAISE(ABORT, 'spoilt'); END`;
    const run = (query: string) =>
      runInDurableObject(env.POOLS.getByName(key.id), (_pool, { storage: { sql } }) => void sql.exec(query));
    await run(spoil);
    const messages = ["before", "spoilt", "behind"].map((text) => ({ chat_id: person, text, send_at: at }));
    const first = await bulk(messages, "call-fault");
    expect(first).toMatchObject({
      status: 202,
      body: { results: [{ status: "queued" }, { status: "failed", code: "internal_error" }, { status: "queued" }] },
    });
    await run("DROP TRIGGER spoil");
    expect(await bulk(messages, "call-fault")).toMatchObject({ status: 200, body: first.body });
    expect(await countMessages(person)).toBe(2);
  });

  it("with other records is refused whole, and nothing is sent", async () => {
    const [person, other] = [newPerson(), newPerson()];
    expect((await bulk([{ chat_id: person, text: "a", send_at: at }], "call-2")).status).toBe(202);
    for (const changed of [
      [{ chat_id: person, text: "b", send_at: at }],
      [{ chat_id: other, text: "a", send_at: at }],
      [{ chat_id: person, text: "a", send_at: at, from_number: key.numbers[1] }],
      [
        { chat_id: person, text: "a", send_at: at },
        { chat_id: other, text: "a", send_at: at },
      ],
    ]) {
      expect(await bulk(changed, "call-2")).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
    }
    expect(await countMessages(person)).toBe(1);
    expect((await call(`/v2/api/chats/${other}`, { token: key.token })).status).toBe(404);
  });

  it("with the same numbers written otherwise is the same", async () => {
    const person = newPerson();
    const from = String(key.numbers[1]);
    const spaced = (number: string) => `${number.slice(0, 2)} (${number.slice(2, 5)}) ${number.slice(5)}`;
    const first = await bulk([{ chat_id: person, text: "a", send_at: at, from_number: from }], "call-3");
    const again = await bulk(
      [{ chat_id: spaced(person), text: "a", send_at: at, from_number: spaced(from) }],
      "call-3",
    );
    expect(again).toMatchObject({ status: 200, body: first.body });
  });

  it("is not used up by a call of which nothing was accepted", async () => {
    const person = newPerson();
    expect((await bulk([{ chat_id: person, text: " " }], "call-4")).status).toBe(202);
    const mended = await bulk([{ chat_id: person, text: "a", send_at: at }], "call-4");
    expect(mended).toMatchObject({ status: 202, body: { results: [{ status: "queued" }] } });
  });

  it("64 at once are one", async () => {
    const person = newPerson();
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => bulk([{ chat_id: person, text: "a", send_at: at }], "call-5")),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(63);
    expect(await countMessages(person)).toBe(1);
  });
});

describe("the size of a bulk call", () => {
  it("is bound by its messages, not only its records", async () => {
    const texts = (count: number) => Array.from({ length: count }, (_, index) => `text ${index}`);
    const records = (count: number) =>
      Array.from({ length: 5 }, () => ({ chat_id: newPerson(), text: texts(count), send_at: at }));
    expect((await bulk(records(50))).status).toBe(202);
    const refused = await bulk([...records(50), { chat_id: newPerson(), text: "one more" }]);
    expect(refused).toMatchObject({ status: 400, body: { code: "bulk_limit_exceeded", messages: 251, limit: 250 } });
  });

  it("holds fifty of the longest texts, however they are written", async () => {
    const records = Array.from({ length: 50 }, () => ({ chat_id: newPerson(), text: "я".repeat(1600), send_at: at }));
    const escaped = JSON.stringify({ messages: records }).replaceAll("я", "\\u044f");
    const headers = { "Content-Type": "application/json" };
    const sent = await call("/v2/api/messages/bulk", { method: "POST", raw: escaped, headers, token: key.token });
    expect(escaped.length).toBeGreaterThan(400_000);
    expect(sent.status).toBe(202);
    expect((sent.body.results as { status: string }[]).every(({ status }) => status === "queued")).toBe(true);
  });
});

describe("an Idempotency-Key on a send", () => {
  const send = (to: string, body: object, headers: Record<string, string>) =>
    call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { body, headers, token: key.token });

  it("with another X-From-Number is another request; the same number written otherwise is the same", async () => {
    const person = newPerson();
    const [first, second] = key.numbers.map(String);
    const body = { text: "a", send_at: at };
    const ask = (number: string | undefined, to = person) =>
      send(to, body, { "Idempotency-Key": "send-1", ...(number === undefined ? {} : { "X-From-Number": number }) });
    const sent = await ask(first);
    expect(sent.status).toBe(202);
    expect(await ask(second)).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
    expect((await ask(undefined)).status).toBe(422);
    const written = `${first?.slice(0, 2)}-${first?.slice(2, 5)}-${first?.slice(5)}`;
    expect(await ask(written)).toMatchObject({ status: 200, body: sent.body });
    expect(await ask(first, `tel:${person}`)).toMatchObject({ status: 200, body: sent.body });
    const inBody = await send(person, { ...body, from_number: first }, { "Idempotency-Key": "send-1" });
    expect(inBody).toMatchObject({ status: 200, body: sent.body });
  });

  it("answers again after the time to send has passed", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const person = newPerson();
    const body = { text: "a", send_at: Date.now() + 5_000 };
    const sent = await send(person, body, { "Idempotency-Key": "send-2" });
    expect(sent.status).toBe(202);
    vi.setSystemTime(Date.now() + 600_000);
    const again = await send(person, body, { "Idempotency-Key": "send-2" });
    vi.useRealTimers();
    expect(again).toMatchObject({ status: 200, body: sent.body });
  });
});
