import { describe, expect, it } from "vitest";
import { type EventName, isOptIn, messagePayload, subscribes } from "./event.ts";
import type { Message } from "./message.ts";
import type { Webhook } from "./snapshot.ts";

const webhook: Webhook = {
  id: "wh_1",
  url: "https://customer.example/",
  type: "message",
  events: null,
  numbers: null,
  format: "blooio",
  eventName: "campaign",
  scope: "api_key",
  createdAt: 0,
  deprecatedAt: null,
  disabledAt: null,
  validUntil: -1,
  secrets: [],
};

function gets(change: Partial<Webhook>, name: EventName, number: string | null = "+15559876543", now = 1_000): boolean {
  return subscribes({ ...webhook, ...change }, name, number, now);
}

describe("what a subscription gets", () => {
  it("follows webhook_type: message both ways, status only outbound, and nothing that must be named", () => {
    expect([gets({}, "message.received"), gets({}, "message.delivered"), gets({}, "message.queued")]).toEqual([
      true,
      true,
      false,
    ]);
    expect([gets({ type: "status" }, "message.received"), gets({ type: "status" }, "message.failed")]).toEqual([
      false,
      true,
    ]);
    expect([gets({ type: "all" }, "message.clicked"), gets({ type: "all" }, "number.unhealthy")]).toEqual([
      true,
      false,
    ]);
  });

  it("follows events where they are given: exact, wildcard, and the seeds' message.status", () => {
    const events = ["message.sending", "number.*"];
    expect([
      gets({ events }, "message.sending"),
      gets({ events }, "message.sent"),
      gets({ events }, "number.recovered"),
    ]).toEqual([true, false, true]);
    expect(gets({ events: ["message.status"] }, "message.read")).toBe(true);
    expect(gets({ events: ["message.status"] }, "message.received")).toBe(false);
    expect(gets({ events: ["*"] }, "call.received")).toBe(true);
  });

  it("gets nothing while deprecated, disabled or expired, and only its own numbers", () => {
    expect(gets({ deprecatedAt: 1 }, "message.sent")).toBe(false);
    expect(gets({ disabledAt: 1 }, "message.sent")).toBe(false);
    expect([gets({ validUntil: 1_000 }, "message.sent"), gets({ validUntil: 1_001 }, "message.sent")]).toEqual([
      false,
      true,
    ]);
    expect(gets({ numbers: ["+1"] }, "message.sent")).toBe(false);
    expect(gets({ numbers: ["+15559876543"] }, "message.sent")).toBe(true);
  });

  it("holds back only what must be named", () => {
    expect(isOptIn("message.queued")).toBe(true);
    expect(isOptIn("message.clicked")).toBe(false);
  });
});

describe("a payload", () => {
  it("carries every field of the seed's example with its value, and null for what is absent", () => {
    const message = {
      id: "msg_abc123",
      chatId: "+15551234567",
      direction: "inbound",
      number: "+15559876543",
      channel: "sms",
      text: "Incoming SMS",
      attachments: [],
      status: "received",
      createdAt: 1_706_640_000_000,
      sentAt: null,
      deliveredAt: null,
      readAt: null,
      errorCode: null,
      errorMessage: null,
      metadata: null,
      segments: 1,
      deliveryReport: "expected",
      outcomeUnknown: false,
      verified: true,
      sender: null,
      extras: {},
    } as unknown as Message;
    const facts = { name: "message.received", eventId: "evt_1", sequence: 7, at: 1_706_640_000_000 } as const;
    const payload = messagePayload(message, facts);
    expect(payload).toMatchObject({
      event: "message.received",
      message_id: "msg_abc123",
      external_id: "+15551234567",
      internal_id: "+15559876543",
      protocol: "sms",
      text: "Incoming SMS",
      sender: "+15551234567",
      is_group: false,
      timestamp: 1_706_640_000_000,
    });
    expect(payload).toMatchObject({ event_id: "evt_1", sequence: 7, sent_at: null, error_code: null });
    expect(Object.values(payload)).not.toContain(undefined);
  });
});
