/** One call of the API: its method and its whole path in OpenAPI form. */
export type KnownCall = { method: string; path: string };

const worthNaming = 0.5;

/** Returns the known call whose path is most like `path`, of the same method where two are alike, or null when none comes near. */
export function findNearestCall(calls: readonly KnownCall[], method: string, path: string): KnownCall | null {
  const asked = segmentsOf(path);
  // Another contract's call of the same name is not what was meant.
  const ranked = calls
    .filter((call) => isOfV4(call.path) === isOfV4(path))
    .map((call) => ({ call, distance: distanceOf(asked, segmentsOf(call.path)) + (call.method === method ? 0 : 0.01) }))
    .sort((left, right) => left.distance - right.distance);
  const nearest = ranked[0];
  if (nearest === undefined || asked.length === 0) return null;
  const longest = Math.max(asked.length, segmentsOf(nearest.call.path).length);
  return nearest.distance / longest <= worthNaming ? nearest.call : null;
}

function isOfV4(path: string): boolean {
  return /^\/v4(?:\/|$)/i.test(path);
}

function segmentsOf(path: string): string[] {
  return path
    .toLowerCase()
    .split("/")
    .filter((part) => part !== "")
    .slice(0, 12);
}

/** The cost of turning one row of segments into the other: a missing or surplus one is 1, another word what it differs. */
function distanceOf(asked: readonly string[], known: readonly string[]): number {
  return align(asked, known, (left, right) => (right.startsWith("{") ? parameterCost(left) : wordCost(left, right)));
}

/** Whatever has a digit, a colon or an @ reads like an id or a number; a plain word in that place is less likely meant. */
function parameterCost(text: string): number {
  return /[\d:@_]|%2b/.test(text) ? 0.05 : 0.6;
}

function wordCost(left: string, right: string): number {
  if (left === right) return 0;
  const [a, b] = [Array.from(left.slice(0, 40)), Array.from(right)];
  const share = align(a, b, (x, y) => (x === y ? 0 : 1)) / Math.max(a.length, b.length);
  return share > worthNaming ? 1.5 : share;
}

function align<T>(from: readonly T[], to: readonly T[], replace: (left: T, right: T) => number): number {
  let row = to.reduce((costs) => [...costs, costs.length], [0]);
  for (const left of from) {
    const next = [(row[0] ?? 0) + 1];
    for (const [index, right] of to.entries()) {
      const replaced = (row[index] ?? 0) + replace(left, right);
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
