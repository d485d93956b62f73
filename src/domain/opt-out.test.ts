import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OptKeyword, optOutCodes, readOptKeyword } from "./opt-out.ts";

type Case = [text: string, asks: OptKeyword | null];

const families: Record<OptKeyword, string[]> = {
  stop: ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"],
  start: ["START", "YES", "UNSTOP"],
  help: ["HELP", "INFO"],
};
const every: Case[] = [
  ...families.stop.map((word): Case => [word, "stop"]),
  ...families.start.map((word): Case => [word, "start"]),
  ...families.help.map((word): Case => [word, "help"]),
];

const asWritten = every.flatMap(([word, asks]): Case[] => [
  [word, asks],
  [word.toLowerCase(), asks],
  [word.charAt(0) + word.slice(1).toLowerCase(), asks],
  [word.charAt(0).toLowerCase() + word.slice(1), asks],
  [`  ${word}\t`, asks],
  [`\r\n${word}\n`, asks],
  [`\u00a0${word}`, asks],
]);
const ordinary = every.flatMap(([word]): Case[] => [
  [`${word}.`, null],
  [`${word}!`, null],
  [`"${word}"`, null],
  [`${word} PLEASE`, null],
  [`please ${word.toLowerCase()}`, null],
  [`${word} 👍`, null],
  [`${word}${word}`, null],
]);
const lookAlikes: Case[] = [
  ["ＳＴＯＰ", null],
  ["STОP", null],
  ["ſtop", null],
  ["ŞTOP", null],
  ["ştop", null],
  ["ST\u200dOP", null],
  ["\u202eSTOP", null],
  ["STOP\u200f", null],
  ["S T O P", null],
  ["S.T.O.P", null],
  ["OPT OUT", null],
  ["OPT-OUT", null],
  ["opt\u00a0out", null],
  ["STOP ALL", null],
  ["STOP\nSTOP", null],
  ["STOP\u0000", null],
  ["ARRET", null],
  ["ALTO", null],
  ["PARAR", null],
  ["停止", null],
  ["STOPP", null],
  ["UNSUB", null],
  ["STO", null],
  ["Y", null],
  ["NO", null],
  ["OK", null],
  ["", null],
  ["   ", null],
  ["constructor", null],
  ["🛑", null],
  ["+STOP", null],
  ["#STOP", null],
];
const table = [...asWritten, ...ordinary, ...lookAlikes];

describe("a keyword", () => {
  it(`is read as Twilio reads it in ${table.length} messages`, () => {
    expect(table.length).toBeGreaterThanOrEqual(200);
    for (const [text, asks] of table) expect([text, readOptKeyword(text, null)]).toEqual([text, asks]);
  });

  it.each([
    ["STOP", "stop"],
    ["START", "start"],
    ["HELP", "help"],
    ["stop", "stop"],
  ] as const)("is what the carrier says it is: OptOutType %s", (optOutType, asks) => {
    for (const text of ["ARRET", "START", "STOP", "hello there", "", null]) {
      expect(readOptKeyword(text, optOutType)).toBe(asks);
    }
  });

  it("is read from the text where the carrier says nothing we know", () => {
    expect(readOptKeyword("STOP", "")).toBe("stop");
    expect(readOptKeyword("STOP", "SOMETHING")).toBe("stop");
    expect(readOptKeyword("hello", "SOMETHING")).toBeNull();
    expect(readOptKeyword(null, null)).toBeNull();
  });

  it("YES opens no toll-free number, where the network holds the block", () => {
    expect(readOptKeyword("YES", null, true)).toBeNull();
    expect(readOptKeyword("unstop", null, true)).toBe("start");
    expect(readOptKeyword("Start", null, true)).toBe("start");
    expect(readOptKeyword("STOP", null, true)).toBe("stop");
  });

  it("is never seen in a longer text", () => {
    fc.assert(
      fc.property(fc.constantFrom(...every), fc.string({ minLength: 1 }), ([word], rest) => {
        fc.pre(rest.trim() !== "" && readOptKeyword(`${word}${rest}`.trim(), null) === null);
        expect(readOptKeyword(`${rest} ${word}`, null)).toBeNull();
      }),
    );
  });
});

describe("carrier codes", () => {
  it("that mean an opt-out do not count a block of one sender or of marketing alone", () => {
    expect([...optOutCodes]).toEqual(["21610", "30630", "63033"]);
  });
});
