import { fail, ok, type Result } from "../failure.ts";
import { fieldName } from "./template.ts";

/** Where in a row the number and each field stand. */
export type Columns = { phone: number; fields: { name: string; at: number }[] };
/** Which column of a file is which field, by its heading; `phone` is the number. */
export type ColumnMap = Readonly<Record<string, string>>;

/** Of a file no more columns are kept. */
export const mostFields = 20;
const phoneHeadings = [
  "phone",
  "phone_number",
  "number",
  "mobile",
  "mobile_number",
  "cell",
  "tel",
  "telephone",
  "to",
  "recipient",
  "msisdn",
  "external_id",
];

/**
 * Returns which column is what: by the map, and without one by the headings themselves (`First Name` is `first_name`), the number by its usual names or by the heading `to`. A heading that
 * the map or `to` names and the file lacks, or that it has twice, is `campaign_columns_unknown` with the headings there are.
 */
export function readColumns(headings: readonly string[], map: ColumnMap | null, to?: string): Result<Columns> {
  const known = headings.map((heading) => heading.trim());
  if (to !== undefined) return readBehind(known, to.trim());
  if (map === null) return guess(known);
  const fields: Columns["fields"] = [];
  for (const [name, heading] of Object.entries(map)) {
    const at = known.indexOf(heading.trim());
    if (at < 0) return refuse(`The file has no column "${heading}", which is to be ${name}.`, known);
    if (known.lastIndexOf(heading.trim()) !== at) return refuse(`The file has two columns "${heading}".`, known);
    fields.push({ name, at });
  }
  const phone = fields.find(({ name }) => name === "phone");
  if (phone === undefined) return refuse("The columns do not say which one is the phone.", known);
  return ok({ phone: phone.at, fields: fields.filter((field) => field !== phone) });
}

function guess(headings: readonly string[]): Result<Columns> {
  const names = headings.map(nameOf);
  const phone = phoneHeadings.map((name) => names.indexOf(name)).find((at) => at >= 0);
  if (phone === undefined) {
    return refuse(
      'No column of the file is called phone, number or mobile: say which is it with columns, for example {"phone": "Handy"}.',
      headings,
    );
  }
  return ok({ phone, fields: fieldsBeside(phone, headings) });
}

function readBehind(headings: readonly string[], to: string): Result<Columns> {
  const phone = headings.indexOf(to);
  if (phone < 0) return refuse(`The file has no column "${to}", which is to be the phone.`, headings);
  if (headings.lastIndexOf(to) !== phone) return refuse(`The file has two columns "${to}".`, headings);
  return ok({ phone, fields: fieldsBeside(phone, headings) });
}

function fieldsBeside(phone: number, headings: readonly string[]): Columns["fields"] {
  const names = headings.map(nameOf);
  const fields = names.flatMap((name, at) =>
    at !== phone && fieldName.test(name) && names.indexOf(name) === at ? [{ name, at }] : [],
  );
  return fields.slice(0, mostFields);
}

function nameOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
}

function refuse(message: string, headings: readonly string[]): Result<never> {
  const shown = headings.slice(0, mostFields).map((heading) => heading.slice(0, 100));
  return fail("campaign_columns_unknown", `${message} Its first line is: ${shown.join(", ")}.`, { headings: shown });
}
