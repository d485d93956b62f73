import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { reconcileMs } from "../../../src/domain/retry.ts";
import { notedEvery } from "../../../src/pool/desk.ts";
import { aheadOf } from "../../../src/pool/ledger/ahead.ts";
import { writeAttempts } from "../../../src/pool/ledger/ahead-attempts.ts";
import { admin, call, eventually } from "../../support/workers/gateway.ts";
import { crash, makePool, newPerson, type Pool, report, ring, send } from "../../support/workers/pool.ts";
import { type Outside, standInForTheOutside } from "../../support/workers/twilio.ts";

let pool: Pool;
let outside: Outside;

const stub = () => env.POOLS.getByName(pool.id);

beforeEach(async () => {
  pool = await makePool([{}]);
  outside = standInForTheOutside();
});
afterEach(() => vi.restoreAllMocks());

/** Sends a message, has it reported to be sent, and waits until the webhooks have heard of it. */
async function tellOneSent(): Promise<void> {
  await send(pool, newPerson());
  await eventually(async () => pool.carrier.departures.length === 1);
  await outside.calm();
  const [departure] = pool.carrier.departures;
  if (departure !== undefined) await report(pool, departure, "sent");
  await eventually(async () => (await stub().stats())?.owedDeliveries === 0);
}

describe("a message whose id memory alone knows", () => {
  it("is found to be interrupted after a kill, however many messages were written after it", async () => {
    const person = newPerson();
    const sent = await send(pool, person);
    const id = String(sent.body.message_id);
    await eventually(async () => pool.carrier.departures.length === 1);
    await outside.calm();
    for (let written = 1; written < notedEvery; written += 1) await send(pool, newPerson());
    await outside.calm();
    const first = await runInDurableObject(stub(), (_pool, { storage: { sql } }) =>
      sql.exec("SELECT status, sid FROM messages ORDER BY seq LIMIT 1").one(),
    );
    expect(first).toEqual({ status: "sending", sid: null });
    await crash(pool);
    const read = await call(`/v2/api/chats/${encodeURIComponent(person)}/messages/${id}`, { token: pool.token });
    expect(read.body).toMatchObject({ outcome_unknown: true });
  });

  it("is sent once, also where its key has what the carrier does not know sent again", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    try {
      await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { resend_unknown: true } });
      pool.carrier.twilio.options.listLagMs = 60 * 60_000;
      await send(pool, newPerson());
      await eventually(async () => pool.carrier.departures.length === 1);
      await outside.calm();
      await crash(pool);
      for (const ms of [0, reconcileMs.grace + 1_000, reconcileMs.secondLook + 1_000, 1_000]) {
        vi.setSystemTime(Date.now() + ms);
        await ring(pool);
        await outside.calm();
      }
      expect(pool.carrier.departures).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("what is known ahead of its row", () => {
  it("is written also where another message has its id by now: nothing stays ahead for ever", async () => {
    const person = newPerson();
    await send(pool, person);
    await eventually(async () => pool.carrier.departures.length === 1);
    await outside.calm();
    const [departure] = pool.carrier.departures;
    if (departure !== undefined) await report(pool, departure, "sent");
    const rows = await runInDurableObject(stub(), (_pool, { storage: { sql } }) => {
      const [seq = 0] = [...aheadOf(sql).messages.keys()];
      // Another message took the id, as one that was looked for does.
      const columns = sql
        .exec("SELECT * FROM messages LIMIT 0")
        .columnNames.filter((name) => !["seq", "sid", "by_sid"].includes(name));
      sql.exec(
        `INSERT INTO messages (seq, sid, by_sid, ${columns.join(", ")}) SELECT seq - 1, ?, 1, ${columns.join(", ")} FROM messages WHERE seq = ?`,
        departure?.sid ?? "",
        seq,
      );
      return seq;
    });
    expect(await stub().keepAll(false)).toBe(false);
    await call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, { token: pool.token });
    const left = await runInDurableObject(stub(), (_pool, { storage: { sql } }) => ({
      ahead: aheadOf(sql).messages.size,
      row: sql.exec("SELECT status FROM messages WHERE seq = ?", rows).one(),
    }));
    expect(left).toMatchObject({ ahead: 0, row: { status: "sent" } });
  });

  it("stands in memory still where the log could not be written", async () => {
    await call("/v2/api/webhooks", {
      body: { webhook_url: "https://customer.example/a", webhook_type: "all" },
      token: pool.token,
    });
    await tellOneSent();
    const count = await runInDurableObject(stub(), (_pool, { storage: { sql } }) => {
      const known = aheadOf(sql);
      const { numbers } = known;
      const before = known.attempts.length;
      known.numbers = () => {
        throw new Error("SQLITE_FULL");
      };
      expect(() => writeAttempts(sql)).toThrow("SQLITE_FULL");
      known.numbers = numbers;
      return { before, after: known.attempts.length };
    });
    expect(count).toEqual({ before: 1, after: 1 });
  });

  it("stands in the event that tells it, and in no replay of that", async () => {
    const body = { webhook_url: "https://customer.example/a", webhook_type: "all" };
    const hook = await call("/v2/api/webhooks", { body, token: pool.token });
    await tellOneSent();
    const replayed = await admin(`/webhooks/${hook.body.webhook_id}/replay`, {
      body: { since: 0, only_failed: false },
    });
    expect(replayed.status).toBe(202);
    const rows = await runInDurableObject(stub(), (_pool, { storage: { sql } }) =>
      sql.exec("SELECT original, redo FROM events ORDER BY seq").toArray(),
    );
    expect(rows).toMatchObject([{ original: null, redo: expect.any(String) }, { redo: null }]);
  });
});
