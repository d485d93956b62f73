import { rowId } from "../../domain/ids.ts";
import type { Message, MessageStatus, StepName } from "../../domain/message.ts";
import { aheadOf, bareOf } from "./ahead.ts";
import { dropTally } from "./campaign-people.ts";
import { failureFacts } from "./failure-facts.ts";
import { RecentRows, remembered } from "./memory.ts";
import type { Detail, MessageChange, MessageRow, Step } from "./message-row.ts";
import { noteKept, numberWith } from "./numbering.ts";
import { isIndexed, noteIndexed, rememberSid } from "./sids.ts";
import { formatTally, keepTally, tallyWith } from "./tally.ts";

type GivenColumn = "seq" | "chat" | "direction" | "number" | "channel" | "account" | "status" | "text";

export type NewMessage = Pick<MessageRow, GivenColumn> & {
  /** An id that is known as it is written stands in the index. */
  sid: string | null;
  createdAt: number;
  dueAt: number | null;
  detail: Detail;
  /** Whether its chat had no message before. */
  opens: boolean;
  /** The mark of its network, where the message is on its way as it is written: its first attempt. */
  leaves?: { mark: string | null };
  block?: number | null;
  /** The country that it counts for where its key bounds countries (`tally.ts`). */
  country?: string | null | undefined;
};

/** So many messages are remembered as they stand: a report that comes soon needs no read. */
const recentAtMost = 512;

function recent(sql: SqlStorage): RecentRows<MessageRow> {
  return remembered(sql, "messages", () => new RecentRows(recentAtMost));
}

/** Writes a message and returns its row; null when its provider id stands already, and then nothing is written. */
export function insertMessage(sql: SqlStorage, message: NewMessage): MessageRow | null {
  const tally = tallyWith(sql, message);
  const row = { ...rowOf(message), tally: formatTally(tally), sequence: null };
  const { rowsWritten } = bareOf(sql).exec(insertion, ...inserted.map((name) => row[name]));
  if (rowsWritten === 0) return null;
  keepTally(sql, tally);
  if (row.by_sid === 1) noteIndexed(sql);
  return recent(sql).keep(row);
}

const inserted = [
  "seq",
  "chat",
  "direction",
  "number",
  "channel",
  "account",
  "status",
  "text",
  "sid",
  "by_sid",
  "created_at",
  "due_at",
  "attempts",
  "attempted_at",
  "mark",
  "tally",
  "block",
  "detail",
] as const;
const insertion = `INSERT INTO messages (${inserted.join(", ")}) VALUES (${inserted.map(() => "?").join(", ")})
  ON CONFLICT (sid) WHERE ${isIndexed} DO NOTHING`;

/** Returns a new message as its row will stand, so that it need not be read again. */
function rowOf({
  createdAt,
  dueAt,
  detail,
  opens: _opens,
  country: _country,
  leaves,
  block = null,
  ...same
}: NewMessage) {
  const life: Step[] = leaves === undefined ? [] : [["sending", createdAt]];
  return {
    ...same,
    outcome_unknown: 0,
    by_sid: same.sid !== null && same.direction === "outbound" ? 1 : null,
    created_at: createdAt,
    due_at: dueAt,
    attempts: leaves === undefined ? 0 : 1,
    attempted_at: leaves === undefined ? null : createdAt,
    mark: leaves?.mark ?? null,
    sent_at: null,
    delivered_at: null,
    read_at: null,
    error_code: null,
    error_message: null,
    block,
    detail: JSON.stringify({ ...detail, life } satisfies Detail),
  } satisfies MessageRow;
}

/** Returns one message as it stands, from memory where it was written or read lately; null where there is none. */
export function recallMessage(sql: SqlStorage, seq: number): MessageRow | null {
  const known = recent(sql).find(seq);
  if (known !== null) return known;
  const row = aheadOf(sql).messages.get(seq)?.row ?? findMessage(sql, seq);
  return row === null ? null : recent(sql).keep(row);
}

/** Forgets how a message stood: another file's statement has changed its row. */
export function dropRecent(sql: SqlStorage, seq: number): void {
  recent(sql).drop(seq);
}

/** Returns one message row, or null. Of what is shown nothing stands in memory alone. */
export function findMessage(sql: SqlStorage, seq: number): MessageRow | null {
  const known = aheadOf(sql).messages.get(seq);
  if (known?.event === null) updateMessage(sql, seq, {});
  else if (known !== undefined) return known.row;
  return bareOf(sql).exec<MessageRow>("SELECT * FROM messages WHERE seq = ?", seq).toArray()[0] ?? null;
}

/** Returns the remembered message, one that was written or read lately, that a provider id belongs to, or null: the rows are not asked. */
export function findRecent(sql: SqlStorage, sid: string): MessageRow | null {
  return recent(sql).findBySid(sid);
}

/** Writes the named columns of one message, as one row. A new status is a step of its life: `stepMessage` writes that. */
export function updateMessage(sql: SqlStorage, seq: number, change: MessageChange & { status?: never }): void {
  writeColumns(sql, seq, change, null);
}

/** Writes the named columns of one message and the step of its life that they are, as one row; answers false where another message has its provider id. */
export function stepMessage(sql: SqlStorage, seq: number, change: MessageChange, step: Step): boolean {
  return writeColumns(sql, seq, change, step);
}

