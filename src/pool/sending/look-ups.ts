import { rowId } from "../../domain/ids.ts";
import type { Desk } from "../desk.ts";
import { accountsToAsk, firstLooks, type Look, planLook, strikeLook } from "../ledger/looks.ts";
import { findMessage, updateMessage } from "../ledger/messages.ts";
import { askAbout } from "../settling/poll.ts";
import { lookFor } from "./reconcile.ts";

/** Look-ups under way at once for one account and for all: an account that hangs holds back nobody else's. */
const atOnce = { account: 2, all: 4 };
const leastGapMs = 1_000;
/** A look that failed by a fault of ours is made again after this; the alarm stands so long behind those under way. */
const restMs = 60_000;

/**
 * Asks the carriers about every message that is due, some at a time, and returns at once: when one ends, the next begins. What is not struck out is asked
 * again when the object wakes, so nothing is lost with those under way. Never throws.
 */
export function lookUp(desk: Desk): void {
  try {
    for (const account of accountsToAsk(desk.sql)) {
      for (const look of startable(desk, account)) {
        desk.looking.set(nameOf(look), account);
        desk.outside.keepAlive(make(desk, look));
      }
    }
    const at = nextLookUpAt(desk);
    if (at !== null) desk.clock.arm(Math.max(at, desk.now() + leastGapMs));
  } catch (error) {
    desk.outside.log({ event: "look_ups_failed", error: String(error) });
  }
}

/** Returns when the next look falls due that is not under way and has a place, or null. */
export function nextLookUpAt(desk: Desk): number | null {
  const times = accountsToAsk(desk.sql).flatMap((account) =>
    placesFor(desk, account) > 0 ? waitingLooks(desk, account).slice(0, 1) : [],
  );
  const safety = desk.looking.size > 0 ? [desk.now() + restMs] : [];
  const all = [...times.map(({ due_at }) => due_at), ...safety];
  return all.length === 0 ? null : Math.min(...all);
}

function startable(desk: Desk, account: string): Look[] {
  const due = waitingLooks(desk, account).filter(({ due_at }) => due_at <= desk.now());
  return due.slice(0, placesFor(desk, account));
}

function waitingLooks(desk: Desk, account: string): Look[] {
  const first = firstLooks(desk.sql, account, 2 * atOnce.account);
  return first.filter((look) => !desk.looking.has(nameOf(look)));
}

function placesFor(desk: Desk, account: string): number {
  const taken = [...desk.looking.values()].filter((one) => one === account).length;
  return Math.max(0, Math.min(atOnce.account - taken, atOnce.all - desk.looking.size));
}

function nameOf({ seq, kind }: Look): string {
  return `${kind} ${seq}`;
}

async function make(desk: Desk, look: Look): Promise<void> {
  try {
    const row = findMessage(desk.sql, look.seq);
    if (row === null) strikeLook(desk.sql, look);
    else if (look.kind === "lost") await lookFor(desk, look, row);
    else await askAbout(desk, look, row);
  } catch (error) {
    desk.outside.log({ event: "look_failed", message_id: rowId("msg", look.seq, desk.tag), error: String(error) });
    postpone(desk, look);
  } finally {
    desk.looking.delete(nameOf(look));
  }
  lookUp(desk);
}

/** Storage that refuses this too leaves the look where it stands, and the alarm comes back to it. */
function postpone(desk: Desk, look: Look): void {
  try {
    const due_at = desk.now() + restMs;
    desk.transact(() => {
      strikeLook(desk.sql, look);
      planLook(desk.sql, { ...look, due_at });
      if (look.kind === "lost") updateMessage(desk.sql, look.seq, { due_at });
    });
  } catch (error) {
    desk.outside.log({ event: "rest_failed", message_id: rowId("msg", look.seq, desk.tag), error: String(error) });
  }
}
