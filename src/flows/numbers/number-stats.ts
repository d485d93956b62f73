import type { NumberStats } from "../../domain/calls/numbers.ts";
import type { Deps } from "../deps.ts";

const parallelReads = 6;

/** Returns how the numbers of these keys fare, by address: each key's pool is asked once, and what a pool does not answer is left out. */
export async function readNumberStats(deps: Deps, keyIds: readonly string[]): Promise<Map<string, NumberStats>> {
  const stats = new Map<string, NumberStats>();
  for (let start = 0; start < keyIds.length; start += parallelReads) {
    const asked = keyIds.slice(start, start + parallelReads).map((keyId) => deps.pool(keyId).numberStats());
    for (const answer of await Promise.allSettled(asked)) {
      for (const number of answer.status === "fulfilled" ? answer.value : []) stats.set(number.phoneNumber, number);
    }
  }
  return stats;
}
