import { describe, expect, it, test } from "vitest";
import { rowId } from "./ids.ts";
import { defaultLogShare, isKept, readLogShare, sample } from "./log-share.ts";

/** Ids as a busy key makes them: they differ in their last digits of time alone. */
const ids = Array.from({ length: 20_000 }, (_, index) => rowId("msg", 1_790_000_000_000_000 + index, "Ab3dEf9h"));
const keptAt = (share: number) => ids.filter((id) => isKept(id, share));

describe("which messages are logged", () => {
  it.each([0.01, 0.1, 0.5, 0.9])("are the share of %d that was asked for, also among neighbours", (share) => {
    const allowed = 5 * Math.sqrt(ids.length * share * (1 - share));
    expect(Math.abs(keptAt(share).length - ids.length * share)).toBeLessThan(allowed);
  });

  it("are all at 1 and none at 0, and those of a smaller share are among those of a larger one", () => {
    expect(keptAt(1)).toEqual(ids);
    expect(keptAt(0)).toEqual([]);
    const wider = new Set(keptAt(0.2));
    expect(keptAt(0.1).filter((id) => !wider.has(id))).toEqual([]);
  });
});

test("what is not healthy is written at any share and stands for itself", () => {
  for (const share of [0, 0.1, 1]) for (const id of ids.slice(0, 50)) expect(sample(false, [id], share)).toEqual({});
});

test("a setting that is no share, or none, means the default", () => {
  expect(["0", "0.25", "1"].map(readLogShare)).toEqual([0, 0.25, 1]);
  for (const setting of [undefined, "", "all", "-0.1", "1.5"]) expect(readLogShare(setting)).toBe(defaultLogShare);
});
