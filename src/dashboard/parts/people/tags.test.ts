import { expect, it } from "vitest";
import { readTags } from "./tags.ts";

it("reads tags between commas, each once, and says which are too long", () => {
  expect(readTags(" vip, late ,vip,, new customer ")).toEqual({ tags: ["vip", "late", "new customer"], tooLong: [] });
  expect(readTags(`a,${"b".repeat(65)}`)).toEqual({ tags: ["a"], tooLong: ["b".repeat(65)] });
  expect(readTags("")).toEqual({ tags: [], tooLong: [] });
});
