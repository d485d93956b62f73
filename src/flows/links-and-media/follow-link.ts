import { findKeyByShortNumber } from "../../directory/api-keys.ts";
import { fail, type Result } from "../../domain/failure.ts";
import { parseLinkCode } from "../../domain/short-link.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";
import { handsOfRequest } from "../webhooks/deliver.ts";

const rememberedPools = 10_000;
/** A key keeps its short number for ever, so what an isolate has read once it need not read again. */
const keyIds = new WeakMap<Deps, Map<number, string>>();

/** Returns where a short link leads; a GET is written down as a click. `not_found` for what was never given, `link_expired` after 90 days. */
export async function followLink(
  deps: Deps,
  code: string,
  visitor: { counts: boolean; knownBot: boolean; prefetch: boolean },
): Promise<Result<{ url: string }>> {
  const parsed = parseLinkCode(code);
  const keyId = parsed === null ? null : await findPool(deps, parsed.pool);
  if (parsed === null || keyId === null) return fail("not_found", "There is no such link.");
  const { n, secret } = parsed;
  return askPool(deps, keyId, (pool) => pool.followLink({ n, secret, ...visitor }, handsOfRequest));
}

async function findPool(deps: Deps, shortNumber: number): Promise<string | null> {
  const known = keyIds.get(deps) ?? new Map<number, string>();
  keyIds.set(deps, known);
  const remembered = known.get(shortNumber);
  if (remembered !== undefined) return remembered;
  const found = await findKeyByShortNumber(deps.db, shortNumber);
  if (found !== null && known.size < rememberedPools) known.set(shortNumber, found);
  return found;
}
