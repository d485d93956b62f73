import { describe, expect, it } from "vitest";
import { isSameOrder, moveTo, reconcile } from "./order.ts";

describe("the order of a pool in a person's hands", () => {
  it("moves one number and keeps the others as they were", () => {
    expect(moveTo(["a", "b", "c", "d"], 3, 1)).toEqual(["a", "d", "b", "c"]);
    expect(moveTo(["a", "b", "c", "d"], 0, 2)).toEqual(["b", "c", "a", "d"]);
    expect(moveTo(["a", "b"], 1, 1)).toEqual(["a", "b"]);
  });

  it("ends at the first and the last place", () => {
    expect(moveTo(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
    expect(moveTo(["a", "b", "c"], 1, 99)).toEqual(["a", "c", "b"]);
    expect(moveTo(["a"], 7, 0)).toEqual(["a"]);
  });

  it("is the same only entry by entry", () => {
    expect(isSameOrder(["a", "b"], ["a", "b"])).toBe(true);
    expect(isSameOrder(["a", "b"], ["b", "a"])).toBe(false);
    expect(isSameOrder(["a"], ["a", "b"])).toBe(false);
  });

  it("is kept over what came and went meanwhile", () => {
    expect(reconcile(["c", "a", "b"], ["a", "b", "c"])).toEqual(["c", "a", "b"]);
    expect(reconcile(["c", "a", "b"], ["a", "c", "d"])).toEqual(["c", "a", "d"]);
    expect(reconcile([], ["a"])).toEqual(["a"]);
  });
});
