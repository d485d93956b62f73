import type { MacAccount } from "../../carriers/bluebubbles/account.ts";
import { cursorAt, cursorSetBack, markOf } from "../../carriers/bluebubbles/cursor.ts";
import type { Change, Refusal } from "../../carriers/carrier.ts";
import { sequenceAt } from "../../domain/ids.ts";
import { type Account, loginMark, type SenderNumber } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { type CursorRow, findCursor, moveCursor, noteMiss, saveCursor } from "../ledger/cursors.ts";
import { findGroupByKey } from "../ledger/groups.ts";
import { hasOpen } from "../ledger/line-rows.ts";
import { oneByOne } from "../one-by-one.ts";
import { dispatch } from "../sending/dispatch.ts";
import { emitPoolEvent } from "../telling/outbox.ts";
import type { KnownGroups } from "./chats.ts";
import { linkFiles, linkIcons } from "./files.ts";
import { askStates } from "./states.ts";
import { takeChange } from "./take.ts";

/** How often a Mac is looked at without being rung for: while something is open or was rung for lately, while nothing is, and while it does not answer, longer with each miss. */
const lookEveryMs = { busy: 15_000, idle: 60_000, longestOffline: 5 * 60_000 };
/** Rings nearer than this are one. */
const ringGapMs = 1_000;
const busyAfterRingMs = 60_000;
/** What was not delivered so long after it was written is asked for more seldom: its person may be away for days. */
const busyAfterSendMs = 60 * 60_000;
const triedForMs = 7 * 24 * 60 * 60_000;
/** So many slices of new rows are read in one go. */
const slicesAtOnce = 20;

/** Returns the Macs that hold lines of this pool and can be asked. */
function macsOf(desk: Desk): Account[] {
  const held = new Set(desk.snapshot.numbers.map(({ accountId }) => accountId));
  return desk.snapshot.accounts.filter(({ id, kind, refused }) => kind === "bluebubbles" && held.has(id) && !refused);
}

/** Looks at every Mac whose time has come; begun and not waited for. */
export function lookAtMacs(desk: Desk): void {
  for (const account of macsOf(desk)) {
    if (nextLookOf(desk, account.id) <= desk.now()) desk.outside.keepAlive(lookAtMac(desk, account));
  }
}

/** Returns when the next Mac is to be looked at, or null. */
export function nextMacLookAt(desk: Desk): number | null {
  const times = macsOf(desk).map(({ id }) => nextLookOf(desk, id));
  return times.length === 0 ? null : Math.min(...times);
}

function nextLookOf(desk: Desk, account: string): number {
  const row = findCursor(desk.sql, account);
  const state = desk.macLooks.get(account);
  if (state?.isRunning === true) return desk.now() + lookEveryMs.busy;
  // A look from a time that is still to come was by a clock that is put right since.
  if (row === null || state?.again === true || row.looked_at > desk.now()) return desk.now();
  if (row.misses > 0) {
    const pause = Math.min(lookEveryMs.busy * 2 ** Math.min(row.misses, 8), lookEveryMs.longestOffline);
    return row.looked_at + pause;
  }
  const isBusy =
    desk.now() - (state?.rungAt ?? 0) < busyAfterRingMs ||
    hasOpen(desk.sql, account, sequenceAt(desk.now() - busyAfterSendMs));
  return row.looked_at + (isBusy ? lookEveryMs.busy : lookEveryMs.idle);
}

/** Brings the look at a Mac forward, since it rang; rings within a second are one. `edits`: something that is known may have changed. */
export function ringMac(desk: Desk, accountId: string, edits: boolean): void {
  const account = macsOf(desk).find(({ id }) => id === accountId);
  if (account === undefined) return;
  const now = desk.now();
  const state = desk.macLooks.get(accountId) ?? { isRunning: false, again: false, rungAt: 0, edits: false };
  desk.macLooks.set(accountId, state);
  const isNear = now - state.rungAt < ringGapMs;
  state.rungAt = now;
  state.edits ||= edits;
  if (state.isRunning || isNear) {
    state.again = true;
    desk.clock.arm(now + ringGapMs);
    return;
  }
  desk.outside.keepAlive(lookAtMac(desk, account));
}

