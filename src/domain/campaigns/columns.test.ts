import { describe, expect, it } from "vitest";
import { readColumns } from "./columns.ts";

describe("the columns of a file", () => {
  it("are found by their headings", () => {
    expect(readColumns(["First Name", " Mobile ", "E-Mail", "Größe"], null)).toEqual({
      ok: true,
      value: {
        phone: 1,
        fields: [
          { name: "first_name", at: 0 },
          { name: "e_mail", at: 2 },
          { name: "gr_e", at: 3 },
        ],
      },
    });
  });

  it("are those of the map alone where there is one", () => {
    expect(readColumns(["Handy", "Vorname", "Ort"], { phone: "Handy", first_name: "Vorname" })).toEqual({
      ok: true,
      value: { phone: 0, fields: [{ name: "first_name", at: 1 }] },
    });
  });

  it.each([
    [["Handy", "Vorname"], null],
    [["phone"], { phone: "phone", first_name: "Vorname" }],
    [["phone", "a", "a"], { phone: "phone", x: "a" }],
    [["phone"], { first_name: "phone" }],
  ])("%j by %j are refused with what the file has", (headings, map) => {
    expect(readColumns(headings, map as Record<string, string> | null)).toMatchObject({
      ok: false,
      failure: { code: "campaign_columns_unknown", context: { headings } },
    });
  });
});
