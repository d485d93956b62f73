import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lookUpNumber } from "./phone-lookup.ts";

/** Any UTF-16 at all, lone surrogates included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 })
  .map((units) => String.fromCharCode(...units));

describe("looking a number up", () => {
  it("tells a North American number's state, area code and exchange", () => {
    expect(lookUpNumber("+14155552671", null)).toEqual({
      input: "+14155552671",
      valid: true,
      possible: true,
      e164: "+14155552671",
      national: "(415) 555-2671",
      international: "+1 415 555 2671",
      countryCallingCode: "1",
      country: "US",
      nationalNumber: "4155552671",
      type: "FIXED_LINE_OR_MOBILE",
      location: { city: null, region: "CA", regionName: "California" },
      areaCode: "415",
      exchange: "555",
      areaCodeRegion: "CA",
    });
  });

  it("tells the type elsewhere and leaves the North American fields out", () => {
    const found = lookUpNumber("+4915112345678", null);
    expect(found).toMatchObject({ valid: true, country: "DE", type: "MOBILE", countryCallingCode: "49" });
    expect(found).not.toHaveProperty("areaCode");
  });

  it("reads the home country's form and a + that became a space", () => {
    expect(lookUpNumber("(212) 555-0123", "US").e164).toBe("+12125550123");
    expect(lookUpNumber(" 12125550123", null).e164).toBe("+12125550123");
  });

  it("gives the Caribbean its own countries and toll-free no place", () => {
    expect(lookUpNumber("+18765230123", null)).toMatchObject({ country: "JM", areaCodeRegion: "JM", location: null });
    const tollFree = lookUpNumber("+18005550199", null);
    expect(tollFree).toMatchObject({ type: "TOLL_FREE", areaCode: "800", location: null });
    expect(tollFree).not.toHaveProperty("areaCodeRegion");
  });

  it("answers for a made-up number and for text that is none", () => {
    expect(lookUpNumber("+15551234567", null)).toMatchObject({
      valid: false,
      possible: true,
      country: null,
      type: null,
    });
    expect(lookUpNumber("+1555", null)).toMatchObject({ valid: false, possible: false, e164: "+1555" });
    expect(lookUpNumber("hello", "US")).toMatchObject({ input: "hello", valid: false, possible: false, e164: "" });
  });

  it("never throws", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(null, "US", "??"), (input, home) => {
        expect(lookUpNumber(input, home).input).toBe(input);
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 100) },
    );
  });
});
