import type { Desk } from "./desk.ts";

/**
 * Does `take` for each of what came from outside, in a transaction of its own: one that cannot be taken holds back none of the others. Returns those that could not,
 * each with why, as they came.
 */
export function oneByOne<T>(desk: Desk, items: readonly T[], take: (item: T) => void): { item: T; error: unknown }[] {
  return items.flatMap((item) => {
    try {
      desk.transact(() => take(item));
      return [];
    } catch (error) {
      return [{ item, error }];
    }
  });
}
