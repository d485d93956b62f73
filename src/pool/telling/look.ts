import type { Desk } from "../desk.ts";
import { attemptsAfter } from "../ledger/attempts.ts";
import { type PagedPlace, pageOwed } from "../ledger/deliveries.ts";
import { placesInEvents } from "../ledger/in-event.ts";

/** So many rows of a log are read before others of the pool have their turn. */
const rowsAtOnce = 2_000;

/**
 * Returns those of these events, given oldest first, that a webhook has got, itself or as a replay, or that it is still owed. What is owed is read first, so
 * that what is delivered meanwhile is found among the attempts.
 */
export async function findSettled(desk: Desk, webhookId: string, events: readonly number[]): Promise<Set<number>> {
  const [oldest] = events;
  if (oldest === undefined) return new Set();
  const found = [...(await readOwed(desk, webhookId)), ...(await readTaken(desk, webhookId, oldest))];
  const meant = new Set(events);
  return new Set(found.filter((event) => meant.has(event)));
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
