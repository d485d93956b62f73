/** What of a listed message says whether it may still change by itself. Ids of one key sort by age. */
export type Listed = {
  message_id: string;
  direction: "inbound" | "outbound";
  status: string | null;
  internal_status?: string | undefined;
  time_sent: number;
};

/** Messages of a search, newest first, with the cursors of its last answers. */
export type FoundList<M extends Listed> = {
  messages: readonly M[];
  /** From where on it goes back in time; null: nothing is left. */
  nextBefore: string | null;
  /** Down to when was searched so far (epoch milliseconds); null: to the end. */
  searchedUntil: number | null;
  /** After which id something newer would come. */
  nextAfter: string;
};

/** Of older ones the state is shown as it was read. */
const newestWatched = 50;
const movesForMs = 15 * 60_000;
const moving = new Set(["pending", "queued", "sent"]);

/** Says whether a message's state is about to change: it leaves or is reported on. What waits for a set time, or is never reported on, is not. */
export function isMoving(message: Listed, now: number): boolean {
  return (
    message.direction === "outbound" &&
    moving.has(message.status ?? "") &&
    message.internal_status !== "scheduled" &&
    now - message.time_sent < movesForMs
  );
}

/** Returns after which id a list must be read again so that it is up to date: below the oldest that moves, so that a still list costs one row; null: the newest page takes its place. */
export function tailCursor<M extends Listed>(list: FoundList<M>, now: number): string | null {
  const last = list.messages.slice(0, newestWatched).findLastIndex((message) => isMoving(message, now));
  return last === -1 ? list.nextAfter : (list.messages[last + 1]?.message_id ?? null);
}

/** Returns a list with everything after a cursor as it was read just now; what no longer matches is gone. */
export function joinTail<M extends Listed>(list: readonly M[], after: string, fresh: readonly M[]): M[] {
  return [...fresh, ...list.filter(({ message_id: id }) => id <= after)];
}
