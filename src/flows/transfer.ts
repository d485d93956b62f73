import { directoryShape } from "../directory/standing.ts";
import * as rows from "../directory/transfer.ts";
import { fail, failNewer, ok, type Result } from "../domain/failure.ts";
import {
  type EndLine,
  exportFormat,
  exportVersion,
  type HeadLine,
  type LedgerCursor,
  type Row,
  type RowLine,
} from "../domain/transfer.ts";
import { askPool } from "./ask-pool.ts";
import type { Deps } from "./deps.ts";
import { publishKeys, publishLobby } from "./publish.ts";
import { openSecret } from "./secrets.ts";

const inDirectory = "directory";

/** Writes everything down, a line at a time: the head, the ledgers, then the directory, and an end by which a cut file is known. Secrets stay sealed. */
export async function* exportLines(deps: Deps): AsyncGenerator<string> {
  const ledgers = await rows.listLedgers(deps.db);
  const head: HeadLine = {
    format: exportFormat,
    version: exportVersion,
    directory_shape: directoryShape,
    exported_at: deps.now(),
  };
  yield JSON.stringify(head);
  let count = 0;
  for (const id of ledgers) {
    for await (const line of exportLedger(deps, id)) {
      count += 1;
      yield JSON.stringify(line);
    }
  }
  for (const table of rows.movedTables) {
    for (const row of await rows.readDirectoryRows(deps.db, table)) {
      count += 1;
      yield JSON.stringify({ in: inDirectory, table, row } satisfies RowLine);
    }
  }
  yield JSON.stringify({ end: true, rows: count } satisfies EndLine);
}

async function* exportLedger(deps: Deps, id: string): AsyncGenerator<RowLine> {
  let cursor: LedgerCursor | null = { table: 0, after: null };
  while (cursor !== null) {
    const from: LedgerCursor = cursor;
    const page = await askPool(deps, id, (pool) => pool.exportRows(from));
    // The file has begun: it ends without its last line, by which an import knows that it is cut.
    if (!page.ok) throw new Error(`The ledger of ${id} could not be read: ${page.failure.message}`);
    for (const { table, row } of page.value.rows) yield { in: id, table, row };
    cursor = page.value.next;
  }
}

export type Imported = { acceptedThrough: number; done: boolean; paused: string[] };

/**
 * Takes a part of an export, from line `from` on (the head is line 1), into a deployment that is still as its first start left it. Lines that were taken before are
 * passed over; another export than the one that has come halfway begins anew. Ledgers come first and sleep; with the last line they are given their snapshots. A key in which messages wait is paused then: the gateway that it
 * comes from may have sent them.
 */
export async function importLines(deps: Deps, from: number, lines: readonly string[]): Promise<Result<Imported>> {
  const begun = await begin(deps, await rows.readProgress(deps.db), from, lines[0]);
  if (!begun.ok) return begun;
  const progress = begun.value;
  const taken = progress?.line ?? 0;
  if (from > taken + 1) return fail("invalid_request", `Go on from line ${taken + 1}.`, { accepted_through: taken });
  if (progress?.done) return ok({ acceptedThrough: taken, done: true, paused: [] });
  const fresh = lines.slice(Math.max(0, taken + 1 - from));
  const parsed = parse(fresh, Math.max(from, taken + 1));
  if (!parsed.ok) return parsed;
  const through = taken + fresh.length;
  const { end } = parsed.value;
  if (end !== null && end.rows !== through - 2) {
    const message = `The export says ${end.rows} rows, and ${through - 2} came: lines are missing.`;
    return fail("invalid_request", message, { accepted_through: taken });
  }
  const written = await write(deps, parsed.value.rows, progress?.exportedAt ?? 0);
  if (!written.ok) return written;
  // The end is taken only once the ledgers are awake: asked again they take no more rows.
  await rows.noteProgress(deps.db, { line: end === null ? through : through - 1, done: false });
  if (end === null) return ok({ acceptedThrough: through, done: false, paused: [] });
  const finished = await finish(deps);
  if (!finished.ok) return finished;
  await rows.noteProgress(deps.db, { line: through, done: true });
  return ok({ acceptedThrough: through, done: true, paused: finished.value });
}

