import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Customers, standInForCustomers } from "../../support/workers/customers.ts";
import { admin, call, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

let customers: Customers;
let key: TestKey;
beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  customers = standInForCustomers();
  key = await makeTestKey();
});
afterEach(() => vi.restoreAllMocks());

async function create(url: string, more: Record<string, unknown> = {}) {
  const made = await admin("/webhooks", { body: { webhook_url: url, organization_id: key.organizationId, ...more } });
  return { id: String(made.body.webhook_id), secret: String(made.body.signing_secret) };
}

const trial = (id: string) => admin(`/webhooks/${id}/test`, { method: "POST" });

describe("a test event", () => {
  it("is posted at once, signed like any other, and answers how the attempt went", async () => {
    const url = "https://trial.example/hook";
    const { id, secret } = await create(url);
    customers.answer(
      url,
      () => new Response('{"seen":true}', { status: 202, headers: { "Content-Type": "application/json" } }),
    );
    const tried = await trial(id);
    expect(tried.status).toBe(200);
    expect(tried.body).toMatchObject({
      success: true,
      webhook_id: id,
      webhook_url: url,
      response_status: 202,
      response_data: { body: { seen: true } },
    });
    const [arrival] = customers.at(url);
    expect(customers.at(url)).toHaveLength(1);
    expect(JSON.parse(arrival?.body ?? "{}")).toMatchObject({ event: "webhook.test", event_id: tried.body.event_id });
    expect(arrival?.headers.get("X-Blooio-Event")).toBe("webhook.test");
    const headers = Object.fromEntries(arrival?.headers ?? []);
    expect(new Webhook(secret).verify(arrival?.body ?? "", headers)).toMatchObject({ event: "webhook.test" });
  });

  it.each([
    ["an error", () => new Response("<h1>Oh no</h1>", { status: 500 }), { success: false, response_status: 500 }],
    [
      "a redirect",
      () => new Response(null, { status: 302, headers: { Location: "https://else.example" } }),
      { success: false, response_status: 302, response_data: { errorType: "bad_answer" } },
    ],
    [
      "nothing",
      () => Promise.reject(new Error("connection refused")),
      { success: false, response_status: null, response_data: { errorType: "no_answer" } },
    ],
  ])("answers %s as it came, and counts for nothing in the endpoint's health", async (_, answer, expected) => {
    const url = "https://failing.example/hook";
    const { id } = await create(url);
    customers.answer(url, answer);
    expect((await trial(id)).body).toMatchObject(expected);
    expect((await admin(`/webhooks/${id}`)).body).toMatchObject({
      failure_count: 0,
      last_triggered: null,
      is_active: true,
    });
    expect((await admin(`/webhooks/${id}/logs`)).body).toMatchObject({ logs: [] });
    expect(customers.at(url)).toHaveLength(1);
  });

  it("is signed with both secrets while a rotation overlaps", async () => {
    const url = "https://rotating.example/hook";
    const { id, secret } = await create(url);
    const rotated = await admin(`/webhooks/${id}/secret/rotate`, { body: { overlap_seconds: 3600 } });
    await trial(id);
    const [arrival] = customers.at(url);
    const headers = Object.fromEntries(arrival?.headers ?? []);
    for (const known of [secret, String(rotated.body.signing_secret)]) {
      expect(() => new Webhook(known).verify(arrival?.body ?? "", headers)).not.toThrow();
    }
  });

  it("is signed with the two newest secrets at most: a rotation ends the one before the last", async () => {
    const url = "https://rotating-twice.example/hook";
    const { id, secret } = await create(url);
    const body = { overlap_seconds: 3600 };
    const [second, third] = [
      await admin(`/webhooks/${id}/secret/rotate`, { body }),
      await admin(`/webhooks/${id}/secret/rotate`, { body }),
    ].map((rotated) => String(rotated.body.signing_secret));
    await trial(id);
    await admin(`/webhooks/${id}/secret/rotate`, { body: { overlap_seconds: 0 } });
    await trial(id);
    const verified = (index: number, known = "") => {
      const arrival = customers.at(url)[index];
      try {
        return new Webhook(known).verify(arrival?.body ?? "", Object.fromEntries(arrival?.headers ?? [])) !== null;
      } catch {
        return false;
      }
    };
    expect([secret, second, third].map((known) => verified(0, known))).toEqual([false, true, true]);
    expect([secret, second, third].map((known) => verified(1, known))).toEqual([false, false, false]);
  });

  it("has the shape that the webhook's format has", async () => {
    const url = "https://campaign.example/hook";
    const { id } = await create(url, { format: "campaign", event_name: "sms" });
    expect((await trial(id)).body).toMatchObject({ success: true });
    expect(customers.events(url)).toMatchObject([
      { type: "sms", action_type: "sms", status: "sent", message_id: null },
    ]);
  });

  it("goes to a key's own webhook too, not to a paused one, and not to one that there is not", async () => {
    const url = "https://own.example/hook";
    const own = await call("/v2/api/webhooks", { body: { webhook_url: url }, token: key.token });
    const id = String(own.body.webhook_id);
    expect((await trial(id)).body.success).toBe(true);
    await admin(`/webhooks/${id}`, { method: "PATCH", body: { deprecate: true } });
    const paused = await trial(id);
    expect([paused.status, paused.body.code]).toEqual([409, "webhook_paused"]);
    await admin(`/webhooks/${id}`, { method: "PATCH", body: { deprecate: false, valid_until: Date.now() - 1 } });
    const ended = await trial(id);
    expect([ended.status, ended.body.code]).toEqual([409, "webhook_paused"]);
    expect(ended.body.message).toContain("`valid_until: -1` resumes it.");
    expect((await trial("wh_none")).status).toBe(404);
    expect((await call(`/admin/api/webhooks/${id}/test`, { method: "POST", token: key.token })).status).toBe(401);
    expect(customers.at(url)).toHaveLength(1);
    expect(env.ADMIN_TOKEN).not.toBe(key.token);
  });
});
