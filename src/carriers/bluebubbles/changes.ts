import type { CarrierResult, Change, Changes, ChangesAsked } from "../carrier.ts";
import type { MacLogin } from "./account.ts";
import type { Wire } from "./call.ts";
import { type Cursor, clockSlackMs, cursorBehind, readCursor, writeCursor } from "./cursor.ts";
import { isPart, readRow } from "./read-row.ts";
import { newestRow, queryRows, readByIds, readSpan, rowsAtOnce } from "./rows.ts";
import type { MacChat, MacRow } from "./shapes.ts";
import { plainAddress } from "./words.ts";

/** Rows before the cursor that are read again, and how many new ones at once. */
const overlap = 50;
const step = 500;
const seenAtMost = 5;
/** How long a row may wait for its chat, its words or its files. */
const wholeWithinMs = 2 * 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const pagesAtMost = 20;
/** Apple counts nanoseconds from 2001 on. */
const appleEpochMs = 978_307_200_000;

type Read<T> = Promise<CarrierResult<T>>;
type Addresses = Pick<MacLogin, "lines" | "activeAlias">;
type Reading = { wire: Wire; login: MacLogin; cursor: Cursor; newest: MacRow };
type Span = { rows: MacRow[]; upTo: number; isReplaced: boolean };

/**
 * Returns what happened on the Mac since a cursor, by the places of rows: their dates may lie in the past. Null begins now. Rows behind the cursor are read again,
 * and of them only edits are told; in another database rows are told twice: their id says so. A row is told when it is whole, or two minutes after it was first seen.
 */
export async function readChangesSince(
  wire: Wire,
  login: MacLogin,
  text: string | null,
  asked: ChangesAsked = {},
): Read<Changes> {
  const newest = await newestRow(wire, login);
  if (!newest.ok) return newest;
  const now = wire.now();
  const last = newest.value;
  const cursor = text === null ? cursorBehind(last?.originalROWID ?? 0, now, now) : openCursor(text, now);
  if (last === null) return { ok: true, value: { changes: [], cursor: writeCursor(cursor), more: false } };
  const reading: Reading = { wire, login, cursor, newest: last };
  const span = await readSpanOf(reading);
  if (!span.ok) return span;
  const again = await readByIds(wire, login, againOf(cursor, asked), ["attachment", "message-summary-info"]);
  if (!again.ok) return again;
  const edits = await readEdits(reading, asked);
  if (!edits.ok) return edits;
  return tell(reading, { span: span.value, again: again.value, edits: edits.value });
}

/** A bare mark is a cursor too, from whose place on everything is told. */
function openCursor(text: string, now: number): Cursor {
  return readCursor(text) ?? cursorBehind(Number(text) || 0, 0, now);
}

function againOf(cursor: Cursor, { again = [] }: ChangesAsked): string[] {
  return [...new Set([...cursor.waiting.map(([id]) => id), ...again])];
}

async function readSpanOf(reading: Reading): Read<Span> {
  const { wire, login, cursor, newest } = reading;
  const last = newest.originalROWID;
  if (last < cursor.row) return (await isSameDatabase(reading)) ?? readByDates(reading);
  if (last === cursor.row) {
    return isContradicted(cursor, [newest]) ? readByDates(reading) : still(last);
  }
  const upTo = Math.min(last, cursor.row + step);
  const from = Math.max(cursor.row - overlap, cursor.behind ?? 0);
  const read = await readSpan(wire, login, { from, to: upTo, joined: ["attachment", "message-summary-info"] });
  if (!read.ok) return read;
  if (isContradicted(cursor, read.value)) return readByDates(reading);
  return { ok: true, value: { rows: read.value, upTo, isReplaced: false } };
}

function still(upTo: number): CarrierResult<Span> {
  return { ok: true, value: { rows: [], upTo, isReplaced: false } };
}

/** Another id at a known place: the database is another one. */
function isContradicted({ seen }: Cursor, rows: readonly MacRow[]): boolean {
  const ids = new Map(rows.map((row) => [row.originalROWID, row.guid]));
  return seen.some(([place, id]) => (ids.get(place) ?? id) !== id);
}

