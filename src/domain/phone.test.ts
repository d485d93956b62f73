import fc from "fast-check";
import { isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { describe, expect, it } from "vitest";
import { personOf } from "./person.ts";
import { callingCodeOf, countryOf, readChatId, readConversationId, readPhoneNumber } from "./phone.ts";

/** Any UTF-16 at all, lone surrogates included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 })
  .map((units) => String.fromCharCode(...units));

const runs = Number(process.env.FUZZ_RUNS ?? 200);
const exampleNumbers = Object.entries(examples).flatMap(([country, national]) => {
  const number = isSupportedCountry(country) ? parsePhoneNumberFromString(national, country) : undefined;
  return number === undefined ? [] : [{ country, number }];
});

/** The canonical form, or the failure's code. */
function readAs(raw: string, home: string | null = null): string {
  const read = readChatId(raw, home);
  return read.ok ? read.value.chatId : read.failure.code;
}

function sentence(raw: string, home: string | null = null): string {
  const read = readChatId(raw, home);
  return read.ok ? "" : read.failure.message;
}

describe("a chat id in the path", () => {
  it.each([
    ["+15551234567", "+15551234567"],
    [" 15551234567", "+15551234567"],
    ["  15551234567 ", "+15551234567"],
    ["+1 (555) 123-4567", "+15551234567"],
    ["+1.555.123.4567", "+15551234567"],
    ["+1-555-123-4567", "+15551234567"],
    ["+ 1 555 123 4567", "+15551234567"],
    ["tel:+1-555-123-4567", "+15551234567"],
    ["TEL:+15551234567", "+15551234567"],
    ["whatsapp:+15551234567", "whatsapp:+15551234567"],
    ["WhatsApp:+15551234567", "whatsapp:+15551234567"],
    ["whatsapp: 15551234567", "whatsapp:+15551234567"],
    ["rcs:+15551234567", "+15551234567"],
    ["RCS: 1 555 123 4567", "+15551234567"],
    ["+44 (0)7911 123456", "+447911123456"],
    ["+4407911123456", "+447911123456"],
    ["+39 06 1234 5678", "+390612345678"],
    ["+15005550006", "+15005550006"],
    ["+5491123456789", "+5491123456789"],
    ["whatsapp:+5215512345678", "whatsapp:+525512345678"],
  ])("%j is %s", (raw, canonical) => {
    expect(readAs(raw)).toBe(canonical);
  });

  it.each([
    ["+15551234567,+15557654321", "groups_not_supported"],
    ["grp_abc123", "groups_not_supported"],
    ["someone@example.com", "email_not_supported"],
    ["", "invalid_chat_id"],
    [" ", "invalid_chat_id"],
    ["+", "invalid_chat_id"],
    ["whatsapp:", "invalid_chat_id"],
    ["whatsapp:+", "invalid_chat_id"],
    ["rcs:", "invalid_chat_id"],
    ["rcs:brand_agent", "invalid_chat_id"],
    ["rcs:whatsapp:+15551234567", "invalid_chat_id"],
    ["whatsapp:whatsapp:+15551234567", "invalid_chat_id"],
    ["%2B15551234567", "invalid_chat_id"],
    ["%252B15551234567", "invalid_chat_id"],
    ["+0123456789", "invalid_chat_id"],
    ["++15551234567", "invalid_chat_id"],
    ["+1555", "invalid_chat_id"],
    ["+155512345678", "invalid_chat_id"],
    ["+1234567890123456", "invalid_chat_id"],
    ["+999123456789", "invalid_chat_id"],
    ["+5215512345678", "invalid_chat_id"],
    ["+4400791112345", "invalid_chat_id"],
    ["+15551234567;ext=3", "invalid_chat_id"],
    ["+15551234567x3", "invalid_chat_id"],
    ["+1800FLOWERS", "invalid_chat_id"],
    ["+1555123\u00004567", "invalid_chat_id"],
    ["12345", "invalid_chat_id"],
    ["null", "invalid_chat_id"],
    ["__proto__", "invalid_chat_id"],
    [`+1${" ".repeat(300)}5551234567`, "invalid_chat_id"],
  ])("%j is refused as %s", (raw, code) => {
    expect(readAs(raw, "US")).toBe(code);
  });

  it("refuses with a sentence that says how to write it", () => {
    expect(sentence("%2B15551234567")).toContain("as %2B");
    expect(sentence("447911123456", "US")).toContain("Write +447911123456");
    expect(sentence("6591234567", "US")).toContain("+16591234567 or +6591234567");
    expect(sentence("5551234567")).toContain("+15551234567");
    expect(sentence("+1555")).toContain("calling code 1 ");
  });
});

describe("digits without a +", () => {
  it.each([
    ["5551234567", "US", "+15551234567"],
    ["15551234567", "US", "+15551234567"],
    ["(212) 555-0123", "US", "+12125550123"],
    ["07911123456", "GB", "+447911123456"],
    ["447911123456", "GB", "+447911123456"],
    ["0612345678", "FR", "+33612345678"],
    ["0015551234567", "DE", "+15551234567"],
    ["011447911123456", "US", "+447911123456"],
    ["07911123456", "gb", "+447911123456"],
  ])("%s in %s is %s", (raw, home, canonical) => {
    expect(readAs(raw, home)).toBe(canonical);
  });

  it.each([
    ["447911123456", "US"],
    ["6591234567", "US"],
    ["17123456789", "DE"],
    ["15551234567", null],
    ["5551234567", null],
    ["5551234567", "XX"],
    ["5551234567", "__proto__"],
    ["07911123456", "US"],
  ])("%s in %s is not guessed", (raw, home) => {
    expect(readAs(raw, home)).toBe("invalid_chat_id");
  });
});

describe("every country's example number", () => {
  it(`keeps its E.164 form, is read from its formatted form, and gives its calling code (${exampleNumbers.length})`, () => {
    expect(exampleNumbers.length).toBeGreaterThan(230);
    for (const { number } of exampleNumbers) {
      expect(readAs(number.number)).toBe(number.number);
      expect(readAs(number.formatInternational())).toBe(number.number);
      expect(readAs(`whatsapp:${number.number}`)).toBe(`whatsapp:${number.number}`);
      expect(callingCodeOf(`whatsapp:${number.number}`)).toBe(number.countryCallingCode);
    }
  });

  it("tells its country, but for islands and enclaves that share a neighbour's numbers", () => {
    const others = exampleNumbers.filter(({ country, number }) => countryOf(number.number) !== country);
    expect(others.map(({ country, number }) => `${country} ${countryOf(number.number)}`)).toEqual([
      "AX FI",
      "BL GP",
      "CC AU",
      "CX AU",
      "EH MA",
      "IM GB",
      "MF GP",
      "SJ NO",
      "VA IT",
    ]);
  });

  it("is read from its national digits at home, or refused, but never as another number", () => {
    const readings = exampleNumbers.map(({ country, number }) => {
      const read = readAs(number.formatNational().replace(/\D/g, ""), country);
      expect([number.number, "invalid_chat_id"]).toContain(read);
      return read;
    });
    expect(readings.filter((read) => read.startsWith("+")).length).toBeGreaterThan(150);
  });
});

describe("whatever is written", () => {
  const digit = fc.constantFrom(..."0123456789");
  const phoneLike = fc
    .tuple(
      fc.constantFrom("", "+", " ", "whatsapp:", "whatsapp:+", "tel:+", "%2B", "+44 (0)", "+521", "00"),
      fc.array(fc.oneof({ weight: 9, arbitrary: digit }, fc.constantFrom(" ", "-", "(", ")", ".", "x", "٣", "５")), {
        maxLength: 18,
      }),
    )
    .map(([start, rest]) => start + rest.join(""));
  const home = fc.constantFrom(null, "US", "GB", "DE", "SG", "MX", "AR", "IN", "BR", "IT", "AG");

  it("never throws, and what it accepts is canonical: read again it is itself, whatever the home country", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, phoneLike), home, home, (raw, here, there) => {
        const read = readChatId(raw, here);
        if (!read.ok) return;
        expect(read.value.chatId).toMatch(/^(whatsapp:)?\+[1-9]\d{1,14}$/);
        const { chatId, address, channel } = read.value;
        expect(readChatId(address, there)).toEqual(read);
        expect(readChatId(chatId, there)).toMatchObject({ ok: true, value: { chatId, channel } });
        expect(personOf(address)).toBe(chatId);
      }),
      // A person of two writings: what was written to is kept, and the chat is the person's.
      { numRuns: runs, examples: [["whatsapp:3000000000", "AR", null]] },
    );
  });

  it("gives one form to every way of writing one number", () => {
    const number = fc.constantFrom(...exampleNumbers.map((example) => example.number.number));
    const gap = fc.constantFrom("", " ", "-", ".", "  ");
    fc.assert(
      fc.property(
        number,
        fc.array(gap, { minLength: 16, maxLength: 16 }),
        fc.constantFrom("+", " "),
        (e164, gaps, plus) => {
          const digits = e164.slice(1).split("");
          expect(readAs(plus + digits.map((one, at) => one + gaps[at]).join(""))).toBe(e164);
        },
      ),
      { numRuns: runs },
    );
  });
});

