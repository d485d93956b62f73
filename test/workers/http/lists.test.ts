import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

type Listed = { message_id: string; text: string; direction: string; time_sent: number; status: string };

const inAMonth = Date.now() + 30 * 24 * 60 * 60 * 1000;
const perRecord = 50;
const perCall = 5;

beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
});

/** Writes this many messages to one chat, as many in a call as it takes; scheduled, so that none leaves. */
async function fill(key: TestKey, chatId: string, count: number, label: string): Promise<void> {
  const texts = Array.from({ length: count }, (_, index) => `${label}${index}`);
  const messages = Array.from({ length: Math.ceil(count / perRecord) }, (_, record) => ({
    chat_id: chatId,
    text: texts.slice(record * perRecord, (record + 1) * perRecord),
    send_at: inAMonth,
  }));
  for (let start = 0; start < messages.length; start += perCall) {
    const body = { messages: messages.slice(start, start + perCall) };
    const answer = await call("/v2/api/messages/bulk", { body, token: key.token });
    expect((answer.body.results as { status: string }[]).every(({ status }) => status === "queued")).toBe(true);
  }
}

async function readPage(key: TestKey, chatId: string, query: string): Promise<{ messages: Listed[]; total: number }> {
  const answer = await call(`/v2/api/chats/${encodeURIComponent(chatId)}/messages?${query}`, { token: key.token });
  expect(answer.status).toBe(200);
  const { total } = answer.body.pagination as { total: number };
  return { messages: answer.body.messages as Listed[], total };
}

async function walk(read: (offset: number) => Promise<Listed[]>): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const page = await read(seen.length);
    if (page.length === 0) return seen;
    seen.push(...page.map(({ message_id }) => message_id));
  }
}

describe("a chat of thousands of messages", () => {
  const chat = "+15554100001";
  let key: TestKey;
  beforeAll(async () => {
    key = await makeTestKey();
    for (let round = 0; round < 2; round += 1) await fill(key, chat, 1500, `m${round}-`);
  });

  it("is read whole, oldest first, while messages are added: nothing twice, nothing missing", async () => {
    let added = 0;
    const seen = await walk(async (offset) => {
      if (added < 500) await fill(key, chat, 100, `asc${added}-`);
      added += added < 500 ? 100 : 0;
      return (await readPage(key, chat, `sort=asc&limit=200&offset=${offset}`)).messages;
    });
    expect(seen).toHaveLength(3500);
    expect(new Set(seen).size).toBe(3500);
    expect(seen.toSorted()).toEqual(seen);
  });

  it("is read whole, newest first, while messages are added, once `until` pins it", async () => {
    const newest = (await readPage(key, chat, "limit=1")).messages[0];
    const until = Number(newest?.time_sent);
    vi.useFakeTimers({ toFake: ["Date"], now: until + 1000 });
    try {
      const { total } = await readPage(key, chat, `limit=1&until=${until}`);
      let pages = 0;
      const seen = await walk(async (offset) => {
        pages += 1;
        await fill(key, chat, 10, `desc${pages}-`);
        const page = await readPage(key, chat, `limit=200&until=${until}&offset=${offset}`);
        // Further than a thousand rows behind the page nobody counts.
        expect(page.total).toBeGreaterThanOrEqual(Math.min(total, offset + page.messages.length));
        return page.messages;
      });
      expect(seen.length).toBeGreaterThanOrEqual(total);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.toSorted().toReversed()).toEqual(seen);
    } finally {
      vi.useRealTimers();
    }
  });

  it("past its end is an empty page with the right total", async () => {
    const { messages, total } = await readPage(key, chat, "offset=1000000");
    expect(messages).toEqual([]);
    expect(total).toBeGreaterThanOrEqual(3500);
  });
});