/** The newest row may have been deleted: a row that is still where it was says so. */
async function isSameDatabase({ wire, login, cursor, newest }: Reading): Promise<CarrierResult<Span> | null> {
  const ids = cursor.seen.map(([, id]) => id);
  const read = await readByIds(wire, login, ids);
  if (!read.ok) return read;
  const places = new Map(cursor.seen.map(([place, id]) => [id, place]));
  const stands = read.value.some((row) => places.get(row.guid) === row.originalROWID);
  return stands ? still(newest.originalROWID) : null;
}

/** In another database only dates and ids mean what they did: the day before the newest date is read again. */
async function readByDates({ wire, login, cursor, newest }: Reading): Read<Span> {
  const upTo = newest.originalROWID;
  const where = [{ statement: "message.ROWID <= :rowTo", args: { rowTo: upTo } }];
  const after = cursor.newestAt - dayMs;
  const rows: MacRow[] = [];
  for (let page = 0; page < pagesAtMost; page += 1) {
    const offset = page * rowsAtOnce;
    const read = await queryRows(wire, login, { where, after, offset, with: ["attachment", "message-summary-info"] });
    if (!read.ok) return read;
    rows.push(...read.value);
    if (read.value.length < rowsAtOnce) break;
  }
  return { ok: true, value: { rows, upTo, isReplaced: true } };
}

/** An edit raises no place: edits are asked for by their own time, of the last day at most. */
async function readEdits({ wire, login, cursor }: Reading, { edits = false }: ChangesAsked): Read<MacRow[] | null> {
  const now = wire.now();
  if (!edits && now - cursor.edits.lookedAt < hourMs) return { ok: true, value: null };
  const since = Math.max(cursor.edits.upTo, now - dayMs);
  const where = [{ statement: "message.date_edited >= :edited", args: { edited: (since - appleEpochMs) * 1_000_000 } }];
  const read = await queryRows(wire, login, { where, with: ["attachment", "message-summary-info"] });
  if (!read.ok) return read;
  return { ok: true, value: read.value.filter((row) => isNewEdit(row, cursor)) };
}

function isNewEdit({ guid, dateEdited }: MacRow, { edits }: Cursor): boolean {
  return dateEdited !== null && (dateEdited > edits.upTo || (dateEdited === edits.upTo && guid !== edits.id));
}

type Found = { span: Span; again: MacRow[]; edits: MacRow[] | null };

/** A new Mac is given years of messages by iCloud: they are new rows, but nobody's news. */
function isHistory({ dateCreated }: MacRow, { since }: Cursor): boolean {
  return dateCreated < since - clockSlackMs;
}

async function tell(reading: Reading, found: Found): Read<Changes> {
  const { wire, login, cursor, newest } = reading;
  const { span, again, edits } = found;
  const asked = new Set(again.map(({ guid }) => guid));
  const byId = new Map([...span.rows, ...again, ...(edits ?? [])].map((row) => [row.guid, row]));
  const rows = [...byId.values()]
    .filter((row) => asked.has(row.guid) || !isHistory(row, cursor))
    .sort((one, other) => one.originalROWID - other.originalROWID);
  const chats = await readChats(
    wire,
    login,
    rows.map(({ guid }) => guid),
  );
  if (!chats.ok) return chats;
  const lines = await readLines(wire, login, rows);
  if (!lines.ok) return lines;
  const waiting = waitingOf(reading, rows, chats.value);
  const changes = rows.flatMap((row) => {
    if (waiting.has(row.guid)) return [];
    const chat = chats.value.get(row.guid) ?? null;
    const read = readRow(row, chat, lines.value.get(row.guid) ?? lineOf(addressesAt(login, row), chat));
    const isTold = !span.isReplaced && !asked.has(row.guid) && row.originalROWID <= cursor.row;
    return isTold ? read.filter(isDoneLater) : read;
  });
  const next = { ...advance(reading, span, edits), waiting: [...waiting] };
  return { ok: true, value: { changes, cursor: writeCursor(next), more: span.upTo < newest.originalROWID } };
}

/** Of a row that was told before, only this may be new; whoever was told may have forgotten the rest on purpose. */
function isDoneLater({ kind }: Change): boolean {
  return kind === "edited" || kind === "unsent";
}

