import fc from "fast-check";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { CsvReader, csvCell, longestCell } from "./csv.ts";

function read(text: string, pieceLength = text.length): string[][] {
  const reader = new CsvReader();
  const rows = [];
  for (let at = 0; at < text.length; at += Math.max(1, pieceLength))
    rows.push(...reader.read(text.slice(at, at + Math.max(1, pieceLength))));
  return [...rows, ...reader.end()].map(({ cells }) => cells);
}

describe("a file of rows", () => {
  it.each([
    [
      "a byte order mark",
      "\uFEFFphone,name\n1,Ann",
      [
        ["phone", "name"],
        ["1", "Ann"],
      ],
    ],
    [
      "line ends of every kind, and empty lines",
      "a,b\r\n1,2\n\r\n3,4\r5,6\n\n",
      [
        ["a", "b"],
        ["1", "2"],
        ["3", "4"],
        ["5", "6"],
      ],
    ],
    [
      "semicolons",
      "a;b\n1,5;2",
      [
        ["a", "b"],
        ["1,5", "2"],
      ],
    ],
    [
      "tabs",
      "a\tb\n1\t2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "quotes, with delimiters, line ends and quotes inside",
      'a,b\n"1,\r\n2","say ""hi"""',
      [
        ["a", "b"],
        ["1,\r\n2", 'say "hi"'],
      ],
    ],
    [
      "a quote inside a plain cell",
      'a,b\n5" nail,x',
      [
        ["a", "b"],
        ['5" nail', "x"],
      ],
    ],
    ["an empty quoted cell", 'a\n""\nx', [["a"], [""], ["x"]]],
  ])("is read with %s, however it is cut into pieces", (_, text, rows) => {
    for (let length = Math.max(4, text.indexOf("\n") + 1); length <= text.length; length += 1)
      expect(read(text, length)).toEqual(rows);
  });

  it("says on which line each row begins, also behind cells of several lines", () => {
    const reader = new CsvReader();
    const rows = [...reader.read('a,b\r\n"1\r\n1",2\r\n\r\n3,4'), ...reader.end()];
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  it("keeps of a cell of a megabyte no more than shows that it is too long", () => {
    const [, row] = read(`a,b\n"${"x".repeat(1_000_000)}",2`, 64_000);
    expect(row?.map((cell) => cell.length)).toEqual([longestCell + 1, 1]);
  });

  it("knows that it ended inside a quoted cell", () => {
    const reader = new CsvReader();
    reader.read('a\n"never closed\n1\n2');
    expect(reader.isOpen).toBe(true);
  });

  it("is read as Papa Parse reads it", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "é", "😀", ",", ";", '"', "\n", " ", "0"), maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        fc.nat(20),
        (rows, cut) => {
          const text = Papa.unparse([["first", "second"], ...rows], { quotes: true, newline: "\r\n" });
          const known = Papa.parse<string[]>(text, { delimiter: "," }).data;
          expect(read(text, 20 + cut)).toEqual(known);
        },
      ),
    );
  });
});

describe("a cell of ours", () => {
  it("is read back by others as it was, but for what a spreadsheet would run", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 5 }), (cells) => {
        const [row] = Papa.parse<string[]>(cells.map(csvCell).join(","), { delimiter: "," }).data;
        expect(row).toEqual(
          cells.map((cell) => (/^[=+\-@\t\r]/.test(cell) && !/^\+\d{3,15}$/.test(cell) ? `'${cell}` : cell)),
        );
      }),
    );
  });

  it.each(["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\tx", "\rx"])("is no formula: %j", (value) => {
    expect(csvCell(value).replace(/^"/, "").startsWith("'")).toBe(true);
  });

  it("leaves a phone number as it is", () => {
    expect(csvCell("+15551234567")).toBe("+15551234567");
  });
});
