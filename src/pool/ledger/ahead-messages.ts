import { aheadOf, bareOf } from "./ahead.ts";
import { readMark } from "./marks.ts";
import type { Detail, MessageChange, MessageRow, Step } from "./message-row.ts";
import { keepChanged, recallMessage, updateMessage } from "./messages.ts";
import { noteKept, numberWith } from "./numbering.ts";
import { rememberSid } from "./sids.ts";

/** What a message's row lacks, as the row of the event that tells it says. */
type Redo = { lacks: MessageChange; steps: Step[] };

/**
 * Says whether a message's row may be written with what comes next of it: a text that is on its way, by Twilio, was reported to be sent, and its end mostly follows within
 * seconds. Statements that look only at what waits to leave, or at what the index by provider id holds, are the same with or without it.
 */
export function mayWait(row: MessageRow, change: MessageChange): boolean {
  const { status, by_sid, detail, error_code } = change;
  if (row.direction !== "outbound" || row.status !== "sending" || row.sent_at !== null) return false;
  if (row.by_sid !== null || row.outcome_unknown !== 0 || status !== "sent") return false;
  return by_sid === undefined && detail === undefined && error_code === undefined;
}

/** Returns what the row of an event says of its message, whose own row is written later. */
export function redoOf(sql: SqlStorage, seq: number, change: MessageChange, step: Step): string {
  const before = aheadOf(sql).messages.get(seq);
  const redo: Redo = { lacks: { ...before?.lacks, ...change }, steps: [...(before?.steps ?? []), step] };
  return JSON.stringify(redo);
}

/** Changes a message ahead of its row; `event` is the one whose row says so (`redoOf`), null where only memory does. */
export function changeAhead(
  sql: SqlStorage,
  seq: number,
  { change, step, event }: { change: MessageChange; step: Step | null; event: number | null },
): void {
  const row = recallMessage(sql, seq);
  if (row === null) return;
  const before = aheadOf(sql).messages.get(seq);
  const steps = step === null ? [] : [step];
  const numbered = numberWith(sql, seq);
  const sequence = numbered?.number ?? before?.sequence ?? null;
  const ahead = {
    row: withSteps({ ...row, ...change, ...(sequence === null ? {} : { sequence }) }, steps),
    lacks: { ...before?.lacks, ...change },
    steps: [...(before?.steps ?? []), ...steps],
    sequence,
    event,
  };
  aheadOf(sql).messages.set(seq, ahead);
  keepChanged(sql, ahead.row);
  if (change.sid != null) rememberSid(sql, change.sid, seq);
  if (numbered !== null) noteKept(sql, numbered.chat);
}

function withSteps(row: MessageRow, steps: readonly Step[]): MessageRow {
  const detail = JSON.parse(row.detail) as Detail;
  return { ...row, detail: JSON.stringify({ ...detail, life: [...(detail.life ?? []), ...steps] } satisfies Detail) };
}

/** Writes the rows of messages that are known ahead of them, one row each: all, or those whose event is older than `before`. */
export function writeAhead(sql: SqlStorage, before = Number.POSITIVE_INFINITY): void {
  for (const [seq, { event }] of [...aheadOf(sql).messages]) {
    if ((event ?? Number.MAX_SAFE_INTEGER) < before) updateMessage(sql, seq, {});
  }
}

/** Returns the messages of which memory alone knows how they stand. */
export function unkept(sql: SqlStorage): number[] {
  return [...aheadOf(sql).messages].flatMap(([seq, { event }]) => (event === null ? seq : []));
}

/** Writes the rows of messages of which memory alone knows how they stand, one row each. */
export function writeUnkept(sql: SqlStorage): void {
  for (const seq of unkept(sql)) updateMessage(sql, seq, {});
}

/** Finds what events say ahead of their messages' rows; call once when the object wakes, before anything else is read. */
export function restoreAhead(sql: SqlStorage): void {
  const rows = bareOf(sql)
    .exec<MessageRow & { event: number; redo: string; told: number | null }>(
      `SELECT messages.*, events.seq AS event, events.redo, events.body ->> '$.sequence' AS told
       FROM events CROSS JOIN messages ON messages.seq = events.message
       WHERE events.seq >= ? AND events.redo IS NOT NULL AND messages.status = 'sending' AND messages.sent_at IS NULL ORDER BY events.seq`,
      readMark(sql, "noted_from") ?? 0,
    )
    .toArray();
  for (const { event, redo, told, ...row } of rows) {
    const { lacks, steps } = JSON.parse(redo) as Redo;
    const sequence = told === null ? null : { sequence: told };
    const ahead = { row: withSteps({ ...row, ...lacks, ...sequence }, steps), lacks, steps, sequence: told, event };
    aheadOf(sql).messages.set(row.seq, ahead);
  }
}
