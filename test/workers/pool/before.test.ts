import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { firstPlaces } from "../../../src/pool/ledger/owed.ts";
import { ranks } from "../../../src/pool/ledger/places.ts";
import { tallyOf } from "../../../src/pool/ledger/tally.ts";
import { migrate } from "../../../src/pool/tables.ts";
import ledgerBefore from "../../fixtures/ledger-0.1.0.sql?raw";
import { admin, call, eventually } from "../../support/workers/gateway.ts";
import { evict, makePool, newPerson, report, send, writeTo } from "../../support/workers/pool.ts";

it("a pool from before keeps what waits, what is on its way, what is owed and what it carried", async () => {
  const found = await runInDurableObject(env.POOLS.getByName("a pool that waited"), (_pool, { storage }) => {
    const { sql } = storage;
    sql.exec(ledgerBefore);
    const message =
      "INSERT INTO messages (seq, chat, direction, number, channel, account, status, created_at, due_at, detail) VALUES (?, ?, 'outbound', '+14155550000', 'sms', 'a', ?, 1, ?, '{}')";
    sql.exec(message, 10, "+14155551111", "queued", 100);
    sql.exec(message, 11, "+14155552222", "sending", 50);
    sql.exec(message, 12, "+14155552222", "delivered", null);
    sql.exec("UPDATE messages SET sid = ? WHERE seq = 12", `SM${"1".repeat(32)}`);
    sql.exec(message, 13, "+14155552222", "delivered", null);
    sql.exec("UPDATE messages SET sid = '5F1C-line' WHERE seq = 13");
    sql.exec("INSERT INTO agenda (due_at, seq) VALUES (100, 10), (50, 11)");
    sql.exec(
      "INSERT INTO chats (id, contact_id, created_at, outbound, last_outbound_at, last_seq) VALUES ('+14155551111', 'con_a', 1, 1, 7, 10)",
    );
    sql.exec(
      "INSERT INTO chats (id, contact_id, created_at, outbound, last_outbound_at, last_seq) VALUES ('+14155552222', 'con_b', 1, 2, 9, 12)",
    );
    const event = "INSERT INTO events (seq, name, message, original, body) VALUES (?, ?, 12, ?, ?)";
    sql.exec(event, 20, "message.delivered", null, JSON.stringify({ external_id: "+14155552222" }));
    sql.exec(event, 21, "message.received", null, JSON.stringify({ external_id: "+14155552222" }));
    sql.exec(event, 22, "message.received", 21, JSON.stringify({ external_id: "+14155552222" }));
    sql.exec(
      "INSERT INTO owed (webhook, due_at, event, attempt, body) VALUES ('wh_a', 5, 20, 2, NULL), ('wh_a', 6, 21, 1, 'own'), ('wh_a', 7, 22, 1, NULL)",
    );
    migrate(storage);
    const ask = (query: string) => sql.exec(query).toArray();
    return {
      agenda: ask("SELECT * FROM agenda ORDER BY seq"),
      said: firstPlaces(sql, "wh_a", ranks.said),
      reported: firstPlaces(sql, "wh_a", ranks.reported),
      bodies: ask("SELECT body FROM owed WHERE body IS NOT NULL"),
      tally: tallyOf(sql),
      indexed: ask("SELECT sid FROM messages WHERE by_sid = 1"),
      from: ask("SELECT value FROM marks WHERE name = 'leaving_from'"),
    };
  });
  expect(found.agenda).toEqual([
    { number: "+14155550000", due_at: 100, seq: 10 },
    { number: "", due_at: 50, seq: 11 },
  ]);
  const place = { webhook: "wh_a", chat: "+14155552222" };
  expect(found.said).toEqual([{ ...place, rank: 0, due_at: 6, event: 21, attempt: 1 }]);
  expect(found.reported).toEqual([
    { ...place, rank: 1, due_at: 5, event: 20, attempt: 2 },
    { ...place, rank: 1, due_at: 7, event: 22, attempt: 1, chat: null },
  ]);
  expect(found.bodies).toEqual([{ body: "own" }]);
  expect(found.tally).toEqual({ inbound: 0, outbound: 3, lastSentAt: 9, chats: 2, countries: null });
  expect(found.indexed).toEqual([{ sid: "5F1C-line" }]);
  expect(found.from).toEqual([{ value: 13 }]);
});

it("the tally is what the messages come to, also after an old one or a person was forgotten", async () => {
  const pool = await makePool([{}]);
  const [gone, stays] = [newPerson(), newPerson()];
  await writeTo(pool, stays, pool.numbers[0] ?? "");
  for (const to of [stays, gone, gone]) await send(pool, to);
  await eventually(async () => pool.carrier.departures.length === 3);
  for (const departure of pool.carrier.departures) await report(pool, departure, "delivered");
  const erased = await admin(`/api-keys/${pool.id}/contacts/${encodeURIComponent(gone)}/erase`, { method: "POST" });
  expect(erased.status).toBe(200);
  await evict(pool);
  const list = await call("/v2/api/chats", { token: pool.token });
  expect(list.body.pagination).toMatchObject({ total: 1 });
  const me = await call("/v2/api/me", { token: pool.token });
  expect(me.body.usage).toMatchObject({ inbound_messages: 1, outbound_messages: 1 });
});
