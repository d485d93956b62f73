import { afterEach, describe, expect, it, vi } from "vitest";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import { assignTo, makeLiveKey, type Outside, standInForTheOutside } from "../../../support/workers/twilio.ts";

function bodiesTo(outside: Outside, url: string): Record<string, unknown>[] {
  return outside.told.filter((told) => told.url === url).map((told) => told.body);
}

describe("a message to a number that no key holds", () => {
  afterEach(() => vi.restoreAllMocks());

  it("reaches the organization's webhook at once, and the key's own when the number is assigned, each once", async () => {
    const outside = standInForTheOutside();
    const twilio = outside.open();
    const key = await makeLiveKey(twilio);
    const number = String(key.numbers[0]);
    const ofOrganization = "https://customer.example/organization";
    const ofKey = "https://customer.example/key";
    await admin("/webhooks", {
      body: { webhook_url: ofOrganization, webhook_type: "all", organization_id: key.organizationId },
    });
    await call("/v2/api/webhooks", { body: { webhook_url: ofKey, webhook_type: "all" }, token: key.token });
    await assignTo(null, number);

    const answers = await twilio.sendInbound({ from: "+15557770001", to: number, text: "Is anybody there?", times: 2 });
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const [told] = await eventually(async () => {
      const bodies = bodiesTo(outside, ofOrganization);
      return bodies.length > 0 ? bodies : null;
    });
    expect(told).toMatchObject({ event: "message.received", text: "Is anybody there?", internal_id: number });
    expect(bodiesTo(outside, ofKey)).toEqual([]);

    await assignTo(key.id, number);
    const [handed] = await eventually(async () => {
      const bodies = bodiesTo(outside, ofKey);
      return bodies.length > 0 ? bodies : null;
    });
    expect(handed).toMatchObject({ event: "message.received", text: "Is anybody there?" });
    expect(bodiesTo(outside, ofOrganization)).toHaveLength(1);
    const chats = await call("/v2/api/chats", { token: key.token });
    expect(chats.body.pagination).toMatchObject({ total: 1 });
  });
});
