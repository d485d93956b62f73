import { beforeEach, describe, expect, it } from "vitest";
import {
  channelId,
  contactId,
  conversationId,
  identityId,
  readContactId,
  readConversation,
} from "../../../src/domain/channel-ids.ts";
import { admin, call, eventually } from "../../support/workers/gateway.ts";
import { changeNumber, makePool, newPerson, type Pool, send, writeTo } from "../../support/workers/pool.ts";
import { type Outside, standInForTheOutside } from "../../support/workers/twilio.ts";

type Data = Record<string, unknown>;

let pool: Pool;

beforeEach(async () => {
  pool = await makePool([{}, { mms: false, type: "inbound" }], {
    strategy: "round_robin",
    sticky: false,
    sticky_days: null,
  });
});

const v4 = (path: string, init: Parameters<typeof call>[1] = {}) => call(`/v4${path}`, { token: pool.token, ...init });
const dataOf = (answer: { body: Record<string, unknown> }) => answer.body.data as Data;
const listOf = (answer: { body: Record<string, unknown> }) => answer.body.data as Data[];
const number = (index: number) => String(pool.numbers[index]);

/** Every entry of a list, read page by page. */
async function readAll(path: string, limit: number): Promise<Data[]> {
  const found: Data[] = [];
  for (let cursor = ""; ; ) {
    const page = await v4(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}${cursor}`);
    found.push(...listOf(page));
    if (page.body.next_cursor === null) return found;
    expect(page.body.has_more).toBe(true);
    cursor = `&cursor=${page.body.next_cursor}`;
  }
}

describe("a key's channels", () => {
  it("are its numbers, each with what it can do and since when it is there", async () => {
    const [one, two] = listOf(await v4("/channels"));
    expect(one).toMatchObject({
      id: channelId(number(0)),
      type: "twilio",
      address: number(0),
      status: "active",
      capabilities: { protocols: ["sms"], content: ["text", "media"], gates: [] },
    });
    expect(Number(one?.created_at)).toBeGreaterThan(Date.now() - 600_000);
    expect(two).toMatchObject({ capabilities: { content: ["text"], gates: ["reply_only"] } });
    expect(await readAll("/channels", 1)).toEqual([one, two]);
    expect(dataOf(await v4(`/channels/${channelId(number(1))}`))).toEqual(two);
    expect(dataOf(await v4(`/channels/${encodeURIComponent(number(1))}`))).toEqual(two);
    expect(dataOf(await v4(`/channels/${channelId(number(1))}/capabilities`))).toEqual({
      channel_id: two?.id,
      type: "twilio",
      capabilities: two?.capabilities,
    });
    expect((await v4(`/channels/${channelId("+15551230000")}`)).status).toBe(404);
  });

  it("say what is paused, and are listed by type and status", async () => {
    await changeNumber(number(1), { is_active: false });
    expect(listOf(await v4("/channels?status=suspended"))).toMatchObject([{ address: number(1) }]);
    expect(listOf(await v4("/channels?type=blooio"))).toEqual([]);
    for (const none of ["/channels?type=whatsapp", "/channels?status=banned", "/chats?state=closed", "/chats?type=amb"])
      expect(listOf(await v4(none))).toEqual([]);
    await changeNumber(number(1), { is_active: true });
  });

  it("are told beside the key's own facts", async () => {
    expect(dataOf(await v4("/me"))).toMatchObject({ api_key_id: pool.id, mode: "live", protocol: "twilio" });
    expect(listOf(await v4("/me/numbers"))).toMatchObject([
      { phone_number: number(0), channel_id: channelId(number(0)), is_active: true, type: "dedicated" },
      { phone_number: number(1), type: "inbound" },
    ]);
  });
});

describe("chats", () => {
  it("are one for each number that a person speaks with, the last person first, page by page", async () => {
    const [ann, ben] = [newPerson(), newPerson()];
    await writeTo(pool, ann, number(0));
    await writeTo(pool, ben, number(0));
    await writeTo(pool, ann, number(1));
    const all = await readAll("/chats", 1);
    const pairs = all.map(({ id }) => readConversation(String(id)));
    expect(pairs.slice(0, 3)).toEqual([
      { number: number(1), person: ann },
      { number: number(0), person: ann },
      { number: number(0), person: ben },
    ]);
    expect(await readAll("/chats", 200)).toEqual(all);
    expect(all[0]).toMatchObject({
      channel_id: channelId(number(1)),
      contact_id: contactId(ann),
      identity_id: identityId("twilio", ann),
      group_id: null,
      state: "open",
      window_expires_at: null,
    });
    expect(dataOf(await v4(`/chats/${all[0]?.id}`))).toEqual(all[0]);
    const ofAnn = await readAll(`/chats?contact_id=${contactId(ann)}`, 1);
    expect(ofAnn).toEqual(all.slice(0, 2));
    const ofNumber = await readAll(`/chats?channel_id=${channelId(number(1))}`, 1);
    expect(ofNumber).toEqual([all[0]]);
  });

  it("are blocked where the person opted out, and deprecated where the number has left", async () => {
    const person = newPerson();
    await writeTo(pool, person, number(0), "STOP");
    const chat = conversationId({ number: number(0), person });
    expect(dataOf(await v4(`/chats/${chat}`))).toMatchObject({ state: "blocked" });
    expect(listOf(await v4("/chats?state=blocked"))).toMatchObject([{ id: chat }]);
    await changeNumber(number(0), { api_key_id: null });
    expect(dataOf(await v4(`/chats/${chat}`))).toMatchObject({ state: "deprecated", capabilities: null });
    await changeNumber(number(0), { api_key_id: pool.id });
    expect((await v4(`/chats/${conversationId({ number: number(1), person })}`)).status).toBe(404);
  });
});

describe("contacts", () => {
  it("are made, found, renamed, tagged and forgotten by an id that holds their address", async () => {
    const person = newPerson();
    const made = await v4("/contacts", { body: { identifier: person, name: "Ann Contact" } });
    expect(made).toMatchObject({
      status: 201,
      body: {
        data: {
          id: contactId(person),
          name: "Ann Contact",
          last_text: null,
          identities: [{ id: identityId("twilio", person), identifier: person }],
        },
      },
    });
    expect(await v4("/contacts", { body: { identifier: person } })).toMatchObject({
      status: 409,
      body: { error: { code: "already_exists", details: { id: contactId(person) } } },
    });
    const path = `/contacts/${contactId(person)}`;
    await send({ ...pool }, person, { text: "The last word", from_number: number(0) });
    expect(dataOf(await v4(path))).toMatchObject({ last_direction: "outbound", last_text: "The last word" });
    expect(dataOf(await v4(path, { method: "PATCH", body: { name: "Anna" } }))).toMatchObject({ name: "Anna" });
    expect(dataOf(await v4(`${path}/tags`, { body: { tags: ["VIP", "Berlin"] } }))).toEqual(["Berlin", "VIP"]);
    expect(dataOf(await v4(`${path}/tags`, { body: { tag: "new" } }))).toEqual(["Berlin", "VIP", "new"]);
    expect(listOf(await v4("/contacts?tag=vip"))).toMatchObject([{ id: contactId(person) }]);
    expect(dataOf(await v4(`${path}/tags/new`, { method: "DELETE" }))).toEqual(["Berlin", "VIP"]);
    expect(dataOf(await v4(`${path}/tags`))).toEqual(["Berlin", "VIP"]);
    const v2 = await call(`/v2/api/contacts/${encodeURIComponent(person)}`, { token: pool.token });
    expect(v2.body).toMatchObject({ name: "Anna", tags: ["Berlin", "VIP"] });
    expect(dataOf(await v4(path, { method: "DELETE" }))).toEqual({ id: contactId(person), deleted: true });
    expect((await v4(path)).status).toBe(404);
  });

  it("are listed by cursor, or by offset where something is looked for", async () => {
    for (const name of ["Zoe One", "Zoe Two", "Zoe Three"]) {
      await v4("/contacts", { body: { identifier: newPerson(), name } });
    }
    const all = await readAll("/contacts", 2);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect((await v4("/contacts")).body).not.toHaveProperty("pagination");
    const found = await v4("/contacts?q=Zoe&sort=name_asc&limit=2&offset=1");
    expect(found.body).toMatchObject({
      data: [{ name: "Zoe Three" }, { name: "Zoe Two" }],
      pagination: { limit: 2, offset: 1, total: 3 },
      has_more: false,
    });
    const [one] = all;
    const identifier = readContactId(String(one?.id)) ?? "";
    expect(listOf(await v4(`/contacts?identifier=${encodeURIComponent(identifier)}`))).toEqual([one]);
    expect(listOf(await v4("/contacts?identifier=%2B15550009999"))).toEqual([]);
    for (const query of ["tag=a&q=b", "filter=has_tags", "offset=1&cursor=1"]) {
      expect((await v4(`/contacts?${query}`)).status, query).toBe(400);
    }
  });
});

describe("webhooks and events", () => {
  let outside: Outside;
  const posted = () => outside.told;

  beforeEach(() => {
    outside = standInForTheOutside();
    outside.answerAs = (url) => (url.includes("failing") ? 500 : 200);
  });

  it("are told in v4's envelope, listed as deliveries, and delivered again", async () => {
    const url = "https://customer.example/v4";
    const made = await v4("/webhooks", { body: { url, channel_id: channelId(number(0)) } });
    const { signing_secret, ...shown } = dataOf(made);
    expect(made.status).toBe(201);
    expect(signing_secret).toMatch(/^whsec_/);
    expect(shown).toMatchObject({ url, event_types: ["*"], status: "active", channel_id: channelId(number(0)) });
    expect(listOf(await v4("/webhooks"))).toContainEqual(shown);
    expect((await v4("/webhooks", { body: { url } })).status).toBe(409);
    const other = "https://customer.example/v4-other";
    const refused = [
      { channel_id: channelId("+15551230000"), status: 404 },
      { channel_type: "twilio", status: 400 },
    ];
    for (const { status, ...wish } of refused)
      expect((await v4("/webhooks", { body: { url: other, ...wish } })).status).toBe(status);
    const never = { url: other, event_types: ["safety.state_changed", "safety.*", "poll.voted"], channel_type: null };
    expect((await v4("/webhooks", { body: never })).status).toBe(201);
    const person = newPerson();
    await writeTo(pool, person, number(0), "For the hook");
    await writeTo(pool, person, number(1), "Not for the hook");
    const told = await eventually(async () => posted().find(({ body }) => body.type === "message.received")?.body);
    const chat = conversationId({ number: number(0), person });
    expect(told).toMatchObject({
      organization_id: pool.carrier.organizationId,
      chat_id: chat,
      channel_type: "twilio",
      data: { event: "message.received", text: "For the hook", external_id: person },
    });
    expect(told.created_at).toBe(told.occurred_at);
    const deliveries = `/webhooks/${shown.id}/deliveries`;
    const [delivery] = await eventually(async () => {
      const found = listOf(await v4(deliveries));
      return found.length > 0 && found;
    });
    expect(delivery).toMatchObject({
      event_id: told.id,
      event_type: "message.received",
      status: "delivered",
      attempt_count: 1,
      response_status: 200,
      next_attempt_at: null,
    });
    expect((await v4(`/webhooks/${shown.id}/logs`)).body.data).toEqual([delivery]);
    const replayed = await v4(`${deliveries}/${delivery?.id}/replay`, { method: "POST" });
    expect(replayed).toMatchObject({ status: 201, body: { data: { replay_of: delivery?.id, status: "delivered" } } });
    expect(posted().filter(({ body }) => (body.data as Data).text === "For the hook")).toHaveLength(2);
    expect((await v4(`${deliveries}/wdel_x/replay`, { method: "POST" })).status).toBe(404);
    expect(await readAll(deliveries, 1)).toHaveLength(2);
  });

  it("say of a delivery that fails how often it was tried and when again", async () => {
    const made = dataOf(
      await v4("/webhooks", { body: { url: "https://customer.example/failing", event_types: ["message.received"] } }),
    );
    await writeTo(pool, newPerson(), number(0), "In vain");
    const [delivery] = await eventually(async () => {
      const found = listOf(await v4(`/webhooks/${made.id}/deliveries`));
      return found.length > 0 && found;
    });
    expect(delivery).toMatchObject({ status: "pending", attempt_count: 1, response_status: 500 });
    expect(Number(delivery?.next_attempt_at)).toBeGreaterThan(Number(delivery?.last_attempt_at));
  });

  it("are changed, paused, and given another secret", async () => {
    const made = dataOf(
      await v4("/webhooks", { body: { url: "https://customer.example/changed", event_types: ["status", "poll.*"] } }),
    );
    const path = `/webhooks/${made.id}`;
    expect(made.event_types).toEqual(["message.sent", "message.delivered", "message.failed", "message.read", "poll.*"]);
    const patch = (body: unknown) => v4(path, { method: "PATCH", body });
    expect(dataOf(await patch({ status: "disabled" }))).toMatchObject({ status: "disabled" });
    expect(dataOf(await patch({ status: "active", event_types: ["message.*"] }))).toMatchObject({
      status: "active",
      event_types: ["message.*"],
    });
    const over = { valid_until: Date.now() - 1_000 };
    await call(`/v2/api/webhooks/${made.id}`, { method: "PATCH", body: over, token: pool.token });
    expect(dataOf(await v4(path))).toMatchObject({ status: "disabled" });
    expect(dataOf(await patch({ status: "active" }))).toMatchObject({ status: "active" });
    expect((await patch({ url: "https://customer.example/other" })).status).toBe(400);
    expect((await patch({ event_types: ["nonsense"] })).status).toBe(400);
    const rotated = dataOf(await v4(`${path}/secret/rotate`, { method: "POST" }));
    expect(rotated.signing_secret).not.toBe(made.signing_secret);
    const { body } = await call(`/v2/api/webhooks/${made.id}`, { token: pool.token });
    expect(body).toMatchObject({ format: "v4", events: ["message.*"] });
    expect(dataOf(await v4(path, { method: "DELETE" }))).toEqual({ id: made.id, deleted: true });
    expect((await v4(path)).status).toBe(404);
  });

  it("are tried by the admin in the same envelope", async () => {
    const made = dataOf(await v4("/webhooks", { body: { url: "https://customer.example/tried" } }));
    await admin(`/webhooks/${made.id}/test`, { method: "POST" });
    const tried = posted().find(({ url }) => url.endsWith("/tried"));
    expect(tried?.body).toMatchObject({ type: "webhook.test", chat_id: null, data: { event: "webhook.test" } });
  });

  it("stand in the feed, newest first, by name, chat and message", async () => {
    const person = newPerson();
    await writeTo(pool, person, number(0), "One");
    await writeTo(pool, person, number(0), "Two");
    await writeTo(pool, person, number(1), "Elsewhere");
    const chat = conversationId({ number: number(0), person });
    const ofChat = await readAll(`/events?chat_id=${chat}`, 1);
    expect(ofChat.map(({ data }) => (data as Data).text)).toEqual(["Two", "One"]);
    const [newest] = listOf(await v4("/events?limit=1"));
    expect(newest).toMatchObject({ type: "message.received", data: { text: "Elsewhere" } });
    const [two] = ofChat;
    expect(listOf(await v4(`/events?message_id=${two?.message_id}`))).toEqual([two]);
    expect(dataOf(await v4(`/events/${two?.id}`))).toEqual(two);
    const types = async (type: string) =>
      new Set((await readAll(`/events?type=${type}`, 200)).map(({ type: of }) => of));
    expect(await types("message.*")).toContain("message.received");
    expect(await types("message.reaction")).toEqual(new Set());
    expect((await v4("/events/evt_nothing")).status).toBe(404);
    expect(listOf(await v4("/events?message_id=msg_nothing"))).toEqual([]);
  });

  it("phone numbers are looked up", async () => {
    expect(dataOf(await v4("/phone-numbers/lookup?number=%2B14155550100"))).toMatchObject({ e164: "+14155550100" });
    expect(dataOf(await v4("/phone-numbers/lookup", { body: { number: "+14155550100" } }))).toMatchObject({
      valid: true,
    });
    expect(listOf(await v4("/phone-numbers/batch", { body: { numbers: ["+14155550100", "x"] } }))).toMatchObject([
      { valid: true },
      { valid: false },
    ]);
  });
});
