import { findNumber } from "../../directory/numbers.ts";
import { forgetUnclaimed, type HandOver, listHandOvers, listUnclaimed } from "../../directory/unclaimed.ts";
import type { InboundMessage } from "../../domain/calls/inbound.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";

/** So many messages go to the pool in one call, and so many calls are made in one turn: what is left goes on in a turn of its own. */
const messagesPerCall = 100;
const callsPerTurn = 5;
/** So many numbers the watchdog serves itself, the others it asks a turn for. */
const numbersPerRound = 4;
const numbersAsked = 100;

/**
 * Gives a pool what came in while nobody held the number, oldest first. The job is what stands in the directory: a message is struck when the pool has it,
 * the pool takes none twice, and what was cut off or is left the watchdog finishes. A message that the pool cannot take is passed over, and tried again with each round
 * for as long as it is kept.
 */
export async function handOver(deps: Deps, job: HandOver): Promise<void> {
  let last: InboundMessage | undefined;
  let struck = 0;
  for (let call = 0; call < callsPerTurn; call += 1) {
    const messages = await listUnclaimed(deps.db, job.number, messagesPerCall, last);
    if (messages.length === 0) return;
    const received = await askPool(deps, job.keyId, (pool) => pool.receiveAll(messages, true));
    // The number has moved on: whoever holds it now gets them.
    if (!received.ok) return;
    const left = new Set(received.value);
    const taken = messages.map(({ providerId }) => providerId).filter((id) => !left.has(id));
    struck += await forgetUnclaimed(deps.db, taken);
    if (messages.length < messagesPerCall) return;
    last = messages.at(-1);
  }
  if (struck > 0) await deps.send({ errand: "hand_over", number: job.number });
}

/** Goes on with a number's messages, as far as a key holds it. */
export async function goOnHandingOver(deps: Deps, number: string): Promise<void> {
  const row = await findNumber(deps.db, number);
  if (row !== null && row.apiKeyId !== null) await handOver(deps, { number, keyId: row.apiKeyId });
}

/** Finishes what was cut off: run by the cron. One number that cannot be served holds back no other. */
export async function finishHandOvers(deps: Deps): Promise<void> {
  const jobs = await listHandOvers(deps.db, 10 * numbersAsked);
  const turn = jobs.length === 0 ? 0 : Math.floor(deps.now() / 60_000) % jobs.length;
  const inTurn = [...jobs.slice(turn), ...jobs.slice(0, turn)];
  for (const job of inTurn.slice(0, numbersPerRound)) {
    try {
      await handOver(deps, job);
    } catch (error) {
      deps.log({ level: "error", event: "hand_over_failed", api_key_id: job.keyId, error: String(error) });
    }
  }
  const others = inTurn.slice(numbersPerRound, numbersPerRound + numbersAsked);
  for (const { number } of others) await deps.send({ errand: "hand_over", number });
}
