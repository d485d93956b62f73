import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { describe, expect, it } from "vitest";
import { areaCodeRows, overlayComplexes, tollFreeCodes } from "./nanp-area-codes.ts";
import { areaCodeOf, isTollFree, proximity, regionOf, sharesOverlay } from "./regions.ts";

const areaCodes = areaCodeRows.flatMap(([, , , codes]) => codes.split(" "));

/** Toll-free, personal, Canadian special, carrier, government and premium codes, which libphonenumber files under a country. */
const nonGeographic = /^(8(00|33|44|55|66|77|88)|5(00|2[1-9]|3[238]|44|66|77|88)|6(00|22|33)|7[01]0|900)$/;

/** A number of this area code, for questions about the area code alone. */
function numberIn(areaCode: string): string {
  return `+1${areaCode}2340123`;
}

describe("the table of area codes", () => {
  it(`holds each code once, ${areaCodes.length} in all`, () => {
    expect(areaCodes.length).toBeGreaterThanOrEqual(450);
    expect(new Set(areaCodes).size).toBe(areaCodes.length);
    for (const code of areaCodes) expect(code).toMatch(/^[2-9]\d\d$/);
  });

  it("has 50 states and the District, all of Canada's provinces, and 23 further countries and territories", () => {
    const of = (country: string) => areaCodeRows.filter((row) => row[0] === country).map((row) => row[1]);
    expect(new Set(of("US")).size).toBe(51);
    expect(
      of("CA")
        .flatMap((region) => region?.split("/") ?? [])
        .sort(),
    ).toEqual("AB BC MB NB NL NS NT NU ON PE QC SK YT".split(" "));
    const elsewhere = areaCodeRows.filter(([country]) => country !== "US" && country !== "CA");
    expect(elsewhere.length).toBe(23);
    expect(elsewhere.every(([, region, name]) => region === null && name === null)).toBe(true);
  });

  it("agrees with libphonenumber on every code's country, and each knows at most a few codes that the other does not", () => {
    const every = Array.from({ length: 800 }, (_, at) => String(at + 200)).filter((code) => !nonGeographic.test(code));
    const pairs = every.map((code) => ({
      code,
      ours: regionOf(code)?.country,
      theirs: parsePhoneNumberFromString(numberIn(code))?.country,
    }));
    const known = pairs.filter(({ ours, theirs }) => ours !== undefined && theirs !== undefined);
    expect(known.length).toBeGreaterThan(440);
    for (const { code, ours, theirs } of known) expect([code, ours]).toEqual([code, theirs]);
    expect(pairs.filter(({ ours, theirs }) => ours === undefined && theirs !== undefined)).toEqual([]);
    expect(pairs.length - known.length - pairs.filter(({ ours }) => ours === undefined).length).toBeLessThan(20);
  });

  it("puts overlays inside one state and names only codes that are in the table", () => {
    for (const line of overlayComplexes) {
      const places = line.split(" ").map((code) => regionOf(code));
      expect(places.length).toBeGreaterThan(1);
      expect(new Set(places.map((place) => `${place?.country} ${place?.region}`)).size).toBe(1);
      expect(places).not.toContain(null);
    }
  });
});

describe("the region of an area code", () => {
  it.each([
    ["212", "US", "NY"],
    ["465", "US", "NY"],
    ["738", "US", "CA"],
    ["621", "US", "TX"],
    ["483", "US", "AL"],
    ["416", "CA", "ON"],
    ["942", "CA", "ON"],
    ["902", "CA", "NS/PE"],
    ["867", "CA", "NT/NU/YT"],
    ["876", "JM", null],
    ["658", "JM", null],
    ["809", "DO", null],
    ["829", "DO", null],
    ["849", "DO", null],
    ["787", "PR", null],
    ["939", "PR", null],
    ["242", "BS", null],
    ["868", "TT", null],
    ["671", "GU", null],
  ])("%s is %s %s", (areaCode, country, region) => {
    expect(regionOf(areaCode)).toMatchObject({ country, region });
  });

  it("is none for toll-free, personal, reserved and unassigned codes", () => {
    for (const code of [...tollFreeCodes.split(" "), "500", "555", "700", "900", "911", "000", "", "1"]) {
      expect(regionOf(code)).toBeNull();
    }
    expect(tollFreeCodes.split(" ").every(isTollFree)).toBe(true);
  });
});

describe("the area code of an address", () => {
  it("is read from North American numbers alone", () => {
    expect(areaCodeOf("+12125550123")).toBe("212");
    expect(areaCodeOf("whatsapp:+12125550123")).toBe("212");
    for (const other of ["+447911123456", "+1212555012", "12345", "whatsapp:US.ABC", ""]) {
      expect(areaCodeOf(other)).toBeNull();
    }
  });
});

describe("overlays", () => {
  it("join the codes of one area and keep neighbours apart", () => {
    expect(sharesOverlay("212", "646")).toBe(true);
    expect(sharesOverlay("212", "917")).toBe(true);
    expect(sharesOverlay("718", "917")).toBe(true);
    expect(sharesOverlay("212", "718")).toBe(false);
    expect(sharesOverlay("312", "872")).toBe(true);
    expect(sharesOverlay("312", "773")).toBe(false);
    expect(sharesOverlay("404", "770")).toBe(false);
    expect(sharesOverlay("213", "738")).toBe(true);
    expect(sharesOverlay("212", "212")).toBe(false);
    expect(sharesOverlay("555", "212")).toBe(false);
  });
});

describe("how near a sender is", () => {
  it.each([
    ["+12125550123", "+12125559999", "area_code"],
    ["+12125550123", "+16465559999", "overlay"],
    ["+12125550123", "+17165559999", "region"],
    ["+12125550123", "+13105559999", "country"],
    ["+12125550123", "+14165559999", "none"],
    ["+14165550123", "+16135559999", "region"],
    ["+14165550123", "+16045559999", "country"],
    ["+18765550123", "+16585559999", "overlay"],
    ["+18765550123", "+12125559999", "none"],
    ["+17875550123", "+12125559999", "none"],
    ["+18005550123", "+12125559999", "country"],
    ["+18885550123", "+14165559999", "country"],
    ["+18005550123", "+18765559999", "none"],
    ["+12125550123", "+18005559999", "none"],
    ["+15005550006", "+12125559999", "none"],
    ["+447911123456", "+441234567890", "country"],
    ["whatsapp:+447911123456", "whatsapp:+441234567890", "country"],
    ["+447911123456", "+12125559999", "none"],
    ["+12125559999", "+447911123456", "none"],
    ["12345", "+12125559999", "none"],
    ["12345", "67890", "none"],
    ["+12125559999", "whatsapp:US.ABC", "none"],
  ])("%s to %s: %s", (from, to, near) => {
    expect(proximity(from, to)).toBe(near);
  });
});
