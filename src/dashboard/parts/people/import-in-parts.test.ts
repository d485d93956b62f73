import { describe, expect, it } from "vitest";
import { type Imported, importInParts, rowsPerCall } from "./import-in-parts.ts";

const rows = Array.from({ length: rowsPerCall * 2 + 1 }, (_, index) => ({
  line: index + 2,
  contact: `c${index}`,
  phone_number: "n",
}));

describe("an import in parts", () => {
  it("sends every row once, in order, and tells of each part", async () => {
    const sent: string[] = [];
    const seen: number[] = [];
    const end = await importInParts(
      rows,
      async (part) => {
        sent.push(...part.map(({ contact }) => contact));
        return part.map(() => ({ status: "assigned" }));
      },
      ({ done }) => seen.push(done),
    );
    expect(sent).toEqual(rows.map(({ contact }) => contact));
    expect(seen).toEqual([rowsPerCall, rowsPerCall * 2, rows.length]);
    expect(end).toEqual({ assigned: rows.length, refused: [], done: rows.length, error: null });
  });

  it("keeps each refused row with its line and why", async () => {
    const refuse = async (part: { contact: string }[]) =>
      part.map(({ contact }) =>
        contact === "c501" ? { status: "failed" as const, message: "Not yours." } : { status: "assigned" as const },
      );
    const { assigned, refused } = await importInParts(rows, refuse, () => {});
    expect(assigned).toBe(rows.length - 1);
    expect(refused).toEqual([{ line: 503, contact: "c501", phone_number: "n", message: "Not yours." }]);
  });

  it("ends where a call fails, with what stands so far", async () => {
    let calls = 0;
    const end: Imported = await importInParts(
      rows,
      async (part) => {
        calls += 1;
        if (calls === 2) throw new Error("lost");
        return part.map(() => ({ status: "assigned" }));
      },
      () => {},
    );
    expect(calls).toBe(2);
    expect(end).toMatchObject({ assigned: rowsPerCall, done: rowsPerCall, error: { message: "lost" } });
  });
});
