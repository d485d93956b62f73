import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Customers, standInForCustomers } from "../../../support/workers/customers.ts";
import { call, eventually, makeTestKey } from "../../../support/workers/gateway.ts";
import { owed, ringAt } from "../../../support/workers/ledger.ts";
import { send, subscribe } from "../../../support/workers/story.ts";

let customers: Customers;
beforeEach(() => {
  customers = standInForCustomers();
});
afterEach(() => vi.useRealTimers());

const campaign = { format: "campaign", event_name: "sms_campaign" };

describe("the campaign format", () => {
  it("tells the life of a message in the seed's words, whatever webhook_type says", async () => {
    const key = await makeTestKey();
    const url = "https://campaign.example/hook";
    await subscribe(key, url, { ...campaign, webhook_type: "status" });
    const id = await send(key, "+15005556001", { text: "Anybody there?", metadata: { campaign_id: "c1" } });
    await eventually(async () => customers.events(url).some((event) => event.status === "incoming_message"));
    await eventually(async () => customers.events(url).some((event) => event.status === "delivered"));
    const events = customers.events(url);
    expect(new Set(events.map((event) => event.status))).toEqual(
      new Set(["enqueued", "sent", "delivered", "incoming_message"]),
    );
    expect(events.find((event) => event.status === "delivered")).toMatchObject({
      type: "sms_campaign",
      action_type: "sms",
      status: "delivered",
      number_of_message_parts: 1,
      status_code: null,
      error: null,
      comment: null,
      message_id: id,
      external_id: "+15005556001",
      internal_id: key.numbers[0],
      metadata: { campaign_id: "c1" },
      event_id: expect.stringMatching(/^evt_/),
    });
    expect(events.find((event) => event.status === "incoming_message")?.text).toBe("Hello back");
  });

  it("gives the code, its symbolic name and its words for what was rejected and for what failed on the way", async () => {
    const key = await makeTestKey();
    const url = "https://campaign-failures.example/hook";
    await subscribe(key, url, campaign);
    await send(key, "+15005550001");
    await send(key, "+15005553003");
    const failures = await eventually(async () => {
      const found = customers.events(url).filter((event) => event.status_code !== null);
      return found.length === 2 ? found : null;
    });
    expect(failures.find((event) => event.status_code === 21211)).toMatchObject({
      status: "rejected",
      error: "invalid_to_number",
      comment: expect.any(String),
    });
    expect(failures.find((event) => event.status_code !== 21211)).toMatchObject({
      status: "failed",
      error: expect.stringMatching(/^[a-z_]+$/),
    });
  });

  it("keeps its bytes on every attempt, even when the event name is changed between them", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const key = await makeTestKey();
    const url = "https://campaign-repeat.example/hook";
    const { id } = await subscribe(key, url, { ...campaign, numbers: key.numbers });
    customers.answer(url, 500, 500);
    await send(key, "+15005550001");
    await eventually(async () => (await owed(key)).filter((row) => row.attempt === 2).length === 2);
    await call(`/v2/api/webhooks/${id}`, { method: "PATCH", body: { event_name: "other" }, token: key.token });
    await ringAt(key, Date.now() + 7_000);
    await eventually(async () => customers.at(url).length === 4);
    const bodies = customers.at(url).map(({ body }) => body);
    expect(new Set(bodies).size).toBe(2);
    expect(bodies.every((body) => body.includes('"sms_campaign"'))).toBe(true);

    const logs = await call(`/v2/api/webhooks/${id}/logs`, { token: key.token });
    const [log] = logs.body.logs as { event_id: string; event_body: Record<string, unknown> }[];
    expect(log?.event_body).toMatchObject({ type: "sms_campaign", action_type: "sms" });
    const path = `/v2/api/webhooks/${id}/logs/${log?.event_id}/replay`;
    expect((await call(path, { method: "POST", token: key.token })).body.success).toBe(true);
    expect(customers.events(url).at(-1)).toMatchObject({ type: "other", action_type: "sms" });
  });
});
