import { type Fell, readFell } from "../../domain/fallback.ts";
import { reconcileMs } from "../../domain/retry.ts";
import { type Next, tellOptedOut, tellWait, type WaitReason } from "../../domain/waiting.ts";
import type { Desk } from "../desk.ts";
import { findHanded } from "../ledger/handed.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { findMessage } from "../ledger/messages.ts";
import { hasEarlierWaiting } from "../ledger/standing.ts";
import { restingNumbers } from "../numbers/pace.ts";
import { hasOptedOut } from "../people/opt-outs.ts";
import { holderOf, waitingLimitMs, wayOf } from "./waiting.ts";

type Wait = { at: number | null; until: number | null; why: WaitReason };

/** Returns what happens next to a message, and why it waits; null for one that has ended, that the carrier has, or that came in. */
export function nextOf(desk: Desk, seq: number): Next | null {
  const row = findMessage(desk.sql, seq);
  if (row === null || row.direction !== "outbound" || row.sid !== null) return null;
  switch (row.status) {
    case "queued":
    case "scheduled":
      return tellNext(desk, row);
    case "sending":
      if (fellOf(row)?.to === "api_key") return tellHanded(desk, row);
      return row.outcome_unknown === 1
        ? told(desk, row, settling(row))
        : { ...nothing, words: "It is on its way to the carrier." };
    default:
      return null;
  }
}

function fellOf({ detail }: MessageRow): Fell | null {
  return readFell((JSON.parse(detail) as Detail).carrier);
}

/** Until another key is asked for it, a message waits here: its own key may be paused, or it is night where the recipient is. */
function tellHanded(desk: Desk, row: MessageRow): Next {
  const handed = findHanded(desk.sql, row.seq);
  const at = handed?.due_at ?? 0;
  if (handed?.state !== "to_give" || handed.asked === 1 || at <= desk.now())
    return { ...nothing, words: tellCarried(fellOf(row)) };
  const isPaused = desk.snapshot.apiKey.status === "paused";
  return told(
    desk,
    row,
    isPaused ? { at: null, until: null, why: "key_paused" } : { at, until: null, why: "quiet_hours" },
  );
}

function tellCarried(fell: Fell | null): string {
  const where = `API key ${fell?.api_key_id}`;
  return fell?.message_id === undefined
    ? `It is being handed to ${where}, which sends it by SMS.`
    : `It is with ${where}, as its message ${fell.message_id}: what happens next is told there.`;
}

const nothing = { at: null, until: null, why: null };

function told(desk: Desk, row: MessageRow, wait: Wait): Next {
  return { ...wait, words: tellWait(wait, wayOf(desk, row)) };
}

function settling(row: MessageRow): Wait {
  return { at: row.due_at, until: (row.attempted_at ?? row.created_at) + reconcileMs.giveUp, why: "settling" };
}

function tellNext(desk: Desk, row: MessageRow): Next {
  const wait = waitOf(desk, row);
  if (wait !== null)
    return hasOptedOut(desk, row.chat) ? { ...wait, words: tellOptedOut(wait) } : told(desk, row, wait);
  return {
    at: desk.now(),
    until: (row.due_at ?? desk.now()) + waitingLimitMs(desk, row.number),
    why: null,
    words: "It leaves now.",
  };
}

function waitOf(desk: Desk, row: MessageRow): Wait | null {
  const now = desk.now();
  const dueAt = row.due_at ?? now;
  if (row.status === "scheduled" && dueAt > now) {
    const { quietUntil } = JSON.parse(row.detail) as Detail;
    return { at: dueAt, until: null, why: quietUntil === dueAt ? "quiet_hours" : "scheduled" };
  }
  const until = dueAt + waitingLimitMs(desk, row.number);
  const held = heldOf(desk, row);
  if (held !== null) return { ...held, until };
  if (desk.leaving.has(row.seq)) return null;
  const turn = Math.max(dueAt, restingNumbers(desk).get(row.number) ?? 0);
  // A Mac that was asked in vain has cost the line its turn: that it does not answer is what the message waits for.
  const isOffline = desk.accountRests.get(row.account)?.why === "line_offline";
  if (turn > now) return { at: turn, until, why: isOffline ? "line_offline" : "paced" };
  return hasEarlierWaiting(desk.sql, row, desk.leaving) ? { at: null, until, why: "in_order" } : null;
}

/** A number and its account, and from when on a message waits for them. */
type Waiting = Pick<MessageRow, "number" | "account" | "due_at">;

/** Returns what holds a message of this number, if anything does. What waits for a person has no time; what an account was told ends by itself. */
export function heldOf(desk: Desk, row: Waiting): Pick<Wait, "at" | "why"> | null {
  const why = holderOf(desk, row);
  if (why === null || isForPerson(desk, row, why)) return why && { at: null, why };
  const until = desk.accountRests.get(row.account)?.until ?? 0;
  return until > desk.now() ? { at: Math.max(until, row.due_at ?? 0), why } : null;
}

function isForPerson(desk: Desk, row: Waiting, why: WaitReason): boolean {
  return why === "key_paused" || why === "number_paused" || desk.findAccount(row.account)?.refused === true;
}
