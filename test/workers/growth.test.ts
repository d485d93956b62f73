import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { countCost } from "../support/workers/counts.ts";
import { admin, call, eventually } from "../support/workers/gateway.ts";
import { changeNumber, evict, makePool, newPerson, type Pool, report, send, writeTo } from "../support/workers/pool.ts";

afterEach(() => vi.restoreAllMocks());

type Size = { chats: number; messagesEach: number; held: number; paused: number };

/** Puts rows under the sleeping object as if so many chats had been written to before, and so many messages waited on numbers that are paused. */
async function grow(pool: Pool, paused: string[], { chats, messagesEach, held }: Size): Promise<void> {
  await runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage: { sql } }) => {
    const { seq } = sql.exec<{ seq: number }>("SELECT min(seq) AS seq FROM messages").one();
    const total = chats * messagesEach;
    const first = seq - (total + held) * 2_000;
    const series = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)";
    const columns = "seq, chat, direction, number, channel, account, status, text, created_at, due_at, detail";
    sql.exec(
      `INSERT INTO messages (${columns}) ${series}
       SELECT ?2 + i * 2000, '+1646777' || (i % ?3), direction, number, channel, account, 'delivered', 'Before', created_at, NULL, detail
       FROM n, (SELECT * FROM messages WHERE seq = ?4)`,
      ...[total, first, chats, seq],
    );
    sql.exec(
      `INSERT INTO chats (id, contact_id, created_at, outbound, last_seq, last_at)
       SELECT chat, 'con_' || chat, 1, count(*), max(seq), 1 FROM messages WHERE text = 'Before' GROUP BY chat`,
    );
    if (held > 0) {
      sql.exec(
        `INSERT INTO messages (${columns}) ${series}
         SELECT ?2 + (?3 + i) * 2000, '+1646888' || i, direction, json_extract(?5, '$[' || CAST(i % ?6 AS INTEGER) || ']'), channel, account, 'queued', 'Held', created_at, created_at, detail
         FROM n, (SELECT * FROM messages WHERE seq = ?4)`,
        ...[held, first, total, seq, JSON.stringify(paused), paused.length],
      );
      sql.exec("INSERT INTO agenda (number, due_at, seq) SELECT number, due_at, seq FROM messages WHERE text = 'Held'");
    }
    // As the object would have noted on its way here.
    sql.exec("INSERT OR REPLACE INTO marks (name, value) VALUES ('leaving_from', ?)", seq);
    sql.exec(
      "UPDATE messages SET tally = json_array(0, ?1, 1, ?2) WHERE seq = (SELECT max(seq) FROM messages)",
      total,
      chats,
    );
  });
}

/** The rows that each journey reads in a pool of a size, once it is awake. */
async function measure(size: Size): Promise<Record<string, number>> {
  const pool = await makePool(Array.from({ length: 3 + size.paused }, () => ({})));
  const paused = pool.numbers.slice(3);
  for (const number of paused) await changeNumber(number, { is_active: false });
  const hook = { webhook_url: "https://customer.example/growth", webhook_type: "all" };
  await call("/v2/api/webhooks", { body: hook, token: pool.token });
  await send(pool, newPerson());
  await eventually(async () => pool.carrier.departures.length === 1);
  const [first] = pool.carrier.departures;
  if (first === undefined) throw new Error("Nothing left.");
  await report(pool, first, "delivered");
  await grow(pool, paused, size);
  const counter = await countCost(pool.id);
  await evict(pool);
  const reads: Record<string, number> = {};
  const count = async (name: string, work: () => Promise<unknown>) => {
    counter.since();
    await work();
    reads[name] = counter.since().rowsRead;
  };
  await count("wake", () =>
    env.POOLS.getByName(pool.id).listChats(null, { q: null, sort: "recent", limit: 1, offset: 0 }),
  );
  vi.spyOn(env.BELL, "send").mockResolvedValue(undefined as never);
  const person = newPerson();
  await count("accept and send", async () => {
    await send(pool, person, { text: "Counted" });
    await eventually(async () => pool.carrier.departures.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 30));
  });
  const departure = pool.carrier.departures[1] ?? first;
  await count("report", () => report(pool, departure, "delivered"));
  await count("inbound", () => writeTo(pool, person, pool.numbers[0] ?? ""));
  await count("chats", () => call("/v2/api/chats?limit=20", { token: pool.token }));
  await count("oldest chats", () => call("/v2/api/chats?limit=20&sort=oldest", { token: pool.token }));
  await count("messages of a chat", () =>
    call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, { token: pool.token }),
  );
  await count("preview", () =>
    admin(`/api-keys/${pool.id}/pool/preview`, { body: { to: newPerson(), text: "Would it?" } }),
  );
  const listed = await call("/v2/api/chats?limit=1", { token: pool.token });
  expect((listed.body.pagination as { total: number }).total).toBe(size.chats + 1);
  counter.stop();
  return reads;
}

describe("the rows that are read", () => {
  it("do not grow with the pool: 20 times the messages and chats, four times the numbers, thousands that wait", async () => {
    const small = await measure({ chats: 300, messagesEach: 2, held: 0, paused: 1 });
    vi.restoreAllMocks();
    const large = await measure({ chats: 6_000, messagesEach: 2, held: 4_000, paused: 12 });
    // A wake looks at the first of each line that something waits in; what the alarm looks at meanwhile is counted with the rest.
    const lines = 3 * 12;
    const meanwhile = 8 + 2 * 12;
    const allowed = (name: string) => 1.3 * (small[name] ?? 0) + (name === "wake" ? lines : meanwhile);
    const grown = Object.entries(large).filter(([name, rows]) => rows > allowed(name));
    expect({ small, grown }).toEqual({ small, grown: [] });
    expect(Object.keys(small)).toHaveLength(8);
  }, 90_000);
});
