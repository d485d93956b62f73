import { fail, type Refusal } from "../domain/failure.ts";
import type { Deps } from "./deps.ts";

const minuteMs = 60_000;
/** So many wrong tokens of one address in a minute are answered at once; each one after them waits. */
const freely = 10;
const delayMs = 1_000;
/** No more addresses are remembered, and no more answers are held back at a time, than this: a flood costs a bounded lot. */
const addressesAtMost = 1_000;
const heldAtMost = 20;

/** Notes a wrong admin token and returns null, or, from the eleventh of an address in a minute on, after a second `rate_limited`. The right token is never asked about here. */
export async function slowDown(deps: Pick<Deps, "wrongTokens" | "now">, address: string): Promise<Refusal | null> {
  const { wrongTokens } = deps;
  const now = deps.now();
  const known = wrongTokens.byAddress.get(address);
  const isFresh = known === undefined || now - known.since >= minuteMs;
  const noted = isFresh ? { count: 1, since: now } : { count: known.count + 1, since: known.since };
  wrongTokens.byAddress.delete(address);
  wrongTokens.byAddress.set(address, noted);
  const [oldest] = wrongTokens.byAddress.keys();
  if (wrongTokens.byAddress.size > addressesAtMost && oldest !== undefined) wrongTokens.byAddress.delete(oldest);
  if (noted.count <= freely) return null;
  if (wrongTokens.held < heldAtMost) await hold(wrongTokens);
  const seconds = Math.ceil((noted.since + minuteMs - now) / 1_000);
  return fail("rate_limited", "Too many wrong admin tokens from this address: wait.", undefined, seconds);
}

async function hold(wrongTokens: Deps["wrongTokens"]): Promise<void> {
  wrongTokens.held += 1;
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  wrongTokens.held -= 1;
}
