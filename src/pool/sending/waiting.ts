import type { Desk } from "../desk.ts";
import { type Held, heldSince, nextWaitingAt, oldestHeldAt } from "../ledger/agenda.ts";
import { restingNumbers } from "../numbers/pace.ts";
import { endMessage } from "../settling/settle.ts";

/** How long messages wait for an account whose credentials the carrier refuses, before they fail. */
export const loginPatienceMs = 24 * 60 * 60 * 1000;
const expiredAtOnce = 200;

/** Returns what may not leave now: chats and numbers with a message on its way or at rest, accounts that were told to wait, and what waits for a person's word. */
export function whatIsHeld(desk: Desk): Held {
  const now = desk.now();
  const told = [...desk.accountFreeAt].filter(([, at]) => at > now).map(([account]) => account);
  const stuck = { numbers: pausedNumbers(desk), accounts: refusedAccounts(desk) };
  return {
    chats: [...desk.leaving.values()].map((message) => message.chat),
    numbers: [...restingNumbers(desk).keys(), ...stuck.numbers],
    accounts: [...told, ...stuck.accounts],
    stuck,
  };
}

function pausedNumbers(desk: Desk): string[] {
  return desk.snapshot.numbers.filter((number) => !number.isActive).map((number) => number.address);
}

function refusedAccounts(desk: Desk): string[] {
  return desk.snapshot.accounts.filter((account) => account.refused).map((account) => account.id);
}

/** Returns when the next message may leave, or null: a paused key and a refused account wait for the directory's word, not for a time. */
export function nextDepartureAt(desk: Desk): number | null {
  if (desk.snapshot.apiKey.status !== "active") return null;
  const now = desk.now();
  const due = nextWaitingAt(desk.sql, refusedAccounts(desk));
  if (due === null || due > now) return due;
  const frees = [...restingNumbers(desk).values(), ...desk.accountFreeAt.values()];
  const later = [...frees, nextWaitingAt(desk.sql, refusedAccounts(desk), now)].filter((at) => at !== null && at > now);
  return later.length > 0 ? Math.min(...later.filter((at) => at !== null)) : null;
}

/** Returns when the longest waiting message of a refused account will have waited long enough, or null. */
export function nextExpiryAt(desk: Desk): number | null {
  const refused = refusedAccounts(desk);
  if (refused.length === 0) return null;
  const oldest = oldestHeldAt(desk.sql, refused);
  return oldest === null ? null : oldest + loginPatienceMs;
}

/** Fails the messages whose account's credentials were refused for a whole day. */
export function expireHeld(desk: Desk): void {
  const refused = refusedAccounts(desk);
  if (refused.length === 0) return;
  const rows = heldSince(desk.sql, refused, desk.now() - loginPatienceMs, expiredAtOnce);
  if (rows.length === 0) return;
  desk.outside.storage.transactionSync(() => {
    for (const row of rows) {
      endMessage(desk, row, {
        status: "failed",
        error_code: "20003",
        error_message: "Twilio refused the account's credentials for 24 hours: the message was not sent.",
      });
    }
  });
}
