import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../../src/index.ts";
import { seal } from "../../../src/sealing/envelope.ts";
import { parseKeyRing } from "../../../src/sealing/key-ring.ts";
import { admin, call } from "../../support/workers/gateway.ts";
import { type LiveKey, makeLiveKey, standInForTheOutside } from "../../support/workers/twilio.ts";

const [k1] = env.MASTER_KEYS.split(",");
const k2 = `k2:${btoa("0123456789abcdef0123456789abcdef")}`;
const rotated = `${k2},${k1}`;
const day = 24 * 60 * 60 * 1000;

function never(): never {
  throw new Error("The key ring is not valid.");
}

let key: LiveKey;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  await env.DB.batch(
    ["webhooks", "numbers", "api_key_secrets", "api_keys", "twilio_accounts", "organizations", "master_keys"].map(
      (table) => env.DB.prepare(`DELETE FROM ${table}`),
    ),
  );
  key = await makeLiveKey(standInForTheOutside().open());
  await call("/v2/api/webhooks", { body: { webhook_url: "https://sealed.example/hook" }, token: key.token });
});
afterEach(() => vi.useRealTimers());

/** Asks the admin API of a Worker with these master keys. */
async function under(masterKeys: string, method: string, path: string) {
  const ctx = createExecutionContext();
  const headers = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
  const request = new Request<unknown, IncomingRequestCfProperties>(`https://gateway.test/admin/api${path}`, {
    method,
    headers,
  });
  const answer = await worker.fetch(request, { ...env, MASTER_KEYS: masterKeys }, ctx);
  await waitOnExecutionContext(ctx);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

type Need = { id: string; secrets: number; tokens: number; in_ring: boolean; opens: boolean; newest: boolean };
const needs = async (masterKeys: string) =>
  Object.fromEntries(
    ((await under(masterKeys, "GET", "/status")).body.master_keys as Need[]).map((need) => [need.id, need]),
  );

async function resealAll(masterKeys: string): Promise<number> {
  for (let pages = 1; ; pages += 1) {
    const { body } = await under(masterKeys, "POST", "/master-keys/reseal");
    if (body.left === 0) return pages;
    expect(body).toMatchObject({ resealed: expect.any(Number) });
  }
}

describe("replacing the master key", () => {
  it("seals every secret anew, page by page, and counts what each key is needed for", async () => {
    for (let index = 0; index < 28; index += 1) {
      const body = { webhook_url: `https://many.example/${index}`, organization_id: key.organizationId };
      expect((await admin("/webhooks", { body })).status).toBe(201);
    }
    const before = await needs(rotated);
    expect(before.k1).toMatchObject({ in_ring: true, newest: false, tokens: 1 });
    expect(before.k1?.secrets).toBeGreaterThan(1);
    expect(before.k2).toMatchObject({ newest: true, secrets: 0, tokens: 0 });
    expect(await resealAll(rotated)).toBeGreaterThan(1);
    const after = await needs(rotated);
    expect(after.k1).toMatchObject({ secrets: 0, tokens: 1 });
    expect(after.k2?.secrets).toBe(before.k1?.secrets);
    expect((await under(rotated, "POST", "/master-keys/reseal")).body).toEqual({ resealed: 0, left: 0, lost: 0 });
  });

  it("says that a key may go only when no secret, no token and no callback needs it", async () => {
    const retire = () => under(rotated, "POST", "/master-keys/k1/retire");
    expect(await retire()).toMatchObject({ status: 409, body: { code: "master_key_in_use", tokens: 1 } });
    await resealAll(rotated);
    expect(await retire()).toMatchObject({ status: 409, body: { secrets: 0, tokens: 1 } });
    expect(await under(rotated, "POST", `/api-keys/${key.id}/rotate`)).toMatchObject({ status: 200 });
    const waits = await retire();
    expect(waits).toMatchObject({ status: 409, body: { secrets: 0, tokens: 0, callbacks_until: expect.any(Number) } });
    vi.setSystemTime(Date.now() + 5 * day + 1);
    expect(await retire()).toMatchObject({ status: 200, body: { may_go: true } });
    expect(await under(rotated, "POST", "/master-keys/k2/retire")).toMatchObject({ status: 409 });
    expect(await under(rotated, "POST", "/master-keys/k9/retire")).toMatchObject({ status: 404 });
  });

  it("takes tokens of which it was never noted for those of the older keys", async () => {
    await env.DB.prepare("UPDATE api_key_secrets SET made_under = NULL").run();
    expect((await needs(rotated)).k1?.tokens).toBe(1);
    expect((await needs(rotated)).k2?.tokens).toBe(0);
  });
});

describe("a master key that is missing", () => {
  const lost = k2;

  it("is said by the status, by a reseal that leaves what it cannot open, and by every call that needs it", async () => {
    const status = await under(lost, "GET", "/status");
    expect(status.body.ok).toBe(false);
    const check = (status.body.checks as { name: string; ok: boolean; detail: string }[]).find(
      ({ name }) => name === "master_keys",
    );
    expect(check).toMatchObject({ ok: false, detail: expect.stringContaining("Missing from MASTER_KEYS: k1") });
    const { body } = await under(lost, "POST", "/master-keys/reseal");
    expect(body).toMatchObject({ resealed: 0, left: 0 });
    expect(body.lost).toBeGreaterThan(0);
    const refused = { status: 503, body: { code: "master_key_missing", master_key: "k1" } };
    expect(await under(lost, "GET", `/integrations/twilio/${key.integrationId}/available-numbers`)).toMatchObject(
      refused,
    );
    expect(await under(lost, "POST", `/integrations/twilio/${key.integrationId}/test`)).toMatchObject(refused);
  });

  it("is found by what it opens, not by its name: another key of the same name is said to be another", async () => {
    const other = `k1:${btoa("fedcba9876543210fedcba9876543210")}`;
    for (const ring of [other, `${k2},${other}`]) {
      const { body } = await under(ring, "GET", "/status");
      expect(body.ok).toBe(false);
      const check = (body.checks as { name: string; ok: boolean; detail: string }[]).find(
        ({ name }) => name === "master_keys",
      );
      const words = "Another key than the one that sealed stands in MASTER_KEYS as k1";
      expect(check).toMatchObject({ ok: false, detail: expect.stringContaining(words) });
      expect((body.master_keys as Need[]).find(({ id }) => id === "k1")).toMatchObject({ in_ring: true, opens: false });
      const resealed = await under(ring, "POST", "/master-keys/reseal");
      expect(resealed).toMatchObject({ status: 200, body: { resealed: 0, left: 0 } });
      expect(resealed.body.lost).toBeGreaterThan(0);
    }
    expect((await needs(String(k1))).k1).toMatchObject({ in_ring: true, opens: true });
  });

  it("refuses a send, its preview too, instead of queueing it", async () => {
    await env.DB.prepare("UPDATE twilio_accounts SET auth_token = replace(auth_token, 'v1.k1.', 'v1.k0.')").run();
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { name: "Learns it" } });
    const refused = { code: "master_key_missing", master_key: "k0" };
    const sent = await call(`/v2/api/chats/${encodeURIComponent("+14155550199")}/messages`, {
      body: { text: "Hello" },
      token: key.token,
    });
    expect(sent).toMatchObject({ status: 503, body: refused });
    const preview = await admin(`/api-keys/${key.id}/pool/preview`, { body: { to: "+14155550199", text: "Hello" } });
    expect(preview.body).toMatchObject({ would_send: false, code: "master_key_missing" });
  });

  it("refuses a send and a status report also where another key stands by its name", async () => {
    const other = parseKeyRing(`k1:${btoa("fedcba9876543210fedcba9876543210")}`);
    const place = { table: "twilio_accounts", row: key.integrationId, column: "auth_token" };
    const sealed = await seal(other.ok ? other.value : never(), "a token", place);
    await env.DB.prepare("UPDATE twilio_accounts SET auth_token = ? WHERE id = ?")
      .bind(sealed, key.integrationId)
      .run();
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { name: "Learns it" } });
    const url = `${env.PUBLIC_URL}/twilio/${key.integrationId}/status`;
    const params: [string, string][] = [["MessageSid", "SM1"]];
    const report = { accountId: key.integrationId, messageId: null, url, params, signature: "none" };
    expect(await env.POOLS.getByName(key.id).report(report)).toBe("key_missing");
    const sent = await call(`/v2/api/chats/${encodeURIComponent("+14155550199")}/messages`, {
      body: { text: "Hello" },
      token: key.token,
    });
    expect(sent).toMatchObject({ status: 503, body: { code: "master_key_missing", master_key: "k1" } });
  });
});
