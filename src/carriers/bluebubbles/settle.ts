import * as z from "zod";
import type { CarrierResult, Settlement, Sought, Watermark } from "../carrier.ts";
import type { MacLogin } from "./account.ts";
import { compareRow, type Likeness, wordsOf } from "./alike.ts";
import { call, readAnswer, refuse, type Wire } from "./call.ts";
import { newestRow, queryRows, readByIds, readSpan, rowsAtOnce, type Where, type With } from "./rows.ts";
import type { MacRow } from "./shapes.ts";
import { readState } from "./states.ts";
import { plainAddress, plainText } from "./words.ts";

const spansAtMost = 20;
/** Where no place was written down before the message left, rows are read from so long before it. */
const marginMs = 10 * 60_000;
const ours: Where = { statement: "message.is_from_me = 1", args: {} };
const whole: With[] = ["chat", "chats.participants", "attachment"];

/** What the Mac says of itself as far as an absence depends on it. */
const standing = z.object({
  private_api: z.boolean().catch(false),
  helper_connected: z.boolean().catch(false),
  macos_time_sync: z.number().nullish().catch(null),
});

type Candidate = { row: MacRow; likeness: Likeness };

/**
 * Looks for a message among the rows that came after its mark. One that nobody claimed, and is it in everything that a row keeps, is found; several, or one that may be
 * it, are ambiguous. None is an absence only when it had its time and the Mac could have sent it: its helper is connected.
 */
export async function settleByRows(
  wire: Wire,
  login: MacLogin,
  sought: Sought,
  watermark: Watermark,
): Promise<CarrierResult<Settlement>> {
  const described = readAnswer(await call(wire, login, { path: "server/info" }), standing);
  if (!described.ok) return described;
  const clockAheadMs = aheadMs(described.value.macos_time_sync);
  const newest = await newestRow(wire, login);
  if (!newest.ok) return newest;
  const since = validMark(watermark, newest.value?.originalROWID ?? 0);
  const rows = await rowsSince(wire, login, since, newest.value?.originalROWID ?? 0);
  if (!rows.ok) return rows;
  const near = rows.value.filter((row) => !sought.isOurs(row.guid) && mayBe(row, sought));
  const joined = await joinChats(wire, login, near);
  if (!joined.ok) return joined;
  const alike = joined.value.map((row) => ({ row, likeness: compareRow(sought, row, since, clockAheadMs) }));
  const doubted = await doubtOthers(wire, login, sought.from, alike);
  if (!doubted.ok) return doubted;
  const candidates = doubted.value;
  const found = decide(sought, candidates);
  if (found !== null) return { ok: true, value: found };
  const { private_api, helper_connected } = described.value;
  return { ok: true, value: judgeAbsence(wire, { sought, watermark, canSend: private_api && helper_connected }) };
}

/** Returns how far the Mac's clock is ahead, by the offset in seconds that it measured against a time server. */
export function aheadMs(offset: number | null | undefined): number | null {
  return offset == null ? null : -offset * 1000;
}

/** A place above the newest row is of another database: then only dates tell. */
function validMark({ at, mark }: Watermark, last: number): Watermark {
  return { at, mark: mark !== null && Number(mark) <= last ? mark : null };
}

async function rowsSince(
  wire: Wire,
  login: MacLogin,
  { at, mark }: Watermark,
  last: number,
): Promise<CarrierResult<MacRow[]>> {
  if (mark === null) return queryRows(wire, login, { where: [ours], after: at - marginMs, with: ["attachment"] });
  const first = Number(mark);
  if (last - first > spansAtMost * rowsAtOnce)
    return refuse("unreadable", "Too many rows came since the message left.");
  const all: MacRow[] = [];
  for (let from = first; from < last; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, last);
    const read = await readSpan(wire, login, { from, to, joined: ["attachment"], where: [ours] });
    if (!read.ok) return read;
    all.push(...read.value);
  }
  return { ok: true, value: all };
}

function mayBe(row: MacRow, sought: Sought): boolean {
  return plainText(row.text) === plainText(wordsOf(sought)) && !row.itemType && row.associatedMessageGuid === null;
}

/** The join leaves out rows that belong to no chat yet: those stay as they are. */
async function joinChats(wire: Wire, login: MacLogin, rows: MacRow[]): Promise<CarrierResult<MacRow[]>> {
  if (rows.length === 0) return { ok: true, value: rows };
  const ids = rows.map(({ guid }) => guid);
  const read = await readByIds(wire, login, ids, whole);
  if (!read.ok) return read;
  const byId = new Map(read.value.map((row) => [row.guid, row]));
  return { ok: true, value: rows.map((row) => byId.get(row.guid) ?? row) };
}

/** A Mac's other addresses may be another key's, which wrote the same to the same person: what left from one of them may be this message, and is not surely it. */
async function doubtOthers(
  wire: Wire,
  login: MacLogin,
  from: string,
  candidates: Candidate[],
): Promise<CarrierResult<Candidate[]>> {
  const others = login.lines.filter((line) => plainAddress(line) !== plainAddress(from));
  const sure = candidates.filter(({ likeness }) => likeness === "same").map(({ row }) => row.guid);
  if (others.length === 0 || sure.length === 0) return { ok: true, value: candidates };
  const where = [{ statement: "message.destination_caller_id IN (:...others)", args: { others } }];
  const read = await readByIds(wire, login, sure, [], where);
  if (!read.ok) return read;
  const theirs = new Set(read.value.map(({ guid }) => guid));
  const doubt = (one: Candidate): Candidate => (theirs.has(one.row.guid) ? { ...one, likeness: "maybe" } : one);
  return { ok: true, value: candidates.map(doubt) };
}

/** Equal messages of ours that are both sought are interchangeable: they take the rows in their order. */
function decide({ peers }: Sought, candidates: Candidate[]): Settlement | null {
  const sure = candidates
    .filter(({ likeness }) => likeness === "same")
    .sort((one, other) => one.row.originalROWID - other.row.originalROWID);
  const maybe = candidates.filter(({ likeness }) => likeness === "maybe");
  const total = sure.length + maybe.length;
  if (total === 0) return null;
  const [first] = sure;
  if (first !== undefined && maybe.length === 0 && sure.length <= Math.max(peers.count, 1)) {
    return { kind: "found", state: readState(first.row) };
  }
  return { kind: "ambiguous", because: sayHowMany(total) };
}

function sayHowMany(count: number): string {
  return count === 1
    ? "The Mac has one message that may be this one, or one that a person wrote on a device."
    : `The Mac has ${count} messages that may be this one: a person may have written the same on a device.`;
}

function judgeAbsence(
  wire: Wire,
  { sought, watermark, canSend }: { sought: Sought; watermark: Watermark; canSend: boolean },
): Settlement {
  if (!canSend)
    return { kind: "ambiguous", because: "Messages on the Mac may still have it: its helper is not connected." };
  if (wire.now() - watermark.at >= sought.absentAfterMs) return { kind: "absent" };
  return { kind: "ambiguous", because: "Messages on the Mac may still be sending it." };
}
