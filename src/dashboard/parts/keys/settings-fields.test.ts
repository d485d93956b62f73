import { describe, expect, it } from "vitest";
import { joinDuration, readCap, readCountries, readLimits, readQuietHours, splitDuration } from "./settings-fields.ts";

describe("the settings of a key as a person writes them", () => {
  it.each([
    [86_400, 1, "days"],
    [604_800, 7, "days"],
    [90_000, 25, "hours"],
    [60, 1, "minutes"],
    [5_400, 90, "minutes"],
  ] as const)("says %i seconds as %i %s, and back", (seconds, amount, unit) => {
    expect(splitDuration(seconds)).toEqual({ amount: String(amount), unit });
    expect(joinDuration({ amount: String(amount), unit })).toBe(seconds);
  });

  it("takes only whole positive amounts", () => {
    for (const wrong of ["", "0", "-1", "1.5", "a day"])
      expect(joinDuration({ amount: wrong, unit: "hours" })).toBeNull();
  });

  it("reads countries in any case, each once, and says which are none", () => {
    expect(readCountries("us, CA;us\nde")).toEqual({ codes: ["US", "CA", "DE"], wrong: [] });
    expect(readCountries("US, USA, 1X").wrong).toEqual(["USA", "1X"]);
    expect(readCountries("  ")).toEqual({ codes: null, wrong: [] });
  });

  it("reads two times as quiet hours, two empty ones as none, and refuses the rest", () => {
    expect(readQuietHours("21:00", "08:00")).toEqual({ from: "21:00", to: "08:00" });
    expect(readQuietHours("", "")).toBeNull();
    for (const [from, to] of [
      ["21:00", ""],
      ["", "08:00"],
      ["08:00", "08:00"],
    ]) {
      expect(readQuietHours(from ?? "", to ?? "")).toBeUndefined();
    }
  });

  it("reads an empty cap as none, and refuses what is no number", () => {
    expect(readCap("")).toBeNull();
    expect(readCap("0")).toBe(0);
    expect(readCap("1000")).toBe(1000);
    expect(readCap("1e3")).toBeUndefined();
    expect(readCap("-5")).toBeUndefined();
  });

  it("reads limits: none where all are empty, what has no field as it was, and refuses what is no number", () => {
    const empty = {
      per_recipient_per_hour: "",
      per_recipient_per_day: "",
      per_prefix_per_hour: "",
      per_country_per_day: "",
      new_contacts_per_hour: "",
    };
    expect(readLimits(empty, { digits_after_prefix: 4 })).toBeNull();
    expect(readLimits({ ...empty, per_prefix_per_hour: "20" }, { digits_after_prefix: 4 })).toEqual({
      per_recipient_per_hour: null,
      per_recipient_per_day: null,
      per_prefix_per_hour: 20,
      digits_after_prefix: 4,
      per_country_per_day: null,
      new_contacts_per_hour: null,
    });
    expect(readLimits({ ...empty, per_country_per_day: "many" }, null)).toBeUndefined();
  });
});
