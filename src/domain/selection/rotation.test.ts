import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countSends, MemoryPool, outcomeOf, sender, senders } from "../../../test/model/memory-pool.ts";

const contact = "+17770000000";
const numRuns = Number(process.env.FUZZ_RUNS ?? 30);

function spread(counts: number[]): number {
  return Math.max(...counts) - Math.min(...counts);
}

function widestLag(pool: MemoryPool, sends: number): number {
  const total = pool.numbers.reduce((sum, { weight }) => sum + weight, 0);
  const counts = new Map<string, number>();
  let widest = 0;
  for (let sent = 1; sent <= sends; sent++) {
    const address = outcomeOf(pool.send({ contact }));
    counts.set(address, (counts.get(address) ?? 0) + 1);
    for (const number of pool.numbers) {
      widest = Math.max(widest, Math.abs((counts.get(number.address) ?? 0) - (sent * number.weight) / total));
    }
    if (sent % 50 === 0) pool.restart();
  }
  return widest;
}

describe("round robin", () => {
  test.each([1, 2, 3, 10, 100])("over %i numbers differs by at most 1 after every one of 10,000 sends", (size) => {
    const pool = new MemoryPool(senders(size));
    const counts = new Map(pool.numbers.map(({ address }) => [address, 0]));
    let widest = 0;
    for (let index = 0; index < 10_000; index++) {
      const address = outcomeOf(pool.send({ contact }));
      counts.set(address, (counts.get(address) ?? 0) + 1);
      if (index % size === 0) widest = Math.max(widest, spread([...counts.values()]));
      if (index % 1000 === 0) pool.restart();
    }
    expect(widest).toBeLessThanOrEqual(1);
    expect(spread([...counts.values()])).toBeLessThanOrEqual(1);
  });

  test("gives a number that came new one turn at once, and no more than its share after it", () => {
    const pool = new MemoryPool(senders(3));
    countSends(pool, 3000);
    pool.edit([...pool.numbers, sender("+15559990000")]);
    expect(outcomeOf(pool.send({ contact }))).toBe("+15559990000");
    expect(spread(countSends(pool, 400))).toBe(0);
  });

  test("owes nothing to a number that was away, paused or unhealthy", () => {
    const pool = new MemoryPool(senders(3));
    const [, second, third] = pool.numbers.map(({ address }) => address);
    pool.change(second ?? "", { isActive: false });
    pool.unhealthy.add(third ?? "");
    expect(countSends(pool, 100)).toEqual([100, 0, 0]);
    pool.change(second ?? "", { isActive: true });
    pool.unhealthy.clear();
    expect(spread(countSends(pool, 100))).toBeLessThanOrEqual(1);
  });
});

