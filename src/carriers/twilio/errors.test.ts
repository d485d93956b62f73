import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { optOutCodes } from "../../domain/opt-out.ts";
import dictionary from "./error-dictionary.json" with { type: "json" };
import { describeError } from "./errors.ts";

const fixture = new URL("../../../test/fixtures/twilio-errors.json", import.meta.url);
const { errors }: { errors: { code: number; class: string; meaning: string; docs: string }[] } = JSON.parse(
  readFileSync(fixture, "utf8"),
);

describe("the dictionary", () => {
  it("describes all 171 codes of the table, under names that are snake_case and unique", () => {
    expect(errors).toHaveLength(171);
    const names = errors.map(({ code, class: kind, meaning, docs }) => {
      const described = describeError(code);
      expect(described).toMatchObject({ code: String(code), class: kind, meaning, docsUrl: docs });
      expect(describeError(String(code))).toEqual(described);
      expect(described?.name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      return described?.name;
    });
    expect(new Set(names).size).toBe(171);
    expect(dictionary.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it("is what its script makes of the table", () => {
    const script = new URL("../../../scripts/make-error-dictionary.mjs", import.meta.url);
    expect(() => execFileSync(process.execPath, [script.pathname, "--check"], { stdio: "pipe" })).not.toThrow();
  });

  it.each([
    [21211, "invalid_to_number"],
    ["21610", "recipient_opted_out"],
    [30003, "unreachable_handset"],
    [30007, "message_filtered"],
    [63016, "outside_conversation_window"],
  ])("calls %s %s", (code, name) => {
    expect(describeError(code)?.name).toBe(name);
  });

  it("knows nothing of other codes", () => {
    for (const code of [null, "", "0", 1, 99999, "21211 ", "toString", "__proto__", Number.NaN]) {
      expect(describeError(code)).toBeNull();
    }
  });
});

describe("whom a code blames", () => {
  it.each([
    ["sender", [21606, 21659, 30024]],
    ["content", [30007, 21617]],
    ["media", [21620, 63019]],
    ["destination", [21211, 30003, 30005]],
    ["optout", [21610, 30630]],
    ["rate", [20429, 30022, 21611]],
  ])("is the %s", (kind, codes) => {
    expect(codes.map((code) => describeError(code)?.class)).toEqual(codes.map(() => kind));
  });

  it("is the recipient's wish for every code that records an opt-out", () => {
    for (const code of optOutCodes) expect(describeError(code)?.class).toBe("optout");
  });
});
