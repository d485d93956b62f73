import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { optOutCodes } from "../../domain/opt-out.ts";
import dictionary from "./error-dictionary.json" with { type: "json" };
import { describeError } from "./errors.ts";

const fixture = new URL("../../../test/fixtures/twilio-errors.json", import.meta.url);
const { errors }: { errors: { code: number; class: string; docs: string }[] } = JSON.parse(
  readFileSync(fixture, "utf8"),
);
const entries = Object.entries(dictionary.errors);

const sentence = /^(?:70 %|[A-Z]).* .*[A-Za-z0-9)]\.$/;
/** How advice begins: whether to send again, or what stands before that. */
const advice =
  /^(?:Yes, |Once more|Do not send|Nothing to (?:send again|do)|Send |Shorten |Ask |Look |See |Choose |Remove |Wait |Verify |Correct )/;
const noteToDevelopers = /\b(?:never \(|n\/a|bug|config|async|sync|HTTP \d|From\b|To\b|as-is)/;

describe("the dictionary", () => {
  it("describes all 171 codes of the table, under names that are snake_case and unique", () => {
    expect(errors).toHaveLength(171);
    const names = errors.map(({ code, class: kind, docs }) => {
      const described = describeError(code);
      expect(described).toMatchObject({ code: String(code), class: kind, docsUrl: docs });
      expect(describeError(String(code))).toEqual(described);
      expect(described?.name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      return described?.name;
    });
    expect(new Set(names).size).toBe(171);
    expect(entries).toHaveLength(171);
    expect(dictionary.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it("says in sentences for a person what happened and what to do", () => {
    for (const [code, { meaning, retry }] of entries) {
      expect(meaning, code).toMatch(sentence);
      expect(meaning.split(" ").length, code).toBeGreaterThan(3);
      expect(retry, code).toMatch(sentence);
      expect(retry, code).toMatch(advice);
      expect(`${meaning} ${retry}`, code).not.toMatch(noteToDevelopers);
    }
  });

  it("has Twilio's own title, without a full stop, where it is known", () => {
    const titles = entries.flatMap(([, { title }]) => title ?? []);
    expect(titles).toContain("Unreachable destination handset");
    for (const title of titles) expect(title).toMatch(/^["'A-Z][^{}]*[^.\s]$/);
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
