import { describe, expect, test } from "vitest";
import { countSends, day, MemoryPool, outcomeOf, sender } from "../../../test/model/memory-pool.ts";
import type { Selection } from "../snapshot.ts";

const [a, b, c] = ["+15550000001", "+15550000002", "+15550000003"];
const contact = "+17770000000";
const sticky: Partial<Selection> = { strategy: "round_robin", sticky: true };

function poolOf(selection: Partial<Selection> = {}): MemoryPool {
  return new MemoryPool([sender(a), sender(b), sender(c)], selection);
}

describe("a conversation", () => {
  test("stays on its number, over restarts and edits of the pool, and does not turn the rotation", () => {
    const pool = poolOf(sticky);
    const first = outcomeOf(pool.send({ contact }));
    for (let round = 0; round < 10; round++) {
      expect(pool.send({ contact })).toMatchObject({ trace: { reason: "sticky" }, rotation: null, stick: false });
      pool.edit([...pool.numbers].reverse());
      pool.restart();
    }
    expect(outcomeOf(pool.send({ contact }))).toBe(first);
    expect(countSends(pool, 2)).toEqual([0, 1, 1]);
  });

  test.each([
    ["left the pool", (pool: MemoryPool) => pool.edit([sender(b), sender(c)]), "it left the pool"],
    ["is paused", (pool: MemoryPool) => pool.change(a, { isActive: false }), "it is paused"],
    ["turned unhealthy", (pool: MemoryPool) => void pool.unhealthy.add(a), "it is unhealthy"],
  ])("whose number %s is handed over once, and stays with the new one", (_name, breakIt, why) => {
    const pool = poolOf(sticky);
    pool.send({ contact });
    breakIt(pool);
    const moved = pool.send({ contact });
    expect(moved).toMatchObject({ ok: true, stick: true, handover: true, trace: { reason: "round_robin" } });
    expect(moved.ok && moved.trace.note).toBe(`Handed over from ${a}: ${why}.`);
    expect(pool.send({ contact })).toMatchObject({
      stick: false,
      handover: false,
      number: { address: outcomeOf(moved) },
    });
    pool.edit([sender(a), sender(b), sender(c)]);
    pool.unhealthy.clear();
    expect(outcomeOf(pool.send({ contact }))).toBe(outcomeOf(moved));
  });

  test("is not moved by an unhealthy number while nothing better can send", () => {
    const pool = poolOf(sticky);
    pool.send({ contact });
    pool.unhealthy = new Set([a, b, c]);
    expect(pool.send({ contact })).toMatchObject({ number: { address: a }, handover: false });
  });

  test("is not moved by a long queue: pacing makes it wait", () => {
    const pool = poolOf({ ...sticky, strategy: "least_busy" });
    pool.send({ contact });
    pool.queues.set(a, 500);
    expect(outcomeOf(pool.send({ contact }))).toBe(a);
  });

  test("sends a picture from elsewhere when its number cannot, and goes on where it was", () => {
    const capabilities = { sms: true, mms: false, voice: false, whatsapp: false };
    const pool = new MemoryPool([sender(a, { capabilities }), sender(b)], sticky);
    pool.send({ contact });
    expect(pool.send({ contact, media: true })).toMatchObject({
      number: { address: b },
      stick: false,
      handover: false,
    });
    expect(outcomeOf(pool.send({ contact }))).toBe(a);
  });

  test("waits for its number even when the one that was written to has left", () => {
    const capabilities = { sms: true, mms: false, voice: false, whatsapp: false };
    const pool = new MemoryPool([sender(a, { capabilities }), sender(b)], sticky);
    pool.send({ contact });
    pool.lastWrittenTo.set(contact, c);
    const picture = pool.send({ contact, media: true });
    expect(picture).toMatchObject({ number: { address: b }, stick: false });
    expect(picture.ok && picture.trace.note).toBe(
      `For this message only: the contact stays with ${a}, but it cannot send MMS.`,
    );
  });

  test("is over after its days, and begins anew without a hand-over", () => {
    const pool = poolOf({ ...sticky, stickyDays: 2 });
    pool.send({ contact });
    pool.now += 2 * day - 1;
    expect(outcomeOf(pool.send({ contact }))).toBe(a);
    pool.now += 1;
    expect(pool.send({ contact })).toMatchObject({ number: { address: b }, stick: true, handover: false });
  });

  test("goes on from the number that was written to, and moves there", () => {
    const pool = poolOf(sticky);
    pool.send({ contact });
    pool.lastWrittenTo.set(contact, c);
    expect(pool.send({ contact })).toMatchObject({
      number: { address: c },
      stick: true,
      trace: { reason: "replied_to" },
    });
  });

  test("does not exist where stickiness is off", () => {
    const pool = poolOf({ strategy: "first", sticky: false });
    pool.sticky.set(contact, { number: b, since: pool.now });
    pool.receive(contact, c);
    expect(pool.send({ contact })).toMatchObject({ number: { address: a }, stick: false });
  });
});

describe("a reply-only number", () => {
  const inbound = sender(a, { type: "inbound" });

  test("is refused for a contact that never wrote to it, asked for or alone", () => {
    const pool = new MemoryPool([inbound]);
    for (const requested of [null, a]) {
      expect(pool.send({ contact, requested })).toMatchObject({
        failure: {
          code: "inbound_only_no_prior_inbound",
          context: { allocation_id: `num_${a}`, external_id: contact },
        },
      });
    }
  });

  test("opens with the first inbound, for that contact and that number alone", () => {
    const pool = new MemoryPool([inbound, sender(b, { type: "inbound" })]);
    pool.receive(contact, a);
    expect(outcomeOf(pool.send({ contact }))).toBe(a);
    expect(outcomeOf(pool.send({ contact, requested: b }))).toBe("inbound_only_no_prior_inbound");
    expect(outcomeOf(pool.send({ contact: "+17770000001" }))).toBe("inbound_only_no_prior_inbound");
  });

  test("is never chosen for a first contact", () => {
    const pool = new MemoryPool([inbound, sender(b)]);
    expect(countSends(pool, 100)).toEqual([0, 100]);
  });
});