/**
 * Reads what is new on a Mac and takes it in, each slice with the cursor behind it in one transaction, and asks how what went out stands. One look at a time for
 * each Mac; never throws.
 */
async function lookAtMac(desk: Desk, account: Account): Promise<void> {
  const state = desk.macLooks.get(account.id) ?? { isRunning: false, again: false, rungAt: 0, edits: false };
  desk.macLooks.set(account.id, state);
  if (state.isRunning) {
    state.again = true;
    return;
  }
  const { edits } = state;
  Object.assign(state, { isRunning: true, again: false, edits: false });
  state.ended = lookAndNote(desk, account, edits);
  await state.ended;
  state.isRunning = false;
  const next = nextMacLookAt(desk);
  if (next !== null) desk.clock.arm(Math.max(next, desk.now() + ringGapMs));
}

async function lookAndNote(desk: Desk, account: Account, edits: boolean): Promise<void> {
  try {
    await look(desk, account, edits);
  } catch (error) {
    desk.outside.log({ event: "mac_look_failed", account: account.id, error: String(error) });
  }
}

/**
 * Takes in what is new on a Mac that answers before a line of it is given away: whoever gets the line reads on behind that, and would take what this key sent for what a person typed.
 * A look that is under way may have read too early.
 */
export async function lookBeforeGiving(desk: Desk, accountId: string): Promise<void> {
  const account = macsOf(desk).find(({ id }) => id === accountId);
  if (account === undefined || (findCursor(desk.sql, accountId)?.misses ?? 0) > 0) return;
  await desk.macLooks.get(accountId)?.ended;
  await lookAtMac(desk, account);
}

async function look(desk: Desk, account: Account, edits: boolean): Promise<void> {
  const mac = await desk.outside.macOf(account);
  for (let slice = 0; slice < slicesAtOnce; slice += 1) {
    const row = findCursor(desk.sql, account.id);
    const again = row === null ? [] : readAgain(row);
    const read = await mac.changes(startOf(desk, account, row), { again, edits: edits && slice === 0 });
    if (!read.ok) return noteOffline(desk, account, read.refusal);
    const { changes, cursor, more } = read.value;
    const known = {
      groups: await describeGroups(desk, mac, account, changes),
      links: await linkFiles(desk, account.id, changes),
      icons: await linkIcons(desk, account.id, changes),
    };
    const isBack = row?.offline_since != null;
    const later = desk.transact(() => {
      const kept: string[] = [];
      const failed = oneByOne(desk, changes, (change) => {
        if (!takeChange(desk, account, change, known)) kept.push(change.providerId);
      });
      const poisoned = failed.flatMap(({ item, error }) =>
        noteFailed(desk, account, item, error, again) ? item.providerId : [],
      );
      saveCursor(desk.sql, { account: account.id, cursor, again: [...kept, ...poisoned], at: desk.now() });
      if (isBack) tellLines(desk, account, "number.recovered", null);
      return kept;
    });
    if (isBack) desk.accountRests.delete(account.id);
    if (!more || later.length > 0) break;
  }
  await askStates(desk, account, mac);
  desk.outside.keepAlive(dispatch(desk));
}

/** A row that cannot be taken in holds back none of the others: it is tried again with every look for a week, and the log names it the first time and the last. Says whether it is. */
function noteFailed(
  desk: Desk,
  account: Account,
  { providerId, at }: Change,
  error: unknown,
  again: string[],
): boolean {
  const isTriedAgain = desk.now() - at < triedForMs;
  if (!isTriedAgain || !again.includes(providerId)) {
    const entry = { level: "error", event: "row_failed", account: account.id, guid: providerId };
    desk.outside.log({ ...entry, again: isTriedAgain, error: String(error) });
  }
  return isTriedAgain;
}

function readAgain({ again }: CursorRow): string[] {
  // Only this pool wrote it.
  return JSON.parse(again) as string[];
}