describe("a number of our own", () => {
  it("may be an RCS agent's id where a sender of ours is meant", () => {
    const agent = { address: "rcs:brand_agent", channel: "rcs", e164: null };
    expect(readPhoneNumber("rcs:brand_agent", null, true)).toEqual({ ok: true, value: agent });
    expect(readPhoneNumber("rcs:brand_agent", null).ok).toBe(false);
    expect(readPhoneNumber("rcs:+15551234567", null, true).ok).toBe(false);
  });

  it("may be a short code where that is allowed", () => {
    expect(readPhoneNumber("12345", "US", true)).toEqual({
      ok: true,
      value: { address: "12345", channel: "sms", e164: null },
    });
    expect(readPhoneNumber("12345", "US").ok).toBe(false);
    expect(readPhoneNumber("1234567", null, true).ok).toBe(false);
  });

  it("is canonical in both channels", () => {
    expect(readPhoneNumber("whatsapp:+1 415 555 0100", null)).toEqual({
      ok: true,
      value: { address: "whatsapp:+14155550100", channel: "whatsapp", e164: "+14155550100" },
    });
    expect(readPhoneNumber("4155550100", "US")).toMatchObject({ ok: true, value: { address: "+14155550100" } });
    expect(readPhoneNumber("nonsense", null)).toMatchObject({ ok: false, failure: { code: "invalid_request" } });
  });
});

