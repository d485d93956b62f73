import { exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, eventually } from "../../support/workers/gateway.ts";
import { type Moved, move, rowsOf } from "../../support/workers/moved.ts";
import { acceptedBy, freshNumber } from "../../support/workers/twilio.ts";

const day = 86_400_000;
let moved: Moved;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  moved = await move();
}, 30_000);
afterEach(() => {
  expect(moved.twilio.violations).toEqual([]);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Call = readonly [method: string, path: string, body?: object];

const chat = () => `/chats/${encodeURIComponent(moved.person)}`;

/** Every refusal has a code, a sentence and a `doc_url`, as the page ends with. */
function expectRefused(answer: { status: number; body: Record<string, unknown> }, status: number, code: string) {
  expect(answer).toMatchObject({
    status,
    body: {
      code,
      message: expect.stringMatching(/^.{20,}/),
      doc_url: expect.stringMatching(new RegExp(`/errors#${code}$`)),
    },
  });
}

async function expectAllUnsupported(calls: readonly Call[]) {
  for (const [method, path, body] of calls) {
    expectRefused(await moved.v2(method, path, body), 400, "not_supported_on_twilio");
  }
}

async function read(id: unknown, person = moved.person) {
  return (await moved.v2("GET", `/chats/${encodeURIComponent(person)}/messages/${id}`)).body;
}

/** A WhatsApp chat in which we have said something: the person, our message's id, and how WhatsApp names it. */
async function speakOnWhatsApp() {
  const person = `whatsapp:${freshNumber()}`;
  const write = (text: string, params: [string, string][] = []) =>
    moved.write(text, { from: person, to: moved.whatsapp, params });
  await write("Hello?");
  const sent = await moved.send({ text: "Tea or coffee?" }, person);
  return { person, id: sent.body.message_id, sid: (await moved.taken("Tea or coffee?")).sid, write };
}

const withFile = (attachments: unknown[]) => moved.send({ text: "Look", attachments });

/** Each row of "What behaves otherwise", by its first cell. */
const otherwise: Record<string, () => Promise<void>> = {
  async reactions() {
    await expectAllUnsupported([["POST", `${chat()}/messages/-1/reactions`, { reaction: "+love" }]]);
    const { id, sid, write } = await speakOnWhatsApp();
    await write("👍", [
      ["MessageType", "reaction"],
      ["OriginalRepliedMessageSid", sid],
    ]);
    expect((await moved.told("message.reaction")).body).toMatchObject({ message_id: id, reaction: "👍" });
  },
  async "`reply_to` in a send"() {
    const refused = await moved.send({ text: "Yes", reply_to: { message_id: "msg_1" } });
    expectRefused(refused, 400, "reply_target_not_supported");
    expect((await moved.send({ text: "Yes", reply_to: null })).status).toBe(202);
    const { id, sid, write } = await speakOnWhatsApp();
    await write("Tea", [["OriginalRepliedMessageSid", sid]]);
    const { body } = await moved.told("message.received", ({ text }) => text === "Tea");
    expect(body.reply_to).toMatchObject({ message_id: id });
  },
  async groups() {
    for (const id of ["grp_abc", `${moved.person},+15551234568`]) {
      expectRefused(await moved.send({ text: "Hello" }, id), 400, "groups_not_supported");
    }
    expect(await moved.v2("GET", "/groups")).toMatchObject({ status: 200, body: { groups: [] } });
    await expectAllUnsupported([
      ["POST", "/groups", { name: "Friends" }],
      ["GET", "/groups/grp_abc"],
      ["PATCH", "/groups/grp_abc", { name: "Friends" }],
      ["DELETE", "/groups/grp_abc"],
      ["GET", "/groups/grp_abc/members"],
      ["POST", "/groups/grp_abc/members", { contact_id: moved.person }],
      ["DELETE", `/groups/grp_abc/members/${moved.person}`],
      ["DELETE", "/groups/grp_abc/icon"],
    ]);
    const bulkOf = (count: number) =>
      moved.v2("POST", "/messages/bulk", {
        messages: Array.from({ length: count }, () => ({ chat_id: freshNumber(), text: "Dinner at 8" })),
      });
    expect((await bulkOf(50)).status).toBe(202);
    expect((await bulkOf(51)).status).toBe(400);
  },
  async "email addresses"() {
    const identifier = "ada@example.com";
    expect((await moved.v2("POST", "/contacts", { identifier, name: "Ada" })).status).toBe(201);
    expectRefused(await moved.send({ text: "Hello" }, identifier), 400, "email_not_supported");
  },
  async length() {
    expectRefused(await moved.send({ text: "a".repeat(1601) }), 400, "text_too_long");
    const longest = "a".repeat(1600);
    expect((await moved.send({ text: longest })).status).toBe(202);
    expect((await moved.taken(longest)).body).toHaveLength(1600);
    const sent = await moved.send({ text: ["The first half.", "The second half."] });
    expect(sent.body.message_ids).toHaveLength(2);
    await moved.taken("The second half.");
    const order = acceptedBy(moved.twilio).map((one) => one.body);
    expect(order.indexOf("The first half.")).toBeLessThan(order.indexOf("The second half."));
  },
  async "422"() {
    const once = { "Idempotency-Key": "order-7" };
    const first = await moved.send({ text: "Hello" }, moved.person, once);
    expect(first.status).toBe(202);
    const [, second] = moved.key.numbers;
    vi.setSystemTime(Date.now() + 7 * day - 60_000);
    const others = [
      moved.send({ text: "Hello" }, freshNumber(), once),
      moved.send({ text: "Another" }, moved.person, once),
      moved.send({ text: "Hello", from_number: second }, moved.person, once),
    ];
    for (const other of await Promise.all(others)) expectRefused(other, 422, "idempotency_key_reused");
    const same = await moved.send({ text: "Hello" }, moved.person, once);
    expect([same.status, same.body]).toEqual([200, first.body]);
    vi.setSystemTime(Date.now() + 120_000);
    expect((await moved.send({ text: "Another" }, moved.person, once)).status).toBe(202);
  },
  async "attachments, sent"() {
    const url = "https://files.example/a.jpg";
    const ten = [...Array.from({ length: 9 }, () => url), { url, name: "a.jpg" }];
    expect((await withFile(ten)).status).toBe(202);
    for (const bad of [[...ten, url], ["http://files.example/a.jpg"], ["https://192.168.0.7/a.jpg"]]) {
      expectRefused(await withFile(bad), 400, "invalid_attachment");
    }
    const { sid } = await moved.taken("Look");
    expect(moved.twilio.messages.find((message) => message.sid === sid)?.mediaUrls).toEqual(Array(10).fill(url));
  },
  async "attachments, received"() {
    await moved.write("Look", { media: [{ contentType: "image/png", bytes: new Uint8Array([1, 2, 3]) }] });
    const { body } = await moved.told("message.received");
    const [file] = (body.attachments ?? []) as Record<string, unknown>[];
    expect(file).toMatchObject({ name: expect.any(String), file_name: expect.any(String), mime_type: "image/png" });
    expect(file).toHaveProperty("size");
    const url = String(file?.url);
    expect(url).toMatch(/^https:\/\/gateway\.test\/.*sig=/);
    expect((await exports.default.fetch(url)).status).toBe(200);
    vi.setSystemTime(Date.now() + 7 * day + 60_000);
    expect((await exports.default.fetch(url)).status).toBe(410);
  },
  async "`effect`"() {
    expectRefused(await moved.send({ text: "Hello", effect: "boom" }), 400, "invalid_request");
    const sent = await moved.send({ text: "Hello", effect: "slam" });
    expect(sent.status).toBe(202);
    await moved.taken("Hello");
    expect(await read(sent.body.message_id)).not.toHaveProperty("effect");
  },
  async "`parts`"() {
    const url = "https://files.example/a.jpg";
    const sent = await moved.send({ parts: [{ text: "One" }, { url }, { text: "Two" }] });
    expect(sent.body).not.toHaveProperty("message_ids");
    const { sid } = await moved.taken("One\nTwo");
    expect(moved.twilio.messages.find((message) => message.sid === sid)?.mediaUrls).toEqual([url]);
    expect(acceptedBy(moved.twilio)).toHaveLength(1);
  },
  async "polls, contact cards, backgrounds, FaceTime, Find My, call forwarding"() {
    const number = `/me/numbers/${moved.key.numbers[0]}`;
    await expectAllUnsupported([
      ["POST", `${chat()}/polls`, { options: ["a", "b"] }],
      ["GET", `${chat()}/polls/poll_1`],
      ["POST", `${chat()}/contact-card`],
      ["GET", `${number}/contact-card`],
      ["PUT", `${number}/contact-card`, { first_name: "Ada" }],
      ["GET", `${chat()}/background`],
      ["DELETE", `${chat()}/background`],
      ["POST", "/facetime/calls", { handle: moved.person }],
      ["GET", "/location/contacts"],
      ["GET", `/location/contacts/${moved.person}`],
      ["POST", "/location/contacts/refresh"],
      ["POST", `${number}/call-forwarding`, { forward_to: "+15557654321" }],
    ]);
  },
  async "`protocol`"() {
    const { id, person } = await speakOnWhatsApp();
    expect((await read(id, person)).protocol).toBe("whatsapp");
    const sms = await moved.send({ text: "By SMS" });
    expect((await read(sms.body.message_id)).protocol).toBe("sms");
    const everybody = {
      webhook_url: "https://customer.example/organization",
      organization_id: moved.key.organizationId,
    };
    expect((await admin("/webhooks", { body: { ...everybody, webhook_type: "all" } })).status).toBe(201);
    await moved.write("To the agent", { from: `rcs:${freshNumber()}`, to: "rcs:brand_agent" });
    await moved.write("To the page", { from: "messenger:12345678", to: "messenger:87654321" });
    const protocolOf = async (text: string) =>
      (await moved.told("message.received", (body) => body.text === text)).body.protocol;
    expect(await protocolOf("To the agent")).toBe("rcs");
    expect(await protocolOf("To the page")).toBe("unknown");
  },
  async STOP() {
    await moved.write("STOP");
    for (const from_number of moved.key.numbers) {
      expectRefused(await moved.send({ text: "Hello", from_number }), 403, "recipient_opted_out");
    }
    expectRefused(await moved.send({ text: "Hello" }), 403, "recipient_opted_out");
  },
  async paging() {
    for (const query of ["limit=0", "limit=201", "offset=-1"]) {
      expectRefused(await moved.v2("GET", `/chats?${query}`), 400, "invalid_request");
    }
    for (const limit of [1, 200]) expect((await moved.v2("GET", `/chats?limit=${limit}`)).status).toBe(200);
  },
};

describe("docs/moving-from-blooio.md", () => {
  it("has a test for every row of what behaves otherwise", () => {
    const rows = rowsOf("What behaves otherwise").map(([name]) => name);
    expect(rows.toSorted()).toEqual(Object.keys(otherwise).toSorted());
  });

  it.each(Object.entries(otherwise))("otherwise: %s", (_, show) => show());

  it("a message that fails later says why in words in message.failed", async () => {
    const sent = await moved.send({ text: "Hello" });
    const { sid } = await moved.taken("Hello");
    await moved.twilio.sendStatus(sid, "undelivered", { errorCode: 30003 });
    const { body } = await moved.told("message.failed");
    expect(body).toMatchObject({
      message_id: sent.body.message_id,
      error_message: expect.stringMatching(/^[A-Z].{20,}\.$/),
    });
    await eventually(async () => (await read(sent.body.message_id)).status === "failed");
  });
});
