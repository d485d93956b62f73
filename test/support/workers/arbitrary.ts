import fc from "fast-check";
import * as z from "zod";

type Schema = Record<string, unknown>;

/** Strings that have broken software before: of prototypes, headers, SQL, HTML, paths, numbers and scripts. */
const nasty = [
  "",
  " ",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "undefined",
  "NaN",
  "-0",
  "1e400",
  "9007199254740993",
  "' OR 1=1 --",
  "%",
  "_",
  "%00",
  "\u0000",
  "a\r\nX-Evil: 1",
  "\u2028",
  "../../etc/passwd",
  "<script>alert(1)</script>",
  "#{7*7}",
  "{{7*7}}",
  "\u202e\u200d\u200b",
  "e\u0301".repeat(50),
  "👩‍👩‍👧‍👦",
  "𝟘𝟙𝟚",
  "+15551234567",
  "٠١٢٣",
  "x".repeat(5000),
];

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], [null], { "": "" }),
  fc.constantFrom(...nasty),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Returns bodies for a schema: valid ones, ones with a single part replaced by junk, and junk from the start. */
export function bodiesOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const whole: Schema = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const valid = valuesOf(whole, whole, 0);
  return fc.oneof({ weight: 4, arbitrary: valid }, { weight: 4, arbitrary: spoiled(valid) }, junk);
}

/** Returns texts for a path segment, a query field or a header: numbers, words, and what has broken software before. */
export function texts(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...nasty),
    fc.string({ unit: "binary", maxLength: 40 }).filter((text) => text.isWellFormed()),
    fc.integer().map(String),
    fc.constantFrom("1", "50", "200", "asc", "desc", "recent", "inbound", "true"),
  );
}

/** One part of the value, wherever it lies, becomes junk or goes missing. */
function spoiled(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(valid, fc.nat(), fc.option(junk, { nil: undefined })).map(([value, at, replacement]) => {
    const paths = pathsOf(value);
    const path = paths[at % paths.length] ?? [];
    return replaceAt(value, path, replacement);
  });
}

function pathsOf(value: unknown, base: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [base];
  return [base, ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...base, name]))];
}

function replaceAt(value: unknown, path: readonly string[], replacement: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined || typeof value !== "object" || value === null) return replacement;
  const inner = replaceAt(Reflect.get(value, name), rest, replacement);
  if (Array.isArray(value)) return value.map((entry, index) => (String(index) === name ? inner : entry));
  return { ...value, [name]: inner };
}

function valuesOf(schema: Schema, whole: Schema, depth: number): fc.Arbitrary<unknown> {
  const { $ref, enum: allowed } = schema;
  if (typeof $ref === "string") return valuesOf(resolve($ref, whole), whole, depth + 1);
  if (Array.isArray(allowed)) return fc.constantFrom<unknown>(...allowed);
  if ("const" in schema) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return fc.oneof(...choices.map((choice: Schema) => valuesOf(choice, whole, depth + 1)));
  switch (schema.type) {
    case "object":
      return objectsOf(schema, whole, depth);
    case "array":
      return listsOf(schema, whole, depth);
    case "string":
      return stringsOf(schema);
    case "integer":
      return fc.integer({ min: bound(schema.minimum, -1000), max: bound(schema.maximum, 2_000_000_000) });
    case "number":
      return fc.double({ min: bound(schema.minimum, -1000), max: bound(schema.maximum, 1000), noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectsOf(schema: Schema, whole: Schema, depth: number): fc.Arbitrary<unknown> {
  if (depth > 8) return fc.constant({});
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  if (properties.length === 0)
    return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
  const required = (schema.required ?? []) as string[];
  const model = Object.fromEntries(properties.map(([name, inner]) => [name, valuesOf(inner, whole, depth + 1)]));
  return fc.record(model, { requiredKeys: required });
}

function listsOf(schema: Schema, whole: Schema, depth: number): fc.Arbitrary<unknown> {
  const items = valuesOf((schema.items ?? {}) as Schema, whole, depth + 1);
  const minLength = bound(schema.minItems, 0);
  return fc.array(items, { minLength, maxLength: Math.max(minLength, Math.min(bound(schema.maxItems, 4), 4)) });
}

function stringsOf(schema: Schema): fc.Arbitrary<string> {
  const maxLength = bound(schema.maxLength, 200);
  const plain = fc.string({
    unit: "grapheme",
    minLength: bound(schema.minLength, 0),
    maxLength: Math.min(maxLength, 60),
  });
  const typical = fc.constantFrom(
    "+15551234567",
    "https://files.example/a.jpg",
    "hello",
    "msg_abc",
    "2027-01-31T09:00:00Z",
  );
  return fc.oneof(plain, typical, fc.constantFrom(...nasty));
}

function bound(given: unknown, otherwise: number): number {
  return typeof given === "number" && Number.isSafeInteger(given) ? given : otherwise;
}

function resolve(reference: string, whole: Schema): Schema {
  const name = reference.split("/").at(-1) ?? "";
  const definitions = (whole.$defs ?? {}) as Record<string, Schema>;
  return definitions[name] ?? whole;
}
