import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { signTwilioRequest } from "../../../../src/domain/twilio-signature.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import { type LiveKey, makeLiveKey, postForm } from "../../../support/workers/live-key.ts";

async function write(key: LiveKey, path: string, text: string, sid: string) {
  const url = `${env.PUBLIC_URL}${path}`;
  const params: [string, string][] = Object.entries({
    MessageSid: sid,
    SmsSid: sid,
    AccountSid: key.accountSid,
    From: "+15557770001",
    To: key.number,
    Body: text,
    NumMedia: "0",
    NumSegments: "1",
    ApiVersion: "2010-04-01",
  });
  return postForm(url, params, await signTwilioRequest(url, params, key.authToken));
}

function bodiesTo(key: LiveKey, url: string): Record<string, unknown>[] {
  return key.posted.filter((request) => request.url === url).map((request) => JSON.parse(request.body));
}

describe("a message to a number that no key holds", () => {
  afterEach(() => vi.restoreAllMocks());

  it("reaches the organization's webhook at once, and the key's own when the number is assigned, each once", async () => {
    const key = await makeLiveKey();
    const details = await admin(`/api-keys/${key.id}`);
    const ofOrganization = "https://customer.example/organization";
    const ofKey = "https://customer.example/key";
    await admin("/webhooks", {
      body: { webhook_url: ofOrganization, webhook_type: "all", organization_id: details.body.organization_id },
    });
    await call("/v2/api/webhooks", { body: { webhook_url: ofKey, webhook_type: "all" }, token: key.token });
    const numberPath = `/numbers/${encodeURIComponent(key.number)}`;
    const listed = await admin(`/numbers?api_key_id=${key.id}`);
    const [number] = listed.body.numbers as { integration_id: string }[];
    await admin(numberPath, { method: "PATCH", body: { api_key_id: null } });

    const sid = `SM${"ab".repeat(16)}`;
    const path = `/twilio/${number?.integration_id}/inbound`;
    expect(await write(key, path, "Is anybody there?", sid)).toBe(200);
    expect(await write(key, path, "Is anybody there?", sid)).toBe(200);
    const [told] = await eventually(async () => {
      const bodies = bodiesTo(key, ofOrganization);
      return bodies.length > 0 ? bodies : null;
    });
    expect(told).toMatchObject({ event: "message.received", text: "Is anybody there?", internal_id: key.number });
    expect(bodiesTo(key, ofKey)).toEqual([]);

    await admin(numberPath, { method: "PATCH", body: { api_key_id: key.id } });
    const [handed] = await eventually(async () => {
      const bodies = bodiesTo(key, ofKey);
      return bodies.length > 0 ? bodies : null;
    });
    expect(handed).toMatchObject({ event: "message.received", text: "Is anybody there?" });
    expect(bodiesTo(key, ofOrganization)).toHaveLength(1);
    const chats = await call("/v2/api/chats", { token: key.token });
    expect(chats.body.pagination).toMatchObject({ total: 1 });
  });
});
