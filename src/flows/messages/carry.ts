import type { FailureCode, Result } from "../../domain/failure.ts";
import type { ParcelAnswer, Recall, ToCarry } from "../../domain/fallback.ts";
import type { MessageStatus } from "../../domain/message.ts";
import type { PoolCalls } from "../../domain/pool-calls.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";

/** Failures that pass by themselves: the key's object is asked again later. */
const passing: FailureCode[] = ["needs_snapshot", "release_mismatch", "publish_failed", "internal_error"];

/**
 * Carries what a key owes other keys of its organization: messages that fall back to them, those that are to be held back after all, and how those stand that it
 * carries. Each step may be done twice: both keys remember what they answered, and what is not struck is asked for again.
 */
export async function carryOn(deps: Deps, keyId: string): Promise<void> {
  const owed = await askPool(deps, keyId, (pool) => pool.takeToCarry());
  if (!owed.ok) return;
  await giveParcels(deps, keyId, owed.value);
  for (const recall of owed.value.recalls) await callBack(deps, keyId, recall);
  await tellReports(deps, keyId, owed.value);
}

async function giveParcels(deps: Deps, keyId: string, { parcels }: ToCarry): Promise<void> {
  const held = new Set<string>();
  for (const parcel of parcels) {
    // What comes behind one that could not be given would overtake it.
    if (held.has(parcel.draft.to)) continue;
    const answer = refused(await ask(deps, parcel.to, (pool) => pool.carry(parcel)));
    if (answer === null) held.add(parcel.draft.to);
    else await askPool(deps, keyId, (pool) => pool.noteCarried(parcel.from.messageId, answer));
  }
}

/** Calls one message back from the key that may carry it, and returns how it stands then at its own key, whose answer is null where that is not known; null where the other could not be asked now. */
export async function callBack(
  deps: Deps,
  keyId: string,
  { from, to }: Recall,
): Promise<Result<MessageStatus | null> | null> {
  const recalled = await ask(deps, to, (pool) => pool.recallCarried(from));
  if (recalled === null) return null;
  const { arrived, status } = recalled.ok ? recalled.value : { arrived: false, status: undefined };
  return askPool(deps, keyId, (pool) => pool.noteRecalled(from.messageId, arrived, status));
}

async function tellReports(deps: Deps, keyId: string, { reports }: ToCarry): Promise<void> {
  for (const report of reports) {
    const heard = await ask(deps, report.from.keyId, (pool) => pool.hearCarried(keyId, report));
    if (heard !== null) await askPool(deps, keyId, (pool) => pool.noteHeard(report.from, report.n));
  }
}

/** Returns a key's answer, null where it could not be asked now. */
async function ask<T>(
  deps: Deps,
  keyId: string,
  question: (pool: PoolCalls) => Promise<Result<T>>,
): Promise<Result<T> | null> {
  try {
    const answer = await askPool(deps, keyId, question);
    return !answer.ok && passing.includes(answer.failure.code) ? null : answer;
  } catch (error) {
    deps.log({ level: "error", event: "carry_failed", api_key_id: keyId, error: String(error) });
    return null;
  }
}

/** A key that cannot be asked because there is none of this name any more takes nothing. */
function refused(answer: Result<ParcelAnswer> | null): ParcelAnswer | null {
  if (answer === null || answer.ok) return answer?.value ?? null;
  return { taken: false, because: "There is no such API key any more." };
}
