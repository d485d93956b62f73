import { exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, call, eventually, makeTestKey } from "../../../support/workers/gateway.ts";
import {
  assignTo,
  type LiveKey,
  makeLiveKey,
  type Outside,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const person = "+15551234567";
let customer: string;
const sender = "whatsapp:+14155559000";

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  // An endpoint of its own: what an earlier story still owed does not arrive here.
  customer = `https://customer.example/inbound/${crypto.randomUUID()}`;
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
  await call("/v2/api/webhooks", { body: { webhook_url: customer }, token: key.token });
});

afterEach(() => {
  vi.useRealTimers();
  expect(twilio.violations).toEqual([]);
});

async function write(inbound: Partial<Parameters<FakeAccount["sendInbound"]>[0]> = {}) {
  const [answer] = await twilio.sendInbound({ from: person, to: key.numbers[0] ?? "", text: "Hi", ...inbound });
  return answer?.status;
}

async function told(count = 1) {
  const events = () => outside.told.filter(({ url, body }) => url === customer && body.event === "message.received");
  return eventually(async () => (events().length >= count ? events().map(({ body }) => body) : null));
}

function attachmentsOf(event: Record<string, unknown> | undefined): Record<string, unknown>[] {
  return (event?.attachments ?? []) as Record<string, unknown>[];
}

async function open(url: unknown, init: RequestInit = {}) {
  return exports.default.fetch(String(url), init);
}

