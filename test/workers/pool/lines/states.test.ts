import { expect, it } from "vitest";
import { sliceRows } from "../../../../src/pool/ledger/line-rows.ts";
import { eventually } from "../../../support/workers/gateway.ts";
import { ask } from "../../../support/workers/ledger.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { ringIn, sendFrom } from "../../../support/workers/mac.ts";
import { countRowsRead } from "../../../support/workers/rows.ts";

const person = "+14155550123";
const stage = stageLine();
const { told } = stage;

/** Writes messages of another chat behind all that stand there. */
function pileUp(count: number) {
  const query = `INSERT INTO messages (seq, chat, direction, number, channel, account, status, created_at, detail)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    SELECT (SELECT max(seq) FROM messages) + i, 'filler', 'inbound', number, channel, account, 'received', created_at, detail
      FROM n, (SELECT * FROM messages ORDER BY seq LIMIT 1)`;
  return ask({ ...stage.key, numbers: [] }, query, count);
}

async function look(): Promise<number> {
  const rows = await countRowsRead(stage.key.id);
  await ringIn(stage.key, 61_000);
  await stage.world.quiet();
  return rows();
}

it("what comes of a message is heard of however many came after it, and a look reads no more of the ledger for them", async () => {
  await sendFrom(stage.key, person);
  await eventually(async () => told("message.sent").length === 1);
  const [{ guid } = { guid: "" }] = stage.mac.reached();
  await pileUp(3 * sliceRows);
  await look();
  const few = Math.max(await look(), await look());
  await pileUp(3 * sliceRows);
  const many = Math.min(await look(), await look());
  expect(many).toBeLessThan(few + 100);
  stage.mac.deliver(guid);
  for (let turn = 0; turn < 8 && told("message.delivered").length === 0; turn += 1) await look();
  await eventually(async () => told("message.delivered").length === 1);
  stage.mac.read(guid);
  for (let turn = 0; turn < 8 && told("message.read").length === 0; turn += 1) await look();
  await eventually(async () => told("message.read").length === 1);
});