/** A Mac is read from where its lines joined, else from now on. */
function startOf(desk: Desk, account: Account, row: CursorRow | null): string | null {
  if (row !== null && row.cursor !== "") return row.cursor;
  const first = earliestMark(linesOf(desk, account));
  return first === null ? null : cursorAt(String(first.row), first.at, desk.now(), first.waiting);
}

function linesOf(desk: Desk, { id }: Account): SenderNumber[] {
  return desk.snapshot.numbers.filter(({ accountId }) => accountId === id);
}

type Mark = { row: number; at: number; waiting: string[] };

/** The first of the lines' marks; what any of them waits for is waited for. */
function earliestMark(lines: readonly SenderNumber[]): Mark | null {
  const marks = lines.flatMap(({ lineMark }) => {
    const [row, at, ...waiting] = (lineMark ?? "").split("@");
    return Number(at) > 0 ? [{ row: Number(row), at: Number(at), waiting }] : [];
  });
  const first = marks.sort((one, other) => one.row - other.row)[0];
  return first === undefined ? null : { ...first, waiting: marks.flatMap(({ waiting }) => waiting) };
}

/**
 * A line that joins where others of its Mac are read may have been written to before: what came since its mark is read once more, and nothing of it is taken twice. Where
 * none of the Mac stayed, reading goes on at the mark, however far it once had come: what lies between was another key's, or nobody's.
 */
export function noticeLines(desk: Desk, before: ReadonlySet<string>): void {
  for (const account of macsOf(desk)) {
    const row = findCursor(desk.sql, account.id);
    const lines = linesOf(desk, account);
    const joining = lines.filter(({ address }) => !before.has(address));
    const first = earliestMark(joining);
    if (row === null || row.cursor === "" || first === null) continue;
    if (joining.length === lines.length) {
      moveCursor(desk.sql, account.id, cursorAt(String(first.row), first.at, desk.now(), first.waiting));
    } else if (first.waiting.length > 0 || first.row < Number(markOf(row.cursor) ?? 0)) {
      moveCursor(desk.sql, account.id, cursorSetBack(row.cursor, first, desk.now()));
    }
  }
}

/** Groups that are new here, or whose people have changed, are asked about before anything is written. */
async function describeGroups(
  desk: Desk,
  mac: MacAccount,
  account: Account,
  changes: readonly Change[],
): Promise<KnownGroups> {
  const wanted = new Set<string>();
  for (const { chat, ...change } of changes) {
    if (chat?.kind !== "group") continue;
    const isNew = findGroupByKey(desk.sql, account.id, chat.key) === null;
    const isMoved = change.kind === "group" && /^member_/.test(change.change);
    if (isNew || isMoved) wanted.add(chat.id);
  }
  const known = new Map<string, { members: string[]; name: string | null }>();
  for (const id of wanted) {
    const described = await mac.describeGroup(id);
    if (described.ok) known.set(id, described.value);
  }
  return known;
}

/** What a Mac did not answer by a login that it no longer has is no news of it. One miss may be a hiccup; with the second in a row the lines are offline, and whoever wants to know is told. */
function noteOffline(desk: Desk, account: Account, { code, message }: Refusal): void {
  if (desk.hasNewLogin(account)) return;
  if (code === "login_refused") {
    desk.outside.tell({ kind: "account_refused", accountId: account.id, because: message, login: loginMark(account) });
  }
  desk.transact(() => {
    const { misses } = noteMiss(desk.sql, { account: account.id, at: desk.now(), because: message });
    if (misses === 2) tellLines(desk, account, "number.unhealthy", message);
  });
}

function tellLines(
  desk: Desk,
  account: Account,
  name: "number.unhealthy" | "number.recovered",
  reason: string | null,
): void {
  for (const { address, accountId } of desk.snapshot.numbers) {
    if (accountId !== account.id) continue;
    const noRates = { delivery_rate_7d: null, failure_rate_7d: null, faults_7d: null };
    emitPoolEvent(desk, name, { external_id: null, internal_id: address, reason, ...noRates });
  }
}
