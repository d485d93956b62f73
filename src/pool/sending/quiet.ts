import type { Draft } from "../../domain/message.ts";
import { anyQuietUntil, awakeMs, type QuietHours } from "../../domain/quiet-hours.ts";
import type { Snapshot } from "../../domain/snapshot.ts";
import { isWaiting } from "../../domain/status.ts";
import { zonesOf } from "../../domain/time-zones.ts";
import type { Desk } from "../desk.ts";
import { type DueMessage, lineHeads } from "../ledger/agenda.ts";
import { type ChatRow, findChat } from "../ledger/chats.ts";
import { hastenHanded, isStillHere } from "../ledger/handed.ts";
import { dropMark, saveMark } from "../ledger/marks.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { recallMessage } from "../ledger/messages.ts";
import { linesOf } from "../ledger/pace.ts";
import { holdQuiet, scheduledAmong, scheduledOfChat } from "../ledger/quiet.ts";

/** So many waiting messages are judged anew at once after the quiet hours were changed. */
const judgedAtOnce = 500;

type Asked = Pick<Draft, "to" | "extras" | "follows">;

/**
 * Returns until when (epoch milliseconds) a message to this person that would leave at `at` has to wait for the end of quiet hours, or null: there are none, the message is urgent, the
 * person wrote within the last minutes, or what it comes right behind in one send left within them: nobody gets half a text in the evening and half in the morning.
 */
export function quietFor(desk: Desk, message: Asked, chat: ChatRow | null, at: number): number | null {
  const hours = hoursOf(desk, message);
  if (hours.length === 0) return null;
  if (chat?.last_inbound_at != null && at >= chat.last_inbound_at && at - chat.last_inbound_at < awakeMs) return null;
  const until = anyQuietUntil(hours, zonesFor(desk, message.to, chat), at);
  return until !== null && goesOn(desk, message.follows, at) ? null : until;
}

/** Says whether the message with this sequence number left so shortly before `at` that what comes right behind it goes on; one that was cancelled is looked past. */
function goesOn(desk: Desk, seq: number | undefined, at: number): boolean {
  const row = seq === undefined ? null : recallMessage(desk.sql, seq);
  if (row === null) return false;
  if (row.status === "cancelled") return goesOn(desk, (JSON.parse(row.detail) as Detail).follows, at);
  const left = row.status !== "failed" && row.status !== "undelivered" && !isWaiting(row.status);
  return left && at - (row.attempted_at ?? 0) < awakeMs && !isStillHere(desk.sql, row.seq);
}

/** Returns why a message waits until then, as a sentence for its trace. */
export function tellQuiet(desk: Desk, message: Asked, chat: ChatRow | null, until: number): string {
  const nights = hoursOf(desk, message).map(({ from, to }) => `${from} to ${to}`);
  const zones = zonesFor(desk, message.to, chat);
  const set = chat?.time_zone == null ? "by the number" : "set for the contact";
  return `Quiet hours ${nights.join(" and ")} where the recipient is (${zones.slice(0, 3).join(", ")}${zones.length > 3 ? " …" : ""}, ${set}): held until ${new Date(until).toISOString()}.`;
}

function hoursOf(desk: Desk, { extras }: Pick<Asked, "extras">): QuietHours[] {
  if (extras.urgent === true) return [];
  const ofKey = extras.quietHours ?? desk.snapshot.apiKey.quietHours ?? null;
  return [ofKey, extras.alsoQuiet ?? null].filter((hours) => hours !== null);
}

function zonesFor(desk: Desk, to: string, chat: ChatRow | null): readonly string[] {
  return chat?.time_zone == null ? zonesOf(to, desk.snapshot.organization.countryCode) : [chat.time_zone];
}

