import { offlineLimitSeconds } from "../../domain/line.ts";
import { tellExpiry, type WaitReason, type Way, waitingLimitSeconds } from "../../domain/waiting.ts";
import type { Desk } from "../desk.ts";
import { firstAfterIn, type Held, lineHeads, sharpenLine, waitingSince } from "../ledger/agenda.ts";
import { unsettledChats } from "../ledger/line-rows.ts";
import type { MessageRow } from "../ledger/message-row.ts";
import { restingNumbers } from "../numbers/pace.ts";
import { noteRefused } from "../settling/settle.ts";

const expiredAtOnce = 200;
/** Of lines that something due holds up, so many are asked what follows; where there are more, all are looked at again after this rest. */
const linesLookedAt = 4;
const restMs = 1_000;

/** Returns what may not leave now: chats and numbers with a message on its way or at rest, accounts that were told to wait or have no place, and what waits for a person's word. */
export function whatIsHeld(desk: Desk, crowded: readonly string[]): Held {
  const now = desk.now();
  const told = [...desk.accountRests].filter(([, { until }]) => until > now).map(([account]) => account);
  const refused = refusedAccounts(desk);
  // What may still be moved away from them keeps its place in its chat.
  const stuck = { numbers: desk.roster.paused, accounts: desk.movedUpTo === null ? refused : [] };
  const accounts = [...told, ...refused, ...crowded];
  return {
    chats: [...[...desk.leaving.values()].map((message) => message.chat), ...unsettledOnLines(desk)],
    numbers: new Set([...restingNumbers(desk).keys(), ...stuck.numbers, ...numbersOf(desk, accounts)]),
    accounts,
    stuck,
  };
}

/** On a line nothing follows a message of which nobody knows yet whether it went: the answer to a send names the chat's last message. */
function unsettledOnLines(desk: Desk): string[] {
  const macs = desk.snapshot.accounts.filter(({ kind }) => kind === "bluebubbles");
  return macs.flatMap(({ id }) => unsettledChats(desk.sql, id));
}

/** Returns the accounts whose credentials the carrier refuses. */
export function refusedAccounts(desk: Desk): string[] {
  return desk.snapshot.accounts.filter((account) => account.refused).map((account) => account.id);
}

/** Returns the numbers of these accounts. */
export function numbersOf(desk: Desk, accounts: readonly string[]): string[] {
  if (accounts.length === 0) return [];
  return desk.snapshot.numbers.filter(({ accountId }) => accounts.includes(accountId)).map(({ address }) => address);
}

/** Returns when the next message may leave, or null: a paused key, a paused number and a refused account wait for the directory's word, not for a time. */
export function nextDepartureAt(desk: Desk): number | null {
  if (desk.snapshot.apiKey.status !== "active") return null;
  const now = desk.now();
  const all = lineHeads(desk.sql);
  if (all.length === 0) return null;
  const { numbers: held, stuck } = whatIsHeld(desk, []);
  const waitForWord = new Set([...stuck.numbers, ...numbersOf(desk, stuck.accounts)]);
  const heads = all.filter(({ number }) => !waitForWord.has(number));
  const [first] = heads;
  if (first === undefined || first.due_at > now) return first?.due_at ?? null;
  const behind = heads.filter(({ number, due_at }) => due_at <= now && !held.has(number)).map(({ number }) => number);
  const later = [
    ...restingNumbers(desk).values(),
    ...[...desk.accountRests.values()].map(({ until }) => until),
    ...behind.slice(0, linesLookedAt).map((number) => firstAfterIn(desk.sql, number, now)),
    ...(behind.length > linesLookedAt ? [now + restMs] : []),
    heads.find(({ due_at }) => due_at > now)?.due_at ?? null,
  ].filter((at) => at !== null && at > now);
  return later.length > 0 ? Math.min(...later.filter((at) => at !== null)) : null;
}

/** Returns how long a message of a number may wait from when it could first have left, in milliseconds. */
export function waitingLimitMs(desk: Desk, number: string): number {
  return limitOf(desk, number) * 1000;
}

/** A message waits for its own line, and for as long as its key says of lines that are offline. */
function limitOf(desk: Desk, number: string): number {
  const account = desk.findNumber(number)?.accountId ?? "";
  const { offlineLimitSeconds: limit = offlineLimitSeconds.standard } = desk.snapshot.apiKey;
  return isOffline(desk, account) ? Math.min(limit, limitSecondsOf(desk)) : limitSecondsOf(desk);
}

function isOffline(desk: Desk, account: string): boolean {
  return desk.accountRests.get(account)?.why === "line_offline";
}

function limitSecondsOf(desk: Desk): number {
  return desk.snapshot.apiKey.waitingLimitSeconds ?? waitingLimitSeconds.standard;
}

/** Returns when the longest waiting message will have waited long enough, or null. */
export function nextExpiryAt(desk: Desk): number | null {
  const ends = lineHeads(desk.sql).map(({ number, due_at }) => due_at + limitOf(desk, number) * 1000);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** Fails messages that could have left a whole limit ago and still wait, whatever holds them; at most a slice at once. */
export function expireWaiting(desk: Desk): void {
  let left = expiredAtOnce;
  for (const { number, due_at } of lineHeads(desk.sql)) {
    const before = desk.now() - limitOf(desk, number) * 1000;
    if (due_at > before) continue;
    if (left <= 0) return;
    const rows = waitingSince(desk.sql, number, before, left);
    left -= rows.length;
    desk.transact(() => {
      for (const row of rows) expire(desk, row);
    });
    sharpenLine(desk.sql, number);
  }
}

function expire(desk: Desk, row: MessageRow): void {
  const why = holderOf(desk, row);
  const way = wayOf(desk, row);
  noteRefused(desk, row, expiryCode(why, way), tellExpiry(why, limitOf(desk, row.number), way));
}

/** Returns by whom a message leaves, as what holds it is told. */
export function wayOf(desk: Desk, { channel, account }: Pick<MessageRow, "channel" | "account">): Way {
  if (channel === "imessage") return "line";
  return desk.findAccount(account)?.inactive === true ? "inactive" : "twilio";
}

/** Twilio's own codes: 20003 for refused credentials, 20005 for an account that is not active, 63038 for messages of a day that are used up. */
function expiryCode(why: WaitReason | null, way: Way): string {
  if (why === "line_offline") return "line_offline";
  if (why === "daily_limit") return "63038";
  if (why !== "account_refused") return "waiting_limit_reached";
  return { line: "line_password_refused", inactive: "20005", twilio: "20003" }[way];
}

/** Returns what held a message that was due, as far as it is known: what waits for a person's word comes first. */
export function holderOf(desk: Desk, row: Pick<MessageRow, "number" | "account">): WaitReason | null {
  if (desk.snapshot.apiKey.status === "paused") return "key_paused";
  if (desk.findNumber(row.number)?.isActive === false) return "number_paused";
  if (desk.findAccount(row.account)?.refused === true) return "account_refused";
  return desk.accountRests.get(row.account)?.why ?? null;
}
