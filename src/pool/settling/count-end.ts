import { describeError } from "../../carriers/twilio/errors.ts";
import { classifyFault, type Fault, isFiltered } from "../../domain/fault.ts";
import { type HourBucket, hourOf } from "../../domain/health.ts";
import { rowId } from "../../domain/ids.ts";
import { isFinal } from "../../domain/status.ts";
import { fingerprintText } from "../../domain/text-fingerprint.ts";
import type { Desk } from "../desk.ts";
import { noteDelivered } from "../ledger/ended.ts";
import { type Blamed, findBlamed, findBucket, saveBlamed, saveBucket } from "../ledger/health.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { noteEvidence } from "../numbers/number-health.ts";

type End = Pick<MessageRow, "status" | "error_code">;

/** Returns the hour in which a message left that is known by this to be delivered, null where it is not or where that was counted before. */
export function deliveredHour(before: MessageRow, after: End): number | null {
  if (!isCounted(before, after) || before.attempted_at === null) return null;
  return after.status === "delivered" || after.status === "read" ? hourOf(before.attempted_at) : null;
}

/** What never left says nothing of its number. */
function isCounted(before: MessageRow, after: End): boolean {
  if (before.direction !== "outbound" || before.attempted_at === null) return false;
  return !isFinal(before.status) && isFinal(after.status) && after.status !== "cancelled";
}

/** A message that fails has a line of its own, whatever it failed by. */
function logFailed(desk: Desk, before: MessageRow, { status, error_code }: End): void {
  if (status === before.status || (status !== "failed" && status !== "undelivered")) return;
  const ids = { message_id: rowId("msg", before.seq, desk.tag), api_key_id: desk.snapshot.apiKey.id };
  desk.outside.log({ event: "message_failed", ...ids, status, code: error_code, sid: before.sid });
}

/**
 * Logs a message that failed, and counts how one ended into the hour it left in, once, in the caller's transaction: nothing is written where its event says so, else one row, and up to two
 * more for a text that a carrier filtered.
 */
export function noteEnd(desk: Desk, before: MessageRow, after: End, told: boolean): void {
  logFailed(desk, before, after);
  if (!isCounted(before, after) || before.attempted_at === null) return;
  const delivered = deliveredHour(before, after);
  const hour = hourOf(before.attempted_at);
  if (delivered !== null && told) {
    noteDelivered(desk.sql, before.number, hour);
    noteEvidence(desk, before.number, { bucket: findBucket(desk.sql, before.number, hour), blamesNumber: false });
    return;
  }
  const kind = delivered === null ? fieldOf[faultOf(desk, before, after.error_code, hour)] : "delivered";
  count(desk, before.number, hour, (bucket) => ({ ...bucket, sent: bucket.sent + 1, [kind]: bucket[kind] + 1 }));
}

const fieldOf = {
  number: "numberFaults",
  content: "contentFaults",
  recipient: "recipientFaults",
  other: "other",
} as const satisfies Record<Fault, keyof HourBucket>;

function count(desk: Desk, number: string, hour: number, change: (bucket: HourBucket) => HourBucket): void {
  const before = findBucket(desk.sql, number, hour);
  const bucket = change(before);
  saveBucket(desk.sql, number, bucket);
  noteEvidence(desk, number, { bucket, blamesNumber: bucket.numberFaults > before.numberFaults });
}

function faultOf(desk: Desk, row: MessageRow, errorCode: string | null, hour: number): Fault {
  const content = isFiltered(errorCode) ? contentOf(row) : null;
  if (content === null) return classifyFault(errorCode, describeError(errorCode)?.class ?? null);
  const text = fingerprintText(content);
  const known = findBlamed(desk.sql, text);
  const own = known.find((blamed) => blamed.number === row.number && blamed.hour === hour);
  const others = known.filter((blamed) => blamed.number !== row.number);
  const fault = others.length > 0 ? "content" : "number";
  for (const blamed of fault === "content" ? known : []) acquit(desk, text, blamed);
  if (fault === "number") saveBlamed(desk.sql, text, { number: row.number, hour, faults: (own?.faults ?? 0) + 1 });
  else if (own === undefined) saveBlamed(desk.sql, text, { number: row.number, hour, faults: 0 });
  return fault;
}

function contentOf(row: MessageRow): string | null {
  if (row.text !== null) return row.text;
  return (JSON.parse(row.detail) as Detail).extras.contentSid ?? null;
}

/** A text that fails on a second number is the text's fault: what the first was blamed for is taken back. */
function acquit(desk: Desk, text: string, blamed: Blamed): void {
  if (blamed.faults === 0) return;
  count(desk, blamed.number, blamed.hour, (bucket) => ({
    ...bucket,
    numberFaults: Math.max(0, bucket.numberFaults - blamed.faults),
    contentFaults: bucket.contentFaults + blamed.faults,
  }));
  saveBlamed(desk.sql, text, { ...blamed, faults: 0 });
}