/** Says whether a message that is about to leave has to wait for the end of quiet hours, and lets it: they may have begun, or been set, while it waited for something else. */
export function waitsForMorning(desk: Desk, row: DueMessage): boolean {
  const detail = JSON.parse(row.detail) as Detail;
  if (hoursOf(desk, detail).length === 0) return false;
  const asked = askedOf(row, detail);
  const chat = findChat(desk.sql, row.chat);
  const until = quietFor(desk, asked, chat, desk.now());
  if (until === null) return false;
  const held = { dueAt: until, detail: withQuiet(detail, until, tellQuiet(desk, asked, chat, until)) };
  desk.transact(() => holdQuiet(desk.sql, { ...row, due_at: row.agenda_due_at }, held, desk.now()));
  return true;
}

/** Returns of a message that waits what its quiet hours depend on. */
export function askedOf({ chat }: Pick<MessageRow, "chat">, { extras, follows }: Detail): Asked {
  return { to: chat, extras, ...(follows === undefined ? {} : { follows }) };
}

/** The trace says it once, as it was first found. */
function withQuiet(detail: Detail, until: number, why: string): Detail {
  const { trace } = detail;
  const note = trace?.note ?? null;
  const told = note?.includes("Quiet hours") === true ? note : [...(note === null ? [] : [note]), why].join(" ");
  return { ...detail, quietUntil: until, trace: trace === null ? null : { ...trace, note: told } };
}

/** Begins to judge anew what waits for its time or the end of quiet hours, where these were changed; `goOnFreeing` and the alarms that follow do it. */
export function noticeQuietHours(desk: Desk, before: Snapshot): void {
  const said = (hours: QuietHours | null | undefined) => (hours == null ? "" : `${hours.from} ${hours.to}`);
  if (said(before.apiKey.quietHours) === said(desk.snapshot.apiKey.quietHours)) return;
  hastenHanded(desk.sql, desk.now());
  saveMark(desk.sql, "quiet_up_to", 0);
  desk.quietUpTo = 0;
  desk.clock.arm(desk.now());
}

/** Judges a slice of what waits so anew: it leaves now, or waits for another time. */
export function goOnFreeing(desk: Desk): void {
  const after = desk.quietUpTo;
  if (after === null) return;
  const lines = lineHeads(desk.sql).map(({ number }) => number);
  const seqs = linesOf(desk.sql, lines, after, judgedAtOnce);
  desk.transact(() => {
    for (const row of scheduledAmong(desk.sql, seqs)) judgeAnew(desk, row);
    desk.quietUpTo = seqs.length < judgedAtOnce ? null : (seqs.at(-1) ?? null);
    if (desk.quietUpTo === null) dropMark(desk.sql, "quiet_up_to");
    else saveMark(desk.sql, "quiet_up_to", desk.quietUpTo);
  });
}

/** Returns now where something waits to be judged anew, else null. */
export function nextFreeingAt(desk: Desk): number | null {
  return desk.quietUpTo === null ? null : desk.now();
}

/** Judges what waits for its time or a person's quiet hours anew: their time zone was set. */
export function judgeChatAnew(desk: Desk, chat: string): void {
  desk.transact(() => {
    hastenHanded(desk.sql, desk.now());
    for (const row of scheduledOfChat(desk.sql, chat)) judgeAnew(desk, row);
  });
}

/** What was to leave at its own time goes on doing so unless that lies in quiet hours by now. */
function judgeAnew(desk: Desk, row: MessageRow): void {
  const { quietUntil, ...detail } = JSON.parse(row.detail) as Detail;
  const at = Math.max(desk.now(), detail.sendAt ?? 0);
  const asked = askedOf(row, detail);
  const chat = findChat(desk.sql, row.chat);
  const until = quietFor(desk, asked, chat, at);
  const dueAt = until ?? at;
  if (dueAt === row.due_at || row.due_at === null || (until ?? quietUntil) === undefined) return;
  const judged = until === null ? detail : withQuiet(detail, until, tellQuiet(desk, asked, chat, until));
  holdQuiet(desk.sql, { ...row, due_at: row.due_at }, { dueAt, detail: judged }, desk.now());
  desk.clock.arm(dueAt);
}
