import { describe, expect, it } from "vitest";
import { costlyRange, homeOf } from "./velocity.ts";

const home = homeOf("US", ["+14155550123"]);

describe("a costly range", () => {
  it("is a thousand numbers abroad, the Caribbean of the same calling code too", () => {
    expect(costlyRange("+447400123456", home)).toBe(447400123);
    expect(costlyRange("whatsapp:+447400123999", home)).toBe(447400123);
    expect(costlyRange("+18765551234", home)).toBe(18765551);
  });

  it("is premium rate at home", () => {
    expect(costlyRange("+19002345678", home)).toBe(19002345);
  });

  it("is nothing at home, where the United States and Canada are one and each number's country counts", () => {
    expect(costlyRange("+12125551234", home)).toBeNull();
    expect(costlyRange("+14165551234", home)).toBeNull();
    expect(costlyRange("+447400123456", homeOf("US", ["+447400100200"]))).toBeNull();
    expect(costlyRange("+4915112345678", homeOf(null, ["whatsapp:+4915112345679"]))).toBeNull();
  });

  it("is nothing where the country is not known: a number that cannot be, an e-mail address, a short code", () => {
    for (const address of ["+999123456789", "someone@example.com", "12345", "whatsapp:US.abc"]) {
      expect(costlyRange(address, home)).toBeNull();
    }
  });
});