async function begin(
  deps: Deps,
  progress: rows.Progress | null,
  from: number,
  first: string | undefined,
): Promise<Result<rows.Progress | null>> {
  if (from !== 1) return ok(progress);
  const head = readHead(first ?? "");
  if (head === null) return fail("invalid_request", "The first line is not the head of an export.");
  if (head.version > exportVersion) {
    return fail(
      "release_mismatch",
      `The export is of version ${head.version}, and this code reads ${exportVersion}: import it into a newer release.`,
      { stored_shape: head.version, known_shape: exportVersion },
    );
  }
  if (head.directory_shape > directoryShape) return failNewer("directory", head.directory_shape, directoryShape);
  const { exported_at: exportedAt } = head;
  if (progress?.exportedAt === exportedAt) return ok(progress);
  const isInUse = progress === null ? !(await rows.isFresh(deps.db)) : progress.done || (await rows.isAwake(deps.db));
  if (isInUse) return fail("not_empty");
  await rows.clearFor(deps.db, exportedAt);
  return ok({ exportedAt, line: 0, done: false });
}

function readHead(line: string): HeadLine | null {
  const head = readLine(line);
  return head !== null &&
    head.format === exportFormat &&
    typeof head.version === "number" &&
    typeof head.directory_shape === "number" &&
    typeof head.exported_at === "number"
    ? (head as HeadLine)
    : null;
}

function readLine(line: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function parse(lines: readonly string[], first: number): Result<{ rows: RowLine[]; end: EndLine | null }> {
  const found: RowLine[] = [];
  for (const [index, text] of lines.entries()) {
    const number = first + index;
    if (number === 1) continue;
    const line = readLine(text);
    if (line?.end === true && index === lines.length - 1) return ok({ rows: found, end: line as EndLine });
    if (
      typeof line?.in !== "string" ||
      typeof line.table !== "string" ||
      typeof line.row !== "object" ||
      line.row === null
    ) {
      return fail("invalid_request", `Line ${number} is not a line of an export.`);
    }
    found.push({ in: line.in, table: line.table, row: line.row as Row });
  }
  return ok({ rows: found, end: null });
}

async function write(deps: Deps, lines: readonly RowLine[], exportedAt: number): Promise<Result<null>> {
  for (const [place, own] of Map.groupBy(lines, (line) => line.in)) {
    if (place === inDirectory) {
      const misfit = await rows.writeDirectoryRows(deps.db, own);
      if (misfit !== null)
        return fail(
          "invalid_request",
          `A line of ${misfit} is not one of a directory: send the export as it was made.`,
        );
      const opened = await openSandboxes(deps, own);
      if (!opened.ok) return opened;
      continue;
    }
    const written = await deps.pool(place).importRows(own, exportedAt);
    if (!written.ok) return written;
  }
  return ok(null);
}

/** A sandbox account is an object too, which knows its own token and numbers. */
async function openSandboxes(deps: Deps, lines: readonly RowLine[]): Promise<Result<null>> {
  const organizations = await rows.readDirectoryRows(deps.db, "organizations");
  for (const { table, row } of lines) {
    if (table !== "twilio_accounts" || row.sandbox !== 1 || row.auth_token === null) continue;
    const authToken = await openSecret(deps, "twilio_accounts", String(row.id), "auth_token", String(row.auth_token));
    const owner = organizations.find(({ id }) => id === row.organization_id);
    const accountSid = String(row.account_sid);
    await deps.sandbox(accountSid).open({ accountSid, authToken, block: Number(owner?.sandbox_block ?? 0) });
  }
  return ok(null);
}

async function finish(deps: Deps): Promise<Result<string[]>> {
  const paused: string[] = [];
  const ledgers = await rows.listLedgers(deps.db);
  for (const id of ledgers) {
    const { waiting } = await deps.pool(id).finishImport();
    if (waiting > 0 && (await rows.pauseKey(deps.db, id))) paused.push(id);
  }
  for (const id of ledgers) {
    const published = await (id.startsWith("org_") ? publishLobby(deps, id) : publishKeys(deps, [id]));
    if (!published.ok) return published;
  }
  return ok(paused);
}
