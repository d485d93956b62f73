import { describe, expect, it } from "vitest";
import { areaCodeRows } from "./nanp-area-codes.ts";
import { anyQuietUntil, quietUntil, readClock } from "./quiet-hours.ts";
import { isTimeZone, zonesOf } from "./time-zones.ts";

const night = { from: "21:00", to: "08:00" };
const at = (iso: string) => Date.parse(iso);
const until = (zones: readonly string[], iso: string, hours = night) => {
  const opens = quietUntil(hours, zones, at(iso));
  return opens === null ? null : new Date(opens).toISOString();
};
const ny = "America/New_York";

describe("quiet hours", () => {
  it("begin and end on the minute, by the clock where the person is", () => {
    expect(until([ny], "2026-11-26T01:59:59Z")).toBeNull();
    expect(until([ny], "2026-11-26T02:00:00Z")).toBe("2026-11-26T13:00:00.000Z");
    expect(until([ny], "2026-11-26T12:59:59.999Z")).toBe("2026-11-26T13:00:00.000Z");
    expect(until([ny], "2026-11-26T13:00:00Z")).toBeNull();
    expect(until([ny], "2026-11-26T18:30:00Z", { from: "13:00", to: "15:00" })).toBe("2026-11-26T20:00:00.000Z");
    expect(until(["Asia/Kathmandu"], "2026-11-26T16:00:00Z")).toBe("2026-11-27T02:15:00.000Z");
  });

  it("are an hour shorter or longer in a night in which the clock is set", () => {
    expect(until([ny], "2026-03-08T03:00:00Z")).toBe("2026-03-08T12:00:00.000Z");
    expect(until([ny], "2026-11-01T03:00:00Z")).toBe("2026-11-01T13:00:00.000Z");
    expect(until(["Australia/Lord_Howe"], "2026-10-03T12:00:00Z")).toBe("2026-10-03T21:00:00.000Z");
    expect(until([ny], "2026-03-08T05:00:00Z", { from: "21:00", to: "02:30" })).toBe("2026-03-08T07:30:00.000Z");
  });

  it("last until every zone of a number is awake", () => {
    const florida = zonesOf("+18505551234", null);
    expect(florida).toEqual(["America/Chicago", ny]);
    expect(until(florida, "2026-11-26T13:30:00Z")).toBe("2026-11-26T14:00:00.000Z");
    expect(until(florida, "2026-11-26T02:30:00Z")).toBe("2026-11-26T14:00:00.000Z");
    expect(until(zonesOf("+13605551234", null), "2026-11-26T12:00:00Z")).toBe("2026-11-26T16:00:00.000Z");
    expect(until(zonesOf("+79161234567", null), "2026-11-26T03:00:00Z")).toBe("2026-11-26T06:00:00.000Z");
  });

  it("are those of its calling code's country for a number of a range that is not known, never those at home", () => {
    for (const range of ["+447700900123", "+441999999999"]) expect(zonesOf(range, "US")).toEqual(["Europe/London"]);
    expect(zonesOf("+4479", "US")).toEqual(zonesOf("+12005551234", null));
  });

  it("last until most zones of a number are awake where all of them never are together", () => {
    const long = { from: "17:00", to: "11:00" };
    const russia = zonesOf("+79161234567", null);
    const opens = quietUntil(long, russia, at("2026-11-26T20:00:00Z"));
    const awake = (time: number) => russia.filter((zone) => quietUntil(long, [zone], time) === null).length;
    const hours = Array.from({ length: 48 }, (_, half) => at("2026-11-26T20:00:00Z") + half * 1_800_000);
    expect(awake(opens ?? 0)).toBe(Math.max(...hours.map(awake)));
    expect(awake(opens ?? 0)).toBeLessThan(russia.length);
    expect(quietUntil(long, russia, opens ?? 0)).toBeNull();
  });

  it("hold throughout three years: what it is quiet until is not quiet, and just before it was", () => {
    const zones = [
      "America/New_York",
      "America/Denver",
      "Europe/Berlin",
      "Australia/Lord_Howe",
      "Africa/Casablanca",
      "Asia/Kathmandu",
    ];
    for (const zone of zones) {
      for (let time = at("2026-01-01T00:00:00Z"); time < at("2029-01-01T00:00:00Z"); time += 7 * 3_600_000 + 60_000) {
        const opens = quietUntil(night, [zone], time);
        if (opens === null) continue;
        expect([zone, time, quietUntil(night, [zone], opens)]).toEqual([zone, time, null]);
        expect([zone, time, quietUntil(night, [zone], opens - 1)]).toEqual([zone, time, opens]);
        expect(opens - time).toBeLessThanOrEqual(12 * 3_600_000);
      }
    }
  });

  it("are written on a clock of 24 hours", () => {
    expect(["00:00", "08:30", "23:59"].map(readClock)).toEqual([0, 510, 1439]);
    expect(["24:00", "8:30", "21", "21:60", "9pm"].map(readClock)).toEqual([null, null, null, null, null]);
  });
});