/** Writes what a message's text was changed to; returns its row, null where there is none. */
export function writeText(sql: SqlStorage, seq: number, text: string | null): MessageRow | null {
  const [row] = sql.exec<MessageRow>("UPDATE messages SET text = ? WHERE seq = ? RETURNING *", text, seq).toArray();
  return row === undefined ? null : recent(sql).keep(row);
}

/** A message that is put back every minute for a day keeps its first steps of that kind, and all others. */
const repeatableSteps: readonly StepName[] = ["queued", "sending", "unknown"];
const repeatableAtMost = 24;

function writeColumns(sql: SqlStorage, seq: number, change: MessageChange, step: Step | null): boolean {
  const ahead = aheadOf(sql).messages.get(seq);
  const before = recallMessage(sql, seq);
  if (before === null) return false;
  const { detail = ahead?.row.detail, ...columns } = { ...ahead?.lacks, ...change };
  const written = step === null ? detail : withStep(detail ?? before.detail, step);
  const numbered = numberWith(sql, seq);
  const sequence = numbered?.number ?? ahead?.sequence ?? null;
  const all = { ...columns, ...(written === undefined ? {} : { detail: written }) };
  if (Object.keys(all).length === 0) return true;
  const isWritten = writeUnlessTaken(sql, seq, change.sid ?? null, sequence === null ? all : { ...all, sequence });
  if (!isWritten) return false;
  if (all.by_sid === 1) noteIndexed(sql);
  aheadOf(sql).messages.delete(seq);
  keepChanged(sql, { ...before, ...all, ...(sequence === null ? {} : { sequence }) });
  if (numbered !== null) noteKept(sql, numbered.chat);
  return true;
}

/** Returns a message's detail with one more step of its life. */
function withStep(detail: string, step: Step): string {
  const read = JSON.parse(detail) as Detail;
  const most = repeatableSteps.includes(step[0]) ? repeatableAtMost : Number.MAX_SAFE_INTEGER;
  if (read.life === undefined || read.life.length >= most) return detail;
  return JSON.stringify({ ...read, life: [...read.life, step] } satisfies Detail);
}

/** Writes columns of one message; how it stands is known, and rows that are returned cost more than all else of it. Another message's provider id is never given to one: then nothing is written. */
function writeUnlessTaken(
  sql: SqlStorage,
  seq: number,
  sid: string | null,
  columns: Record<string, string | number | null>,
): boolean {
  const write = `UPDATE messages SET ${Object.keys(columns)
    .map((name) => `${name} = ?`)
    .join(", ")} WHERE seq = ?`;
  const values = [...Object.values(columns), seq];
  if (sid === null) return bareOf(sql).exec(write, ...values).rowsWritten > 0;
  if ((findRecent(sql, sid)?.seq ?? seq) !== seq) return false;
  const query = `${write} AND NOT EXISTS (SELECT 1 FROM messages WHERE sid = ? AND (${isIndexed}))`;
  if (bareOf(sql).exec(query, ...values, sid).rowsWritten === 0) return false;
  rememberSid(sql, sid, seq);
  return true;
}

/** Remembers how a message stands that was changed. */
export function keepChanged(sql: SqlStorage, row: MessageRow): void {
  recent(sql).keep(row);
  if (row.block !== null) dropTally(sql, row.block);
}

/** What was told to be sent and goes another way since is shown as it was told: a status never goes back. */
function shownStatus({ status, sent_at }: MessageRow): MessageStatus {
  return sent_at !== null && (status === "queued" || status === "scheduled" || status === "sending") ? "sent" : status;
}

/** Returns a row as the domain's message, with the id that carries its sequence and the pool's tag. */
export function readMessageRow(row: MessageRow, tag: string): Message {
  const detail = JSON.parse(row.detail) as Detail;
  const failed = row.status === "failed" || row.status === "undelivered" || row.error_code !== null;
  const failure = failed ? failureFacts(row.error_code) : null;
  return {
    id: rowId("msg", row.seq, tag),
    chatId: row.chat,
    direction: row.direction,
    number: row.number,
    channel: row.channel,
    text: row.text,
    attachments: detail.attachments,
    metadata: detail.metadata,
    status: shownStatus(row),
    outcomeUnknown: row.outcome_unknown === 1,
    createdAt: row.created_at,
    sendAt: detail.sendAt,
    quietUntil: row.status === "scheduled" ? (detail.quietUntil ?? null) : null,
    sentAt: row.sent_at,
    deliveredAt: row.delivered_at,
    readAt: row.read_at,
    errorCode: row.error_code,
    errorMessage: row.error_message ?? failure?.meaning ?? null,
    failure,
    providerId: row.sid,
    accountId: row.account,
    segments: detail.segments,
    encoding: detail.encoding,
    deliveryReport: detail.deliveryReport,
    verified: detail.verified,
    trace: detail.trace,
    extras: detail.extras,
    carrierDetail: detail.carrier,
    clicks: detail.clicks ?? null,
    reactions: detail.reactions ?? [],
    sender: detail.sender ?? null,
    life: (detail.life ?? []).map(([to, at]) => ({ to, at })),
  };
}
