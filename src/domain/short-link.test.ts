import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBotClick, isPrefetch, leastReadingMs } from "./click.ts";
import { findUrls, formatLinkCode, parseLinkCode, replaceUrls } from "./short-link.ts";

const digits = fc.string({
  unit: fc.constantFrom(..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
  minLength: 6,
  maxLength: 6,
});

describe("a link's code", () => {
  it("is read back as it was written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e12 }), digits, (pool, n, secret) => {
        const link = { pool, n, secret };
        expect(parseLinkCode(formatLinkCode(link))).toEqual(link);
      }),
    );
  });

  it("is short, and nothing else is one", () => {
    expect(formatLinkCode({ pool: 1, n: 1, secret: "aB3dE9" })).toBe("1-1aB3dE9");
    expect(formatLinkCode({ pool: 3_000, n: 1_000_000, secret: "aB3dE9" })).toHaveLength(13);
    const wrong = ["", "-", "1-", "1-aB3dE9", "-1aB3dE9", "1-1aB3dE9/", "1-1aB3d-9", "1_1aB3dE9", "https://a.example"];
    for (const code of wrong) expect([code, parseLinkCode(code)]).toEqual([code, null]);
    expect(parseLinkCode(`1-${"1".repeat(40)}`)).toBeNull();
  });
});

describe("the URLs of a text", () => {
  it("end before the punctuation of the sentence, and keep a bracket that they opened", () => {
    const table: [string, string[]][] = [
      ["See https://a.example/x.", ["https://a.example/x"]],
      ["(https://a.example/x)", ["https://a.example/x"]],
      ["https://en.wiki.example/A_(b), yes", ["https://en.wiki.example/A_(b)"]],
      ["“https://a.example”…", ["https://a.example"]],
      ["HTTPS://A.EXAMPLE/Q?a=1&b=2#c!", ["HTTPS://A.EXAMPLE/Q?a=1&b=2#c"]],
      ["https://a.example https://a.example", ["https://a.example"]],
      ["a.example, ftp://a.example, mailto:a@b.example, javascript:alert(1)", []],
      ["https://", []],
    ];
    for (const [text, urls] of table) expect([text, findUrls(text)]).toEqual([text, urls]);
  });

  it("are read in one pass, also where a text is nothing but brackets", () => {
    const many = 60_000;
    expect(findUrls(`https://a.example/${")".repeat(many)}`)).toEqual(["https://a.example/"]);
    const opened = `https://a.example/${"(".repeat(many)}${")".repeat(many)}`;
    expect(findUrls(`${opened}).`)).toEqual([opened]);
  });

  it("are replaced where they stand, a longer one never by the code of a shorter", () => {
    const codes = new Map<string, string>();
    const shorten = (url: string) => codes.get(url) ?? codes.set(url, `<${codes.size + 1}>`).get(url) ?? "";
    expect(replaceUrls("https://a.example/b, https://a.example and https://a.example/b!", shorten)).toBe(
      "<1>, <2> and <1>!",
    );
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => replaceUrls(text, (url) => url) === text));
  });
});

describe("a click", () => {
  it("is a machine's when a bot, a fetch ahead, or nobody who could have read the message made it", () => {
    const person = { knownBot: false, prefetch: false, sinceSentMs: leastReadingMs };
    expect(isBotClick(person)).toBe(false);
    expect(isBotClick({ ...person, knownBot: true })).toBe(true);
    expect(isBotClick({ ...person, prefetch: true })).toBe(true);
    expect(isBotClick({ ...person, sinceSentMs: leastReadingMs - 1 })).toBe(true);
  });

  it("fetches ahead when one of the headers for it says so", () => {
    const says = (name: string, value: string) => isPrefetch((asked) => (asked === name ? value : null));
    expect(says("Sec-Purpose", "prefetch;prerender")).toBe(true);
    expect(says("Purpose", "preview")).toBe(true);
    expect(says("X-Moz", "prefetch")).toBe(true);
    expect(says("Sec-Fetch-Dest", "document")).toBe(false);
    expect(isPrefetch(() => null)).toBe(false);
  });
});
