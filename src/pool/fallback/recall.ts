import type { Desk } from "../desk.ts";
import { recallChat } from "../ledger/handed.ts";
import { askToCarry } from "./news.ts";

/** Calls back, in the caller's transaction, what other keys still hold for a contact who has opted out. */
export function recallHanded(desk: Desk, chat: string): void {
  if (recallChat(desk.sql, chat, desk.now())) askToCarry(desk);
}