describe("weighted", () => {
  test("1:2:7 gives exactly 1,000, 2,000 and 7,000 of 10,000, spread smoothly", () => {
    const weights = [1, 2, 7];
    const pool = new MemoryPool(
      senders(3, (index) => ({ weight: weights[index] ?? 1 })),
      { strategy: "weighted" },
    );
    expect(countSends(pool, 10_000)).toEqual([1000, 2000, 7000]);
    const ten = Array.from({ length: 10 }, () => outcomeOf(pool.send({ contact })).at(-1)).join("");
    expect(ten).toBe("2122022122");
  });

  test("keeps every number within 1 of its share after every send, for any weights, over restarts", {
    timeout: 600_000,
  }, () => {
    const weights = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 50, max: 300 }), (all, sends) => {
        const pool = new MemoryPool(
          senders(all.length, (index) => ({ weight: all[index] ?? 1 })),
          { strategy: "weighted" },
        );
        expect(widestLag(pool, sends)).toBeLessThanOrEqual(1);
      }),
      { numRuns },
    );
  });

  test("writes the row of the chosen number alone", () => {
    const pool = new MemoryPool(
      senders(100, (index) => ({ weight: index + 1 })),
      { strategy: "weighted" },
    );
    for (let sent = 0; sent < 500; sent++) expect(pool.send({ contact })).toMatchObject({ rotation: { length: 1 } });
  });

  test("is exact again from an edit on: a new, resumed or reweighted number gets no flood", () => {
    const pool = new MemoryPool(senders(3), { strategy: "weighted" });
    countSends(pool, 5000);
    pool.edit([...pool.numbers, sender("+15559990000", { weight: 7 })]);
    expect(countSends(pool, 1000)).toEqual([100, 100, 100, 700]);
    pool.change("+15559990000", { weight: 1 });
    expect(countSends(pool, 1000)).toEqual([250, 250, 250, 250]);
    pool.change("+15559990000", { isActive: false });
    countSends(pool, 999);
    pool.change("+15559990000", { isActive: true });
    expect(countSends(pool, 1000)).toEqual([250, 250, 250, 250]);
  });

  test("owes one turn at most to a number that was unhealthy for long", () => {
    const pool = new MemoryPool(senders(4), { strategy: "weighted" });
    pool.unhealthy.add(pool.numbers[0]?.address ?? "");
    countSends(pool, 3000);
    pool.unhealthy.clear();
    const counts = countSends(pool, 400);
    expect(Math.max(...counts.map((count) => Math.abs(count - 100)))).toBeLessThanOrEqual(2);
  });

  test("lets a number of little weight that was unhealthy speak at once, then as seldom as before", () => {
    const pool = new MemoryPool([sender("+15550000001"), sender("+15550000002", { weight: 49 })], {
      strategy: "weighted",
    });
    pool.unhealthy.add("+15550000001");
    countSends(pool, 1000);
    pool.unhealthy.clear();
    expect(outcomeOf(pool.send({ contact }))).toBe("+15550000001");
    expect(countSends(pool, 49)[0]).toBeLessThanOrEqual(1);
  });

  test("shares fairly though pictures can leave from one number alone", () => {
    const capabilities = { sms: true, mms: false, voice: false, whatsapp: false };
    const pool = new MemoryPool(
      senders(4, (index) => (index === 0 ? {} : { capabilities })),
      { strategy: "weighted" },
    );
    const texts = new Map<string, number>();
    for (let round = 0; round < 1000; round++) {
      expect(outcomeOf(pool.send({ contact, media: true }))).toBe(pool.numbers[0]?.address);
      for (let text = 0; text < 3; text++) {
        const address = outcomeOf(pool.send({ contact }));
        texts.set(address, (texts.get(address) ?? 0) + 1);
      }
    }
    for (const { address } of pool.numbers.slice(1)) expect(texts.get(address)).toBeGreaterThan(900);
  });

  test("never picks a number of weight 0 while another can send, even an unhealthy one", () => {
    const pool = new MemoryPool(
      senders(3, (index) => ({ weight: index === 0 ? 0 : 1 })),
      { strategy: "weighted" },
    );
    expect(countSends(pool, 100)).toEqual([0, 50, 50]);
    pool.unhealthy = new Set(pool.numbers.slice(1).map(({ address }) => address));
    expect(countSends(pool, 100)).toEqual([0, 50, 50]);
    pool.edit(pool.numbers.map((number, index) => (index === 0 ? number : { ...number, isActive: false })));
    expect(countSends(pool, 100)).toEqual([100, 0, 0]);
    pool.edit(pool.numbers.map((number) => ({ ...number, weight: 0, isActive: true })));
    expect(countSends(pool, 100)).toEqual([100, 0, 0]);
  });
});

test("switching between the strategies leaves no debt behind", () => {
  const pool = new MemoryPool(senders(5), { strategy: "weighted" });
  countSends(pool, 1001);
  pool.selection = { ...pool.selection, strategy: "round_robin" };
  expect(spread(countSends(pool, 502))).toBeLessThanOrEqual(1);
  pool.selection = { ...pool.selection, strategy: "weighted" };
  expect(spread(countSends(pool, 500))).toBeLessThanOrEqual(2);
});
