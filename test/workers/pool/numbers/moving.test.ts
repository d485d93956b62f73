import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../../../src/directory/database.ts";
import { assignNumber, detachNumber } from "../../../../src/directory/numbers.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import {
  changeNumber,
  connectCarrier,
  makeKey,
  newNumber,
  newPerson,
  type Pool,
  ring,
  runs,
  send,
  writeTo,
} from "../../../support/workers/pool.ts";

type Kept = { number: string; text: string; direction: string; status: string };

function keptBy(pool: Pool): Promise<Kept[]> {
  return runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage }) =>
    storage.sql.exec<Kept>("SELECT number, text, direction, status FROM messages ORDER BY seq").toArray(),
  );
}

async function numbersIn(pool: Pool): Promise<string[]> {
  const read = await admin(`/api-keys/${pool.id}/pool`);
  return (read.body.numbers as { phone_number: string }[]).map(({ phone_number }) => phone_number);
}

/** The numbers that a pool itself believes it holds: what it would send from. */
function heldBy(pool: Pool): Promise<string[]> {
  return runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage }) => {
    const { body } = storage.sql.exec<{ body: string }>("SELECT body FROM snapshot").one();
    return (JSON.parse(body) as { numbers: { address: string }[] }).numbers.map(({ address }) => address);
  });
}

describe("a number that moves between keys", () => {
  it("is taken only from the key that holds it, and given only when nobody does", async () => {
    const moving = newNumber();
    const carrier = await connectCarrier({ [moving]: {} });
    const [a, b] = [await makeKey(carrier, {}), await makeKey(carrier, { [moving]: {} })];
    const db = openDatabase(env.DB);
    expect(await detachNumber(db, moving, a.id)).toBe(false);
    expect(await assignNumber(db, moving, { keyId: a.id, protocol: "twilio" }, [])).toBe(false);
    expect([await numbersIn(a), await numbersIn(b)]).toEqual([[], [moving]]);
    expect(await detachNumber(db, moving, b.id)).toBe(true);
    expect(await assignNumber(db, moving, { keyId: a.id, protocol: "twilio" }, [])).toBe(true);
  });

  it("under load serves one key at a time: every message is in exactly one pool, and the old one never sends again", {
    timeout: 120_000,
  }, async () => {
    const moving = newNumber();
    const [stayA, stayB] = [newNumber(), newNumber()];
    const carrier = await connectCarrier({ [moving]: {}, [stayA]: {}, [stayB]: {} });
    const a = await makeKey(carrier, { [stayA]: {}, [moving]: {} });
    const b = await makeKey(carrier, { [stayB]: {} });
    let texts = 0;
    const accepted: { by: Pool; text: string }[] = [];
    const written: string[] = [];

    const sendFrom = async (by: Pool) => {
      texts += 1;
      const text = `out ${texts}`;
      const sent = await send(by, newPerson(), { text, from_number: moving });
      if (sent.status === 202) accepted.push({ by, text });
      else expect(sent.body.code).toBe("from_number_not_owned");
    };
    const write = async () => {
      texts += 1;
      const text = `in ${texts}`;
      written.push(text);
      expect(await writeTo(a, newPerson(), moving, text)).toBe(200);
    };

    for (let round = 0; round < runs(4); round += 1) {
      const [from, to] = round % 2 === 0 ? [a, b] : [b, a];
      const load = Array.from({ length: 10 }, () => [sendFrom(a), sendFrom(b), write()]).flat();
      const moved = changeNumber(moving, { api_key_id: to.id });
      load.push(...Array.from({ length: 10 }, () => [sendFrom(a), sendFrom(b), write()]).flat());
      await moved;
      const late = Array.from({ length: 5 }, () => sendFrom(from));
      const before = accepted.filter(({ by }) => by === from).length;
      await Promise.all(late);
      await Promise.all(load);
      expect(accepted.filter(({ by }) => by === from).length).toBeLessThanOrEqual(before + 10);
      expect([await heldBy(from), await heldBy(to)].map((held) => held.includes(moving))).toEqual([false, true]);
    }

    const [keptA, keptB] = [await keptBy(a), await keptBy(b)];
    const inbound = [...keptA, ...keptB].filter(({ direction }) => direction === "inbound").map(({ text }) => text);
    expect(inbound.sort()).toEqual([...written].sort());
    for (const { by, text } of accepted) {
      const [own, other] = by === a ? [keptA, keptB] : [keptB, keptA];
      expect(own.filter((kept) => kept.text === text)).toHaveLength(1);
      expect(other.some((kept) => kept.text === text)).toBe(false);
    }
    await eventually(async () => {
      const waiting = [...(await keptBy(a)), ...(await keptBy(b))].filter(({ status }) => status === "queued");
      return waiting.length === 0;
    });
    const left = carrier.departures.map(({ body }) => body);
    expect(new Set(left).size).toBe(left.length);
  });

  it("takes nothing along: what waited on it at the old key fails there, and is never sent from it", async () => {
    const moving = newNumber();
    const carrier = await connectCarrier({ [moving]: {} });
    const a = await makeKey(carrier, { [moving]: { messages_per_second: 0.01 } });
    const b = await makeKey(carrier, {});
    for (const text of ["leaves", "waits", "waits too"]) await send(a, newPerson(), { text });
    await eventually(async () => carrier.departures.length === 1);
    await changeNumber(moving, { api_key_id: b.id, messages_per_second: null });
    await eventually(async () => {
      await ring(a);
      return (await keptBy(a)).filter(({ status }) => status === "failed").length === 2;
    });
    expect((await send(b, newPerson(), { text: "of the new key" })).status).toBe(202);
    await eventually(async () => carrier.departures.length === 2);
    expect(carrier.departures.map(({ body }) => body)).toEqual(["leaves", "of the new key"]);
  });

  it("ends with one of them when several moves come at once", { timeout: 60_000 + runs(6) * 5_000 }, async () => {
    const moving = newNumber();
    const carrier = await connectCarrier({ [moving]: {} });
    const [a, b, c] = [
      await makeKey(carrier, { [moving]: {} }),
      await makeKey(carrier, {}),
      await makeKey(carrier, {}),
    ];
    for (let round = 0; round < runs(6); round += 1) {
      const moves = [a, b, c, b].map(async (pool, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 2 * round));
        return changeNumber(moving, { api_key_id: pool.id });
      });
      await Promise.all(moves);
      const believing = await Promise.all([a, b, c].map(async (pool) => (await heldBy(pool)).includes(moving)));
      expect(believing.filter(Boolean)).toHaveLength(1);
      const listed = await Promise.all([a, b, c].map(async (pool) => (await numbersIn(pool)).includes(moving)));
      expect(believing).toEqual(listed);
    }
  });
});
