import { mostPeople, type Person, type RejectedRow, rejectionWords } from "../../domain/campaigns/campaign.ts";
import { mostFields, readColumns } from "../../domain/campaigns/columns.ts";
import type { CsvRow } from "../../domain/campaigns/csv.ts";
import { fieldName } from "../../domain/campaigns/template.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { type AskCampaign, checkAudience, readRows, rowsAtOnce, takeTagged } from "./load-audience.ts";

/** A recipient as a program names one: their number, and the fields of the text. */
export type Recipient = { to: string; fields?: Record<string, string> | undefined };
/** What came of a piece of a list. `total`: how many will be written to, those of earlier pieces among them. */
export type AddedRecipients = {
  added: number;
  rejected: (RejectedRow & { message: string })[];
  rejectedTotal: number;
  total: number;
};

/** So many of the rows that were left out are told one by one; the results tell of all. */
const toldAtMost = 1_000;

type List = { fields: string[]; people: Person[] };

/** Puts the rows of a CSV file behind a campaign's list; `to` is the heading of the number's column. A file that cannot be read whole adds nobody. */
export async function addFile(
  ask: AskCampaign,
  id: string,
  file: ReadableStream<Uint8Array> | null,
  { maxBytes, to }: { maxBytes: number; to: string | undefined },
): Promise<Result<AddedRecipients>> {
  const campaign = await ask<"read">({ kind: "read", id });
  if (!campaign.ok) return campaign;
  const rows: CsvRow[] = [];
  const read = await readRows(file, maxBytes, async (some) => {
    for (const row of some) rows.push(row);
    return ok(null);
  });
  if (!read.ok) return read;
  const [head, ...lines] = rows;
  if (head === undefined) return fail("campaign_audience_invalid", "The file is empty.");
  const columns = readColumns(head.cells, campaign.value.columns, to);
  if (!columns.ok) return columns;
  const { phone, fields } = columns.value;
  const people = lines.map(({ line, cells }) => ({
    line,
    to: (cells[phone] ?? "").slice(0, 100),
    values: fields.map(({ at }) => cells[at] ?? ""),
  }));
  return add(ask, id, { fields: fields.map(({ name }) => name), people });
}

/** Puts people behind a campaign's list; a field's name that a text cannot use is `invalid_request`. */
export async function addRecipients(
  ask: AskCampaign,
  id: string,
  recipients: readonly Recipient[],
): Promise<Result<AddedRecipients>> {
  const fields = [...new Set(recipients.flatMap(({ fields: own = {} }) => Object.keys(own)))];
  const wrong = fields.find((name) => !fieldName.test(name));
  if (wrong !== undefined) {
    const message = `recipients name the field "${wrong.slice(0, 100)}": fields are small letters, digits and _, as the text names them.`;
    return fail("invalid_request", message, { field: "recipients" });
  }
  if (fields.length > mostFields) {
    return fail("invalid_request", `recipients name ${fields.length} fields: at most ${mostFields} are kept.`, {
      field: "recipients",
    });
  }
  const people = recipients.map(({ to, fields: own = {} }, at) => ({
    line: at + 1,
    to: to.slice(0, 100),
    values: fields.map((name) => own[name] ?? ""),
  }));
  return add(ask, id, { fields, people });
}

/** Puts everybody with a tag behind a campaign's list, with the fields `name` and `first_name`. */
export async function addTagged(ask: AskCampaign, id: string, tag: string): Promise<Result<AddedRecipients>> {
  const begun = await begin(ask, id, { tag, fields: ["name", "first_name"], count: 0 });
  if (!begun.ok) return begun;
  const { load, before } = begun.value;
  const taken = await takeTagged(ask, id, load);
  return taken.ok ? end(ask, id, { load, before, rejected: taken.value }) : taken;
}

async function add(ask: AskCampaign, id: string, { fields, people }: List): Promise<Result<AddedRecipients>> {
  if (people.length === 0) return fail("campaign_audience_invalid", "The list is empty: nobody is in it.");
  const begun = await begin(ask, id, { tag: null, fields, count: people.length });
  if (!begun.ok) return begun;
  const { load, order, before } = begun.value;
  const places = order.map((name) => fields.indexOf(name));
  const rejected: RejectedRow[] = [];
  for (let start = 0; start < people.length; start += rowsAtOnce) {
    const some = people.slice(start, start + rowsAtOnce).map((person) => ({
      ...person,
      values: places.map((at) => person.values[at] ?? ""),
    }));
    const added = await ask<"add_people">({ kind: "add_people", id, load, people: some });
    if (!added.ok) return added;
    rejected.push(...(added.value?.rejected ?? []));
  }
  return end(ask, id, { load, before, rejected });
}

type Begun = { load: number; order: string[]; before: number };

/** A list that is too long is refused before anybody of it is taken. */
async function begin(
  ask: AskCampaign,
  id: string,
  { tag, fields, count }: { tag: string | null; fields: string[]; count: number },
): Promise<Result<Begun>> {
  const checked = await checkAudience(ask, id);
  if (!checked.ok) return checked;
  const campaign = await ask<"read">({ kind: "read", id });
  if (!campaign.ok) return campaign;
  const { rows } = campaign.value.audience;
  if (rows + count > mostPeople) {
    const message = `A campaign has at most ${mostPeople} people: ${rows} rows stand in its list, and these are ${count}. Nobody of them was added.`;
    return fail("campaign_audience_too_large", message);
  }
  const begun = await ask<"begin_audience">({ kind: "begin_audience", id, tag, fields, appends: true });
  if (!begun.ok) return begun;
  return ok({ load: begun.value.load, order: begun.value.fields ?? fields, before: rows });
}

async function end(
  ask: AskCampaign,
  id: string,
  { load, before, rejected }: { load: number; before: number; rejected: RejectedRow[] },
): Promise<Result<AddedRecipients>> {
  const ended = await ask<"end_audience">({ kind: "end_audience", id, load });
  if (!ended.ok) return ended;
  const { audience, progress } = ended.value;
  return ok({
    added: audience.rows - before - rejected.length,
    rejected: rejected.slice(0, toldAtMost).map((row) => ({ ...row, message: rejectionWords[row.code] })),
    rejectedTotal: rejected.length,
    total: progress.waiting,
  });
}
