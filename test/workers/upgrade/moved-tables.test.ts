import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { LedgerCursor } from "../../../src/domain/transfer.ts";
import { unsettledTables } from "../../../src/pool/ledger/transfer.ts";
import { admin, makeTestKey } from "../../support/workers/gateway.ts";
import { makePool, newPerson, send } from "../../support/workers/pool.ts";

it("of every table of a ledger is said whether it moves with an export", async () => {
  const key = await makeTestKey();
  const tables = await runInDurableObject(env.POOLS.getByName(key.id), (_pool, { storage }) =>
    unsettledTables(storage.sql),
  );
  expect(tables).toEqual([]);
});

it("rows of a table that does not move, or of a column that is not there, are refused, and nothing is written", async () => {
  const pool = env.POOLS.getByName("key_0000000000000002");
  for (const row of [
    { table: "snapshot", row: { only: 1, body: "{}" } },
    { table: "chats; DROP TABLE chats", row: { id: "x" } },
    { table: "marks", row: { name: "revoked_at", value: 1 } },
    { table: "tags", row: { contact: "+1", tag: "x", created_at: 1, "x) VALUES (1); --": 1 } },
  ]) {
    const refused = await pool.importRows([{ table: "heeded", row: { sid: "SM1", at: 1 } }, row], 1);
    expect(refused).toMatchObject({ ok: false, failure: { code: "invalid_request" } });
  }
  const heeded = await runInDurableObject(pool, (_pool, { storage }) =>
    storage.sql.exec("SELECT * FROM heeded").toArray(),
  );
  expect(heeded).toEqual([]);
});

it("what was spent of a cap, and that a key paused itself, moves with its ledger; how far a sweep has come does not", async () => {
  const key = await makePool([{}]);
  await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { daily_cap: 50 } });
  for (let n = 0; n < 21; n += 1) await send(key, `+447400123${String(n).padStart(3, "0")}`);
  await send(key, newPerson());
  const [source, target] = [env.POOLS.getByName(key.id), env.POOLS.getByName("key_0000000000000003")];
  await runInDurableObject(source, (_pool, { storage }) =>
    storage.sql.exec("INSERT INTO marks (name, value) VALUES ('swept_at', 1)"),
  );
  let cursor: LedgerCursor | null = { table: 0, after: null };
  while (cursor !== null) {
    const page = await source.exportRows(cursor);
    if (!page.ok) throw new Error("The ledger could not be read.");
    expect((await target.importRows(page.value.rows, 1)).ok).toBe(true);
    cursor = page.value.next;
  }
  await target.finishImport();
  const marksOf = (pool: typeof source) =>
    runInDurableObject(pool, (_pool, { storage }) =>
      Object.fromEntries(
        storage.sql
          .exec("SELECT name, value FROM marks")
          .toArray()
          .map(({ name, value }) => [name, value]),
      ),
    );
  const [before, after] = [await marksOf(source), await marksOf(target)];
  expect(before.self_paused_at).toBeGreaterThan(0);
  for (const name of ["cap_spent", "self_paused_at", "self_paused_range", `active_${key.numbers[0]}`])
    expect([name, after[name]]).toEqual([name, before[name]]);
  expect(after).not.toHaveProperty("swept_at");
});
