import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";
import { refused, send } from "../../support/workers/story.ts";

type Found = {
  messages: Record<string, unknown>[];
  next_before: string | null;
  searched_until: number | null;
  next_after: string;
};

async function find(key: Pick<TestKey, "id">, query: Record<string, string | number> = {}): Promise<Found> {
  const params = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const found = await admin(`/api-keys/${key.id}/messages?${params}`);
  expect(found.status).toBe(200);
  return found.body as Found;
}

const textsOf = ({ messages }: Found) => messages.map(({ text }) => text);
const idsOf = ({ messages }: Found) => messages.map(({ message_id }) => message_id);

beforeAll(() => vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok")));
afterAll(() => vi.restoreAllMocks());

describe("a key's messages", () => {
  const [ann, bob] = ["+15554200001", "+15554200002"];
  let key: TestKey;
  const ids: string[] = [];

  beforeAll(async () => {
    key = await makeTestKey({ numbers: 2 });
    ids.push(await send(key, ann, { text: "Order 17 left" }));
    ids.push(await send(key, bob, { text: "ORDER 18 is late", from_number: key.numbers[1] }));
    ids.push(await send(key, refused, { text: "Never 50% arrives" }));
    ids.push(await send(key, ann, { text: "Grüße, 日本 👨‍👩‍👧‍👦", send_at: Date.now() + 3_600_000 }));
    await call(`/v2/api/contacts/${encodeURIComponent(ann)}`, {
      method: "PATCH",
      body: { name: "Ann" },
      token: key.token,
    });
    await admin("/sandbox/inbound", { body: { from: bob, to: key.numbers[1], text: "Where is order 18?" } });
    await eventually(async () => (await find(key)).messages.length === 5);
    await eventually(async () => (await find(key, { status: "delivered" })).messages.length === 2);
    await eventually(async () => (await find(key, { status: "failed" })).messages.length === 1);
  });

  it("come newest first, each with its chat, its contact and its state inside", async () => {
    const found = await find(key);
    expect(idsOf(found).slice(1)).toEqual(ids.toReversed());
    expect(found).toMatchObject({ next_before: null, searched_until: null });
    expect(found.messages[0]).toMatchObject({
      direction: "inbound",
      chat_id: bob,
      status: null,
      internal_status: "received",
    });
    expect(found.messages[1]).toMatchObject({
      chat_id: ann,
      contact: { identifier: ann, name: "Ann" },
      status: "queued",
      internal_status: "scheduled",
    });
    expect(found.messages[2]).toMatchObject({ status: "failed", error: expect.stringMatching(/\w/) });
  });

  it("are read page by page without a gap or a repeat", async () => {
    const seen: unknown[] = [];
    for (let before: string | null = ""; before !== null; ) {
      const page: Found = await find(key, { limit: 2, ...(before === "" ? {} : { before }) });
      expect(page.messages.length).toBeLessThanOrEqual(2);
      seen.push(...idsOf(page));
      before = page.next_before;
    }
    expect(seen).toEqual(idsOf(await find(key)));
  });

  it.each([
    ["the state", { status: "failed" }, ["Never 50% arrives"]],
    ["the state while it waits", { status: "scheduled" }, ["Grüße, 日本 👨‍👩‍👧‍👦"]],
    ["the state of what has not left", { status: "queued" }, ["Grüße, 日本 👨‍👩‍👧‍👦"]],
    ["an unknown outcome", { status: "unknown" }, []],
    ["the direction", { direction: "inbound" }, ["Where is order 18?"]],
    ["the contact", { contact: bob }, ["Where is order 18?", "ORDER 18 is late"]],
    ["part of the text in any case", { q: "order 1" }, ["Where is order 18?", "ORDER 18 is late", "Order 17 left"]],
    ["part of the text beyond ASCII", { q: "日本" }, ["Grüße, 日本 👨‍👩‍👧‍👦"]],
    ["a text with signs that SQL knows", { q: "50%" }, ["Never 50% arrives"]],
    ["several at once", { contact: bob, direction: "outbound", q: "late" }, ["ORDER 18 is late"]],
    ["a stranger", { contact: "+15554200099" }, []],
  ])("are filtered by %s", async (_, query, texts) => {
    const found = await find(key, query as Record<string, string>);
    expect(textsOf(found)).toEqual(texts);
    expect(found.next_before).toBeNull();
  });

  it("are filtered by number and by time, both ends included", async () => {
    expect(textsOf(await find(key, { number: String(key.numbers[1]) }))).toEqual([
      "Where is order 18?",
      "ORDER 18 is late",
    ]);
    const { messages } = await find(key);
    const at = Number(
      (await call(`/v2/api/chats/${encodeURIComponent(ann)}`, { token: key.token })).body.last_message_time,
    );
    const later = await find(key, { since: at });
    const sooner = await find(key, { until: at });
    expect(idsOf(later)).toContain(ids[3]);
    expect(idsOf(sooner)).toContain(ids[3]);
    expect(later.messages.length + sooner.messages.length).toBeGreaterThan(messages.length);
  });

  it("are found by their id and by the carrier's", async () => {
    const [, , , first] = (await find(key)).messages.slice(1);
    expect(first?.message_id).toBe(ids[0]);
    expect(idsOf(await find(key, { q: String(ids[0]) }))).toEqual([ids[0]]);
    expect(idsOf(await find(key, { q: String(first?.provider_id) }))).toEqual([ids[0]]);
    expect(idsOf(await find(key, { q: String(ids[0]), contact: bob }))).toEqual([]);
  });

  it("are followed live: from `latest` on, each answer says where the next begins", async () => {
    const begun = await find(key, { after: "latest" });
    expect(begun.messages).toEqual([]);
    expect((await find(key, { after: begun.next_after })).messages).toEqual([]);
    const more = [await send(key, ann, { text: "One" }), await send(key, ann, { text: "Two" })];
    const news = await find(key, { after: begun.next_after });
    expect(idsOf(news)).toEqual(more.toReversed());
    expect((await find(key, { after: news.next_after })).messages).toEqual([]);
  });

  it("are followed without a gap where more came than one answer holds: it goes back from there to the cursor", async () => {
    const begun = await find(key, { after: "latest" });
    const more: string[] = [];
    for (const text of ["One", "Two", "Three"]) more.push(await send(key, ann, { text }));
    const first = await find(key, { after: begun.next_after, limit: 2 });
    expect(idsOf(first)).toEqual(more.toReversed().slice(0, 2));
    const rest = await find(key, { after: begun.next_after, before: String(first.next_before), limit: 2 });
    expect(idsOf(rest)).toEqual([more[0]]);
    expect(rest.next_before).toBeNull();
  });

  it("begin to be followed in a key that has none yet", async () => {
    const empty = await makeTestKey();
    const begun = await find(empty, { after: "latest" });
    const first = await send(empty, ann);
    expect(idsOf(await find(empty, { after: begun.next_after }))).toEqual([first]);
  });

  it.each([
    ["a cursor that is no message", { before: "msg_nonsense" }, "invalid_request"],
    ["a cursor of another key", { after: "msg_000000000000000000000" }, "invalid_request"],
    ["a state that there is not", { status: "lost" }, "invalid_request"],
    ["a contact that is no address", { contact: "nobody" }, "invalid_chat_id"],
    ["a number that is no number", { number: "nothing" }, "invalid_request"],
    ["a limit too high", { limit: "201" }, "invalid_request"],
  ])("refuse %s", async (_, query, code) => {
    const answer = await admin(`/api-keys/${key.id}/messages?${new URLSearchParams(query)}`);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe(code);
  });

  it("of a key that does not exist are not found, and nothing is made for it", async () => {
    for (const id of ["key_0000000000000000", "org_whatever", "nonsense"]) {
      expect((await admin(`/api-keys/${id}/messages`)).status).toBe(404);
    }
  });
});

describe("a search through very many messages", () => {
  it("looks at 20,000 in one call, says how far it came, and goes on to the last", { timeout: 60_000 }, async () => {
    const key = await makeTestKey();
    const oldest = await send(key, "+15554200003", { text: "The needle", send_at: Date.now() + 86_400_000 });
    await runInDurableObject(env.POOLS.getByName(key.id), (_, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 45000)
         INSERT INTO messages (seq, chat, direction, number, channel, account, status, text, created_at, detail)
         SELECT first.seq + n.i, '+15554200004', 'outbound', first.number, 'sms', first.account, 'cancelled', 'Hay', first.created_at, first.detail
         FROM n, (SELECT * FROM messages ORDER BY seq LIMIT 1) AS first`,
      );
    });
    const answers: Found[] = [];
    for (let before: string | null = ""; before !== null; ) {
      const page: Found = await find(key, { q: "needle", ...(before === "" ? {} : { before }) });
      answers.push(page);
      before = page.next_before;
    }
    expect(answers.map(textsOf)).toEqual([[], [], ["The needle"]]);
    const times = answers.map(({ searched_until }) => searched_until);
    expect(times[2]).toBeNull();
    expect(Number(times[0])).toBeGreaterThan(Number(times[1]));
    expect(idsOf(await find(key, { contact: "+15554200003" }))).toEqual([oldest]);
    expect((await find(key, { limit: 200 })).messages).toHaveLength(200);
  });
});

describe("the admin", () => {
  const person = "+15554200010";
  let key: TestKey;
  beforeAll(async () => {
    key = await makeTestKey();
  });

  const post = (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
    call(`/admin/api/api-keys/${key.id}/messages`, { body, headers, token: env.ADMIN_TOKEN });

  it("sends as the key, at once, and once for one Idempotency-Key", async () => {
    const headers = { "Idempotency-Key": "welcome-1" };
    const first = await post({ to: person, text: "Hello" }, headers);
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ status: "queued", from_number: key.numbers[0] });
    const again = await post({ to: person, text: "Hello" }, headers);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect((await post({ to: person, text: "Other" }, headers)).body.code).toBe("idempotency_key_reused");
    expect((await find(key, { contact: person })).messages).toHaveLength(1);
  });

  it("has idempotency keys of its own: one that the key's holder used means another request", async () => {
    const headers = { "Idempotency-Key": "shared-1" };
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages`;
    const own = await call(path, { body: { text: "Mine" }, headers, token: key.token });
    const admins = await post({ to: person, text: "Yours" }, headers);
    expect([own.status, admins.status]).toEqual([202, 202]);
  });

  it.each([
    ["without content", { to: person }, "missing_content"],
    ["to nobody", { to: "nobody", text: "Hi" }, "invalid_chat_id"],
    [
      "from a number of somebody else",
      { to: person, text: "Hi", from_number: "+12125550188" },
      "from_number_not_owned",
    ],
    ["with a field that there is not", { to: person, text: "Hi", colour: "red" }, "invalid_request"],
  ])("is refused %s", async (_, body, code) => {
    expect((await post(body)).body.code).toBe(code);
  });

  it("cancels what has not left, and is told of what has", async () => {
    const later = await post({ to: person, text: "Later", send_at: Date.now() + 3_600_000 });
    const path = `/api-keys/${key.id}/messages/${later.body.message_id}`;
    expect((await admin(path, { method: "DELETE" })).body).toMatchObject({ cancelled: true, status: "cancelled" });
    expect((await admin(path)).body).toMatchObject({ internal_status: "cancelled" });
    const left = await post({ to: person, text: "Now" });
    await eventually(
      async () => (await find(key, { q: String(left.body.message_id), status: "delivered" })).messages[0],
    );
    const refusal = await admin(`/api-keys/${key.id}/messages/${left.body.message_id}`, { method: "DELETE" });
    expect(refusal.body).toMatchObject({ code: "message_not_cancellable", message_status: "delivered" });
    expect((await admin(`/api-keys/${key.id}/messages/msg_unknown`, { method: "DELETE" })).status).toBe(404);
  });

  it("reads the conversations and their messages as the key does, and more", async () => {
    const chats = await admin(`/api-keys/${key.id}/chats?q=${encodeURIComponent(person)}`);
    const own = await call(`/v2/api/chats?q=${encodeURIComponent(person)}`, { token: key.token });
    expect(chats.body).toEqual(own.body);
    const path = `/chats/${encodeURIComponent(person)}/messages?limit=2`;
    const page = await admin(`/api-keys/${key.id}${path}`);
    const theirs = await call(`/v2/api${path}`, { token: key.token });
    expect((page.body.messages as { message_id: string }[]).map((one) => one.message_id)).toEqual(
      (theirs.body.messages as { message_id: string }[]).map((one) => one.message_id),
    );
    expect(page.body).toMatchObject({
      chat_id: person,
      pagination: theirs.body.pagination,
      messages: [{ chat_id: person, internal_status: expect.any(String) }, {}],
    });
    expect((await admin(`/api-keys/${key.id}/chats/%2B15554200098/messages`)).status).toBe(404);
  });
});
