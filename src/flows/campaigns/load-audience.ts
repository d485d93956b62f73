import {
  blockSize,
  type CampaignAnswers,
  type CampaignCall,
  type CampaignView,
  type Person,
  type RejectedRow,
} from "../../domain/campaigns/campaign.ts";
import { type Columns, readColumns } from "../../domain/campaigns/columns.ts";
import { CsvReader, type CsvRow } from "../../domain/campaigns/csv.ts";
import { fail, type Result } from "../../domain/failure.ts";

/** Asks a key's pool about its campaigns. */
export type AskCampaign = <K extends CampaignCall["kind"]>(
  call: Extract<CampaignCall, { kind: K }>,
) => Promise<Result<CampaignAnswers[K]>>;

/** So many rows go to the pool in one call: a whole number of its blocks. */
export const rowsAtOnce = 5 * blockSize;

/**
 * Reads a CSV file into a campaign's audience as it comes, and returns the campaign. Columns that are not known change nothing; a file that is cut off, is no UTF-8 or
 * has too many rows leaves a list that cannot be started, until one comes in whole.
 */
export async function loadAudience(
  ask: AskCampaign,
  id: string,
  file: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Result<CampaignView>> {
  const campaign = await ask<"read">({ kind: "read", id });
  if (!campaign.ok) return campaign;
  const list = new List(ask, campaign.value);
  const read = await readRows(file, maxBytes, (rows) => list.take(rows));
  return read.ok ? list.end() : read;
}

/** Takes everybody with a tag into a campaign's audience, and returns the campaign. */
export async function loadTagged(ask: AskCampaign, id: string, tag: string): Promise<Result<CampaignView>> {
  const begun = await ask<"begin_audience">({ kind: "begin_audience", id, tag, fields: ["name", "first_name"] });
  if (!begun.ok) return begun;
  const { load } = begun.value;
  const taken = await takeTagged(ask, id, load);
  return taken.ok ? ask<"end_audience">({ kind: "end_audience", id, load }) : taken;
}

/** Takes everybody with the tag into a list that was begun, and returns who was left out. */
export async function takeTagged(ask: AskCampaign, id: string, load: number): Promise<Result<RejectedRow[]>> {
  const rejected: RejectedRow[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const added: Result<CampaignAnswers["add_tagged"]> = await ask<"add_tagged">({
      kind: "add_tagged",
      id,
      load,
      after,
    });
    if (!added.ok) return added;
    rejected.push(...(added.value.rejected ?? []));
    after = added.value.after;
  }
  return { ok: true, value: rejected };
}

/** Has a campaign's list judged anew, as far as a change made that necessary; who asks again goes on where it was cut off. */
export async function checkAudience(ask: AskCampaign, id: string): Promise<Result<null>> {
  for (;;) {
    const checked = await ask<"check">({ kind: "check", id });
    if (!checked.ok) return checked;
    if (checked.value.isDone) return { ok: true, value: null };
  }
}

export type Done = Result<null>;
const done: Done = { ok: true, value: null };

/** Hands the rows of a file to the pool: the first says what the columns are. */
class List {
  readonly #ask: AskCampaign;
  readonly #campaign: CampaignView;
  #begun: { load: number; columns: Columns } | null = null;
  #people: Person[] = [];

  constructor(ask: AskCampaign, campaign: CampaignView) {
    this.#ask = ask;
    this.#campaign = campaign;
  }

  async take(rows: readonly CsvRow[]): Promise<Done> {
    for (const row of rows) {
      const taken = this.#begun === null ? await this.#begin(row) : await this.#add(row, this.#begun);
      if (!taken.ok) return taken;
    }
    return done;
  }

  async end(): Promise<Result<CampaignView>> {
    if (this.#begun === null) return fail("campaign_audience_invalid", "The file is empty.");
    const sent = await this.#send(this.#begun.load);
    if (!sent.ok) return sent;
    return this.#ask<"end_audience">({ kind: "end_audience", id: this.#campaign.id, load: this.#begun.load });
  }

  async #begin({ cells }: CsvRow): Promise<Done> {
    const columns = readColumns(cells, this.#campaign.columns);
    if (!columns.ok) return columns;
    const fields = columns.value.fields.map(({ name }) => name);
    const begun = await this.#ask<"begin_audience">({
      kind: "begin_audience",
      id: this.#campaign.id,
      tag: null,
      fields,
    });
    if (!begun.ok) return begun;
    this.#begun = { load: begun.value.load, columns: columns.value };
    return done;
  }

  async #add({ line, cells }: CsvRow, { load, columns }: { load: number; columns: Columns }): Promise<Done> {
    const values = columns.fields.map(({ at }) => cells[at] ?? "");
    this.#people.push({ line, to: (cells[columns.phone] ?? "").slice(0, 100), values });
    return this.#people.length < rowsAtOnce ? done : this.#send(load);
  }

  async #send(load: number): Promise<Done> {
    const people = this.#people;
    this.#people = [];
    if (people.length === 0) return done;
    const sent = await this.#ask<"add_people">({ kind: "add_people", id: this.#campaign.id, load, people });
    return sent.ok ? done : sent;
  }
}

/** Reads a CSV file as it comes and hands its rows on; a file that breaks off, is too large, no UTF-8, or ends inside a quoted cell is a failure. */
export async function readRows(
  file: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  take: (rows: CsvRow[]) => Promise<Done>,
): Promise<Done> {
  const csv = new CsvReader();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let size = 0;
  for await (const piece of piecesOf(file)) {
    if (piece === null) return fail("invalid_request", "The request body broke off: send it whole.");
    size += piece.byteLength;
    if (size > maxBytes)
      return fail("body_too_large", `The file is larger than ${maxBytes / 1024 / 1024} MiB: divide it.`);
    const text = decode(decoder, piece);
    if (text === null) return notUtf8;
    const taken = await take(csv.read(text));
    if (!taken.ok) return taken;
  }
  const rest = decode(decoder, null);
  if (rest === null) return notUtf8;
  if (csv.isOpen) return fail("campaign_audience_invalid", "The file ends inside a quoted cell: a quote is missing.");
  return take([...csv.read(rest), ...csv.end()]);
}

const notUtf8 = fail("campaign_audience_invalid", "The file is not text in UTF-8: save it as CSV UTF-8.");

function decode(decoder: TextDecoder, piece: Uint8Array | null): string | null {
  try {
    return piece === null ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch {
    return null;
  }
}

/** The pieces of a body, null where it breaks off. */
async function* piecesOf(file: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array | null> {
  const reader = file?.getReader();
  while (reader !== undefined) {
    const piece = await reader.read().catch(() => null);
    if (piece === null) yield null;
    if (piece === null || piece.done) return;
    yield piece.value;
  }
}
