import type { MacAccount } from "../../carriers/bluebubbles/account.ts";
import type { Refusal } from "../../carriers/carrier.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Account, SenderNumber } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { findChat } from "../ledger/chats.ts";
import { findPlace, savePlace } from "../ledger/cursors.ts";
import { findGroup } from "../ledger/groups.ts";
import { isMacOffline } from "../numbers/choose.ts";

/** A line, its Mac, and the Mac opened. */
export type AtLine = { number: SenderNumber; account: Account; mac: MacAccount };

/** Refuses a key that holds no iMessage lines. */
export function needLines(desk: Desk): Result<null> {
  return desk.speaksIMessage ? ok(null) : fail("not_supported_on_twilio");
}

/** Opens the line that a chat is with: the one that its person last wrote to, else the one it is sticky to, the group's own, else the first that is active, one whose Mac answers where there is one. */
export async function lineOfChat(desk: Desk, chat: string): Promise<Result<AtLine>> {
  const row = findChat(desk.sql, chat);
  const group = findGroup(desk.sql, chat);
  const lines = desk.snapshot.numbers.filter(({ channel }) => channel === "imessage");
  const begins = lines.filter(({ isActive, type }) => isActive && type !== "inbound");
  const wanted = [row?.replied_number, row?.sticky_number];
  const number =
    lines.find(({ address }) => wanted.includes(address)) ??
    lines.find(({ accountId }) => group !== null && accountId === group.account) ??
    begins.find(({ accountId }) => !isMacOffline(desk, accountId)) ??
    begins[0] ??
    lines[0];
  return number === undefined ? fail("no_numbers_assigned") : openLine(desk, number);
}

/** Opens a line. */
export async function openLine(desk: Desk, number: SenderNumber): Promise<Result<AtLine>> {
  const account = desk.findAccount(number.accountId);
  if (account === null || account.refused) return fail("line_offline");
  return ok({ number, account, mac: await desk.outside.macOf(account) });
}

/** Returns the Mac's name of a chat, or why there is none: nobody has said anything there yet. */
export async function placeOf(desk: Desk, { account, mac }: AtLine, chat: string): Promise<Result<string>> {
  const known = findPlace(desk.sql, account.id, chat);
  if (known !== null) return ok(known);
  const noChat = fail("not_found", "Chat not found: nothing was said in it yet.");
  if (findGroup(desk.sql, chat) !== null) return noChat;
  const found = await mac.findChat(chat);
  if (!found.ok) return readRefusal(found.refusal);
  if (found.value === null) return noChat;
  savePlace(desk.sql, account.id, chat, found.value);
  return ok(found.value);
}

/** Returns what a Mac's refusal means to whoever asked. */
export function readRefusal({ code, message }: Refusal): ReturnType<typeof fail> {
  switch (code) {
    case "not_supported":
      return fail("not_supported_on_line", message);
    case "outcome_unknown":
      return fail("line_outcome_unknown");
    case "refused":
    case "unreadable":
      return fail("line_refused", `Temporary communication error: the Mac did not do it: ${message}`);
    default:
      return fail("line_offline");
  }
}