/** Returns the rows that are held back because they are not whole, with the time since when. */
function waitingOf(
  { wire, cursor }: Reading,
  rows: MacRow[],
  chats: ReadonlyMap<string, MacChat>,
): Map<string, number> {
  const now = wire.now();
  const before = new Map(cursor.waiting);
  const waiting = new Map<string, number>();
  for (const row of rows) {
    const firstSeen = before.get(row.guid) ?? now;
    const isLate = now - firstSeen >= wholeWithinMs || !isNew(row, cursor, before);
    if (!isLate && isPart(row, chats.get(row.guid) ?? null)) waiting.set(row.guid, firstSeen);
  }
  return waiting;
}

/** What was told before, in part, is not held back again. */
function isNew(row: MacRow, cursor: Cursor, waiting: ReadonlyMap<string, number>): boolean {
  return row.originalROWID > cursor.row || waiting.has(row.guid);
}

function advance({ wire, cursor, newest }: Reading, span: Span, edits: MacRow[] | null): Cursor {
  const now = wire.now();
  const read = span.upTo === newest.originalROWID ? [...span.rows, newest] : span.rows;
  const seen = new Map(read.map((row): [number, string] => [row.originalROWID, row.guid]));
  const places = [...seen].sort(([one], [other]) => one - other).slice(-seenAtMost);
  return {
    ...cursor,
    row: span.upTo,
    // Another database is filled from iCloud in any order: what was not read by dates now is nobody's news later.
    ...(span.isReplaced ? { behind: 0, since: Math.max(cursor.since, cursor.newestAt - dayMs) } : {}),
    seen: places.length > 0 ? places : cursor.seen,
    newestAt: Math.max(cursor.newestAt, ...span.rows.map(({ dateCreated }) => Math.min(dateCreated, now))),
    edits: edits === null ? cursor.edits : advanceEdits(cursor, edits, now),
  };
}

function advanceEdits({ edits }: Cursor, rows: MacRow[], lookedAt: number): Cursor["edits"] {
  return rows.reduce(
    (last, { guid, dateEdited }) =>
      (dateEdited ?? 0) >= last.upTo ? { upTo: dateEdited ?? 0, id: guid, lookedAt } : last,
    { ...edits, lookedAt },
  );
}

/** The join leaves out rows without a chat, so it is a read of its own. */
async function readChats(wire: Wire, login: MacLogin, ids: string[]): Read<Map<string, MacChat>> {
  const read = await readByIds(wire, login, ids, ["chat"]);
  if (!read.ok) return read;
  const chats = new Map<string, MacChat>();
  for (const { guid, chats: joined } of read.value) {
    const [chat] = joined ?? [];
    if (chat !== undefined) chats.set(guid, chat);
  }
  return { ok: true, value: chats };
}

/** Which of several addresses a message was written to, or left from, is no field of it, but can be asked. */
async function readLines(wire: Wire, login: MacLogin, rows: MacRow[]): Read<Map<string, string>> {
  const lines = new Map<string, string>();
  const ids = rows.map(({ guid }) => guid);
  const addresses = new Set([login, ...(login.formerly ?? [])].flatMap((stood) => stood.lines));
  if (addresses.size < 2 || ids.length === 0) return { ok: true, value: lines };
  for (const line of addresses) {
    const where = [{ statement: "message.destination_caller_id = :line", args: { line } }];
    const read = await readByIds(wire, login, ids, [], where);
    if (!read.ok) return read;
    for (const row of read.value) if (addressesAt(login, row).lines.includes(line)) lines.set(row.guid, line);
  }
  return { ok: true, value: lines };
}

/** What was written before a Mac's addresses changed belongs to them as they stood. */
function addressesAt(login: MacLogin, { dateCreated }: MacRow): Addresses {
  return login.formerly?.find(({ until }) => dateCreated < until) ?? login;
}

/** Where the row does not say, its chat does; else it is the address that the Mac begins chats from. */
function lineOf({ lines, activeAlias }: Addresses, chat: MacChat | null): string {
  const own = (address: string | null | undefined) =>
    lines.find((line) => address != null && plainAddress(line) === plainAddress(address));
  return own(chat?.lastAddressedHandle) ?? own(activeAlias) ?? lines[0] ?? "";
}
