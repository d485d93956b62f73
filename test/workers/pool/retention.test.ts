import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { admin, call, type TestKey } from "../../support/workers/gateway.ts";
import { ask } from "../../support/workers/ledger.ts";
import { makePool, newPerson, type Pool, ring, writeTo } from "../../support/workers/pool.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

afterEach(() => vi.useRealTimers());

function asKey(pool: Pool): TestKey {
  return { ...pool, organizationId: pool.carrier.organizationId, integrationId: pool.carrier.integrationId };
}

async function count(pool: Pool, table: string): Promise<number> {
  const [row] = await ask<{ total: number }>(asKey(pool), `SELECT count(*) AS total FROM ${table}`);
  return row?.total ?? -1;
}

function sendWith(pool: Pool, idempotencyKey: string, more: Record<string, unknown> = {}) {
  return call(`/v2/api/chats/${encodeURIComponent(newPerson())}/messages`, {
    body: { text: "See https://example.com/a and https://example.com/b", ...more },
    token: pool.token,
    headers: { "Idempotency-Key": idempotencyKey },
  });
}

function hear(pool: Pool): Promise<number> {
  return writeTo(pool, newPerson(), String(pool.numbers[0]));
}

/** The pool rests for an hour when nothing was left to forget. */
async function ringUntilDone(pool: Pool): Promise<void> {
  vi.setSystemTime(Date.now() + 61 * minute);
  for (let alarm = 0; alarm < 20; alarm += 1) await ring(pool);
}

describe("what is too old is forgotten", () => {
  it("also on a pool that never rests: an alarm every 30 minutes for 33 days", { timeout: 120_000 }, async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const pool = await makePool([{}]);
    await call("/v2/api/webhooks", {
      body: { webhook_url: "https://kept.example/hook", webhook_type: "all" },
      token: pool.token,
    });
    expect((await sendWith(pool, "the-first")).status).toBe(202);
    expect(await hear(pool)).toBe(200);
    const startedAt = Date.now();
    const stub = env.POOLS.getByName(pool.id);
    const [old] = await ask<{ seq: number }>(asKey(pool), "SELECT max(seq) AS seq FROM events");
    expect(old?.seq).toBeGreaterThan(0);
    for (let at = startedAt; at < startedAt + 33 * day; at += 30 * minute) {
      vi.setSystemTime(at);
      await runDurableObjectAlarm(stub);
      if ((at - startedAt) % (3 * day) !== 0) continue;
      expect((await sendWith(pool, `at-${at}`)).status).toBe(202);
      expect(await hear(pool)).toBe(200);
    }
    const events = await ask(asKey(pool), "SELECT seq FROM events WHERE seq <= ?", old?.seq);
    expect(events).toEqual([]);
    expect(await count(pool, "events")).toBeGreaterThan(0);
    const keys = await ask<{ created_at: number }>(asKey(pool), "SELECT created_at FROM idempotency");
    expect(keys.length).toBeGreaterThan(0);
    expect(Math.min(...keys.map((key) => key.created_at))).toBeGreaterThan(Date.now() - 9 * day);
    const attempts = await ask<{ at: number }>(asKey(pool), "SELECT min(attempted_at) AS at FROM attempts");
    expect(attempts[0]?.at ?? Date.now()).toBeGreaterThan(Date.now() - 31 * day);
  });

  it("more than one slice of a kind, within as many alarms, and the rows that are young stay", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const pool = await makePool([{}]);
    await sendWith(pool, "the-only-one");
    await ask(
      asKey(pool),
      `INSERT INTO idempotency SELECT 'old ' || value, '', '{}', ?1 FROM
         (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 12000) SELECT value FROM n)`,
      Date.now() - 8 * day,
    );
    await ask(
      asKey(pool),
      `INSERT INTO attempts SELECT 'wh_' || (value % 3), value, 1, 1, 0, 1, 200, NULL, NULL, 'https://a.example', NULL FROM
         (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1700) SELECT value FROM n)`,
    );
    await ringUntilDone(pool);
    expect(await count(pool, "idempotency")).toBe(1);
    expect(await count(pool, "attempts")).toBe(0);
  });

  it("idempotency keys, links and logs also where no event is left to wake the pool", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const pool = await makePool([{}]);
    await sendWith(pool, "first", { shorten_links: true });
    await sendWith(pool, "second", { shorten_links: true });
    expect(await count(pool, "links")).toBe(4);
    await ask(asKey(pool), "DELETE FROM events");
    vi.setSystemTime(Date.now() + 121 * day);
    for (let alarm = 0; alarm < 20; alarm += 1) {
      vi.setSystemTime(Date.now() + 61 * minute);
      await ring(pool);
    }
    expect(await count(pool, "idempotency")).toBe(0);
    expect(await count(pool, "links")).toBe(1);
  });

  it("what a paused webhook was owed of forgotten events", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const pool = await makePool([{}]);
    const made = await call("/v2/api/webhooks", {
      body: { webhook_url: "https://paused.example/hook", webhook_type: "all" },
      token: pool.token,
    });
    await sendWith(pool, "wakes-the-pool");
    await admin(`/webhooks/${made.body.webhook_id}`, { method: "PATCH", body: { deprecate: true } });
    await ask(
      asKey(pool),
      `INSERT INTO owed SELECT ?1, value, value, 1, NULL FROM
         (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1200) SELECT value FROM n)`,
      made.body.webhook_id,
    );
    await ringUntilDone(pool);
    expect(await ask(asKey(pool), "SELECT event FROM owed WHERE event <= 1200")).toEqual([]);
  });

  it("what a deleted webhook was owed, a slice at a time", async () => {
    // Ahead of the runtime's own clock, so that no alarm rings by itself.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + day });
    const pool = await makePool([{}]);
    const made = await call("/v2/api/webhooks", {
      body: { webhook_url: "https://deleted.example/hook", webhook_type: "all" },
      token: pool.token,
    });
    await ask(
      asKey(pool),
      `INSERT INTO owed SELECT ?1, ?2, value, 1, NULL FROM
         (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1200) SELECT value FROM n)`,
      made.body.webhook_id,
      Date.now() + day,
    );
    await call(`/v2/api/webhooks/${made.body.webhook_id}`, { method: "DELETE", token: pool.token });
    expect(await count(pool, "owed")).toBe(700);
    for (let alarm = 0; alarm < 2; alarm += 1) await ring(pool);
    expect(await count(pool, "owed")).toBe(0);
  });
});
