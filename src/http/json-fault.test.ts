import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findJsonFault } from "./json-fault.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 1000);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("broken JSON says where", () => {
  it.each([
    ['{"text": "hi"', 1, 14, "the body ends, but a { is still open"],
    ['{"text": "hi",}', 1, 15, "no comma may stand before a closing bracket"],
    ["{'text': 'hi'}", 1, 2, "straight double quotes"],
    ['{\n  "text": “hi”\n}', 2, 11, "straight double quotes"],
    ['{\n  "text": "hi"\n  "from_number": "+1"\n}', 3, 3, "a comma or } is expected"],
    ['{\n  text: "hi"\n}', 2, 3, "a name in double quotes or } is expected"],
    ['{"text" "hi"}', 1, 9, "a colon is expected"],
    ['{"text": "line\nbreak"}', 1, 10, "raw line break"],
    ['{"text": "a\\x"}', 1, 10, "unknown escape"],
    ['{"a": True}', 1, 7, "only true, false, null"],
    ['{"a": 01}', 1, 7, "a value is expected"],
    ['{"a": 1} // why', 1, 10, "JSON has no comments"],
    ['{"a": 1}{', 1, 9, "nothing may follow"],
    ["[1, 2", 1, 6, "a [ is still open"],
    ["text=hi", 1, 1, "a value is expected"],
    ["   ", 1, 4, "nothing stands here"],
  ])("%j", (text, line, column, why) => {
    expect(isJson(text)).toBe(false);
    expect(findJsonFault(text)).toEqual({ line, column, why: expect.stringContaining(why) });
  });

  it("agrees with JSON.parse about every text, also one with a character lost, added or changed", () => {
    const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value, null, 1));
    const spoilt = fc
      .tuple(json, fc.nat(), fc.nat(2), fc.constantFrom(...'{}[],:"\\ntru1-.e \n\t0'))
      .map(([text, at, cut, put]) => {
        const index = at % (text.length + 1);
        return text.slice(0, index) + (cut === 1 ? "" : put) + text.slice(index + (cut === 0 ? 0 : 1));
      });
    fc.assert(
      fc.property(fc.oneof(json, spoilt, fc.string()), (text) => {
        const fault = findJsonFault(text);
        expect(fault === null, text).toBe(isJson(text));
        if (fault !== null)
          expect(text.split("\n")[fault.line - 1]?.length ?? -1).toBeGreaterThanOrEqual(fault.column - 1);
      }),
      { numRuns: runs },
    );
  });
});
