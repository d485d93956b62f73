import { beforeEach, describe, expect, it } from "vitest";
import { channelId, contactId, conversationId } from "../../../src/domain/channel-ids.ts";
import { admin, call, eventually } from "../../support/workers/gateway.ts";
import {
  changeNumber,
  makePool,
  newNumber,
  newPerson,
  type Pool,
  report,
  send,
  writeTo,
} from "../../support/workers/pool.ts";

type Result = Record<string, unknown> & { routing: Routing; error: { code: string } | null };
type Routing = { mode: string; reason: string | null; considered: { phone_number: string; why: string }[] };

let pool: Pool;

beforeEach(async () => {
  pool = await makePool([{}, { mms: false }, { type: "inbound" }]);
});

const v4 = (path: string, init: Parameters<typeof call>[1] = {}) => call(`/v4${path}`, { token: pool.token, ...init });
const resultOf = (answer: { body: unknown }) => answer.body as Result;
const dataOf = (answer: { body: Record<string, unknown> }) => answer.body.data as Record<string, unknown>;
const [first, second, third] = [0, 1, 2].map((index) => () => String(pool.numbers[index]));
const numbers = () => [first, second, third].map((of) => of?.() ?? "");

describe("a message", () => {
  it("is one and the same by v2 and by v4, whichever sent it", async () => {
    const person = newPerson();
    const sent = resultOf(await v4("/messages", { body: { to: person, text: "By v4" } }));
    const [number = ""] = numbers();
    const chat = conversationId({ number, person });
    expect(sent).toMatchObject({ chat_id: chat, channel_id: channelId(number), channel_type: "twilio", from: number });
    await eventually(async () => pool.carrier.departures.some(({ to }) => to === person));
    const v2 = await call(`/v2/api/chats/${encodeURIComponent(person)}/messages/${sent.id}`, { token: pool.token });
    const read = dataOf(await v4(`/chats/${chat}/messages/${sent.id}`));
    expect(v2.body).toMatchObject({ message_id: sent.id, text: "By v4", internal_id: number, protocol: "sms" });
    expect(read).toMatchObject({ id: sent.id, text: "By v4", chat_id: chat, protocol: "sms", direction: "outbound" });
    const other = await send(pool, person, { text: "By v2" });
    const listed = await v4(`/chats/${chat}/messages?limit=1`);
    expect(listed.body).toMatchObject({
      data: [{ id: other.body.message_id, text: "By v2" }],
      has_more: true,
    });
    const rest = await v4(`/chats/${chat}/messages?cursor=${listed.body.next_cursor}`);
    expect(rest.body).toMatchObject({ data: [{ id: sent.id }], has_more: false, next_cursor: null });
  });

  it("tells its status, its events and what made it fail", async () => {
    const person = newPerson();
    const sent = resultOf(await v4("/messages", { body: { to: person, text: "Followed" } }));
    const departure = await eventually(async () => pool.carrier.departures.find(({ to }) => to === person));
    await report(pool, departure, "sent");
    await report(pool, departure, "undelivered", 30003);
    const path = `/chats/${sent.chat_id}/messages/${sent.id}`;
    expect(dataOf(await v4(`${path}/status`))).toMatchObject({
      id: sent.id,
      status: "failed",
      error: { code: "30003", name: expect.any(String), retry: expect.any(String) },
    });
    const { data } = (await v4(`${path}/events`)).body as { data: { kind: string; id: string }[] };
    expect(data.map(({ kind }) => kind)).toEqual(["sent", "failed"]);
    const event = dataOf(await v4(`/events/${data[1]?.id}`));
    expect(event).toMatchObject({ type: "message.failed", message_id: sent.id, chat_id: sent.chat_id });
  });

  it("belongs to the chat of its own number alone", async () => {
    const person = newPerson();
    const sent = resultOf(await v4("/messages", { body: { to: person, text: "Mine" } }));
    const elsewhere = conversationId({ number: numbers()[1] ?? "", person });
    for (const path of ["", "/status", "/events"]) {
      expect(await v4(`/chats/${elsewhere}/messages/${sent.id}${path}`)).toMatchObject({
        status: 404,
        body: { error: { code: "not_found", message: "Message not found." } },
      });
    }
    expect((await v4(`/chats/${elsewhere}/messages`)).status).toBe(404);
    for (const chat of ["chat_x", "chat_p000efh87y7", person]) {
      expect((await v4(`/chats/${encodeURIComponent(chat)}/messages/${sent.id}`)).status).toBe(404);
    }
  });

  it("that a person wrote is received, with its kind", async () => {
    const person = newPerson();
    const [number = ""] = numbers();
    await writeTo(pool, person, number, "Hello there");
    const listed = await v4(`/chats/${conversationId({ number, person })}/messages?order=asc`);
    expect(listed.body.data).toMatchObject([
      { direction: "inbound", status: "received", text: "Hello there", type: "text", routing: null },
    ]);
  });
});

