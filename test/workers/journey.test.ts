import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { call, eventually, makeTestKey, type TestKey } from "../support/workers/gateway.ts";

type Delivery = { url: string; headers: Headers; body: string };

const deliveries: Delivery[] = [];
const answers: number[] = [];

/** The customer's endpoint: everything that is posted to it is kept, and answered as the test says. */
function standInForTheCustomer() {
  deliveries.length = 0;
  answers.length = 0;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    deliveries.push({ url: request.url, headers: request.headers, body: await request.text() });
    return new Response("thanks", { status: answers.shift() ?? 200 });
  });
}

async function send(key: TestKey, to: string, body: Record<string, unknown>) {
  return call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { body, token: key.token });
}

async function hmac(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const hmacSha256 = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), hmacSha256, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(text));
  return Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function eventsOf(url: string): Record<string, unknown>[] {
  return deliveries.filter((delivery) => delivery.url === url).map((delivery) => JSON.parse(delivery.body));
}

describe("the journey of a message", () => {
  beforeEach(standInForTheCustomer);

  it("goes from accepted to delivered, and every step reaches the webhook with both signatures", async () => {
    const key = await makeTestKey();
    const url = "https://customer.example/journey";
    const created = await call("/v2/api/webhooks", { body: { webhook_url: url }, token: key.token });
    expect(created.status).toBe(201);
    const secret = String(created.body.signing_secret);
    expect(secret).toMatch(/^whsec_[0-9a-f]{64}$/);

    const sent = await send(key, "+15551234567", { text: "Hello from Trunkline" });
    expect(sent.status).toBe(202);
    expect(sent.body).toEqual({
      message_id: expect.stringMatching(/^msg_/),
      status: "queued",
      from_number: key.numbers[0],
    });

    const path = `/v2/api/chats/%2B15551234567/messages/${sent.body.message_id}`;
    const status = await eventually(async () => {
      const answer = await call(`${path}/status`, { token: key.token });
      return answer.body.status === "delivered" ? answer.body : null;
    });
    expect(status).toMatchObject({ direction: "outbound", protocol: "sms", error: null });

    const events = await eventually(async () => (eventsOf(url).length >= 2 ? eventsOf(url) : null));
    expect(events.map((event) => event.event)).toEqual(["message.sent", "message.delivered"]);
    expect(events.map((event) => event.sequence)).toEqual([1, 2]);
    for (const { headers, body } of deliveries) {
      new Webhook(secret).verify(body, Object.fromEntries(headers));
      const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get("X-Blooio-Signature") ?? "") ?? [];
      expect(await hmac(secret, `${t}.${body}`)).toBe(v1);
      expect(headers.get("X-Blooio-Message-Id")).toBe(sent.body.message_id);
    }
  });

  it("brings a person's reply to the webhook field by field as the seed's example has it", async () => {
    const key = await makeTestKey();
    const url = "https://customer.example/reply";
    await call("/v2/api/webhooks", { body: { webhook_url: url }, token: key.token });
    await send(key, "+15005556001", { text: "Anybody there?" });
    const received = await eventually(async () => eventsOf(url).find((event) => event.event === "message.received"));
    expect(received).toMatchObject({
      event: "message.received",
      message_id: expect.stringMatching(/^msg_/),
      external_id: "+15005556001",
      internal_id: key.numbers[0],
      protocol: "sms",
      text: "Hello back",
      sender: "+15005556001",
      is_group: false,
      timestamp: expect.any(Number),
    });
  });

  it("fails at once with the carrier's code when Twilio refuses", async () => {
    const key = await makeTestKey();
    const url = "https://customer.example/refused";
    await call("/v2/api/webhooks", { body: { webhook_url: url, webhook_type: "status" }, token: key.token });
    const sent = await send(key, "+15005550001", { text: "Nobody" });
    const failed = await eventually(async () => eventsOf(url).find((event) => event.event === "message.failed"));
    expect(failed).toMatchObject({ message_id: sent.body.message_id, error_code: "21211", status: "failed" });
  });

  it("repeats a failed delivery with the same id and bytes, and a fresh signature", async () => {
    const key = await makeTestKey();
    const url = "https://customer.example/flaky";
    await call("/v2/api/webhooks", { body: { webhook_url: url, webhook_type: "status" }, token: key.token });
    answers.push(500);
    await send(key, "+15005550001", { text: "Nobody" });
    const attempts = await eventually(async () => (deliveries.length >= 2 ? deliveries : null));
    expect(attempts[1]?.body).toBe(attempts[0]?.body);
    expect(attempts[1]?.headers.get("webhook-id")).toBe(attempts[0]?.headers.get("webhook-id"));
  });
});
