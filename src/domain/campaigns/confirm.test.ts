import { describe, expect, it } from "vitest";
import { isYes, refuseWords, yesWords } from "./confirm.ts";

describe("an answer to a campaign's question", () => {
  it.each(["YES", " yes! ", "Yes 👍", "“Yes.”", "JA", "Sí", "si", "ＹＥＳ", "はい", "Да"])("%j is a yes", (text) => {
    expect(isYes(text, null)).toBe(true);
  });

  it.each([null, "", "👍", "yes but later", "yesterday", "no", "ok", "START", "STOP", "y e s"])(
    "%j is none",
    (text) => {
      expect(isYes(text, null)).toBe(false);
    },
  );

  it("is a yes by the campaign's own words alone, where it has some", () => {
    expect(isYes("join!", ["JOIN"])).toBe(true);
    expect(isYes("yes", ["JOIN"])).toBe(false);
  });

  it("cannot be a word by which people opt out or ask for help, nor one that says nothing", () => {
    expect(refuseWords(null)).toBeNull();
    expect(refuseWords(["JOIN", "yes"])).toBeNull();
    for (const word of ["stop", "Unsubscribe", "HELP", "!!!", "stop!"]) {
      expect(refuseWords(["JOIN", word])).toMatchObject({ failure: { code: "invalid_request" } });
    }
    expect(refuseWords(yesWords)).toBeNull();
  });
});
