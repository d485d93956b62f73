import { fail, type Refusal } from "../../domain/failure.ts";
import { type Caps, defaultCaps } from "../../domain/line.ts";
import { type Draft, leavesAt } from "../../domain/message.ts";
import type { SenderNumber } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { countAlike, noteSaid } from "../ledger/alike.ts";
import type { ChatRow } from "../ledger/chats.ts";
import { isTypedTo, newestOf, type Said } from "../ledger/line-rows.ts";
import { noteOpening, openingsOf } from "../ledger/openings.ts";

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
/** People with whom nothing was exchanged for so long are new. */
const newAfterMs = 30 * dayMs;
/** Messages that were cancelled, or went by another line, stand between those that count. */
const beside = 16;
const manyPeople = 20;

const windows = [
  { mode: "hour", ms: hourMs, cap: "newContactsPerHour" },
  { mode: "day", ms: dayMs, cap: "newContactsPerDay" },
] as const;

/** A cap of new contacts that is reached at a time, and how long until it is not. */
type Full = { mode: "hour" | "day"; limit: number; current: number; retryAfterSeconds: number };
type Asked = Pick<Draft, "to" | "text" | "sendAt" | "quietUntil"> & Partial<Pick<Draft, "extras">>;
type Ask = { chat: ChatRow | null; drafts: readonly Asked[] };
/** What a line's caps say of a send: whether its person is new to the line, and what the sender should know. */
export type LineVerdict = { ok: true; isNew: boolean; warnings: string[] } | Refusal;

/** Returns a line's caps as they are in force, null for a number that is no line. */
export function capsOf({ channel, caps }: SenderNumber): Caps | null {
  return channel === "imessage" ? (caps ?? defaultCaps) : null;
}

/** Says whether a line would begin a conversation with this person and may not now: automatic choice passes it over. */
export function isCapped(
  desk: Desk,
  number: SenderNumber,
  ask: { chat: ChatRow | null; sendAt: number | null },
): boolean {
  const caps = capsOf(number);
  if (caps === null || fullWindow(desk, number, caps, ask.sendAt) === null) return false;
  return isNewTo(desk, number, ask.chat, newestWith(desk, ask.chat, beside));
}

/** Returns what a line's caps say of a send from it; a number that is no line has none. Reads the chat's newest messages, and nothing that grows. */
export function judgeByCaps(desk: Desk, number: SenderNumber, { chat, drafts }: Ask): LineVerdict {
  const caps = capsOf(number);
  const [first] = drafts;
  if (caps === null || first === undefined) return { ok: true, isNew: false, warnings: [] };
  const newest = newestWith(desk, chat, (caps.unanswered ?? 0) + beside);
  const isNew = isNewTo(desk, number, chat, newest);
  const full = isNew ? fullWindow(desk, number, caps, leavesAt(first)) : null;
  if (full !== null) return refuseOpening(number, full);
  return (
    refuseUnanswered(desk, number, caps, { newest, asked: drafts.length }) ?? {
      ok: true,
      isNew,
      warnings: warningsOf(desk, number, drafts, isNew),
    }
  );
}

/** Counts a conversation that a line begins, in the caller's transaction. */
export function countOpening(desk: Desk, number: string, draft: Pick<Draft, "to" | "sendAt" | "quietUntil">): void {
  const now = desk.now();
  noteOpening(desk.sql, { number, chat: draft.to, at: Math.max(now, leavesAt(draft) ?? 0), forgetBefore: now - dayMs });
}

/** Keeps what a line said in mind, for the next message's warnings. */
export function keepSaid(desk: Desk, { channel, address }: SenderNumber, said: Pick<Draft, "to" | "text">): void {
  const { to, text } = said;
  if (channel === "imessage" && text !== null) noteSaid(desk.sql, text, { number: address, chat: to, now: desk.now() });
}

/** Returns how many conversations a line began within the last hour and day, as far as its caps ask. */
export function countOpenings(desk: Desk, number: SenderNumber): { hour: number; day: number } {
  const now = desk.now();
  const times = timesOf(desk, number, capsOf(number) ?? defaultCaps);
  const since = (ms: number) => times.filter((at) => at > now - ms && at <= now).length;
  return { hour: since(hourMs), day: since(dayMs) };
}

function timesOf(desk: Desk, { address }: SenderNumber, caps: Caps): readonly number[] {
  return openingsOf(desk.sql, address, Math.max(caps.newContactsPerHour ?? 0, caps.newContactsPerDay ?? 0, 1));
}

