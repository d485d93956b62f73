import { createExecutionContext, createMessageBatch, evictDurableObject, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../../../src/index.ts";
import { countCost } from "../../../support/workers/counts.ts";
import { type Customers, standInForCustomers } from "../../../support/workers/customers.ts";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../../support/workers/gateway.ts";
import { ask, owed, triedQuery } from "../../../support/workers/ledger.ts";
import { crash } from "../../../support/workers/pool.ts";

const url = "https://in-event.example/hook";
let customers: Customers;
let key: TestKey;
let hook: string;
beforeEach(async () => {
  customers = standInForCustomers();
  vi.spyOn(env.BELL, "send").mockResolvedValue(undefined as never);
  vi.spyOn(env.BELL_SLOW, "send").mockResolvedValue(undefined as never);
  key = await makeTestKey();
  const made = await call("/v2/api/webhooks", {
    body: { webhook_url: url, webhook_type: "status" },
    token: key.token,
  });
  hook = String(made.body.webhook_id);
});

const pool = () => env.POOLS.getByName(key.id);
const kill = () => crash({ id: key.id } as never);
const count = async (table: string) => (await ask<{ n: number }>(key, `SELECT count(*) AS n FROM ${table}`))[0]?.n ?? 0;

/** Sends so many messages that are refused at once: each owes exactly one event, message.failed. */
async function fail(count: number): Promise<void> {
  const before = (await owed(key)).length;
  const path = `/v2/api/chats/${encodeURIComponent("+15005550001")}/messages`;
  for (let sent = 0; sent < count; sent += 1) {
    expect((await call(path, { body: { text: "Nobody" }, token: key.token })).status).toBe(202);
  }
  await eventually(async () => (await owed(key)).length === before + count);
}

/** The consumer as the platform calls it, until nothing is left. */
async function deliver(): Promise<void> {
  const bell = { id: "bell", timestamp: new Date(), attempts: 1, body: { pool: key.id, lane: "fast" } };
  const batch = createMessageBatch("trunkline-bell", [bell]);
  const context = createExecutionContext();
  await worker.queue?.(batch, env, context);
  await getQueueResult(batch, context);
}

const told = () => customers.events(url).map(({ event_id }) => event_id);

describe("what is owed at first stands in its event's row", () => {
  it("is told once and by the log alone struck out, when the object is killed before it is taken, before the end is reported, and after", async () => {
    await fail(3);
    expect(await count("owed")).toBe(0);
    await kill();
    expect(await pool().stats()).toMatchObject({ owedDeliveries: 3 });
    const taken = await pool().takeDeliveries("fast", 1);
    expect(taken.deliveries.length).toBeGreaterThan(0);
    await kill();
    const again = await pool().takeDeliveries("fast", 6);
    const ends = again.deliveries.map(({ handle }) => ({
      handle,
      attemptedAt: Date.now(),
      durationMs: 1,
      status: 200,
      retryAfter: null,
      response: "ok",
      error: null,
    }));
    await pool().recordDeliveries("fast", ends, 0);
    await pool().recordDeliveries("fast", ends, 0);
    await kill();
    await pool().recordDeliveries("fast", ends, 0);
    const rest = 3 - ends.length;
    expect(await owed(key)).toHaveLength(rest);
    await deliver();
    expect(await pool().stats()).toMatchObject({ owedDeliveries: 0 });
    expect(customers.at(url)).toHaveLength(rest);
    const tried = await ask<{ event: number }>(key, `SELECT event FROM (${triedQuery})`);
    expect(new Set(tried.map(({ event }) => event)).size).toBe(3);
    expect(tried).toHaveLength(3);
    expect(await count("attempts")).toBeLessThan(3 + 1);
  });

  it("has rows once more is owed than is remembered or once it is old, and all of it is told once and in order, killed in between", async () => {
    await fail(300);
    expect(await count("owed")).toBeGreaterThan(100);
    await kill();
    expect(await pool().stats()).toMatchObject({ owedDeliveries: 300 });
    expect(await owed(key)).toHaveLength(300);
    for (let round = 0; round < 200 && (await owed(key)).length > 0; round += 1) {
      await deliver();
      if (round % 3 === 0) await kill();
    }
    expect(told()).toHaveLength(300);
    expect(told()).toEqual([...new Set(told())].sort());
    await kill();
    expect(await pool().stats()).toMatchObject({ owedDeliveries: 0 });
  }, 60_000);

  it("has a row for what is tried again, and what another of the same batch came to is written beside it", async () => {
    customers.answer(url, 200, 500, 200);
    await fail(3);
    await deliver();
    const rows = await ask<{ attempt: number }>(key, "SELECT attempt FROM owed");
    expect(rows).toEqual([{ attempt: 2 }]);
    await kill();
    expect(await owed(key)).toMatchObject([{ attempt: 2 }]);
    const logs = await call(`/v2/api/webhooks/${hook}/logs`, { token: key.token });
    const statuses = (logs.body.logs as { response_status: number }[]).map(({ response_status }) => response_status);
    expect(statuses.toSorted()).toEqual([200, 200, 500]);
    const failed = await call(`/v2/api/webhooks/${hook}/logs?min_status=500&limit=1`, { token: key.token });
    expect(failed.body.logs).toMatchObject([{ response_status: 500 }]);
  });

  it("is gone with the webhook that it was owed to, also after a kill", async () => {
    await fail(2);
    await call(`/v2/api/webhooks/${hook}`, { method: "DELETE", token: key.token });
    expect(await pool().stats()).toMatchObject({ owedDeliveries: 0 });
    await kill();
    expect(await pool().stats()).toMatchObject({ owedDeliveries: 0 });
    expect(await owed(key)).toEqual([]);
  });

  it("moves as rows: an export shows each of them, and what was told is never owed by what is read", async () => {
    await fail(3);
    await deliver();
    await fail(2);
    const rows: { table: string; row: Record<string, unknown> }[] = [];
    for (
      let cursor: { table: number; after: (string | number)[] | null } | null = { table: 0, after: null };
      cursor;
    ) {
      const page = await pool().exportRows(cursor as never);
      if (!page.ok) throw new Error("The export was refused.");
      rows.push(...(page.value.rows as typeof rows));
      cursor = page.value.next as typeof cursor;
    }
    expect(rows.filter(({ table }) => table === "owed")).toHaveLength(2);
    const other = env.POOLS.getByName("key_anotherplaceofthesame");
    expect((await other.importRows(rows as never, 1)).ok).toBe(true);
    await other.finishImport();
    const place = { id: "key_anotherplaceofthesame" } as TestKey;
    expect(await owed(place)).toHaveLength(2);
    expect(await ask(place, "SELECT 1 FROM events WHERE owed IS NOT NULL")).toEqual([]);
  });

  it("leaves nothing of a person in the log, and all of the others who share a row with them", async () => {
    const other = `/v2/api/chats/${encodeURIComponent("+15005550009")}/messages`;
    await fail(1);
    expect((await call(other, { body: { text: "Nobody" }, token: key.token })).status).toBe(202);
    await eventually(async () => (await owed(key)).length === 2);
    await deliver();
    expect(await ask(key, `SELECT 1 FROM (${triedQuery})`)).toHaveLength(2);
    const gone = await admin(`/api-keys/${key.id}/contacts/${encodeURIComponent("+15005550001")}/erase`, { body: {} });
    expect(gone.status).toBe(200);
    const left = await ask<{ event: number; body: string }>(
      key,
      `SELECT event, events.body FROM (${triedQuery}) AS tried JOIN events ON events.seq = tried.event`,
    );
    expect(left).toHaveLength(1);
    expect(left[0]?.body).toContain("+15005550009");
    expect(await ask(key, `SELECT 1 FROM (${triedQuery})`)).toHaveLength(1);
    await kill();
    expect(await owed(key)).toEqual([]);
  });

  it("costs neither a wake nor a look at the webhook more where the log is long, and pages of the log show what shares a row in order", async () => {
    await ask(
      key,
      `INSERT INTO attempts (webhook, seq, event, attempt, attempted_at, duration_ms, status, url)
       SELECT ?1, -value, value, 1, 1, 1, 200, '' FROM
         (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 5000) SELECT value FROM n)`,
      hook,
    );
    customers.answer(url, 200, 500, 204);
    await fail(3);
    await deliver();
    const counter = await countCost(key.id);
    await evictDurableObject(pool());
    await call(`/v2/api/webhooks/${hook}`, { token: key.token });
    expect(counter.statements().filter(({ rowsRead }) => rowsRead > 100)).toEqual([]);
    counter.stop();
    const pages = [0, 1, 2].map((offset) =>
      call(`/v2/api/webhooks/${hook}/logs?limit=1&offset=${offset}`, { token: key.token }),
    );
    const shown = (await Promise.all(pages)).map(
      ({ body }) => body as { logs: { attempted_at: number; event_id: string }[] },
    );
    const one = (await call(`/v2/api/webhooks/${hook}/logs?limit=3`, { token: key.token })).body as {
      logs: unknown[];
    };
    expect(one.logs).toHaveLength(3);
    expect(shown.flatMap(({ logs }) => logs)).toEqual(one.logs);
  });
});
