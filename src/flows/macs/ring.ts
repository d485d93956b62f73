import { readBell } from "../../carriers/bluebubbles/bell.ts";
import { noteChecked } from "../../directory/accounts.ts";
import { listKeysOfAccount } from "../../directory/numbers.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";
import { handsOfRequest } from "../webhooks/deliver.ts";
import { bellHolds } from "./bell-url.ts";
import { followMac } from "./mac-health.ts";

const keptMs = 30_000;
const keysAtMost = 50;

/** Takes what a Mac posts to its bell: whoever knows the URL can cost a look, and nothing more. A body that was not read (`null`) rings like any other. */
export async function ringMac(
  deps: Deps,
  bell: { accountId: string; secret: string; body: string | null },
): Promise<Result<null>> {
  if (!(await bellHolds(deps, bell.accountId, bell.secret))) return fail("signature_invalid");
  const news = bell.body === null ? { kind: "ring" as const, edits: true } : readBell(bell.body);
  const { accountId } = bell;
  switch (news.kind) {
    case "new_server":
      await followMac(deps, accountId, news.url);
      return ok(null);
    case "aliases_removed":
      await noteChecked(deps.db, accountId, 0);
      return ok(null);
    case "nothing":
      return ok(null);
    case "call": {
      const isCall = !news.isOutgoing && news.status === "incoming";
      if (isCall) await tellAll(deps, { accountId, kind: "call", callId: news.callId, address: news.address });
      return ok(null);
    }
    default:
      await tellAll(deps, { accountId, ...news });
      return ok(null);
  }
}

async function tellAll(deps: Deps, ring: Parameters<ReturnType<Deps["pool"]>["ringLine"]>[0]): Promise<void> {
  for (const keyId of await keysOf(deps, ring.accountId)) {
    const told = await askPool(deps, keyId, (pool) => pool.ringLine(ring, handsOfRequest));
    if (!told.ok) deps.log({ event: "bell_not_heard", api_key_id: keyId, because: told.failure.code });
  }
}

/** Which keys hold lines of a Mac changes seldom, and a look is made every minute anyway. */
async function keysOf(deps: Deps, accountId: string): Promise<string[]> {
  const known = deps.bells.get(accountId);
  if (known !== undefined && deps.now() - known.readAt < keptMs) return known.keys;
  const keys = await listKeysOfAccount(deps.db, accountId, "", keysAtMost);
  deps.bells.set(accountId, { keys, readAt: deps.now() });
  return keys;
}