/** What is scheduled within a window after the message counts like what was begun within it before: so no window ever holds more than its cap. */
function fullWindow(desk: Desk, number: SenderNumber, caps: Caps, sendAt: number | null): Full | null {
  const at = Math.max(desk.now(), sendAt ?? 0);
  const times = timesOf(desk, number, caps);
  const full = windows.flatMap(({ mode, ms, cap }): Full[] => {
    const limit = caps[cap];
    const near = times.filter((time) => time > at - ms && time < at + ms);
    const leaving = limit === null ? undefined : near[near.length - limit];
    if (limit === null || leaving === undefined) return [];
    return [{ mode, limit, current: near.length, retryAfterSeconds: (leaving + ms - at) / 1000 }];
  });
  return full.sort((one, other) => other.retryAfterSeconds - one.retryAfterSeconds)[0] ?? null;
}

function newestWith(desk: Desk, chat: ChatRow | null, limit: number): Said[] {
  if (chat === null || (chat.last_at ?? 0) <= desk.now() - newAfterMs) return [];
  return newestOf(desk.sql, chat.id, limit);
}

/** Whether nothing was exchanged with a person on this line for so long that they are new to it, or ever: what was typed on a device counts as well. */
function isNewTo(desk: Desk, { address }: SenderNumber, chat: ChatRow | null, newest: readonly Said[]): boolean {
  const since = desk.now() - newAfterMs;
  if (newest.some((said) => said.number === address && said.created_at > since && hasCome(said))) return false;
  return (
    chat === null || (chat.last_at ?? 0) <= since || !isTypedTo(desk.sql, { chat: chat.id, number: address, since })
  );
}

/** What was cancelled, or failed without a try, was never said. */
function hasCome({ status, attempts }: Said): boolean {
  return status !== "cancelled" && !(status === "failed" && attempts === 0);
}

function refuseOpening(number: SenderNumber, { mode, limit, current, retryAfterSeconds }: Full): Refusal {
  const message = `${number.address} has begun ${current} new conversations within ${mode === "hour" ? "an hour" : "a day"}: that is its cap.`;
  return fail(
    "new_conversation_limit_reached",
    message,
    contextOf(number, { mode, limit, current }),
    retryAfterSeconds,
  );
}

/** A message counts as unanswered for as long as its person is no new one. */
function refuseUnanswered(
  desk: Desk,
  number: SenderNumber,
  { unanswered: limit }: Caps,
  { newest, asked }: { newest: readonly Said[]; asked: number },
): Refusal | null {
  if (limit === null) return null;
  const now = desk.now();
  const answered = newest.findIndex(({ direction }) => direction === "inbound");
  const open = (answered < 0 ? newest : newest.slice(0, answered)).filter(
    (said) => said.number === number.address && said.created_at > now - newAfterMs && hasCome(said),
  );
  if (open.length + asked <= limit) return null;
  // The newest first: with this one forgotten, as many as are asked for fit.
  const leaving = open[Math.max(0, limit - asked)];
  const retryAfterSeconds = ((leaving?.created_at ?? now) + newAfterMs - now) / 1000;
  const message = `${number.address} has sent ${open.length} messages to this contact without an answer: ${limit} is its cap.`;
  const context = contextOf(number, { mode: "unanswered", limit, current: open.length });
  return fail("outbound_limit_reached", message, context, retryAfterSeconds);
}

function contextOf(number: SenderNumber, told: { mode: string; limit: number; current: number }) {
  return { ...told, allocation_id: number.allocationId, sender_number: number.address };
}

function warningsOf(desk: Desk, { address, accountId }: SenderNumber, drafts: Ask["drafts"], isNew: boolean): string[] {
  const warnings: string[] = [];
  if (isNew && /\bhttps?:\/\/|\bwww\./i.test(drafts[0]?.text ?? "")) {
    warnings.push(
      "A link in the first message to somebody gets an Apple ID reported: send it once they have answered.",
    );
  }
  const mac = desk.findAccount(accountId)?.mac;
  if (drafts[0]?.extras?.effect !== undefined && mac?.capabilities.effects === false) {
    warnings.push("The effect is left out: the Private API of this line's Mac is off.");
  }
  const alike = drafts.map(({ to, text }) =>
    text === null ? 0 : 1 + countAlike(desk.sql, text, { number: address, chat: to, now: desk.now() }),
  );
  const most = Math.max(...alike);
  if (most > manyPeople) {
    warnings.push(
      `${address} has sent this text to ${most} people within an hour: Apple takes equal texts to many for junk.`,
    );
  }
  return warnings;
}
