import { describe, expect, it } from "vitest";
import { readAssignments } from "./read-assignments.ts";

const ann = "+15551110001";
const bob = "+15551110002";
const number = "+15559990000";

describe("a file of sticky contacts", () => {
  it("is read by the names of its columns, in any order and beside others", () => {
    const { rows, faults } = readAssignments(`name,Phone Number,Contact\nAnn,${number},${ann}\nBob,${number},${bob}\n`);
    expect(rows).toEqual([
      { line: 2, contact: ann, phone_number: number },
      { line: 3, contact: bob, phone_number: number },
    ]);
    expect(faults).toEqual([]);
  });

  it("needs no head: then the first column is the contact, the second the number", () => {
    expect(readAssignments(`${ann},${number}`).rows).toEqual([{ line: 1, contact: ann, phone_number: number }]);
  });

  it.each([
    ["semicolons, as a German Excel writes", `contact;number\n${ann};${number}\n`],
    ["tabs", `contact\tnumber\n${ann}\t${number}`],
    ["a byte order mark", `\uFEFFcontact,number\n${ann},${number}\n`],
    ["line ends of Windows", `contact,number\r\n${ann},${number}\r\n`],
    ["quotes and blanks", `contact,number\n" ${ann} ","${number}"\n`],
  ])("is read with %s", (_, text) => {
    expect(readAssignments(text).rows).toEqual([{ line: 2, contact: ann, phone_number: number }]);
  });

  it("keeps count of its lines over empty ones and over breaks within quotes", () => {
    const text = `contact,note,number\n\n${ann},"two\nlines",${number}\n,nobody,${number}\n${bob},"",${number}\n`;
    const { rows, faults } = readAssignments(text);
    expect(rows.map(({ line, contact }) => [line, contact])).toEqual([
      [3, ann],
      [6, bob],
    ]);
    expect(faults).toEqual([{ line: 5, contact: "", phone_number: number, message: "The contact is missing." }]);
  });

  it("says which rows lack something or stand twice, and reads the others", () => {
    const { rows, faults } = readAssignments(`${ann},${number}\n${bob}\n${ann},+15559990001\n`);
    expect(rows).toHaveLength(1);
    expect(faults).toEqual([
      { line: 2, contact: bob, phone_number: "", message: "The number is missing." },
      { line: 3, contact: ann, phone_number: "+15559990001", message: "This contact stands on line 1 already." },
    ]);
  });

  it("of nothing holds nothing", () => {
    expect(readAssignments("")).toEqual({ rows: [], faults: [] });
    expect(readAssignments("contact,number\n")).toEqual({ rows: [], faults: [] });
  });

  it("of ten thousand rows is read in one go", () => {
    const text = Array.from({ length: 10_000 }, (_, index) => `+1555${1_000_000 + index},${number}`).join("\n");
    const { rows, faults } = readAssignments(text);
    expect(rows).toHaveLength(10_000);
    expect(rows.at(-1)?.line).toBe(10_000);
    expect(faults).toEqual([]);
  });
});