describe("the zones of a number", () => {
  it("are known for every area code in service, and all of them are zones", () => {
    for (const [country, , , codes] of areaCodeRows) {
      for (const code of codes.split(" ")) {
        const zones = zonesOf(`+1${code}5551234`, null);
        expect([country, code, zones.length > 0 && zones.every(isTimeZone)]).toEqual([country, code, true]);
      }
    }
  });

  it("are those of the area code in North America, and of its state where the code is younger than the list", () => {
    expect(zonesOf("+18085551234", null)).toEqual(["Pacific/Honolulu"]);
    expect(zonesOf("+15415551234", null)).toEqual(["America/Denver", "America/Los_Angeles"]);
    expect(zonesOf("+17875551234", null)).toEqual(["America/Puerto_Rico"]);
    expect(zonesOf("+18765551234", null)).toEqual(["America/Jamaica"]);
    const young = areaCodeRows.flatMap(([country, region, , codes]) =>
      country === "US" && region === "CA" ? codes.split(" ") : [],
    );
    for (const code of young) expect(zonesOf(`+1${code}5551234`, null)).toEqual(["America/Los_Angeles"]);
  });

  it("are those of the country elsewhere, one of each time that is kept there", () => {
    expect(zonesOf("+4915112345678", null)).toHaveLength(1);
    expect(zonesOf("whatsapp:+447400123456", null)).toEqual(["Europe/London"]);
    expect(zonesOf("whatsapp:GB.abc", null)).toEqual(["Europe/London"]);
    expect(zonesOf("+79161234567", null)).toHaveLength(11);
    expect(zonesOf("+38344123456", null)).toEqual(["Europe/Belgrade"]);
    expect(zonesOf("+18005551234", null).length).toBeGreaterThan(5);
  });

  it("are those of the organization's country where there is no number, and none where that is not known", () => {
    expect(zonesOf("someone@example.com", "FR")).toEqual(["Europe/Paris"]);
    expect(zonesOf("someone@example.com", null)).toEqual([]);
  });

  it("may be named by their own names alone", () => {
    expect(["America/New_York", "UTC", "Europe/Berlin"].every(isTimeZone)).toBe(true);
    expect(["EST", "+01:00", "Mars/Base", "", "New York"].some(isTimeZone)).toBe(false);
  });
});

describe("several quiet hours at once", () => {
  const at = (clock: string) => Date.parse(`2026-11-22T${clock}:00Z`);
  const night = { from: "21:00", to: "08:00" };

  it("hold until none does", () => {
    const morning = { from: "07:00", to: "11:00" };
    expect(anyQuietUntil([night, morning], ["UTC"], at("03:00"))).toBe(at("11:00"));
    expect(anyQuietUntil([morning, night], ["UTC"], at("03:00"))).toBe(at("11:00"));
    expect(anyQuietUntil([night, morning], ["UTC"], at("12:00"))).toBeNull();
    expect(anyQuietUntil([], ["UTC"], at("03:00"))).toBeNull();
  });

  it("hold for ever where they leave no hour, and are asked again then", () => {
    const day = { from: "08:00", to: "21:00" };
    expect(anyQuietUntil([night, day], ["UTC"], at("03:00"))).toBeGreaterThan(at("03:00"));
  });
});
