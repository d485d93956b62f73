import { advance, begin, findBegun, strike, type Work } from "../../directory/begun.ts";
import { listKeysOfAccount } from "../../directory/numbers.ts";
import { findUnclaimed } from "../../directory/unclaimed.ts";
import type { InboundMessage } from "../../domain/calls/inbound.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";

const parallelPools = 6;
/** So many pools are told in one turn, while Twilio waits for its answer: the rest goes on in a turn of its own. */
const poolsPerTurn = 60;

/**
 * Keeps a STOP or START that was written to a sender which no pool can hold, an RCS agent, and lets every pool with numbers of its account heed it: Twilio holds
 * one opt-out for RCS, SMS and MMS (changelog of 15 March 2026). A pool heeds each once; the directory knows after which key it is yet to be heeded.
 */
export async function heedEverywhere(
  deps: Deps,
  message: InboundMessage,
  keep: () => Promise<Result<string | null>>,
): Promise<Result<string | null>> {
  await begin(deps.db, describe(message, ""), deps.now());
  const kept = await keep();
  if (kept.ok) await heedAfter(deps, message, describe(message, ""));
  return kept;
}

type Wish = Pick<InboundMessage, "providerId" | "accountId" | "from">;

/** Of one person's wishes only the last one is worth finishing: the others give way to it. */
function describe({ providerId, accountId, from }: Wish, afterKey: string): Work {
  return { kind: "heed", subject: `${accountId} ${from}`, detail: JSON.stringify([providerId, afterKey]) };
}

/** Finishes a wish that was cut off; `publish_failed` where a pool has not heeded it. */
export async function finishHeeding(deps: Deps, work: Work): Promise<Result<null>> {
  const message = await findUnclaimed(deps.db, readDetail(work)[0]);
  if (message !== null) return heedAfter(deps, message, work);
  // It was never kept: Twilio, which was not answered, tells it again.
  await strike(deps.db, work);
  return ok(null);
}

/** Goes on with the pools after one, where that is still to be done. */
export async function goOnHeeding(deps: Deps, providerId: string, afterKey: string): Promise<void> {
  const message = await findUnclaimed(deps.db, providerId);
  if (message === null) return;
  const work = describe(message, afterKey);
  const standing = await findBegun(deps.db, "heed", work.subject);
  if (standing !== null && readDetail(standing)[0] === providerId) await heedAfter(deps, message, work);
}

/** Returns which message it is about, and after which key it is yet to be heeded. */
function readDetail({ detail }: Work): [string, string] {
  return JSON.parse(detail) as [string, string];
}

async function heedAfter(deps: Deps, message: InboundMessage, work: Work): Promise<Result<null>> {
  const [, afterKey] = readDetail(work);
  const keyIds = await listKeysOfAccount(deps.db, message.accountId, afterKey, poolsPerTurn);
  const asked: InboundMessage = { ...message, keywordOnly: true, toAccount: true };
  let unheeded = 0;
  for (let start = 0; start < keyIds.length; start += parallelPools) {
    const part = keyIds.slice(start, start + parallelPools).map((keyId) => tellPool(deps, keyId, asked));
    unheeded += (await Promise.all(part)).filter((heeded) => !heeded).length;
  }
  const last = keyIds.length < poolsPerTurn ? undefined : keyIds.at(-1);
  // Where a pool has not heeded it, all of this turn are told again by the watchdog.
  if (unheeded === 0)
    await (last === undefined ? strike(deps.db, work) : advance(deps.db, work, describe(message, last).detail));
  if (last !== undefined) await deps.send({ errand: "heed_keyword", providerId: message.providerId, afterKey: last });
  return unheeded === 0 ? ok(null) : fail("publish_failed", undefined, { pools_behind: unheeded });
}

/** One pool that cannot be told holds back no other. */
async function tellPool(deps: Deps, keyId: string, message: InboundMessage): Promise<boolean> {
  try {
    const told = await askPool(deps, keyId, (pool) => pool.receive(message));
    return told.ok || told.failure.code !== "release_mismatch";
  } catch (error) {
    deps.log({ level: "error", event: "keyword_not_heeded", api_key_id: keyId, error: String(error) });
    return false;
  }
}
