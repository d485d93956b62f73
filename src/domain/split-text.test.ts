import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitText } from "./split-text.ts";

const bare = (text: string) => text.replace(/\s+/gu, "");
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const charactersOf = (text: string) => Array.from(graphemes.segment(text), ({ segment }) => segment);

describe("a text that is too long", () => {
  it("stays whole where it fits", () => {
    expect(splitText("a".repeat(1600))).toEqual(["a".repeat(1600)]);
    expect(splitText(" One. Two. ", 20)).toEqual(["One. Two."]);
  });

  it("is cut at the end of a line first, then of a sentence, then between words", () => {
    expect(splitText("One two. Three\nfour five six", 20)).toEqual(["One two. Three", "four five six"]);
    expect(splitText("One two three. Four five six", 20)).toEqual(["One two three.", "Four five six"]);
    expect(splitText("One two three four five six", 20)).toEqual(["One two three four", "five six"]);
    expect(splitText("Wir zahlen z. B. ab dem 3. Mai. Danke", 32)).toEqual([
      "Wir zahlen z. B. ab dem 3. Mai.",
      "Danke",
    ]);
  });

  it("but not at a sentence that would leave half a message empty", () => {
    expect(splitText("No. One two three four five six", 20)).toEqual(["No. One two three", "four five six"]);
  });

  it("uses the whole room where a sentence ends at the limit", () => {
    expect(splitText(`${"a".repeat(19)}. Next`, 20)).toEqual([`${"a".repeat(19)}.`, "Next"]);
  });

  it("is cut between words where no white space is, and between characters in the last resort", () => {
    expect(splitText("你好世界。今天天气很好。", 8)?.join("")).toBe("你好世界。今天天气很好。");
    expect(splitText("a".repeat(45), 20)).toEqual(["a".repeat(20), "a".repeat(20), "a".repeat(5)]);
  });

  it("is never cut within a link", () => {
    const link = "https://shop.example/a?b=1.2&c=Hello!World";
    expect(splitText(`See this now ${link} thanks`, 50)).toEqual(["See this now", `${link} thanks`]);
    expect(splitText(`Ohne Leerzeichen:${link}`, 48)).toEqual(["Ohne Leerzeichen:", link]);
    expect(splitText(`x www.shop.example/${"y".repeat(28)} z`, 50)).toEqual([`x www.shop.example/${"y".repeat(28)} z`]);
  });

  it("is no messages where a link or one character is longer than a message", () => {
    expect(splitText(`See https://shop.example/${"y".repeat(50)}`, 40)).toBeNull();
    expect(splitText(`e${"\u0301".repeat(50)}`, 40)).toBeNull();
  });

  it("keeps a family, a flag and a letter with its accent together", () => {
    const family = "👨‍👩‍👧‍👦";
    const pieces = splitText(family.repeat(6), 30) ?? [];
    expect(pieces.join("")).toBe(family.repeat(6));
    for (const piece of pieces) expect(piece.length % family.length).toBe(0);
  });

  it("loses nothing but white space at its cuts, keeps every piece within the limit, cuts no character and no link", () => {
    const word = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
      fc.constantFrom(
        "https://a.example/x?y=1!",
        "www.b.example/z.",
        "👩🏽‍🚀",
        "🇩🇪🇫🇷",
        "e\u0301",
        "word.",
        "Ende!",
        "\n",
        "\r\n",
      ),
    );
    const text = fc.array(word, { maxLength: 80 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(text, fc.integer({ min: 40, max: 120 }), (given, limit) => {
        const pieces = splitText(given, limit);
        if (pieces === null) return;
        expect(bare(pieces.join(""))).toBe(bare(given));
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(limit);
          expect(piece).not.toBe("");
        }
        const links = (one: string) => one.match(/(?:[a-z][a-z0-9+.-]{0,15}:\/\/|www\.)\S+/giu) ?? [];
        expect(pieces.flatMap(links)).toEqual(links(given));
        const whole = charactersOf(bare(given)).length;
        expect(pieces.reduce((sum, piece) => sum + charactersOf(bare(piece)).length, 0)).toBe(whole);
      }),
      { numRuns: 500 },
    );
  });

  it("does not take long, whatever it is made of", () => {
    for (const one of ["a", "a.", "a:", " ", "\u0301", "👩‍", "www."]) {
      const pieces = splitText(one.repeat(16_000).slice(0, 16_000));
      expect(pieces === null || pieces.length <= 12).toBe(true);
    }
  });
});
