import { listKeysOfAccount } from "../../directory/numbers.ts";
import { findUnclaimed } from "../../directory/unclaimed.ts";
import type { InboundMessage } from "../../domain/pool-calls.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";

const parallelPools = 6;
/** So many pools are told in one turn, while Twilio waits for its answer: the rest goes on in a turn of its own. */
const poolsPerTurn = 60;

/**
 * Lets every pool with numbers of an account heed a STOP or START that was written to a sender which no pool can hold, an RCS agent: Twilio holds one opt-out for
 * RCS, SMS and MMS (changelog of 15 March 2026). A pool heeds each once; the message stands in the directory meanwhile.
 */
export async function heedEverywhere(deps: Deps, message: InboundMessage, afterKey = ""): Promise<void> {
  const keyIds = await listKeysOfAccount(deps.db, message.accountId, afterKey, poolsPerTurn);
  const asked: InboundMessage = { ...message, keywordOnly: true, toAccount: true };
  for (let start = 0; start < keyIds.length; start += parallelPools) {
    const part = keyIds.slice(start, start + parallelPools);
    await Promise.all(part.map((keyId) => askPool(deps, keyId, (pool) => pool.receive(asked))));
  }
  const last = keyIds.at(-1);
  if (last === undefined || keyIds.length < poolsPerTurn) return;
  await deps.send({ errand: "heed_keyword", providerId: message.providerId, afterKey: last });
}

/** Goes on with the pools after one. */
export async function goOnHeeding(deps: Deps, providerId: string, afterKey: string): Promise<void> {
  const message = await findUnclaimed(deps.db, providerId);
  if (message !== null) await heedEverywhere(deps, message, afterKey);
}
