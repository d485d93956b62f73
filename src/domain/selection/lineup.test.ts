import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryPool, sender, senders } from "../../../test/model/memory-pool.ts";
import { placeOf, proximity } from "../regions.ts";
import type { SenderNumber, Strategy } from "../snapshot.ts";
import { findObstacle, type Standing } from "./eligibility.ts";
import { type SurveyView, surveyPool } from "./survey.ts";

const strategies: Strategy[] = ["first", "round_robin", "weighted", "geographic", "least_busy"];
const numRuns = Number(process.env.FUZZ_RUNS ?? 150);

/** Numbers that count how often anything of them is asked. */
function watched(count: number): { numbers: SenderNumber[]; looks: () => number } {
  let looks = 0;
  const numbers = senders(count).map(
    (number) =>
      new Proxy(number, {
        get(target, name, self) {
          if (name === "capabilities" || name === "isActive" || name === "channel") looks += 1;
          return Reflect.get(target, name, self);
        },
      }),
  );
  return { numbers, looks: () => looks };
}

test.each(strategies)("a choice by %s judges no number again that stands for everybody as it did", (strategy) => {
  const { numbers, looks } = watched(1_000);
  const pool = new MemoryPool(numbers, { strategy, sticky: true });
  pool.send({ contact: "+17770000000" });
  const before = looks();
  for (let person = 1; person <= 50; person += 1) pool.send({ contact: `+177700000${person}` });
  expect(looks() - before).toBeLessThan(50 * 20);
  const ill = numbers.slice(0, 30).map(({ address }) => address);
  pool.unhealthy = new Set(ill);
  const choice = pool.send({ contact: "+17779999999" });
  expect(choice.ok && ill.includes(choice.number.address)).toBe(false);
});

function preferenceOf(one: SenderNumber, view: SurveyView): Standing {
  if (view.isCapped?.(one) === true) return "capped";
  const hold = view.accountHold(one.accountId);
  if (hold !== null) return hold;
  const kind = view.selection.strategy === "weighted" && one.weight === 0 ? "unweighted" : "able";
  if (!view.unhealthy.has(one.address)) return kind;
  return kind === "able" ? "unhealthy" : "unweighted_unhealthy";
}

test("what a pool remembers of its numbers is what a look at each of them says", () => {
  const number = fc.record({
    isActive: fc.boolean(),
    weight: fc.integer({ min: 0, max: 2 }),
    type: fc.constantFrom("dedicated" as const, "inbound" as const),
    channel: fc.constantFrom("sms" as const, "whatsapp" as const, "imessage" as const),
    accountId: fc.constantFrom("acc_1", "acc_2"),
    capabilities: fc.record({ sms: fc.boolean(), mms: fc.boolean(), voice: fc.boolean(), whatsapp: fc.boolean() }),
  });
  const ask = fc.record({
    channel: fc.constantFrom("sms" as const, "whatsapp" as const, "imessage" as const),
    media: fc.boolean(),
    strategy: fc.constantFrom(...strategies),
    unhealthy: fc.uniqueArray(fc.nat(5), { maxLength: 6 }),
    blocked: fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
    heard: fc.uniqueArray(fc.nat(5), { maxLength: 6 }),
    refused: fc.uniqueArray(fc.constantFrom("acc_1", "acc_2")),
    capped: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(number, { maxLength: 6 }), fc.array(ask, { minLength: 1, maxLength: 4 }), (traits, asks) => {
      const numbers = traits.map((one, index) => sender(`+1555200000${index}`, one));
      const addresses = (positions: number[]) => new Set(positions.map((position) => `+1555200000${position}`));
      for (const { channel, media, strategy, unhealthy, blocked, heard, refused, capped } of asks) {
        const view = {
          numbers,
          recipient: { chatId: "+1777", channel, e164: "+1777" },
          needs: { media },
          selection: { strategy },
          unhealthy: addresses(unhealthy),
          blocked: addresses(blocked),
          hasWrittenTo: (address: string) => addresses(heard).has(address),
          accountHold: (account: string) => (refused.some((one) => one === account) ? "account_refused" : null),
          isCapped: (one: SenderNumber) => one.channel === "imessage" && capped,
        };
        const survey = surveyPool(view);
        const expected = numbers.map((one) => findObstacle(one, view) ?? preferenceOf(one, view));
        expect(survey.standings).toEqual(expected);
        for (const [standing, count] of survey.counts)
          expect(count).toBe(expected.filter((one) => one === standing).length);
        expect([...survey.counts.values()].reduce((sum, count) => sum + count, 0)).toBe(numbers.length);
      }
    }),
    { numRuns },
  );
});

test("numbers of one place are equally near to everybody", () => {
  const digits = fc.integer({ min: 2_000_000, max: 9_999_999 });
  const codes = ["+1212", "+1646", "+1416", "+1800", "+1876", "+1999", "+4930", "+4989", "+4420", "+3531", "+81312"];
  const address = fc.tuple(fc.constantFrom(...codes), digits).map(([code, rest]) => `${code}${rest}`);
  fc.assert(
    fc.property(address, address, address, (one, other, to) => {
      if (placeOf(one) === placeOf(other)) expect(proximity(one, to)).toBe(proximity(other, to));
    }),
    { numRuns },
  );
});
