import type { Allowance } from "../../domain/calls/sending.ts";
import { fail, type Refusal } from "../../domain/failure.ts";
import { type Draft, leavesAt } from "../../domain/message.ts";
import { countSegments } from "../../domain/segments.ts";
import type { SenderNumber, Snapshot } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { lastHeard } from "../ledger/heard.ts";
import { readMark, saveMark } from "../ledger/marks.ts";
import { sumPartsSince } from "../ledger/message-pages.ts";

const dayMs = 24 * 60 * 60 * 1000;
/** WhatsApp lets a business write freely for this long after the person's last message (twilio.com/docs/api/errors/63016). */
const whatsappWindowMs = dayMs;
/** One mark holds both the day and what was spent on it, so that a capped send writes one row and no day leaves one behind. */
const spentPerDay = 1_000_000_000;

/** Returns how many parts a draft is sent in, and their encoding. */
export function countParts(draft: Draft): ReturnType<typeof countSegments> {
  const undivided = draft.channel === "whatsapp" || draft.attachments.length > 0;
  return countSegments(draft.text, { undivided, smartEncoded: draft.extras.smartEncoded ?? false });
}

/** Returns why these messages may not leave from this number now, or null: WhatsApp's window is closed, or the key's daily cap is reached. */
export function refuseByLimits(desk: Desk, drafts: Draft[], number: SenderNumber): Refusal | null {
  return drafts.some((draft) => needsTemplate(desk, draft, number))
    ? fail("content_required")
    : refuseByCap(desk, drafts);
}

/** Says whether WhatsApp takes nothing but a template from this number to this person now, and this is none. */
export function needsTemplate(
  desk: Desk,
  draft: Pick<Draft, "to" | "extras" | "sendAt" | "quietUntil">,
  number: SenderNumber,
): boolean {
  if (number.channel !== "whatsapp" || draft.extras.contentSid !== undefined) return false;
  const heardAt = lastHeard(desk.sql, number.address, draft.to);
  return heardAt === null || heardAt + whatsappWindowMs <= Math.max(desk.now(), leavesAt(draft) ?? 0);
}

function refuseByCap(desk: Desk, drafts: Draft[]): Refusal | null {
  const { dailyCap } = desk.snapshot.apiKey;
  if (dailyCap === null) return null;
  const spent = spentToday(desk);
  const asked = sumParts(drafts);
  if (spent + asked <= dailyCap) return null;
  const message = `This API key may send ${dailyCap} message parts a day (UTC); ${spent} are sent and this asks for ${asked}.`;
  return fail("daily_cap_reached", message, { daily_cap: dailyCap, spent, asked }, untilMidnight(desk) / 1000);
}

/** Returns what is left of the key's daily cap, or null where there is none. */
export function allowanceOf(desk: Desk): Allowance | null {
  const { dailyCap } = desk.snapshot.apiKey;
  if (dailyCap === null) return null;
  return {
    limit: dailyCap,
    left: Math.max(0, dailyCap - spentToday(desk)),
    resetsInSeconds: untilMidnight(desk) / 1000,
  };
}

function untilMidnight(desk: Desk): number {
  return (Math.floor(desk.now() / dayMs) + 1) * dayMs - desk.now();
}

/** Counts accepted messages against the key's cap, in the caller's transaction: one row, and none where there is no cap. */
export function spendCap(desk: Desk, drafts: Draft[]): void {
  if (desk.snapshot.apiKey.dailyCap === null) return;
  const day = Math.floor(desk.now() / dayMs);
  saveMark(desk.sql, "cap_spent", day * spentPerDay + spentToday(desk) + sumParts(drafts));
}

/** Counts what was accepted today before there was a cap, once, when the cap is set: a cap is of the whole day. */
export function noticeCap(desk: Desk, before: Snapshot): void {
  if (desk.snapshot.apiKey.dailyCap === null || before.apiKey.dailyCap !== null) return;
  const day = Math.floor(desk.now() / dayMs);
  const spent = sumPartsSince(desk.sql, day * dayMs);
  if (spent > 0) saveMark(desk.sql, "cap_spent", day * spentPerDay + spent);
}

function spentToday(desk: Desk): number {
  const mark = readMark(desk.sql, "cap_spent") ?? 0;
  return Math.floor(mark / spentPerDay) === Math.floor(desk.now() / dayMs) ? mark % spentPerDay : 0;
}

/** Returns how many parts these drafts are sent in together. */
export function sumParts(drafts: Draft[]): number {
  return drafts.reduce((sum, draft) => sum + countParts(draft).segments, 0);
}
