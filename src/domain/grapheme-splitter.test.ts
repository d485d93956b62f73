import naughty from "big-list-of-naughty-strings";
import fc from "fast-check";
import Package from "grapheme-splitter";
import { describe, expect, it } from "vitest";
import { GraphemeSplitter } from "./grapheme-splitter.ts";

const ours = new GraphemeSplitter();
const theirs = new Package();

describe("characters as Twilio's calculator counts them", () => {
  it.each([
    "Hello",
    "two\r\nlines\n",
    "e\u0301a\u0300",
    "👨‍👩‍👧‍👦🇩🇪🇫🇷👍🏽",
    "1️⃣🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "한국어",
    "Z͑ͫ̓ͪ̂ͫ̽A̴̵̜L̠ͨ",
    "",
    ...(naughty as string[]),
  ])("are those of the package that it brings: %j", (text) => {
    expect(ours.splitGraphemes(text)).toEqual(theirs.splitGraphemes(text));
  });

  it("are one where the package, older than they are, sees two", () => {
    expect(ours.splitGraphemes("❤️‍🔥")).toEqual(["❤️‍🔥"]);
    expect(theirs.splitGraphemes("❤️‍🔥")).toHaveLength(2);
  });

  it("lose nothing of any text, and are the package's in every Latin one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(ours.splitGraphemes(text).join("")).toBe(text);
      }),
    );
    const latin = fc.array(fc.integer({ min: 0, max: 0x2ff }), { maxLength: 300 });
    fc.assert(
      fc.property(latin, (units) => {
        const text = String.fromCharCode(...units);
        expect(ours.splitGraphemes(text)).toEqual(theirs.splitGraphemes(text));
      }),
    );
  });
});
