import { parse } from "papaparse";

/** A row that says whom a number speaks with, and the line of the file on which it begins. */
export type AssignmentRow = { line: number; contact: string; phone_number: string };
export type RowFault = { line: number; contact: string; phone_number: string; message: string };
export type AssignmentFile = { rows: AssignmentRow[]; faults: RowFault[] };

/** What one file may hold: the call behind it takes as many. */
export const rowsAtMost = 10_000;

const contactHeads = new Set(["contact", "to", "recipient", "person", "external_id", "identifier"]);
const numberHeads = new Set(["phone_number", "number", "from", "from_number", "sender", "internal_id"]);

type Columns = { contact: number; number: number };

/**
 * Reads a CSV file (commas, semicolons or tabs; with or without a head) as assignments of contacts to numbers. Without a head that names them, the first column is the
 * contact and the second the number. Rows in which one is missing, and contacts that stand twice, are faults with their line.
 */
export function readAssignments(text: string): AssignmentFile {
  const file: AssignmentFile = { rows: [], faults: [] };
  const seen = new Map<string, number>();
  let columns: Columns | null = null;
  for (const { line, fields } of readLines(text)) {
    if (columns === null) {
      columns = findColumns(fields);
      if (columns !== null) continue;
      columns = { contact: 0, number: 1 };
    }
    const row = { line, contact: clean(fields[columns.contact]), phone_number: clean(fields[columns.number]) };
    const message = findFault(row, seen);
    if (message === null) {
      seen.set(row.contact, line);
      file.rows.push(row);
    } else {
      file.faults.push({ ...row, message });
    }
  }
  return file;
}

type Line = { line: number; fields: string[] };

/** A field in quotes may hold line breaks, so lines are counted in the text, not in rows. */
function readLines(text: string): Line[] {
  const whole = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const lines: Line[] = [];
  let read = 0;
  let line = 1;
  parse<string[]>(whole, {
    delimiter: findDelimiter(whole),
    step: ({ data, meta }) => {
      if (data.some((field) => field.trim() !== "")) lines.push({ line, fields: data });
      line += whole.slice(read, meta.cursor).split("\n").length - 1;
      read = meta.cursor;
    },
  });
  return lines;
}

/** The library's own guess is led astray by empty lines; the first line with anything on it tells. */
function findDelimiter(text: string): string {
  const first = text.split("\n", 100).find((line) => line.trim() !== "") ?? "";
  const counts = [",", ";", "\t"].map((mark): [string, number] => [mark, first.split(mark).length]);
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

function findColumns(fields: readonly string[]): Columns | null {
  const heads = fields.map((field) =>
    field
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, "_"),
  );
  const contact = heads.findIndex((head) => contactHeads.has(head));
  const number = heads.findIndex((head) => numberHeads.has(head));
  return contact === -1 || number === -1 ? null : { contact, number };
}

function clean(field: string | undefined): string {
  return (field ?? "").trim();
}

function findFault({ contact, phone_number }: AssignmentRow, seen: ReadonlyMap<string, number>): string | null {
  if (contact === "") return "The contact is missing.";
  if (phone_number === "") return "The number is missing.";
  const before = seen.get(contact);
  return before === undefined ? null : `This contact stands on line ${before} already.`;
}
