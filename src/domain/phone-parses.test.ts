import { isPossiblePhoneNumber, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { afterAll, beforeEach, expect, it, vi } from "vitest";
import { areaCodeRows } from "./nanp-area-codes.ts";

const parsed = vi.hoisted(() => vi.fn());

vi.mock("libphonenumber-js/max", async (importOriginal) => {
  const original = await importOriginal<typeof import("libphonenumber-js/max")>();
  parsed.mockImplementation(original.parsePhoneNumberFromString);
  return { ...original, parsePhoneNumberFromString: parsed };
});

// Other files of this process have loaded them with the package itself.
vi.resetModules();
const { countryOf, readChatId } = await import("./phone.ts");
const { costlyRange, homeOf } = await import("./velocity.ts");
afterAll(() => void vi.resetModules());

const home = homeOf("US", ["+14155550123"]);

beforeEach(() => {
  parsed.mockClear();
});

/** What every send asks of its recipient. */
function askAbout(number: string): void {
  readChatId(number, "US");
  countryOf(number);
  costlyRange(number, home);
}

it("a number of North America is read without libphonenumber on the way of a send, any other once", () => {
  askAbout("+12125550199");
  expect(parsed).not.toHaveBeenCalled();
  askAbout("+447400123456");
  askAbout("+447400123456");
  expect(parsed).toHaveBeenCalledOnce();
});

it("what is read without libphonenumber is what libphonenumber makes of it", () => {
  for (let areaCode = 200; areaCode < 1000; areaCode += 1) {
    for (const rest of ["0000000", "1234567", "2345678", "5550199", "9999999"]) {
      const number = `+1${areaCode}${rest}`;
      expect(readChatId(number, null)).toEqual({
        ok: true,
        value: { chatId: number, address: number, channel: "sms" },
      });
      expect(parsePhoneNumberFromString(number, { extract: false })?.number).toBe(number);
      expect(isPossiblePhoneNumber(number)).toBe(true);
    }
  }
});

it("no area code of a state or province has a premium rate, or belongs to another country", () => {
  for (const [country, region, , codes] of areaCodeRows) {
    for (const code of region === null ? [] : codes.split(" ")) {
      for (let exchange = 200; exchange < 1000; exchange += 41) {
        const number = parsePhoneNumberFromString(`+1${code}${exchange}0199`);
        expect(["PREMIUM_RATE", "SHARED_COST"]).not.toContain(number?.getType());
        expect([country, undefined]).toContain(number?.country);
      }
    }
  }
});
