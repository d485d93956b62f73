import fc from "fast-check";
import { SegmentedMessage } from "sms-segments-calculator";
import { describe, expect, it } from "vitest";
import { countSegments, maxTextLength, smartEncode, textLength } from "./segments.ts";

/** Any UTF-16 at all, lone surrogates included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 400 })
  .map((units) => String.fromCharCode(...units));

/** GSM 03.38, table of 7 bits and its extension, written down here so that the calculator is judged by something else. */
const basic =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const extension = "\f^{}\\[~]|€";
const beyond = "ç漢Жש—“’`\t😀👍";

function countByHand(text: string): { segments: number; encoding: string } {
  const characters = [...text];
  const gsm = characters.every((one) => basic.includes(one) || extension.includes(one));
  const [single, joined] = gsm ? [160, 153] : [70, 67];
  const sizeOf = (one: string) => (gsm ? (extension.includes(one) ? 2 : 1) : one.length);
  const encoding = gsm ? "GSM-7" : "UCS-2";
  if (characters.reduce((sum, one) => sum + sizeOf(one), 0) <= single) return { segments: 1, encoding };
  let segments = 1;
  let room = joined;
  for (const one of characters) {
    if (sizeOf(one) > room) {
      segments++;
      room = joined;
    }
    room -= sizeOf(one);
  }
  return { segments, encoding };
}

describe("the parts of a text", () => {
  it.each([
    ["nothing", "", 1, "GSM-7"],
    ["1 character", "a", 1, "GSM-7"],
    ["160 characters", "a".repeat(160), 1, "GSM-7"],
    ["161 characters", "a".repeat(161), 2, "GSM-7"],
    ["306 characters", "a".repeat(306), 2, "GSM-7"],
    ["307 characters", "a".repeat(307), 3, "GSM-7"],
    ["1600 characters", "a".repeat(1600), 11, "GSM-7"],
    ["70 UCS-2 characters", "漢".repeat(70), 1, "UCS-2"],
    ["71 UCS-2 characters", "漢".repeat(71), 2, "UCS-2"],
    ["134 UCS-2 characters", "漢".repeat(134), 2, "UCS-2"],
    ["135 UCS-2 characters", "漢".repeat(135), 3, "UCS-2"],
    ["1600 UCS-2 characters", "漢".repeat(1600), 24, "UCS-2"],
    ["80 extension characters", "€".repeat(80), 1, "GSM-7"],
    ["81 extension characters", "€".repeat(81), 2, "GSM-7"],
    ["an extension character that would be cut in two", `${"a".repeat(152)}€${"a".repeat(152)}`, 3, "GSM-7"],
    ["an emoji that ends at 70", `${"a".repeat(68)}😀`, 1, "UCS-2"],
    ["an emoji that would be cut in two", `${"a".repeat(66)}😀${"a".repeat(66)}`, 3, "UCS-2"],
    ["one ç among 100 letters", `${"a".repeat(99)}ç`, 2, "UCS-2"],
  ])("%s", (_, text, segments, encoding) => {
    expect(countSegments(text)).toEqual({ segments, encoding });
    expect(countByHand(text)).toEqual({ segments, encoding });
  });

  it("are counted as GSM 03.38 says for 1,000 texts", () => {
    const gsm = fc.constantFrom(...basic, ...extension);
    const any = fc.constantFrom(...basic, ...extension, ...beyond);
    const ascii = fc.integer({ min: 0x20, max: 0x7e }).map((unit) => String.fromCharCode(unit));
    const text = fc.oneof(
      fc.array(fc.constantFrom(..."Hello, I am 1 of\n@_?"), { maxLength: 500, size: "max" }),
      fc.array(ascii, { maxLength: 3, size: "max" }),
      fc.array(gsm, { maxLength: 400, size: "max" }),
      fc.array(any, { maxLength: 200, size: "max" }),
      fc.tuple(fc.integer({ min: 60, max: 165 }), any, any).map(([count, a, b]) => [...a.repeat(count), b, a, b]),
    );
    fc.assert(
      fc.property(text, (characters) => {
        expect(countSegments(characters.join(""))).toEqual(countByHand(characters.join("")));
        const encoded = new SegmentedMessage(characters.join(""), "auto", true);
        expect(smartEncode(characters.join(""))).toBe(encoded.graphemes.join(""));
        expect(countSegments(characters.join(""), { smartEncoded: true }).segments).toBe(encoded.segmentsCount);
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 1_000) },
    );
  });

  it("are one for media alone, and for MMS and WhatsApp whatever their length", () => {
    expect(countSegments(null)).toEqual({ segments: 1, encoding: "GSM-7" });
    expect(countSegments("a".repeat(500), { undivided: true })).toEqual({ segments: 1, encoding: "GSM-7" });
    expect(countSegments("漢".repeat(500), { undivided: true })).toEqual({ segments: 1, encoding: "UCS-2" });
  });

  it("become fewer with smart encoding, where only look-alikes stood in the way", () => {
    const quoted = `“${"a".repeat(100)}” — done`;
    expect(countSegments(quoted)).toEqual({ segments: 2, encoding: "UCS-2" });
    expect(countSegments(quoted, { smartEncoded: true })).toEqual({ segments: 1, encoding: "GSM-7" });
    expect(countSegments("😀", { smartEncoded: true }).encoding).toBe("UCS-2");
  });

  it("are counted for any string at all", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(countSegments(text).segments).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
    expect(countSegments("\ud800").encoding).toBe("UCS-2");
    expect(countSegments(`e${"\u0301".repeat(1599)}`).segments).toBeGreaterThan(0);
  });
});

describe("the length of a text", () => {
  it("counts UTF-16 code units", () => {
    expect(textLength("a€漢")).toBe(3);
    expect(textLength("😀")).toBe(2);
    expect(textLength("a".repeat(1600))).toBe(maxTextLength);
  });
});
