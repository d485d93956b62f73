import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { countCost } from "../support/workers/counts.ts";
import { admin, call } from "../support/workers/gateway.ts";
import { evict, makePool, newPerson, type Pool, send } from "../support/workers/pool.ts";

afterEach(() => vi.restoreAllMocks());

const crowd = "+15550000000";

/** Puts rows under the object as if so many people had been spoken with, added and opted out, one of them so many times, and so many deliveries logged, 40 of them failures. */
async function grow(pool: Pool, webhook: string, count: number): Promise<void> {
  await runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage: { sql } }) => {
    const series = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)";
    const { seq } = sql.exec<{ seq: number }>("SELECT min(seq) AS seq FROM messages").one();
    sql.exec(
      `INSERT INTO messages (seq, chat, direction, number, channel, account, status, text, created_at, detail) ${series}
       SELECT ?2 - (i + 1) * 2000, ?3, direction, number, channel, account, 'delivered', 'Before', created_at, detail
       FROM n, (SELECT * FROM messages WHERE seq = ?2)`,
      ...[count, seq, crowd],
    );
    sql.exec(
      `INSERT INTO chats (id, contact_id, name, created_at, outbound, last_seq, last_at, sticky_number, sticky_at, opted_out_at, opted_out_by) ${series}
       SELECT '+1646' || (7000000 + i), 'con_' || i, iif(i % 2 = 0, 'Name ' || (i % 97), NULL), i, 1, ?2 - (i + 1) * 2000, i, '+12125550000', i, i, 'admin' FROM n`,
      ...[count, seq],
    );
    sql.exec(
      `INSERT INTO chats (id, contact_id, created_at) ${series} SELECT '+1917' || (7000000 + i), 'con_q' || i, i FROM n`,
      count,
    );
    sql.exec(
      "INSERT INTO chats (id, contact_id, created_at, outbound, last_seq) SELECT ?1, 'con_crowd', 1, ?2, max(seq) FROM messages WHERE chat = ?1",
      ...[crowd, count],
    );
    sql.exec(
      `INSERT INTO events (seq, name, message, body)
       SELECT 1, 'message.sent', ?, json_object('event', 'message.sent', 'timestamp', 1, 'is_group', json('false'))`,
      seq,
    );
    sql.exec(
      `INSERT INTO attempts (webhook, seq, event, attempt, attempted_at, duration_ms, status, url) ${series}
       SELECT ?2, ?3 - 40000 + i, 1, 1, ?4, 1, iif(i % CAST(?1 / 40 AS INTEGER) = 0, 500, 200), 'https://customer.example' FROM n`,
      ...[count, webhook, seq, Date.now()],
    );
    sql.exec(
      "UPDATE messages SET tally = json_array(0, ?1, 1, ?1 + 2) WHERE seq = (SELECT max(seq) FROM messages)",
      count,
    );
  });
  await evict(pool);
}