describe("a chat's filters", () => {
  const chat = "+15554100002";
  let key: TestKey;
  const times: number[] = [];

  beforeAll(async () => {
    key = await makeTestKey();
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
    for (const [index, inbound] of [false, true, false, true, false].entries()) {
      if (inbound) await admin("/sandbox/inbound", { body: { from: chat, to: key.numbers[0], text: `in ${index}` } });
      else await fill(key, chat, 1, `out ${index} `);
      const newest = await eventually(async () => {
        const page = await readPage(key, chat, "limit=1");
        return page.total === index + 1 ? page.messages[0] : null;
      });
      times.push(newest.time_sent);
    }
  });

  it.each([
    ["", [4, 3, 2, 1, 0]],
    ["sort=asc", [0, 1, 2, 3, 4]],
    ["direction=inbound", [3, 1]],
    ["direction=outbound&sort=asc", [0, 2, 4]],
    ["since=2", [4, 3, 2]],
    ["until=2", [2, 1, 0]],
    ["since=1&until=3", [3, 2, 1]],
    ["since=1&until=3&direction=inbound", [3, 1]],
    ["since=4&until=1", []],
    ["limit=2&offset=1", [3, 2]],
  ])("%s", async (query, expected) => {
    const asked = query.replace(/(since|until)=(\d)/g, (_, name, index) => `${name}=${times[Number(index)]}`);
    const { messages, total } = await readPage(key, chat, asked);
    expect(messages.map(({ text }) => Number(/\d/.exec(text)?.[0]))).toEqual(expected);
    expect(total).toBe(query.startsWith("limit") ? 5 : expected.length);
  });

  it.each([
    "limit=0",
    "limit=201",
    "limit=1e2",
    "offset=-1",
    "offset=1.5",
    "sort=newest",
    "direction=both",
    "since=-1",
    "until=tomorrow",
    "since=9007199254740993",
    "since=1&since=2",
  ])("%s is 400", async (query) => {
    const answer = await call(`/v2/api/chats/${chat}/messages?${query}`, { token: key.token });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  });
});

describe("chats", () => {
  it("are listed newest or oldest first, cut into pages, and found by number or name", async () => {
    const key = await makeTestKey();
    const people = Array.from({ length: 7 }, (_, index) => `+1555420000${index}`);
    for (const person of people) await fill(key, person, 2, "hello ");
    await call(`/v2/api/contacts/${people[3]}`, { method: "PATCH", body: { name: "Zoë Ω" }, token: key.token });
    const list = async (query: string) => {
      const { body } = await call(`/v2/api/chats?${query}`, { token: key.token });
      const chats = body.chats as { id: string }[];
      return { ids: chats.map(({ id }) => id), total: (body.pagination as { total: number }).total, chats };
    };
    expect(await list("")).toMatchObject({ ids: people.toReversed(), total: 7 });
    expect(await list("sort=oldest&limit=3&offset=3")).toMatchObject({ ids: people.slice(3, 6), total: 7 });
    expect(await list("q=4200003")).toMatchObject({ ids: [people[3]], total: 1 });
    expect(await list("q=zo")).toMatchObject({ ids: [people[3]], total: 1 });
    expect(await list(`q=${encodeURIComponent("Ω")}`)).toMatchObject({ ids: [people[3]], total: 1 });
    expect(await list("q=+15554200001")).toMatchObject({ ids: [people[1]], total: 1 });
    expect(await list("q=_")).toMatchObject({ ids: [], total: 0 });
    const [first] = (await list("limit=1")).chats;
    expect(first).toMatchObject({
      message_count: 2,
      inbound_count: 0,
      outbound_count: 2,
      last_message: { text: "hello 1", direction: "outbound" },
    });
    const read = await call(`/v2/api/chats/${people[6]}`, { token: key.token });
    expect(read.body).toMatchObject({ ...first, first_message_time: expect.any(Number) });
  });

  it("say of their last message the time that it says itself, once it has left and while it waits", async () => {
    const key = await makeTestKey();
    const chat = "+15554200020";
    const path = `/v2/api/chats/${chat}`;
    const send_at = Date.now() + 1_500;
    await call(`${path}/messages`, { body: { text: "Hello", send_at }, token: key.token });
    const read = async () => (await readPage(key, chat, "limit=1")).messages[0];
    const agrees = async (message: Listed | undefined) => {
      const last_message = { message_id: message?.message_id, time_sent: message?.time_sent };
      expect((await call(path, { token: key.token })).body).toMatchObject({ last_message });
      expect((await call("/v2/api/chats", { token: key.token })).body.chats).toMatchObject([{ last_message }]);
    };
    const waiting = await read();
    await agrees(waiting);
    const left = await eventually(async () => {
      const message = await read();
      return message?.status === "delivered" && message;
    });
    expect(left.time_sent).toBeGreaterThan(Number(waiting?.time_sent));
    await agrees(left);
  });

  it("without messages are none, and unknown ones 404", async () => {
    const key = await makeTestKey();
    await call("/v2/api/contacts", { body: { identifier: "+15554200009" }, token: key.token });
    expect((await call("/v2/api/chats", { token: key.token })).body).toMatchObject({ chats: [] });
    expect((await call("/v2/api/chats/+15554200009", { token: key.token })).status).toBe(404);
    expect((await call("/v2/api/chats/+15554200009/messages", { token: key.token })).status).toBe(404);
  });
});
