import type { Desk } from "../desk.ts";
import { hastenHanded, recallAll } from "../ledger/handed.ts";
import { askToCarry } from "./news.ts";

/** Calls back, in the caller's transaction, what other keys still hold for a contact who has opted out. */
export function recallHanded(desk: Desk, chat: string): void {
  if (recallAll(desk.sql, chat, desk.now())) askToCarry(desk);
}

/** Calls back, in the caller's transaction, all that other keys still hold for a key that was revoked; what none was asked for is ended when it is looked at, which is now. */
export function recallEverything(desk: Desk): void {
  hastenHanded(desk.sql, desk.now());
  recallAll(desk.sql, null, desk.now());
  askToCarry(desk);
}