/** The rows that page 1 of each list reads in a pool of a size. */
async function measure(count: number): Promise<Record<string, number>> {
  const pool = await makePool([{}]);
  const hook = { webhook_url: "https://customer.example/lists", webhook_type: "all" };
  const made = await call("/v2/api/webhooks", { body: hook, token: pool.token });
  const webhook = String(made.body.webhook_id);
  vi.spyOn(env.BELL, "send").mockResolvedValue(undefined as never);
  await send(pool, newPerson());
  await grow(pool, webhook, count);
  const counter = await countCost(pool.id);
  const v2 = (path: string) => () => call(`/v2/api${path}`, { token: pool.token });
  const key = (path: string) => () => admin(`/api-keys/${pool.id}${path}`);
  const lists: Record<string, () => Promise<{ status: number; body: Record<string, unknown> }>> = {
    contacts: v2("/contacts?limit=20"),
    "oldest contacts": v2("/contacts?limit=20&sort=oldest"),
    "contacts by name": v2("/contacts?limit=20&sort=name_asc"),
    "contacts by name, downwards": v2("/contacts?limit=20&sort=name_desc"),
    "a key's contacts": key("/contacts?limit=20"),
    chats: v2("/chats?limit=20"),
    "a key's chats": key("/chats?limit=20"),
    assignments: key("/assignments?limit=20"),
    "one assignment": key(`/assignments?contact=${encodeURIComponent("+16467000001")}`),
    "opt-outs": key("/opt-outs?limit=20"),
    logs: v2(`/webhooks/${webhook}/logs?limit=20`),
    "logs, oldest first": v2(`/webhooks/${webhook}/logs?limit=20&sort=asc`),
    "logs of one status": v2(`/webhooks/${webhook}/logs?limit=20&status=500`),
    messages: v2(`/chats/${encodeURIComponent(crowd)}/messages?limit=20`),
    "messages one way": v2(`/chats/${encodeURIComponent(crowd)}/messages?limit=20&direction=outbound`),
    "messages since": v2(`/chats/${encodeURIComponent(crowd)}/messages?limit=20&since=1`),
    "messages until": v2(`/chats/${encodeURIComponent(crowd)}/messages?limit=20&until=4000000000000`),
    events: v2("/events?limit=20"),
    webhooks: v2("/webhooks"),
    numbers: v2("/me/numbers"),
    me: v2("/me"),
  };
  const reads: Record<string, number> = {};
  for (const [name, ask] of Object.entries(lists)) {
    const tries: number[] = [];
    for (let time = 0; time < 3; time += 1) {
      counter.since();
      const answer = await ask();
      expect([name, answer.status]).toEqual([name, 200]);
      tries.push(counter.since().rowsRead);
    }
    // The least of them: the alarm's own work falls into one or the other.
    reads[name] = Math.min(...tries);
  }
  counter.stop();
  return reads;
}

describe("the rows that page 1 of a list reads", () => {
  it("do not grow with the pool: 1,000 or 20,000 people, messages and deliveries", async () => {
    const small = await measure(1_100);
    const large = await measure(20_000);
    // A page of 20 with all that stands beside it; below that a row more or less says nothing.
    const page = 200;
    const grown = Object.entries(large).filter(([name, rows]) => rows > Math.max(page, 1.3 * (small[name] ?? 0)));
    expect({ small, grown }).toEqual({ small, grown: [] });
    expect(Object.keys(small)).toHaveLength(21);
  }, 90_000);
});

describe("a total", () => {
  it("is exact until 1,000 rows beyond the page, and then one more than what was counted, so that whoever pages comes to the end", async () => {
    const pool = await makePool([{}]);
    await send(pool, newPerson());
    await grow(pool, "whk_none", 1_500);
    const page = async (offset: number) => {
      const { body } = await admin(`/api-keys/${pool.id}/opt-outs?limit=100&offset=${offset}`);
      return (body.pagination as { total: number }).total;
    };
    expect([await page(0), await page(300), await page(400), await page(1_400)]).toEqual([1_101, 1_401, 1_500, 1_500]);
    const seen = new Set<string>();
    for (let offset = 0, total = 1; offset < total; offset += 200) {
      const { body } = await call(`/v2/api/contacts?limit=200&offset=${offset}&sort=name_desc`, { token: pool.token });
      total = (body.pagination as { total: number }).total;
      for (const { identifier } of body.contacts as { identifier: string }[]) seen.add(identifier);
    }
    expect(seen.size).toBe(3_002);
  });

  it("of a search says that there is more where it was not counted to the end", async () => {
    const pool = await makePool([{}]);
    await send(pool, newPerson());
    await grow(pool, "whk_none", 20_000);
    const { body } = await call("/v2/api/contacts?limit=20&q=%2B1646", { token: pool.token });
    expect((body.contacts as unknown[]).length).toBe(20);
    const { total } = body.pagination as { total: number };
    expect(total).toBeGreaterThan(20);
    expect(total).toBeLessThan(20_000);
    const last = await call("/v2/api/contacts?limit=20&q=19177000000", { token: pool.token });
    expect(last.body.pagination).toMatchObject({ total: 1 });
  });
});
