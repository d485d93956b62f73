import type { Desk } from "../desk.ts";
import { nextReport } from "../ledger/carried.ts";
import { nextHanded } from "../ledger/handed.ts";

/** How long a word to the Worker may go unheard before it is said again. */
const patienceMs = 10_000;

/** Asks the Worker to carry what this key owes other keys; what it does not hear is said again by the alarm. */
export function askToCarry(desk: Desk): void {
  desk.carryToldAt = desk.now();
  desk.clock.arm(desk.now() + patienceMs);
  desk.outside.tell({ kind: "to_carry", pool: desk.snapshot.apiKey.id });
}

/** Asks again where something is owed and nobody came. */
export function askAgainToCarry(desk: Desk): void {
  const at = nextCarryAt(desk);
  if (at !== null && at <= desk.now()) askToCarry(desk);
}

/** Returns when something that is owed to another key is to be asked for next, or null. */
export function nextCarryAt(desk: Desk): number | null {
  const times = [nextHanded(desk.sql), nextReport(desk.sql)].filter((at) => at !== null);
  return times.length === 0 ? null : Math.max(Math.min(...times), desk.carryToldAt + patienceMs);
}
