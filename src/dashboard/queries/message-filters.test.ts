import { expect, test } from "vitest";
import { fromField, readFilters, toField, toQuery } from "./message-filters.ts";

test("filters are what an address says, as text, without what is empty or strange", () => {
  const search = {
    q: 17,
    contact: " +15551234567 ",
    status: "",
    since: "2026-05-03T10:00:00.000Z",
    until: "soon",
    key: "key_x",
    number: { a: 1 },
  };
  expect(readFilters(search)).toEqual({ q: "17", contact: "+15551234567", since: "2026-05-03T10:00:00.000Z" });
});

test("times are asked for in epoch milliseconds", () => {
  expect(toQuery({ q: "x", since: "1970-01-01T00:00:01Z" })).toEqual({ q: "x", since: 1000 });
});

test("a time survives the way into a field of the reader's own time and back", () => {
  for (const instant of ["2026-01-15T09:30:00.000Z", "2026-07-15T21:05:00.000Z"]) {
    expect(fromField(toField(instant))).toBe(instant);
  }
  expect([toField(undefined), fromField(""), fromField("nonsense")]).toEqual(["", "", ""]);
});