describe("a send", () => {
  it("says of every number that was looked at why it was taken or not", async () => {
    const sent = resultOf(await v4("/messages", { body: { to: newPerson(), text: "Why" } }));
    const [one, two, three] = numbers();
    expect(sent.routing).toMatchObject({
      mode: "priority",
      reason: "first",
      priority_id: `priority_${pool.id.slice(4)}`,
    });
    expect(sent.routing.considered).toEqual([
      { phone_number: one, eligible: true, why: expect.stringMatching(/^chosen: /) },
      { phone_number: two, eligible: true, why: expect.stringMatching(/^not chosen: /) },
      { phone_number: three, eligible: false, why: expect.stringContaining("reply-only") },
    ]);
    const explicit = resultOf(await v4("/messages", { body: { to: newPerson(), from: two, text: "Why" } }));
    expect(explicit).toMatchObject({ from: two, routing: { mode: "explicit", reason: "requested" } });
  });

  it("takes its sender by number, by id, by the older form, by the channel and by the chat", async () => {
    const [, two = ""] = numbers();
    const person = newPerson();
    const id = channelId(two);
    const chat = conversationId({ number: two, person });
    const asked: [string, Record<string, unknown>][] = [
      ["/messages", { to: person, from: two.replace("+1", ""), text: "a" }],
      ["/messages", { to: [person], from: id, text: "a" }],
      ["/messages", { to: person, from: { id }, text: "a" }],
      ["/messages", { to: person, from: { type: "twilio", number: two }, text: "a" }],
      ["/messages", { channel_id: id, to: { identifier: person }, content: { type: "text", text: "a" } }],
      ["/messages", { from: id, to: { contact_id: contactId(person) }, text: "a" }],
      [`/channels/${id}/messages`, { to: person, text: "a" }],
      [`/channels/${encodeURIComponent(two)}/messages`, { to: person, text: "a" }],
      [`/chats/${chat}/messages`, { text: "a" }],
    ];
    for (const [path, body] of asked) {
      expect(await v4(path, { body }), JSON.stringify(body)).toMatchObject({
        status: 201,
        body: { from: two, chat_id: chat, type: "text", status: "queued" },
      });
    }
  });

  it("that is dry judges, names every number, and sends nothing", async () => {
    const person = newPerson();
    const dry = { to: person, text: "Only looking", dry_run: true };
    const judged = await v4("/messages", { body: dry });
    expect(judged).toMatchObject({
      status: 200,
      body: { dry_run: true, would_send: true, from: numbers()[0], error: null, preview: { parts: 1 } },
    });
    expect(resultOf(judged).routing.considered).toHaveLength(3);
    const refused = await v4("/messages", { body: { ...dry, from: numbers()[2] } });
    expect(refused).toMatchObject({
      status: 200,
      body: { would_send: false, status: "failed", error: { code: "inbound_only_no_prior_inbound" } },
    });
    const foreign = await v4("/messages", { body: { ...dry, from: "+19998887777" } });
    expect(foreign.body).toMatchObject({ error: { code: "from_number_not_owned" }, routing: { mode: "explicit" } });
    const media = { to: person, attachments: ["https://example.com/a.png"], dry_run: true };
    expect((await v4(`/channels/${channelId(numbers()[1] ?? "")}/messages`, { body: media })).body).toMatchObject({
      type: "media",
      would_send: false,
      error: { code: "capability_missing" },
    });
    expect((await v4("/chats")).body.data).not.toContainEqual(
      expect.objectContaining({ contact_id: contactId(person) }),
    );
  });

  it("is done once for a key, whichever contract asks, and conflicts with another request", async () => {
    const person = newPerson();
    const headers = { "Idempotency-Key": `once-${person}` };
    const one = await v4("/messages", { body: { to: person, text: "Once" }, headers });
    const again = await v4("/messages", {
      body: { to: { identifier: person }, content: { type: "text", text: "Once" } },
      headers,
    });
    expect(again).toMatchObject({ status: 201, body: { id: one.body.id, routing: { considered: expect.any(Array) } } });
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages`;
    const v2 = await call(path, { body: { text: "Once" }, headers, token: pool.token });
    expect(v2).toMatchObject({ status: 200, body: { message_id: one.body.id } });
    expect(await v4("/messages", { body: { to: person, text: "Twice" }, headers })).toMatchObject({
      status: 409,
      body: { error: { code: "idempotency_key_reused" } },
    });
    expect((await call(path, { body: { text: "Twice" }, headers, token: pool.token })).status).toBe(422);
    await eventually(async () => pool.carrier.departures.some(({ to }) => to === person));
    expect(pool.carrier.departures.filter(({ to }) => to === person)).toHaveLength(1);
  });

  it("to several people is judged for each by itself, and once for a key", async () => {
    const [one, two] = [newPerson(), newPerson()];
    const body = { to: [one, two], text: "All of you" };
    const headers = { "Idempotency-Key": `all-${one}` };
    const all = await v4("/messages", { body, headers });
    expect(all).toMatchObject({
      status: 201,
      body: { fan_out: true, sent: 2, failed: 0, data: [{ to: one }, { to: two }] },
    });
    expect((await v4("/messages", { body, headers })).body).toEqual(all.body);
    const mixed = await v4("/messages", { body: { ...body, to: [one, "+999"] } });
    expect(mixed).toMatchObject({
      status: 207,
      body: {
        sent: 1,
        failed: 1,
        data: [{ status: "queued" }, { to: "+999", status: "failed", error: { code: "invalid_chat_id" } }],
      },
    });
    expect(await v4("/messages", { body: { ...body, to: ["+998", "+999"] } })).toMatchObject({
      status: 422,
      body: { fan_out: true, sent: 0, failed: 2 },
    });
    expect(await v4("/messages", { body: { ...body, to: `${one},${two}`, dry_run: true } })).toMatchObject({
      status: 200,
      body: { fan_out: true, sent: 2, data: [{ would_send: true }, { would_send: true }] },
    });
  });

  it("reaches whoever is named twice once, however their number is written", async () => {
    const [one, two] = [newPerson(), newPerson()];
    const written = `+1 (${one.slice(2, 5)}) ${one.slice(5, 8)}-${one.slice(8)}`;
    const all = await v4("/messages", { body: { to: [one, two, written, two], text: "Once" } });
    expect(all).toMatchObject({ status: 201, body: { sent: 2, failed: 0, data: [{ to: one }, { to: two }] } });
    const alone = await v4("/messages", { body: { to: [one, one], text: "Alone" } });
    expect(alone).toMatchObject({ status: 201, body: { status: "queued" } });
    await eventually(async () => pool.carrier.departures.filter(({ to }) => to === one).length === 2);
    expect(pool.carrier.departures.map(({ to }) => to).toSorted()).toEqual([one, one, two].toSorted());
  });

  it("takes the key's own priority, which it was told, as the pool's choice", async () => {
    const { priority_id } = dataOf(await v4("/me"));
    const sent = resultOf(await v4("/messages", { body: { to: newPerson(), text: "a", priority_id, hybrid: false } }));
    expect(sent.routing).toMatchObject({ mode: "priority", priority_id });
    const body = { to: newPerson(), text: "a", priority_id, from: numbers()[0] };
    expect(await v4("/messages", { body })).toMatchObject({
      status: 400,
      body: { error: { code: "invalid_request" } },
    });
  });

  it("keeps to the kind of channel that is asked for", async () => {
    const to = newPerson();
    expect((await v4("/messages", { body: { to, text: "a", channel_type: "twilio" } })).status).toBe(201);
    for (const channel_type of ["whatsapp_business", "blooio"]) {
      expect(await v4("/messages", { body: { to, text: "a", channel_type } })).toMatchObject({
        status: 400,
        body: { error: { code: "capability_missing" } },
      });
    }
  });

  describe("from a number that is an SMS and a WhatsApp sender", () => {
    const content = { template: { template_id: `HX${"a1".repeat(16)}` } };
    const twinOf = async (number: string) => {
      const whatsapp = `whatsapp:${number}`;
      await admin(`/integrations/twilio/${pool.carrier.integrationId}/senders`, { body: { address: whatsapp } });
      await changeNumber(whatsapp, { api_key_id: pool.id });
      return whatsapp;
    };

    it("is ambiguous_from by the number alone, and leaves by what says which", async () => {
      const number = first?.() ?? "";
      const whatsapp = await twinOf(number);
      const to = newPerson();
      const channels = [channelId(number), channelId(whatsapp)];
      const path = `/channels/${encodeURIComponent(number)}`;
      for (const refused of [
        await v4("/messages", { body: { to, from: number, text: "a" } }),
        await v4("/messages", { body: { to, from: { number }, text: "a" } }),
        await v4("/messages", { body: { to, channel_id: number, content: { type: "text", text: "a" } } }),
        await v4(`${path}/messages`, { body: { to, text: "a" } }),
        await v4(path),
        await v4(`${path}/capabilities`),
      ]) {
        expect(refused).toMatchObject({
          status: 409,
          body: { error: { code: "ambiguous_from", details: { channels } } },
        });
      }
      const dry = await v4("/messages", { body: { to, from: number, text: "a", dry_run: true } });
      expect(dry.body).toMatchObject({ would_send: false, error: { code: "ambiguous_from" } });
      for (const [body, from] of [
        [{ to, from: channels[0], text: "a" }, number],
        [{ to, from: { number, type: "twilio" }, text: "a" }, number],
        [{ to, from: channels[1], ...content }, whatsapp],
        [{ to, from: { number, type: "whatsapp_business" }, ...content }, whatsapp],
        [{ to: `whatsapp:${to}`, from: number, ...content }, whatsapp],
      ] as const) {
        expect(await v4("/messages", { body })).toMatchObject({ status: 201, body: { from } });
      }
    });

    it("was accepted before, and is answered as it was", async () => {
      const number = first?.() ?? "";
      const again = { body: { to: newPerson(), from: number, text: "a" }, headers: { "Idempotency-Key": "once" } };
      const sent = resultOf(await v4("/messages", again));
      await twinOf(number);
      expect(await v4("/messages", again)).toMatchObject({ status: 201, body: { id: sent.id, from: number } });
    });

    it("is no question where WhatsApp alone has it", async () => {
      const number = newNumber();
      const whatsapp = await twinOf(number);
      const sent = await v4("/messages", { body: { to: newPerson(), from: number, ...content } });
      expect(sent).toMatchObject({ status: 201, body: { from: whatsapp, channel_type: "whatsapp_business" } });
      expect(dataOf(await v4(`/channels/${encodeURIComponent(number)}`)).id).toBe(channelId(whatsapp));
    });
  });

  it.each([
    [{ poll: { title: "t", options: ["a", "b"] } }, "not_supported_on_twilio"],
    [{ text: "a", priority_id: "priority_x" }, "not_found"],
    [{ text: "a", hybrid: true }, "not_supported_on_twilio"],
    [{ text: "a", rich_link: { url: "https://example.com" } }, "invalid_content"],
    [{ text: "a", content: { type: "text", text: "b" } }, "invalid_content"],
    [{ text: "a", channel_type: "twilio", from: "+15551234567" }, "invalid_request"],
    [{ text: "a", from: "ch_nonsense" }, "not_found"],
    [{ text: "a", from: "+15551230000" }, "from_number_not_owned"],
    [{}, "invalid_content"],
    [{ text: " " }, "invalid_content"],
    [{ attachments: ["http://example.com/a.png"] }, "invalid_attachment"],
    [{ content: { type: "carousel" } }, "invalid_request"],
  ])("%j is refused as %s, in v4's envelope", async (body, code) => {
    const answer = await v4("/messages", { body: { to: newPerson(), ...body } });
    expect(answer.body).toMatchObject({
      error: { code, message: expect.any(String), details: { doc_url: expect.any(String) } },
    });
  });

  it("from what is none of the key's channels or chats is unknown", async () => {
    const body = { to: newPerson(), text: "a" };
    const stranger = "+15551230000";
    for (const channel of [channelId(stranger), stranger, "ch_x"]) {
      expect((await v4(`/channels/${encodeURIComponent(channel)}/messages`, { body })).status).toBe(404);
    }
    const chat = conversationId({ number: stranger, person: newPerson() });
    expect((await v4(`/chats/${chat}/messages`, { body: { text: "a" } })).status).toBe(404);
  });
});

describe("a call of v4 that is not served", () => {
  it.each([
    ["GET", "/groups"],
    ["POST", "/chats"],
    ["PATCH", "/chats/chat_x"],
    ["POST", "/chats/chat_x/typing"],
    ["POST", "/chats/chat_x/messages/msg_x/reactions"],
    ["GET", "/me/priority"],
    ["DELETE", "/priorities/priority_x"],
    ["GET", "/contacts/ct_x/timeline"],
    ["POST", "/location/contacts/refresh"],
    ["GET", "/templates"],
  ])("%s %s says so to whoever has a key, and what is served", async (method, path) => {
    expect(await v4(path, { method })).toMatchObject({
      status: 501,
      body: { error: { code: "not_implemented", details: { served: expect.arrayContaining(["POST /v4/messages"]) } } },
    });
    expect((await call(`/v4${path}`, { method })).status).toBe(401);
  });

  it("is told from one that no contract has, and from another method of one that is", async () => {
    expect(await v4("/nothing/at/all")).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    expect(await call("/v4")).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    expect((await v4("/chats", { method: "PUT" })).status).toBe(405);
  });
});

describe("the door of v4", () => {
  it.each([
    ["/messages", { to: "+15551234567" }],
    ["/messages", { to: "+15551234567", text: "Hi", rich_link: { url: "https://example.com" } }],
    ["/messages", { to: { contact_id: "ct_none" }, text: "Hi" }],
    ["/messages", { to: "+15551234567", text: "Hi", priority_id: "pr_none" }],
    ["/messages", { to: "+15551234567", text: "Hi", poll: { title: "?" } }],
    ["/messages", { garbage: true }],
    ["/channels/ch_none/messages", { to: "+15551234567", text: "Hi" }],
    ["/chats/ch_none/messages", { text: "Hi" }],
    ["/webhooks", { url: "https://example.com", channel_id: "ch_none" }],
    ["/chats/none", undefined],
    ["/contacts/none", undefined],
    ["/channels?cursor=!", undefined],
    ["/events?limit=none", undefined],
  ])("says nothing of %s %j to a key that is none any more", async (path, body) => {
    const asked = body === undefined ? {} : { body };
    const before = await v4(path, asked);
    expect(before.status).toBeGreaterThanOrEqual(400);
    expect(before.status).not.toBe(401);
    await admin(`/api-keys/${pool.id}`, { method: "DELETE" });
    expect(await v4(path, asked)).toMatchObject({ status: 401, body: { code: "unauthorized" } });
  });

  it("answers in the flat envelope, and every other failure in v4's own", async () => {
    expect(await call("/v4/me", { token: "tl_live_nonsense" })).toMatchObject({
      status: 401,
      body: { error: "ApiError", status: 401, code: "unauthorized" },
    });
    expect(await v4("/nothing")).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    expect(await v4("/messages", { method: "PUT" })).toMatchObject({
      status: 405,
      body: { error: { code: "method_not_allowed" } },
    });
    expect(
      await v4("/messages", { raw: "{", headers: { "Content-Type": "application/json" }, method: "POST" }),
    ).toMatchObject({
      status: 400,
      body: { error: { code: "invalid_json" } },
    });
    expect(await v4("/chats?cursor=!!")).toMatchObject({ status: 400, body: { error: { code: "invalid_request" } } });
  });

  it("shows its own OpenAPI document", async () => {
    const { body } = await call("/v4/openapi.json");
    const paths = Object.keys(body.paths as object);
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !path.startsWith("/v4/"))).toEqual([]);
    expect(body).toMatchObject({ openapi: "3.1.0", servers: [{ url: "https://gateway.test" }] });
  });
});