describe("an inbound message", () => {
  it("comes with all its media, ten at most, each as a link of ours with a name that tells its type", async () => {
    const types = [
      "image/jpeg",
      "image/png",
      "video/mp4",
      "audio/amr",
      "text/vcard",
      "application/pdf",
      "image/gif",
      "text/x-vcard",
      "video/3gpp",
      "application/octet-stream",
    ];
    const media = types.map((contentType, index) => ({ contentType, bytes: new Uint8Array([index, 255, 0]) }));
    expect(await write({ media })).toBe(200);
    const [event] = await told();
    const attachments = attachmentsOf(event);
    expect(attachments.map(({ name }) => name)).toEqual(
      ["jpg", "png", "mp4", "amr", "vcf", "pdf", "gif", "vcf", "3gp", "bin"].map(
        (extension, index) => `media${index}.${extension}`,
      ),
    );
    for (const [index, attachment] of attachments.entries()) {
      expect(attachment.url).toMatch(/^https:\/\/gateway\.test\/media\/.+\/media\d\.\w+\?exp=\d+&sig=[0-9a-f]{64}$/);
      const file = await open(attachment.url);
      expect([file.status, file.headers.get("content-type")]).toEqual([200, types[index]]);
      expect([...new Uint8Array(await file.arrayBuffer())]).toEqual([index, 255, 0]);
    }
  });

  it.each(["11", "-1", "1000000000", "ten", ""])(
    "with NumMedia %j takes what is there, and never more than ten",
    async (count) => {
      const root = `https://api.twilio.com${twilio.root}/Messages/MM${"1".repeat(32)}/Media`;
      const params = Array.from({ length: 12 }, (_, index): [string, string][] => [
        [`MediaUrl${index}`, `${root}/ME${"2".repeat(32)}`],
        [`MediaContentType${index}`, "image/png"],
      ]).flat();
      const url = `https://gateway.test/twilio/${key.integrationId}/inbound`;
      const sid = `MM${crypto.randomUUID().replaceAll("-", "")}`;
      const form: [string, string][] = [
        ["MessageSid", sid],
        ["AccountSid", twilio.options.accountSid],
        ["From", person],
        ["To", key.numbers[0] ?? ""],
        ["Body", ""],
        ["NumMedia", count],
        ...params,
      ];
      const { computeSignature } = await import("../../../support/node/fake-twilio-webhooks.ts");
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": computeSignature(url, form, twilio.options.authToken),
      };
      const response = await open(url, { method: "POST", headers, body: new URLSearchParams(form).toString() });
      expect(response.status).toBe(200);
      const [event] = await told();
      expect(attachmentsOf(event).length).toBe(count === "11" || count === "1000000000" ? 10 : 0);
    },
  );

  it("is one message by its id, whatever the idempotency token says", async () => {
    const { computeSignature } = await import("../../../support/node/fake-twilio-webhooks.ts");
    const url = `https://gateway.test/twilio/${key.integrationId}/inbound`;
    const write = async (sid: string, token: string) => {
      const form: [string, string][] = Object.entries({
        MessageSid: sid,
        AccountSid: twilio.options.accountSid,
        From: person,
        To: key.numbers[0] ?? "",
        Body: "Once",
        NumMedia: "0",
      });
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": computeSignature(url, form, twilio.options.authToken),
        "i-twilio-idempotency-token": token,
      };
      return (await open(url, { method: "POST", headers, body: new URLSearchParams(form).toString() })).status;
    };
    const [one, two] = [`SM${"1".repeat(32)}`, `SM${"2".repeat(32)}`];
    expect([await write(one, "a"), await write(one, "b"), await write(two, "a")]).toEqual([200, 200, 200]);
    const list = await call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, { token: key.token });
    expect(list.body.pagination).toMatchObject({ total: 2 });
    expect(await told(2)).toHaveLength(2);
  });

  it("by WhatsApp brings its button, its place, the message it answers, and whatever else Twilio says", async () => {
    await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address: sender } });
    await assignTo(key.id, sender);
    const url = twilio.numbers[0]?.fields.sms_url ?? "";
    const params: [string, string][] = [
      ["ProfileName", "Ada"],
      ["WaId", "15551234567"],
      ["ButtonText", "Yes, please"],
      ["ButtonPayload", "yes"],
      ["ButtonType", "REPLY"],
      ["Latitude", "52.52"],
      ["Longitude", "13.405"],
      ["Address", "Berlin"],
      ["OriginalRepliedMessageSid", `SM${"3".repeat(32)}`],
      ["SomethingNew", "kept"],
    ];
    const from = `whatsapp:${person}`;
    expect(await write({ from, to: sender, text: "Yes, please", params, url })).toBe(200);
    const [event] = await told();
    expect(event).toMatchObject({ protocol: "whatsapp", external_id: from, internal_id: sender, sender: from });
    expect(event).toMatchObject({ profile_name: "Ada", button: { payload: "yes" }, location: { latitude: 52.52 } });
    const read = await admin(`/api-keys/${key.id}/messages/${event?.message_id}`);
    expect(JSON.stringify(read.body)).toContain("SomethingNew");
    expect(read.body.carrier_detail).toMatchObject({
      profile_name: "Ada",
      button: { text: "Yes, please", payload: "yes", type: "REPLY" },
      location: { latitude: 52.52, longitude: 13.405, address: "Berlin", label: null },
      reply_to: { message_id: null, guid: `SM${"3".repeat(32)}`, part_index: 0 },
    });
  });

  it("from a person who hides the number is kept under the id that WhatsApp gave", async () => {
    await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address: "whatsapp:+14155559001" } });
    await assignTo(key.id, "whatsapp:+14155559001");
    const from = "whatsapp:US.13491208655302741918";
    const url = twilio.numbers[0]?.fields.sms_url ?? "";
    expect(await write({ from, to: "whatsapp:+14155559001", text: "Guess who", url })).toBe(200);
    expect((await told())[0]).toMatchObject({ external_id: from, sender: from, text: "Guess who" });
    const listed = await call(`/v2/api/chats/${encodeURIComponent(from)}/messages`, { token: key.token });
    expect(listed.status).toBe(200);
  });

  it("that Twilio repeats under one token is kept once and told once", async () => {
    await twilio.sendInbound({ from: person, to: key.numbers[0] ?? "", text: "Once", times: 30 });
    await told();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(outside.told.filter(({ url }) => url === customer)).toHaveLength(1);
  });
});

