import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import {
  assignTo,
  freshNumber,
  type LiveKey,
  makeLiveKey,
  type Outside,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;
let sender: string;
let person: string;

beforeEach(async () => {
  outside = standInForTheOutside();
  sender = `whatsapp:${freshNumber()}`;
  const number = freshNumber();
  twilio = outside.open({ numbers: [number, sender] });
  key = await makeLiveKey(twilio, { numbers: [number] });
  person = `whatsapp:${freshNumber()}`;
  await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address: sender } });
  await assignTo(key.id, sender);
  await call("/v2/api/webhooks", { body: { webhook_url: "https://customer.example/whatsapp" }, token: key.token });
});

afterEach(() => {
  vi.useRealTimers();
  expect(twilio.violations).toEqual([]);
});

/** A person writes with these parameters; a message id of our own makes a repeat. */
async function write(text: string, params: [string, string][] = []) {
  const url = twilio.numbers[0]?.fields.sms_url ?? "";
  const [answer] = await twilio.sendInbound({ from: person, to: sender, text, params, url });
  expect(answer?.status).toBe(200);
}

function told(event: string, count = 1) {
  const heard = () => outside.told.map(({ body }) => body).filter((body) => body.event === event);
  return eventually(async () => (heard().length >= count ? heard() : null));
}

/** Returns a message of ours to the person: its id, and the SID under which WhatsApp quotes it. */
async function sendOne(text: string) {
  await write("Hello?");
  const id = await sendText(key, text, person);
  const sid = await eventually(async () => {
    const { body } = await admin(`/api-keys/${key.id}/messages/${id}`);
    return body.provider_id as string | null;
  });
  return { id, sid };
}

async function read(id: unknown) {
  const path = `/v2/api/chats/${encodeURIComponent(person)}/messages/${id}`;
  return (await call(path, { token: key.token })).body;
}

describe("a WhatsApp message", () => {
  it("that answers one of ours names it by our id, in the event and in the API", async () => {
    const { id, sid } = await sendOne("Tea or coffee?");
    await write("Tea", [["OriginalRepliedMessageSid", sid]]);
    const event = (await told("message.received", 2)).find(({ text }) => text === "Tea");
    const quoted = { message_id: id, guid: sid, part_index: 0 };
    expect(event).toMatchObject({ reply_to: quoted, kind: "text" });
    expect(await read(event?.message_id)).toMatchObject({ reply_to: quoted });
    const first = (await told("message.received"))[0];
    expect(first).toMatchObject({ reply_to: null });
    expect(await read(first?.message_id)).not.toHaveProperty("reply_to");
  });

  it("that answers one we do not know keeps the network's id", async () => {
    const guid = `SM${"9".repeat(32)}`;
    await write("Yes", [["OriginalRepliedMessageSid", guid]]);
    expect((await told("message.received"))[0]).toMatchObject({ reply_to: { message_id: null, guid, part_index: 0 } });
  });

  it("brings the row of a list, the advertisement, the user's id, and what it is where it has no text", async () => {
    await write("", [
      ["ListId", "row-2"],
      ["ListTitle", "Second"],
      ["ReferralSourceUrl", "https://ads.example/1"],
      ["ReferralCtwaClid", "clid"],
      ["ReferralBody", ""],
      ["ExternalUserId", "US.123"],
    ]);
    const facts = {
      kind: "list",
      list: { id: "row-2", title: "Second", description: null },
      referral: { source_url: "https://ads.example/1", ctwa_clid: "clid" },
      external_user_id: "US.123",
    };
    const event = (await told("message.received"))[0];
    expect(event).toMatchObject({ text: null, ...facts });
    expect(await read(event?.message_id)).toMatchObject({ text: null, ...facts });
    await write("");
    expect((await told("message.received", 2))[1]).toMatchObject({ kind: "unsupported", list: null });
    await write("", [["MessageType", "sticker"]]);
    expect((await told("message.received", 3))[2]).toMatchObject({ kind: "sticker" });
  });
});

describe("a WhatsApp reaction", () => {
  it("is told as message.reaction and stands at its message, taken back as added, and is no message of its own", async () => {
    const { id, sid } = await sendOne("Done.");
    const about: [string, string][] = [
      ["MessageType", "reaction"],
      ["OriginalRepliedMessageSid", sid],
    ];
    await write("👍", about);
    const [added] = await told("message.reaction");
    expect(added).toMatchObject({
      message_id: id,
      external_id: person,
      direction: "inbound",
      reaction: "👍",
      action: "add",
      sender: person,
      original_text: "Done.",
      status: null,
    });
    await write("", about);
    expect((await told("message.reaction", 2))[1]).toMatchObject({ reaction: "👍", action: "remove" });
    const message = await read(id);
    expect(message.reactions).toMatchObject([
      { reaction: "👍", is_added: true, sender: person },
      { reaction: "👍", is_added: false, sender: person },
    ]);
    const listed = await call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, { token: key.token });
    expect(listed.body.pagination).toMatchObject({ total: 2 });
  });

  it("that Twilio repeats counts once; one about a message that we do not know is kept as a message", async () => {
    const { id, sid } = await sendOne("Done.");
    const params: [string, string][] = [["MessageType", "reaction"]];
    const url = twilio.numbers[0]?.fields.sms_url ?? "";
    const about: [string, string][] = [...params, ["OriginalRepliedMessageSid", sid]];
    await twilio.sendInbound({ from: person, to: sender, text: "👍", params: about, url, times: 3 });
    await told("message.reaction");
    expect((await read(id)).reactions).toHaveLength(1);
    await write("👎", [...params, ["OriginalRepliedMessageSid", `SM${"8".repeat(32)}`]]);
    expect((await told("message.received", 2))[1]).toMatchObject({ text: "👎", kind: "reaction" });
  });
});

describe("a message of a channel that no number of ours speaks", () => {
  it.each([
    ["rcs", "rcs:brand_agent", (number: string) => `rcs:${number}`, (number: string) => number],
    ["unknown", "messenger:108", () => "messenger:77", () => "messenger:77"],
  ])(
    "(%s) is kept for the organization and told with what it is, not refused as forged",
    async (protocol, to, from, chat) => {
      await admin("/webhooks", {
        body: { webhook_url: "https://customer.example/all", webhook_type: "all", organization_id: key.organizationId },
      });
      const number = freshNumber();
      const url = twilio.numbers[0]?.fields.sms_url ?? "";
      const [answer] = await twilio.sendInbound({ from: from(number), to, text: "Hi from elsewhere", url });
      expect(answer?.status).toBe(200);
      const [event] = await told("message.received");
      expect(event).toMatchObject({ protocol, external_id: chat(number), internal_id: to, text: "Hi from elsewhere" });
    },
  );

  it("is one person with SMS: STOP by RCS to a number of the pool holds for it", async () => {
    const [number = ""] = key.numbers;
    const phone = freshNumber();
    const url = twilio.numbers[0]?.fields.sms_url ?? "";
    const [answer] = await twilio.sendInbound({ from: `rcs:${phone}`, to: number, text: "STOP", url });
    expect(answer?.status).toBe(200);
    const path = `/v2/api/chats/${encodeURIComponent(phone)}/messages`;
    const refused = await call(path, { body: { text: "Hello" }, token: key.token });
    expect(refused.body.code).toBe("recipient_opted_out");
  });
});
