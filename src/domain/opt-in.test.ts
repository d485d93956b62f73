import { describe, expect, it } from "vitest";
import { readAgreedAt } from "./opt-in.ts";

const now = Date.parse("2026-11-27T12:00:00Z");

describe("the time at which somebody agreed, as a list has it", () => {
  it.each([
    ["2026-03-01", Date.parse("2026-03-01T00:00:00Z")],
    [" 2026-03-01T10:30:00+02:00 ", Date.parse("2026-03-01T08:30:00Z")],
    ["1767225600", 1_767_225_600_000],
    ["1767225600123", 1_767_225_600_123],
  ])("%j is read", (cell, at) => {
    expect(readAgreedAt(cell, now)).toBe(at);
  });

  it.each(["", "yes", "01/02/2026", "2026-13-45", "2027-01-01", "12", "1e9"])("%j is none", (cell) => {
    expect(readAgreedAt(cell, now)).toBeNull();
  });
});
