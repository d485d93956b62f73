import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findStranger, unpaste } from "./pasted-number.ts";
import { readChatId, readPhoneNumber } from "./phone.ts";

const chatIdOf = (raw: string, country: string | null = null) => {
  const read = readChatId(raw, country);
  return read.ok ? read.value.chatId : read.failure;
};

describe("a pasted number", () => {
  test.each([
    ["\u202a+1 555 123 4567\u202c", "direction marks around it"],
    ["\u200e+1\u200b5551234567\ufeff", "zero width characters inside"],
    ["+1\u00a0555\u202f123\u20094567", "spaces of a typesetter"],
    ["+1\u2011555\u2013123\u22124567", "dashes of a typesetter"],
    [
      "\uff0b\uff11 \uff08\uff15\uff15\uff15\uff09 \uff11\uff12\uff13\uff0d\uff14\uff15\uff16\uff17",
      "full width forms",
    ],
    ["+\u0661\u0665\u0665\u0665\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "Arabic digits"],
    ["+\u0967\u096b\u096b\u096b\u0967\u0968\u0969\u096a\u096b\u096c\u096d", "Devanagari digits"],
    ["+1\u00b7555\u00b71234567", "dots in the middle of the line"],
    ["\u00a0+15551234567\u00a0\n", "blanks around it"],
    ["+1 555\ufe0f 1234567", "a variation selector"],
  ])("%j is read: %s", (raw) => {
    expect(chatIdOf(raw)).toBe("+15551234567");
    expect(readPhoneNumber(raw, null)).toMatchObject({ ok: true, value: { address: "+15551234567" } });
  });

  test.each([
    ["+1555123456x", 'the character "x" (U+0078)'],
    ["+1 555 123 4567 ext 5", 'the character "e" (U+0065)'],
    ["+1555/1234567", 'the character "/" (U+002F)'],
    ["+1555\u00e91234567", 'the character "\u00e9" (U+00E9)'],
    ["+1555\ud83d\ude001234567", 'the character "\ud83d\ude00" (U+1F600)'],
    ["+1555\u00001234567", "the character U+0000"],
    ["+1555\t1234567", "the character U+0009"],
    ["+1+5551234567", "a + that does not stand at the front"],
  ])("%j is refused by the name of %s", (raw, name) => {
    expect(chatIdOf(raw)).toMatchObject({ code: "invalid_chat_id", message: expect.stringContaining(name) });
  });

  test.each([
    ["0015551234567", "+15551234567", null],
    ["00447911123456", "+447911123456", null],
    ["+00447911123456", "+447911123456", null],
    ["01149 1512 3456789", "+4915123456789", null],
    ["447911123456", "+447911123456", null],
    ["4915123456789", "+4915123456789", "US"],
  ])("%s is answered with the number that was likely meant, %s", (raw, suggestion, country) => {
    expect(chatIdOf(raw, country)).toMatchObject({
      code: "invalid_chat_id",
      message: expect.stringContaining(suggestion),
      context: { suggestion },
    });
  });

  test("with no likely meaning is answered without a suggestion", () => {
    for (const raw of ["nobody", "+999123", "00", "000000000", "12"]) {
      expect(chatIdOf(raw)).not.toHaveProperty("context.suggestion");
    }
  });

  test("a blank in front is still a plus that a URL has lost", () => {
    expect(chatIdOf(" 15551234567")).toBe("+15551234567");
    expect(unpaste("\u00a015551234567")).toBe("15551234567");
  });

  test("is changed in nothing but what is not ASCII and what stands around it", () => {
    const ascii = fc.stringMatching(/^[ -~]{0,40}[!-~]$/);
    fc.assert(fc.property(ascii, (text) => unpaste(text) === text));
    const plain = fc.stringMatching(/^\+?[\d ().-]{1,30}$/);
    fc.assert(fc.property(plain, (text) => findStranger(text) === null));
  });

  test("in any decimal digits is the number in ours", () => {
    const zeros = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xe50, 0x1040, 0xff10, 0x1d7ce, 0x1d7d8, 0x1d7f6, 0x1fbf0];
    for (const zero of zeros) {
      const digits = Array.from("0123456789", (_, value) => String.fromCodePoint(zero + value)).join("");
      expect(unpaste(digits), zero.toString(16)).toBe("0123456789");
    }
  });
});
