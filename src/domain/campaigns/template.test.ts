import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldsOf, readTemplate, renderTemplate } from "./template.ts";

function render(text: string, values: Record<string, string> = {}): string | null {
  const template = readTemplate(text);
  if (!template.ok) throw new Error(template.failure.message);
  return renderTemplate(template.value, (field) => values[field] ?? "");
}

describe("a text with fields", () => {
  it.each([
    ["Hi {first_name}", { first_name: "Ann" }, "Hi Ann"],
    ["Hi {first_name|there}", {}, "Hi there"],
    ["Hi {first_name|there}", { first_name: "  " }, "Hi there"],
    ["Hi { First_Name }", { first_name: "Ann" }, "Hi Ann"],
    ["Hi{name|}!", {}, "Hi!"],
    ["Hi {name}", {}, null],
    ["{{name}} is {name}", { name: "Ann" }, "{name} is Ann"],
    ["{a}{b}", { a: "{b}", b: "2" }, "{b}2"],
  ])("%j for %j is %j", (text, values, expected) => {
    expect(render(text, values)).toBe(expected);
  });

  it.each(["Hi {first name}", "Hi {", "Hi }", "Hi {}", "{a|{b}}", "{1st}"])(
    "%j is refused, so that nobody gets it as it stands",
    (text) => {
      const read = readTemplate(text);
      expect(read).toMatchObject({ ok: false, failure: { code: "invalid_request", context: { field: "text" } } });
    },
  );

  it("names its fields, and those that have nothing to stand in for them", () => {
    const template = readTemplate("{a} {b|x} {a}");
    expect(template.ok && [fieldsOf(template.value), fieldsOf(template.value, true)]).toEqual([["a", "b"], ["a"]]);
  });

  it("gives back any text whose braces are doubled", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(render(text.replace(/[{}]/g, "$&$&"))).toBe(text);
      }),
    );
  });
});
