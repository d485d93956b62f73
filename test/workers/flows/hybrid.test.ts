import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

const person = "+14155550177";
let texts: TestKey;
let lines: { id: string; token: string; line: string };

/** One organization with a key of Twilio's sandbox and one with a line of the sandbox's Mac. */
beforeEach(async () => {
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("Nothing outside is asked."));
  texts = await makeTestKey();
  const { organizationId: organization_id } = texts;
  const mac = await admin("/integrations/bluebubbles", {
    body: { organization_id, url: "https://mac.sandbox.invalid", password: "sandbox" },
  });
  const made = await admin("/api-keys", { body: { name: "Concierge", organization_id, mode: "test" } });
  const line = String(mac.body.active_alias);
  const { integration_id } = mac.body;
  await admin("/numbers", {
    body: { phone_number: line, protocol: "blooio", integration_id, api_key_id: made.body.api_key_id },
  });
  lines = { id: String(made.body.api_key_id), token: String(made.body.key), line };
});
afterEach(() => vi.restoreAllMocks());

const bulk = (records: object[]) => call("/v2/api/messages/bulk", { token: texts.token, body: { messages: records } });
const textOf = async (messageId: unknown) => (await admin(`/api-keys/${texts.id}/messages/${messageId}`)).body.text;
const inWords = () => lines.line.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");

describe("a broadcast", () => {
  it("names the line to answer to where its text says so, for each recipient and in a single message", async () => {
    const invitation = { text: "Text us at {reply_line} to chat directly!", reply_line: lines.line };
    const sent = await bulk([
      { chat_id: person, ...invitation },
      { chat_id: "+14155550178", ...invitation },
      { chat_id: "+14155550179", text: "No {reply_line} here" },
    ]);
    const results = sent.body.results as { message_id: string }[];
    expect(await Promise.all(results.map(({ message_id }) => textOf(message_id)))).toEqual([
      `Text us at ${inWords()} to chat directly!`,
      `Text us at ${inWords()} to chat directly!`,
      "No {reply_line} here",
    ]);
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages`;
    const one = await call(path, { token: texts.token, body: invitation });
    expect(await textOf(one.body.message_id)).toBe(`Text us at ${inWords()} to chat directly!`);
    const byAdmin = await admin(`/api-keys/${texts.id}/messages`, { body: { to: person, ...invitation } });
    expect(await textOf(byAdmin.body.message_id)).toBe(`Text us at ${inWords()} to chat directly!`);
  });

  it("asked for again with its idempotency key gets its first answer, though the line is none any more; a new one is refused", async () => {
    const invitation = { text: "Text us at {reply_line}", reply_line: lines.line };
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages`;
    const headers = { "Idempotency-Key": "invite-1" };
    const one = await call(path, { token: texts.token, body: invitation, headers });
    const many = { messages: [{ chat_id: "+14155550178", ...invitation }] };
    const all = await call("/v2/api/messages/bulk", {
      token: texts.token,
      body: many,
      headers: { "Idempotency-Key": "invite-2" },
    });
    await admin(`/numbers/${encodeURIComponent(lines.line)}`, { method: "PATCH", body: { api_key_id: null } });
    const again = await call(path, { token: texts.token, body: invitation, headers });
    expect(again).toMatchObject({ status: 200, body: { message_id: one.body.message_id } });
    const allAgain = await call("/v2/api/messages/bulk", {
      token: texts.token,
      body: many,
      headers: { "Idempotency-Key": "invite-2" },
    });
    expect(allAgain).toMatchObject({ status: 200, body: { results: all.body.results } });
    const fresh = await call(path, {
      token: texts.token,
      body: invitation,
      headers: { "Idempotency-Key": "invite-3" },
    });
    expect(fresh).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    const other = await call(path, { token: texts.token, body: { ...invitation, text: "Call {reply_line}" }, headers });
    expect(other.body.code).toBe("idempotency_key_reused");
  });

  it("refuses a line that is none, that another organization has, or that the text does not name", async () => {
    const other = await makeTestKey();
    const results = async (record: object) =>
      ((await bulk([{ chat_id: person, ...record }])).body.results as { message?: string }[])[0];
    const text = "Text us at {reply_line}";
    const wrong = { code: "invalid_request", message: expect.stringContaining("an iMessage line that an API key") };
    expect(await results({ text, reply_line: texts.numbers[0] })).toMatchObject(wrong);
    expect(await results({ text, reply_line: "+14155550000" })).toMatchObject(wrong);
    expect(await results({ text: "Text us", reply_line: lines.line })).toMatchObject({
      message: expect.stringContaining("{reply_line}"),
    });
    const foreign = await call("/v2/api/messages/bulk", {
      token: other.token,
      body: { messages: [{ chat_id: person, text, reply_line: lines.line }] },
    });
    expect((foreign.body.results as unknown[])[0]).toMatchObject(wrong);
    expect((await admin(`/api-keys/${texts.id}/messages?limit=10`)).body.messages).toEqual([]);
  });
});

