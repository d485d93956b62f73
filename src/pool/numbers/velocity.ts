import { costlyRange, pumpingRules, tellPumping } from "../../domain/velocity.ts";
import type { Desk } from "../desk.ts";
import type { ChatRow } from "../ledger/chats.ts";
import { dropMark, readMark, saveMark } from "../ledger/marks.ts";
import { noteStranger, strangersSince } from "../ledger/strangers.ts";
import { emitPoolEvent } from "../telling/outbox.ts";

/**
 * Looks at a message that is being accepted, in the caller's transaction, and says whether the key pauses itself by it: it has written to too many strangers of one costly range. Then call
 * `noteSelfPause` once that is written. Nothing is read or written
 * for anybody else, and no row for a stranger either.
 */
export function watchVelocity(desk: Desk, to: string, chat: ChatRow | null): boolean {
  if (desk.snapshot.apiKey.pausesItself === false || (chat !== null && chat.last_seq !== null)) return false;
  const { home } = desk.roster;
  const range = costlyRange(to, home);
  if (range === null) return false;
  const now = desk.now();
  const since = now - pumpingRules.withinMs;
  noteStranger(desk.sql, { chat: to, at: now }, since);
  const inRange = strangersSince(desk.sql, since).filter((one) => costlyRange(one.chat, home) === range);
  if (inRange.length < pumpingRules.strangers || isTrusted(desk, range)) return false;
  saveMark(desk.sql, "self_paused_at", now);
  saveMark(desk.sql, "self_paused_range", range);
  const because = tellPumping(range);
  emitPoolEvent(desk, "api_key.paused", { api_key_id: desk.snapshot.apiKey.id, reason: because });
  desk.outside.log({ level: "error", event: "key_paused_itself", api_key_id: desk.snapshot.apiKey.id, range });
  return true;
}

function isTrusted(desk: Desk, range: number): boolean {
  return (readMark(desk.sql, `trusted_${range}`) ?? 0) > desk.now();
}

/** Lets a key that paused itself send again, and trusts the range for a day; does nothing where it did not. */
export function resumeItself(desk: Desk): void {
  const range = readMark(desk.sql, "self_paused_range");
  if (range === null) return;
  desk.transact(() => {
    dropMark(desk.sql, "self_paused_at");
    dropMark(desk.sql, "self_paused_range");
    saveMark(desk.sql, `trusted_${range}`, desk.now() + pumpingRules.trustMs);
  });
  desk.noteSelfPause();
  desk.clock.arm(desk.now());
}
