import { expect, test } from "vitest";
import { kept } from "./kept.ts";

test("what was made for a name is given again, for so many names and no more", () => {
  const made: string[] = [];
  const lengthOf = kept(2, (name) => made.push(name) && name.length);
  expect(["one", "three", "one", "three"].map(lengthOf)).toEqual([3, 5, 3, 5]);
  expect(made).toEqual(["one", "three"]);
  expect([lengthOf("fifteen"), lengthOf("three"), lengthOf("one")]).toEqual([7, 5, 3]);
  expect(made).toEqual(["one", "three", "fifteen", "one"]);
});

test("a promise that fails is not kept, so that the next asks again", async () => {
  let tries = 0;
  const ask = kept(2, async () => {
    tries += 1;
    if (tries === 1) throw new Error("not yet");
    return tries;
  });
  await expect(ask("x")).rejects.toThrow("not yet");
  expect(await ask("x")).toBe(2);
  expect(await ask("x")).toBe(2);
});