describe("a line's key that falls back to the one with Twilio numbers", () => {
  it.each(["+15005551022", "+15005551023"])(
    "reaches %s by SMS, as one message that the organization sees once",
    async (to) => {
      const fallback = { to: "api_key", api_key_id: texts.id };
      expect((await admin(`/api-keys/${lines.id}`, { method: "PATCH", body: { fallback } })).body).toMatchObject({
        fallback,
      });
      const path = `/v2/api/chats/${encodeURIComponent(to)}/messages`;
      const sent = await call(path, { token: lines.token, body: { text: "Are you there?" } });
      const status = await eventually(async () => {
        const { body } = await call(`${path}/${sent.body.message_id}/status`, { token: lines.token });
        return body.status === "delivered" && body;
      });
      expect(status).toMatchObject({ protocol: "sms", error: null });
      const seen = await admin(`/organizations/${texts.organizationId}/contacts/${encodeURIComponent(to)}`);
      expect(seen.body.messages).toMatchObject([{ message_id: sent.body.message_id, api_key_id: lines.id }]);
    },
  );
});

describe("the organization's view of one person", () => {
  const view = (contact: string, organization = texts.organizationId) =>
    admin(`/organizations/${organization}/contacts/${encodeURIComponent(contact)}`);

  it("shows them over Twilio and iMessage: which keys know them, under which name, and all that was said in one order", async () => {
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages`;
    await call(path, { token: texts.token, body: { text: "Reply YES to learn more" } });
    await admin("/sandbox/inbound", { body: { from: person, to: texts.numbers[0], text: "YES" } });
    await admin("/sandbox/inbound", { body: { from: person, to: lines.line, text: "Hi, I would like to chat" } });
    await admin(`/api-keys/${texts.id}/contacts/${encodeURIComponent(person)}`, {
      method: "PATCH",
      body: { name: "Ada" },
    });
    const seen = await eventually(async () => {
      const { body } = await view(person);
      return (body.messages as unknown[] | undefined)?.length === 3 && body;
    });
    expect(seen).toMatchObject({ contact: person, name: "Ada", keys_left_out: 0 });
    expect(seen.keys).toEqual([
      expect.objectContaining({ api_key_id: texts.id, protocol: "twilio", messages: 2 }),
      expect.objectContaining({ api_key_id: lines.id, protocol: "blooio", messages: 1, name: "Concierge" }),
    ]);
    const said = (seen.messages as { text: string; api_key_id: string; protocol: string; time_sent: number }[]).map(
      ({ text, api_key_id, protocol }) => [text, api_key_id, protocol],
    );
    expect(said).toEqual(
      expect.arrayContaining([
        ["Hi, I would like to chat", lines.id, "imessage"],
        ["YES", texts.id, "sms"],
        ["Reply YES to learn more", texts.id, "sms"],
      ]),
    );
    const times = (seen.messages as { time_sent: number }[]).map(({ time_sent }) => time_sent);
    expect(times).toEqual(times.toSorted((left, right) => right - left));
    expect(
      ((await admin(`/organizations/${texts.organizationId}/contacts/${person}?limit=1`)).body.messages as []).length,
    ).toBe(1);
  });

  it("is `not_found` for whom nobody knows, and for another organization's people", async () => {
    await call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, { token: texts.token, body: { text: "Hello" } });
    const other = await makeTestKey();
    expect((await view(person)).status).toBe(200);
    expect((await view(person, other.organizationId)).status).toBe(404);
    expect((await view("+14155559999")).status).toBe(404);
    expect((await view(person, "org_none")).status).toBe(404);
  });
});
