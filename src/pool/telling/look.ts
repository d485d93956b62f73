import type { Desk } from "../desk.ts";
import { attemptsAfter } from "../ledger/attempts.ts";
import { type PagedPlace, pageOwed } from "../ledger/deliveries.ts";
import { placesInEvents } from "../ledger/in-event.ts";

/** So many rows of a log are read before others of the pool have their turn. */
const rowsAtOnce = 2_000;

/** Events that need no replay, and whether the webhook is still owed each, or has got it. */
export type Settled = ReadonlyMap<number, "owed" | "got">;

/**
 * Returns those of these events, given oldest first, that a webhook has got, itself or as a replay, or that it is still owed. What is owed is read first, so
 * that what is delivered meanwhile is found among the attempts.
 */
export async function findSettled(desk: Desk, webhookId: string, events: readonly number[]): Promise<Settled> {
  const settled = new Map<number, "owed" | "got">();
  const [oldest] = events;
  if (oldest === undefined) return settled;
  const meant = new Set(events);
  for (const event of await readOwed(desk, webhookId)) if (meant.has(event)) settled.set(event, "owed");
  for (const event of await readTaken(desk, webhookId, oldest)) if (meant.has(event)) settled.set(event, "got");
  return settled;
}

async function readOwed(desk: Desk, webhookId: string): Promise<Set<number>> {
  const found = new Set(placesInEvents(desk.sql, webhookId).map(({ event }) => event));
  let last: PagedPlace | null = null;
  for (;;) {
    const slice: PagedPlace[] = pageOwed(desk.sql, webhookId, last, rowsAtOnce);
    for (const { original } of slice) found.add(original);
    if (slice.length < rowsAtOnce) return found;
    last = slice.at(-1) ?? null;
    await breathe();
  }
}

async function readTaken(desk: Desk, webhookId: string, after: number): Promise<Set<number>> {
  const found = new Set<number>();
  for (let from: number | null = after; from !== null; ) {
    const { tried, next }: ReturnType<typeof attemptsAfter> = attemptsAfter(desk.sql, webhookId, from, rowsAtOnce);
    for (const { event, taken } of tried) if (taken === 1) found.add(event);
    from = next;
    if (next !== null) await breathe();
  }
  return found;
}

/** Lets others have their turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
