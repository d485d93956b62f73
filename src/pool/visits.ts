import type { Desk } from "./desk.ts";
import { aheadOf } from "./ledger/ahead.ts";
import { writeAttempts } from "./ledger/ahead-attempts.ts";
import { unkept, writeUnkept } from "./ledger/ahead-messages.ts";
import { noteWritten } from "./ledger/notes.ts";

/** Who promised to come back comes within this time: sooner than an idle object is put away (10 s: developers.cloudflare.com/durable-objects/concepts/durable-object-lifecycle). */
const visitedWithinMs = 10_000;
/** Of so many messages memory alone may know that they were taken: so many are looked for at their carrier where the object is killed. */
const unkeptAtMost = 256;

/** Notes that whoever calls comes back in a few seconds, to have written down what memory alone knows until then. */
export function expectVisit(desk: Desk, comesBack: boolean): void {
  if (comesBack) desk.visitedBy = desk.now() + visitedWithinMs;
}

/** Says whether something may be known ahead of its row for a few seconds: somebody comes back, and there is room. */
export function mayLag(desk: Desk): boolean {
  return desk.now() < desk.visitedBy && unkept(desk.sql).length < unkeptAtMost;
}

/** Writes down what memory alone knows, in one transaction; nothing where there is none. */
export function writeKnown(desk: Desk): void {
  const { sql } = desk;
  if (unkept(sql).length === 0 && aheadOf(sql).attempts.length === 0) return;
  desk.transact(() => {
    writeUnkept(sql);
    noteWritten(sql, writeAttempts(sql));
  });
}

/**
 * Does as `writeKnown` for somebody who came back. Returns whether they should come again, who offer it with `again`: while anything is on its way out of here.
 */
export function keepAll(desk: Desk, again: boolean): boolean {
  writeKnown(desk);
  const now = desk.now();
  const goesOn = again && (desk.leaving.size > 0 || [...desk.telling.leases.values()].some(({ until }) => until > now));
  desk.visitedBy = goesOn ? now + visitedWithinMs : 0;
  return goesOn;
}
