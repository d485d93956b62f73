import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { unsettledTables } from "../../../src/pool/ledger/transfer.ts";
import { makeTestKey } from "../../support/workers/gateway.ts";

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
    { table: "tags", row: { contact: "+1", tag: "x", created_at: 1, "x) VALUES (1); --": 1 } },
  ]) {
    const refused = await pool.importRows([{ table: "heeded", row: { sid: "SM1", at: 1 } }, row]);
    expect(refused).toMatchObject({ ok: false, failure: { code: "invalid_request" } });
  }
  const heeded = await runInDurableObject(pool, (_pool, { storage }) =>
    storage.sql.exec("SELECT * FROM heeded").toArray(),
  );
  expect(heeded).toEqual([]);
});
