import type { Assignment, AssignmentWish } from "../../domain/calls/people.ts";
import { ok, type Result } from "../../domain/failure.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";

/** So many wishes go to the pool in one call: what waits behind them waits some tens of milliseconds. */
const wishesPerCall = 1_000;

/** Ties contacts to numbers of a key's pool, each answered by itself, in order; a call that fails ends the import, and what came before it stands. */
export async function importAssignments(
  deps: Deps,
  keyId: string,
  wishes: AssignmentWish[],
): Promise<Result<Result<Assignment>[]>> {
  const answers: Result<Assignment>[] = [];
  for (let start = 0; start < wishes.length; start += wishesPerCall) {
    const chunk = wishes.slice(start, start + wishesPerCall);
    const answered = await askPool(deps, keyId, (pool) => pool.importAssignments(chunk));
    if (!answered.ok) return answered;
    answers.push(...answered.value);
  }
  return ok(answers);
}
