/** Returns a list with one entry moved to another place, both counted from 0; a place outside is the nearest inside. */
export function moveTo<T>(list: readonly T[], from: number, to: number): T[] {
  const moved = [...list];
  const [entry] = moved.splice(from, 1);
  if (entry === undefined) return moved;
  moved.splice(Math.max(0, Math.min(to, moved.length)), 0, entry);
  return moved;
}

/** Says whether two lists have the same entries in the same order. */
export function isSameOrder(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((entry, index) => entry === other[index]);
}

/**
 * Returns a person's order of a pool as far as the pool still has it: numbers that left are gone, numbers that came stand at the end, as the gateway puts
 * them.
 */
export function reconcile(wished: readonly string[], standing: readonly string[]): string[] {
  const stands = new Set(standing);
  const known = new Set(wished);
  return [...wished.filter((address) => stands.has(address)), ...standing.filter((address) => !known.has(address))];
}
