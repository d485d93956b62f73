import { describe, expect, it } from "vitest";
import { readFields } from "./form-fields.ts";

describe("readFields", () => {
  it.each([
    "",
    "&",
    "MessageSid=SM1&MessageStatus=delivered&ErrorCode=",
    "To=%2B15551110000&From=%2B15559876541",
    "Body=a+b%20c%2Bd&Body=again",
    "Body=%E2%82%AC+%F0%9F%98%80+\u20ac",
    "Body=1=2&=x&=&lonely&&a",
    "?Body=x",
    "Body=%EF%BB%BFmark",
    "Body=100%&Body=%zz&Body=%E2%82",
    "Body=%ff%fe+broken&ok=1",
    "%42ody=escaped+name",
    "Body=%00%0A",
  ])("reads %j as URLSearchParams does", (form) => {
    expect(readFields(form)).toEqual([...new URLSearchParams(form)]);
  });
});