describe("an inbound sender", () => {
  it("is kept as it stands, number or not, and its conversation can be asked for", () => {
    expect(readConversationId("whatsapp:US.ABC123", null)).toEqual({ ok: true, value: "whatsapp:US.ABC123" });
    expect(readConversationId(" 15551234567", null)).toEqual({ ok: true, value: "+15551234567" });
    expect(readConversationId("whatsapp:US.<b>", null).ok).toBe(false);
    expect(readChatId("whatsapp:US.ABC123", null)).toEqual({
      ok: true,
      value: { chatId: "whatsapp:US.ABC123", address: "whatsapp:US.ABC123", channel: "whatsapp" },
    });
  });
});

describe("the country of an address", () => {
  it.each([
    ["+12125550123", "US"],
    ["whatsapp:+14165550123", "CA"],
    ["+18765550123", "JM"],
    ["+12425550123", "BS"],
    ["+17875550123", "PR"],
    ["+14655550123", "US"],
    ["+18005550123", "US"],
    ["+15551234567", null],
    ["+77012345678", "KZ"],
    ["+440791112345", "GB"],
    ["+88312345678901", null],
    ["12345", null],
    ["whatsapp:US.ABC", "US"],
    ["", null],
  ])("%s is %s", (address, country) => {
    expect(countryOf(address)).toBe(country);
  });
});
