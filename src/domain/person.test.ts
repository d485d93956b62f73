import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { personOf, writingsOf } from "./person.ts";

const twins: [string, string, string][] = [
  ["Mexico", "whatsapp:+525512345678", "whatsapp:+5215512345678"],
  ["Brazil", "whatsapp:+5511987654321", "whatsapp:+551187654321"],
  ["Argentina", "whatsapp:+5491123456789", "whatsapp:+541123456789"],
];

describe("one person", () => {
  test.each(twins)("of %s is known by one address, whichever way it is written", (_, known, other) => {
    expect([personOf(known), personOf(other)]).toEqual([known, known]);
    expect(writingsOf(other)).toEqual([other, known]);
    expect(writingsOf(known)).toEqual([known, other]);
  });

  test.each([
    "+5215512345678",
    "+551187654321",
    "whatsapp:+15551234567",
    "whatsapp:+551133334444",
    "whatsapp:+5415",
    "whatsapp:US.ABC123",
    "12345",
    "",
  ])("%s is known by itself", (address) => {
    expect(personOf(address)).toBe(address);
    expect(writingsOf(address)).toEqual([address]);
  });

  test("keeps its address when it is asked again, and shares it with each of its writings", () => {
    const digits = fc.stringMatching(/^(?:52|521|55|549|54)\d{8,11}$/);
    fc.assert(
      fc.property(digits, (number) => {
        const address = `whatsapp:+${number}`;
        expect(personOf(personOf(address))).toBe(personOf(address));
        for (const writing of writingsOf(address)) expect(personOf(writing)).toBe(personOf(address));
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 300) },
    );
  });
});
