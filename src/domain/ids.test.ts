import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextSequence, poolTag, readRowId, rowId, sequenceAt, timeOfSequence } from "./ids.ts";

const tag = poolTag("key_AbCdEfGh12345678");

describe("ids that carry their own row", () => {
  it("give back their sequence, sort by time, and are refused by another pool", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (sequence) => {
        const id = rowId("msg", sequence, tag);
        expect(readRowId("msg", id, tag)).toBe(sequence);
        expect(readRowId("msg", id, "ZZZZZZZZ")).toBeNull();
        expect(readRowId("evt", id, tag)).toBeNull();
      }),
    );
    expect(rowId("msg", 5_000, tag) < rowId("msg", 6_000, tag)).toBe(true);
  });

  it("read junk as no id instead of a wrong row", () => {
    fc.assert(fc.property(fc.string(), (junk) => void expect(readRowId("msg", junk, tag)).toBeNull()));
    expect(readRowId("msg", `msg_uuuuuuuuuuu${tag}`, tag)).toBeNull();
    expect(readRowId("msg", `msg_zzzzzzzzzzz${tag}`, tag)).toBeNull();
  });

  it("rise even when the clock stands still or jumps back", () => {
    const now = 1_790_000_000_000;
    const first = nextSequence(0, now);
    const second = nextSequence(first, now);
    expect(nextSequence(second, now - 60_000)).toBe(second + 1);
    expect(timeOfSequence(first)).toBe(now);
    expect(sequenceAt(now)).toBe(first);
  });
});
