import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryPool, sender } from "../../../test/model/memory-pool.ts";
import type { SenderNumber } from "../snapshot.ts";

const contact = "+17770000000";
const numRuns = Number(process.env.FUZZ_RUNS ?? 150);

describe("for any pool and any message", () => {
  const strategies = ["first", "round_robin", "weighted", "geographic", "least_busy"] as const;
  const number = fc.record({
    isActive: fc.boolean(),
    weight: fc.integer({ min: 0, max: 3 }),
    type: fc.constantFrom("dedicated" as const, "inbound" as const),
    mms: fc.boolean(),
    unhealthy: fc.boolean(),
    heard: fc.boolean(),
    queue: fc.nat(3),
  });
  const world = fc.record({
    numbers: fc.array(number, { maxLength: 6 }),
    strategy: fc.constantFrom(...strategies),
    sticky: fc.boolean(),
    stickyTo: fc.option(fc.nat(7)),
    media: fc.boolean(),
    sends: fc.integer({ min: 1, max: 5 }),
  });
  type World = typeof world extends fc.Arbitrary<infer Given> ? Given : never;
  const texts = { sms: true, mms: true, voice: false, whatsapp: false };

  function build({ numbers, strategy, sticky: isSticky, stickyTo }: World): MemoryPool {
    const pool = new MemoryPool(
      numbers.map(({ isActive, weight, type, mms }, index) =>
        sender(`+1555200000${index}`, { isActive, weight, type, capabilities: { ...texts, mms } }),
      ),
      { strategy, sticky: isSticky },
    );
    pool.numbers.forEach(({ address }, index) => {
      if (numbers[index]?.unhealthy) pool.unhealthy.add(address);
      if (numbers[index]?.heard) pool.heard.add(`${address} ${contact}`);
      pool.queues.set(address, numbers[index]?.queue ?? 0);
    });
    if (stickyTo !== null) pool.sticky.set(contact, { number: `+1555200000${stickyTo}`, since: 0 });
    return pool;
  }

  function ableNumbers(pool: MemoryPool, media: boolean): SenderNumber[] {
    const isOpen = ({ type, address }: SenderNumber) => type !== "inbound" || pool.heard.has(`${address} ${contact}`);
    return pool.numbers.filter((n) => n.isActive && (!media || n.capabilities.mms) && isOpen(n));
  }

  test("the sender can carry it, none fails while one can, and the unhealthy wait", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(world, (given) => {
        const pool = build(given);
        const able = ableNumbers(pool, given.media);
        const isPreferred = (n: SenderNumber) =>
          !pool.unhealthy.has(n.address) && (given.strategy !== "weighted" || n.weight > 0);
        for (let sent = 0; sent < given.sends; sent++) {
          const choice = pool.send({ contact, media: given.media });
          expect(choice.ok).toBe(able.length > 0);
          if (!choice.ok) return;
          expect(able).toContain(choice.number);
          if (able.some(isPreferred)) expect(pool.unhealthy.has(choice.number.address)).toBe(false);
        }
      }),
      { numRuns },
    );
  });

  test("a preview changes nothing and tells what a send then does", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(world, (given) => {
        const pool = build(given);
        for (let sent = 0; sent < given.sends; sent++) {
          const before = structuredClone([pool.rotation.rows, pool.sticky]);
          const preview = pool.preview({ contact, media: given.media });
          expect([pool.rotation.rows, pool.sticky]).toEqual(before);
          expect(pool.send({ contact, media: given.media })).toEqual(preview);
        }
      }),
      { numRuns },
    );
  });
});
