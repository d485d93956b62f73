import { isGroupId } from "../../domain/event.ts";
import { type Fell, mayFallBack, obstacles, readFell, tellFell } from "../../domain/fallback.ts";
import type { Desk } from "../desk.ts";
import { schedule } from "../ledger/agenda.ts";
import { heedOnce } from "../ledger/blocks.ts";
import { insertHanded } from "../ledger/handed.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { stepMessage, updateMessage } from "../ledger/messages.ts";
import { recallReach, saveReach } from "../ledger/reach.ts";
import { finish } from "../settling/finish.ts";
import { emitStatus } from "../telling/outbox.ts";
import { askToCarry } from "./news.ts";

/** How long a contact who is not on iMessage is not asked about again. */
const offIMessageMs = 60 * 60 * 1000;

type Obstacle = keyof typeof obstacles;

/** Why a line did not carry a message: its code, words for a person, and the Mac's own id of the try where there was one. */
type Failing = { code: string | null; message: string; providerId?: string | null };

/**
 * Sends a line's message another way, in the caller's transaction, where its key wishes that and the failure says for certain that nothing reached the person. True: it
 * has not failed. Else why it does not go another way although the key wishes it, as a sentence, which its row keeps, or null.
 */
export function fallBack(desk: Desk, row: MessageRow, failing: Failing): true | string | null {
  const { fallback = null, status } = desk.snapshot.apiKey;
  const detail = JSON.parse(row.detail) as Detail;
  const { code } = failing;
  if (fallback === null || row.channel !== "imessage" || code === null || readFell(detail.carrier) !== null)
    return null;
  if (!mayFallBack(code, fallback.to) || status === "revoked") return null;
  const against = obstacleTo(desk, row, fallback.to);
  if (against !== null) return keepObstacle(desk, row, detail, against);
  const fell: Fell = {
    to: fallback.to,
    ...(fallback.to === "api_key" ? { api_key_id: fallback.apiKeyId } : {}),
    because: code,
    words: failing.message,
    at: desk.now(),
  };
  if (code === "recipient_not_on_imessage") noteOffIMessage(desk, row.chat);
  leaveLine(desk, row, failing.providerId ?? row.sid);
  const kept = JSON.stringify({ ...detail, ...retold(detail, fell) } satisfies Detail);
  if (fallback.to === "line_sms") queueAgain(desk, row, kept);
  else handOn(desk, row, fallback.apiKeyId, kept);
  return true;
}

/** Says whether a contact was found not to be on iMessage a short while ago, on a key whose messages fall back. */
export function isOffIMessage(desk: Desk, chat: string): boolean {
  if (desk.snapshot.apiKey.fallback == null) return false;
  return recallReach(desk.sql, chat, desk.now() - offIMessageMs)?.imessage === false;
}

/** A group stays where it is: whoever is not on iMessage would hear from a stranger, and the others not at all. */
function obstacleTo(desk: Desk, { chat, account }: MessageRow, to: "line_sms" | "api_key"): Obstacle | null {
  if (isGroupId(chat)) return "group";
  if (chat.includes("@")) return "email";
  if (to === "api_key" || desk.findAccount(account)?.mac?.capabilities.sms === true) return null;
  return "no_sms";
}

function keepObstacle(desk: Desk, { seq }: MessageRow, detail: Detail, against: Obstacle): string {
  const carrier = { ...detail.carrier, no_fallback: against };
  updateMessage(desk.sql, seq, { detail: JSON.stringify({ ...detail, carrier } satisfies Detail) });
  return obstacles[against];
}

/** What more is for them goes the other way at once, without asking Apple anew each time. */
function noteOffIMessage(desk: Desk, chat: string): void {
  const at = desk.now();
  if (isOffIMessage(desk, chat)) return;
  saveReach(desk.sql, chat, { imessage: false, facetime: null, at });
}

/** Its row on the Mac, where it has one, is nobody's message any more. */
function leaveLine(desk: Desk, row: MessageRow, providerId: string | null): void {
  finish(desk, row, row.due_at);
  if (providerId !== null) heedOnce(desk.sql, providerId, desk.now());
}

function retold({ carrier, trace }: Detail, fell: Fell): Pick<Detail, "carrier" | "trace"> {
  const note = [...(trace?.note == null ? [] : [trace.note]), tellFell(fell)].join(" ");
  return { carrier: { ...carrier, fallback: fell }, trace: trace === null ? null : { ...trace, note } };
}

/** From the same line, as SMS: one try more. */
function queueAgain(desk: Desk, row: MessageRow, detail: string): void {
  const now = desk.now();
  const again = { status: "queued", sid: null, outcome_unknown: 0, due_at: now, detail } as const;
  stepMessage(desk.sql, row.seq, again, ["handed_on", now]);
  schedule(desk.sql, row, now);
  desk.countWaiting(row.number, 1);
  desk.clock.arm(now);
}

/** It is on its way by another key from here on, which is asked for it until it has answered. */
function handOn(desk: Desk, row: MessageRow, key: string, detail: string): void {
  const at = desk.now();
  const left = { status: "sending", sid: null, outcome_unknown: 0, due_at: at, detail } as const;
  if (row.attempts === 0) emitStatus(desk, { ...row, status: "sending" });
  stepMessage(desk.sql, row.seq, left, ["handed_on", at]);
  insertHanded(desk.sql, { seq: row.seq, chat: row.chat, key, at });
  askToCarry(desk);
}