describe("the link to a file", () => {
  const bytes = new Uint8Array(70_000).map((_, index) => index % 251);

  async function link(contentType = "image/png"): Promise<string> {
    await write({ media: [{ contentType, bytes }] });
    const [event] = await told();
    return String(attachmentsOf(event)[0]?.url);
  }

  it("streams it with the account's credentials, which the host it redirects to never sees", async () => {
    const file = await open(await link());
    expect(file.status).toBe(200);
    expect(file.headers.get("content-type")).toBe("image/png");
    expect((await file.arrayBuffer()).byteLength).toBe(bytes.byteLength);
    const asked = twilio.log.filter((entry) => entry.kind === "request" && /Media|cdn/.test(entry.path));
    expect(asked.map((entry) => entry.kind === "request" && entry.authorized)).toEqual([true, false]);
  });

  it("answers HEAD with type and length alone", async () => {
    const url = await link();
    const head = await open(url, { method: "HEAD" });
    expect([head.status, head.headers.get("content-type"), head.body]).toEqual([200, "image/png", null]);
  });

  it("runs nothing of a stranger's page on our own address", async () => {
    const page = await open(await link("text/html"));
    expect(page.headers.get("content-security-policy")).toContain("sandbox");
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("opens for seven days, and says so when it no longer does", async () => {
    const url = await link();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 7 * 86_400_000 - 5_000 });
    expect((await open(url)).status).toBe(200);
    vi.setSystemTime(Date.now() + 10_000);
    const expired = await open(url);
    expect(expired.status).toBe(410);
    expect(await expired.json()).toMatchObject({ code: "media_expired" });
    const again = await call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, { token: key.token });
    const [message] = again.body.messages as Record<string, unknown>[];
    expect((await open(String(attachmentsOf(message ?? {})[0]?.url))).status).toBe(200);
  });

  it("opens nothing else: every part of it is signed", async () => {
    const url = new URL(await link());
    const later = new URL(url);
    later.searchParams.set("exp", String(Number(url.searchParams.get("exp")) + 1));
    const flipped = new URL(url);
    flipped.searchParams.set(
      "sig",
      String(url.searchParams.get("sig")).replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
    );
    const [, , account, message, media] = url.pathname.split("/");
    const others = [
      later.href,
      flipped.href,
      `${url.origin}${url.pathname}`,
      url.href.replace(String(media), `ME${"0".repeat(32)}`),
      url.href.replace(String(message), `MM${"0".repeat(32)}`),
      url.href.replace(String(account), "int_another"),
      url.href.replace("media0.png", "media0.html"),
    ];
    for (const other of others) expect((await open(other)).status).toBe(403);
  });

  it("refuses a file of more than 15 MiB before a byte of it", async () => {
    const url = await link();
    const before = vi.mocked(globalThis.fetch).getMockImplementation() ?? globalThis.fetch;
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      const answer = await before(input, init);
      const isFile = new URL(new Request(input, init).url).pathname.startsWith("/cdn/");
      return isFile ? new Response("x", { headers: { "content-length": String(15 * 1024 * 1024 + 1) } }) : answer;
    });
    expect((await open(url)).status).toBe(413);
  });

  it("opens a sandbox picture as well, without any network", async () => {
    const test = await makeTestKey();
    const url = "https://customer.example/sandbox-picture";
    await call("/v2/api/webhooks", { body: { webhook_url: url }, token: test.token });
    await admin("/sandbox/inbound", {
      body: { from: person, to: test.numbers[0], text: "Look", media: ["https://example.com/any.png"] },
    });
    const event = await eventually(async () => outside.told.find((one) => one.url === url)?.body);
    const [attachment] = event.attachments as { url: string; name: string }[];
    const picture = await open(attachment?.url);
    expect([picture.status, picture.headers.get("content-type"), attachment?.name]).toEqual([
      200,
      "image/png",
      "media0.png",
    ]);
  });
});
