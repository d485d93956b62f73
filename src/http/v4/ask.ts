import type { Context } from "hono";
import type { Credential } from "../../domain/calls/asker.ts";
import type { ChannelAnswer, ChannelCall } from "../../domain/channel-calls.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { PoolCalls } from "../../domain/pool-calls.ts";
import { askPool } from "../../flows/ask-pool.ts";
import { credentialOf, type Edge } from "../edge.ts";

/** Asks the key's pool in the words of channels. */
export async function askChannels<K extends ChannelCall["kind"]>(
  c: Context<Edge>,
  call: Extract<ChannelCall, { kind: K }>,
): Promise<Result<ChannelAnswer<K>>> {
  const answer = await askOwn(c, (pool, credential) => pool.callChannels(credential, call));
  // The pool answers each call with the answer of its kind (`ChannelAnswers`).
  return answer as Result<ChannelAnswer<K>>;
}

/** Asks the key's pool as the key itself. */
export function askOwn<T>(
  c: Context<Edge>,
  question: (pool: PoolCalls, credential: Credential) => Promise<Result<T>>,
): Promise<Result<T>> {
  const credential = credentialOf(c);
  c.set("poolAsked", true);
  return askPool(c.get("deps"), credential.keyId, (pool) => question(pool, credential));
}

/** Returns what an id holds, or `not_found` where it holds nothing: an id that cannot be is unknown like one that nobody has. */
export function known<T>(read: T | null, what: "Channel" | "Chat" | "Contact" | "Delivery"): Result<T> {
  return read === null ? fail("not_found", `${what} not found.`) : ok(read);
}
