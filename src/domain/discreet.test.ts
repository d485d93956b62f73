import { expect, test } from "vitest";
import { discreet, hideNumericId, hidePeople } from "./discreet.ts";

test.each([
  "+14155551234",
  "14155551234",
  "(415) 555-1234",
  "+1 415 555 1234",
  "415.555.1234",
  "%2B14155551234",
  "+49 30/901820-0",
  "٠١٢٣٤٥٦٧٨٩",
  "＋１４１５５５５１２３４",
  "ann.lee+tag@example.com",
  "ann@exämple.com",
])("%s is hidden in whatever it stands", (person) => {
  for (const text of [person, `Failed for ${person}: no`, `<${person}>`, `"${person}" is not valid JSON`]) {
    const hidden = hidePeople(text);
    expect(hidden).not.toContain(person);
    expect(hidden.replace(/\P{Nd}/gu, "").length).toBeLessThan(4);
    expect(hidden).not.toContain("example");
  }
});

test("what a text quotes is hidden: the words of a message, a tag, a name", () => {
  expect(hidePeople(`Unexpected token 'V', "VIP Berlin" is not valid JSON`)).toBe(
    'Unexpected token "…", "…" is not valid JSON',
  );
});

test("what helps to find a fault stays: places, codes, our own ids", () => {
  const text = "Error: refused\n    at leave (dispatch.ts:4211:23) int_QOGPCygqobA1YpAs34Gp 21612";
  expect(hidePeople(text)).toBe(text);
  expect(discreet({ event: "send", message_id: "msg_1838801763546112abc", error: "to +14155551234" })).toEqual({
    event: "send",
    message_id: "msg_1838801763546112abc",
    error: "to …",
  });
});

test("a request id that is nothing but a number keeps its last digits alone", () => {
  expect(hideNumericId("14155551234")).toBe("…1234");
  expect(hideNumericId("1-415-555-1234")).toBe("…1234");
  expect(hideNumericId("550e8400-e29b-41d4-a716-446655440000")).toBe("550e8400-e29b-41d4-a716-446655440000");
});
