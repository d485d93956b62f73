import { describe, expect, it } from "vitest";
import { type CampaignFailure, campaignBody, campaignStatus } from "./campaign-format.ts";
import { type EventName, eventNames, subscribes } from "./event.ts";
import type { Webhook } from "./snapshot.ts";

const payload = {
  message_id: "msg_1",
  external_id: "+15551234567",
  internal_id: "+15559876543",
  protocol: "sms",
  text: "Hello",
  number_of_message_parts: 2,
  timestamp: 1_706_640_000_000,
  error_code: null,
  error_message: null,
  metadata: { campaign_id: "c1" },
  delivery_report: "expected",
  event_id: "evt_1",
  sequence: 3,
};

function failure(more: Partial<CampaignFailure>): CampaignFailure {
  return { taken: false, name: "some_name", meaning: "Some words.", blames: "destination", ...more };
}

describe("campaign statuses", () => {
  it("are the seed's eight, and each event has one or none", () => {
    const statuses = eventNames.map((name) => campaignStatus(name, failure({}))).filter((status) => status !== null);
    expect(statuses).toEqual(["incoming_message", "enqueued", "sent", "delivered", "rejected", "clicked"]);
  });

  it("tell a refusal that judged the message from one that never came so far, and both from a loss on the way", () => {
    const status = (more: Partial<CampaignFailure>) => campaignStatus("message.failed", failure(more));
    expect(status({ blames: "destination" })).toBe("rejected");
    expect(status({ blames: "content" })).toBe("rejected");
    expect(status({ blames: "auth" })).toBe("enqueue_failed");
    expect(status({ blames: "rate" })).toBe("enqueue_failed");
    expect(status({ blames: "account", name: "account_not_active" })).toBe("enqueue_failed");
    expect(status({ blames: null })).toBe("enqueue_failed");
    expect(status({ taken: true, blames: "content" })).toBe("failed");
    expect(status({ taken: true, blames: null })).toBe("failed");
  });

  it("are owed to a campaign webhook whatever its type, and nothing else is", () => {
    const webhook: Webhook = {
      id: "wh_1",
      url: "https://customer.example/",
      type: "status",
      events: null,
      numbers: null,
      format: "campaign",
      eventName: "campaign",
      scope: "api_key",
      createdAt: 0,
      deprecatedAt: null,
      disabledAt: null,
      validUntil: -1,
      secrets: [],
    };
    const owed = eventNames.filter((name) => subscribes(webhook, name, null, 1));
    expect(owed).toEqual(eventNames.filter((name) => campaignStatus(name, null) !== null));
  });
});

describe("the campaign event", () => {
  const body = (name: EventName, more: Record<string, unknown> = {}, failed: CampaignFailure | null = null) =>
    JSON.parse(campaignBody(name, { ...payload, ...more }, "sms_campaign", failed) ?? "null");

  it("has the seed's properties at the top level", () => {
    expect(body("message.delivered")).toEqual({
      type: "sms_campaign",
      action_type: "sms",
      status: "delivered",
      number_of_message_parts: 2,
      status_code: null,
      error: null,
      comment: null,
      message_id: "msg_1",
      external_id: "+15551234567",
      internal_id: "+15559876543",
      protocol: "sms",
      text: "Hello",
      timestamp: 1_706_640_000_000,
      delivery_report: "expected",
      metadata: { campaign_id: "c1" },
      event_id: "evt_1",
      sequence: 3,
    });
  });

  it("says of a failure the code as a number, its name and its words; a fault of our own has a name and no code", () => {
    expect(body("message.failed", { error_code: "21211", error_message: "No." }, failure({}))).toMatchObject({
      ...{ status: "rejected", status_code: 21211, error: "some_name", comment: "Some words." },
    });
    const own = { taken: false, name: "account_removed", meaning: "The account was removed.", blames: null };
    expect(body("message.failed", { error_code: "account_removed" }, own)).toMatchObject({
      ...{ status: "enqueue_failed", status_code: null, error: "account_removed" },
    });
  });

  it("is written byte by byte alike each time, and not at all for an event that the format does not know", () => {
    const once = campaignBody("message.sent", payload, "a", null);
    expect(campaignBody("message.sent", { ...payload }, "a", null)).toBe(once);
    expect(campaignBody("message.read", payload, "a", null)).toBeNull();
  });
});
