import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, call, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

const later = () => Date.now() + 86_400_000;
let key: TestKey;

beforeAll(async () => {
  key = await makeTestKey();
});
beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
});

function send(to: string, body: object, token = key.token) {
  return call(`/v2/api/chats/${to}/messages`, { body, token });
}

describe("a value that can never match anything is refused", () => {
  it.each(["message.nonsense", "nonsense.*", "message.", "Message.sent", "message.sent,message.failed", ""])(
    "%j is no event",
    async (event) => {
      const refused = await call("/v2/api/webhooks", {
        body: { webhook_url: "https://hooks.example/a", events: [event] },
        token: key.token,
      });
      expect(refused).toMatchObject({ status: 400, body: { code: "invalid_request" } });
      expect(refused.body.message).toContain("events[0] must be one of message.received");
    },
  );

  it.each(["*", "message.*", "contact.*", "number.unhealthy"])("%s is one", async (event) => {
    const made = await call("/v2/api/webhooks", {
      body: { webhook_url: `https://hooks.example/${encodeURIComponent(event)}`, events: [event] },
      token: key.token,
    });
    expect(made.status).toBe(201);
  });

  it("a filter by a number that is none is refused, and one written otherwise is brought into the form of events", async () => {
    const create = (number: string) =>
      call("/v2/api/webhooks", {
        body: { webhook_url: "https://hooks.example/numbers", numbers: [number] },
        token: key.token,
      });
    expect(await create("abc")).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("numbers[0] must be one of your numbers") },
    });
    const [number = ""] = key.numbers;
    const made = await create(`${number.slice(0, 2)} (${number.slice(2, 5)}) ${number.slice(5)}`);
    const read = await call(`/v2/api/webhooks/${made.body.webhook_id}`, { token: key.token });
    expect(read.body.numbers).toEqual([number]);
  });

  it("a webhook's end in epoch seconds is told the milliseconds", async () => {
    const refused = await call("/v2/api/webhooks", {
      body: { webhook_url: "https://hooks.example/ends", valid_until: 1_900_000_000 },
      token: key.token,
    });
    expect(refused).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("Did you mean 1900000000000?") },
    });
  });

  it.each(["ZZ", "us", "USA", "XX", "00"])("%s is no country, of a key or of an organization", async (country) => {
    const keyed = await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { allowed_countries: ["US", country] } });
    expect(keyed).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("allowed_countries[1] must") },
    });
    const organized = await admin("/organizations", { body: { name: "Nowhere", country_code: country } });
    expect(organized).toMatchObject({ status: 400, body: { message: expect.stringContaining("country_code must") } });
  });

  it("messages_per_second of nothing is told to be more than 0", async () => {
    const number = encodeURIComponent(String(key.numbers[0]));
    const refused = await admin(`/numbers/${number}`, { method: "PATCH", body: { messages_per_second: 0 } });
    expect(refused).toMatchObject({ status: 400, body: { message: "messages_per_second must be more than 0." } });
  });

  it("a WhatsApp contact is not tied to an SMS number", async () => {
    const tie = (contact: string) =>
      admin(`/api-keys/${key.id}/assignments`, { method: "PUT", body: { contact, phone_number: key.numbers[0] } });
    expect(await tie("whatsapp:+15554750001")).toMatchObject({
      status: 400,
      body: { code: "capability_missing", message: expect.stringContaining("is a WhatsApp contact") },
    });
    expect((await tie("+15554750001")).status).toBe(200);
  });
});

describe("a setting that forbids", () => {
  it("is named as such, not as a number that cannot", async () => {
    const own = await makeTestKey();
    const sync = (settings: object) =>
      admin(`/integrations/twilio/${own.integrationId}`, { method: "PATCH", body: { sync: settings } });
    await sync({ direction: "inbound" });
    const refused = await send("+15554750002", { text: "a" }, own.token);
    expect(refused).toMatchObject({ status: 400, body: { code: "capability_missing", setting: "direction" } });
    expect(refused.body.message).toContain('may not send SMS: the sync setting direction of its account is "inbound"');
    await sync({ direction: "both", channels: ["whatsapp"] });
    const asked = await send("+15554750002", { text: "a", from_number: own.numbers[0] }, own.token);
    expect(asked.body).toMatchObject({ setting: "channels", message: expect.stringContaining('leaves out "sms"') });
    const picture = { attachments: ["https://files.example/a.jpg"] };
    expect((await send("+15554750002", picture, own.token)).body).toMatchObject({
      setting: "channels",
      missing: "MMS",
    });
    await sync({ channels: ["sms", "whatsapp"] });
    expect((await send("+15554750002", { text: "a", send_at: later() }, own.token)).status).toBe(202);
  });
});

describe("a daily cap that is set in the middle of a day", () => {
  it("counts what was sent before it", async () => {
    const own = await makeTestKey();
    const ask = (text = "a") => send("+15554750003", { text, send_at: later() }, own.token);
    const cap = (daily_cap: number | null) => admin(`/api-keys/${own.id}`, { method: "PATCH", body: { daily_cap } });
    await ask();
    await ask("a".repeat(200));
    await cap(4);
    const fourth = await ask();
    expect(fourth.headers.get("RateLimit")).toMatch(/^"daily";r=0;/);
    expect(await ask()).toMatchObject({ status: 429, body: { code: "daily_cap_reached", spent: 4 } });
    await cap(null);
    expect((await ask()).status).toBe(202);
    await cap(5);
    expect(await ask()).toMatchObject({ status: 429, body: { code: "daily_cap_reached", spent: 5 } });
  });
});
