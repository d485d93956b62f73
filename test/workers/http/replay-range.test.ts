import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Customers, standInForCustomers } from "../../support/workers/customers.ts";
import { admin, call, eventually, makeTestKey } from "../../support/workers/gateway.ts";
import { ask } from "../../support/workers/ledger.ts";
import { refused, send, subscribe } from "../../support/workers/story.ts";

let customers: Customers;
beforeEach(() => {
  customers = standInForCustomers();
});

describe("a replay since a time before the webhook existed", () => {
  it("says what it covers and leaves the older events out, unless they are asked for", async () => {
    const key = await makeTestKey();
    await send(key, refused);
    await eventually(async () => (await ask(key, "SELECT 1 FROM events")).length === 1);
    const url = "https://newcomer.example/hook";
    const { id } = await subscribe(key, url, { webhook_type: "all" });
    const created = Number((await call(`/v2/api/webhooks/${id}`, { token: key.token })).body.created_at);
    const path = `/v2/api/webhooks/${id}/replay`;

    const asked = await call(path, { body: { since: 0, only_failed: false }, token: key.token });
    expect(asked).toMatchObject({
      status: 202,
      body: { replayed: 0, next_since: null, covers: { from: created }, note: expect.stringContaining("left out") },
    });
    expect(asked.body.note).toContain("include_before_creation");
    const byAdmin = await admin(`/webhooks/${id}/replay`, { body: { since: 0, only_failed: false } });
    expect(byAdmin.body).toMatchObject({ replayed: 0, covers: { from: created } });

    const all = { since: 0, only_failed: false, include_before_creation: true };
    const whole = await call(path, { body: all, token: key.token });
    expect(whole.body).toMatchObject({ replayed: 1, covers: { from: 0 }, note: null });
    expect(Number((whole.body.covers as { until: number }).until)).toBeGreaterThanOrEqual(created);
    await eventually(async () => customers.events(url).length === 1);
  });

  it("that ends before it begins is refused at every door", async () => {
    const key = await makeTestKey();
    const { id } = await subscribe(key, "https://backwards.example/hook");
    const body = { since: 2, until: 1 };
    const refusal = { status: 400, body: { code: "invalid_request", message: "until must not be before since." } };
    expect(await call(`/v2/api/webhooks/${id}/replay`, { body, token: key.token })).toMatchObject(refusal);
    expect(await admin(`/webhooks/${id}/replay`, { body })).toMatchObject(refusal);
    expect(await admin(`/webhooks/${id}/replay`, { body: { since: 2, until: 2 } })).toMatchObject({ status: 202 });
  });

  it("within its life covers what was asked, without a note", async () => {
    const key = await makeTestKey();
    const { id } = await subscribe(key, "https://steady.example/hook");
    const since = Date.now() + 1;
    const asked = await call(`/v2/api/webhooks/${id}/replay`, {
      body: { since, until: since + 5 },
      token: key.token,
    });
    expect(asked.body).toMatchObject({ covers: { from: since, until: since + 5 }, note: null });
  });
});

describe("a replay in several pools of an organization", () => {
  afterEach(() => vi.useRealTimers());

  const optOut = (apiKeyId: string, contact: number) =>
    admin(`/api-keys/${apiKeyId}/opt-outs`, { body: { contact: `+1555${contact}` } });

  it("goes on where the longest of them stopped, and repeats no event of the others", async () => {
    const small = await makeTestKey();
    const big = await admin("/api-keys", {
      body: { name: "Big", mode: "test", organization_id: small.organizationId },
    });
    const bigKey = { ...small, id: String(big.body.api_key_id), token: String(big.body.key) };
    const url = "https://everybody.example/hook";
    const hook = { webhook_url: url, organization_id: small.organizationId, events: ["contact.*"] };
    const id = String((await admin("/webhooks", { body: hook })).body.webhook_id);
    const since = Date.now();
    await optOut(small.id, 3_210_001);
    for (let start = 0; start < 520; start += 40) {
      await Promise.all(Array.from({ length: 40 }, (_, index) => optOut(bigKey.id, 3_300_000 + start + index)));
    }
    await optOut(small.id, 3_210_002);
    const until = Date.now();
    const replay = async (from: number) =>
      (await admin(`/webhooks/${id}/replay`, { body: { since: from, until, only_failed: false } })).body;

    const first = await replay(since);
    expect(first).toMatchObject({ next_since: expect.any(Number) });
    vi.setSystemTime(Date.now() + 60_000);
    const second = await replay(Number(first.next_since));
    expect(second.next_since).toBeNull();
    expect(Number(first.replayed) + Number(second.replayed)).toBe(522);
    for (const key of [small, bigKey]) {
      const replays = await ask<{ original: number }>(key, "SELECT original FROM events WHERE original IS NOT NULL");
      expect(new Set(replays.map(({ original }) => original)).size).toBe(replays.length);
    }
  });
});
