import { openLobby } from "../../directory/lobbies.ts";
import { findNumber, type NumberRow } from "../../directory/numbers.ts";
import { keepUnclaimed } from "../../directory/unclaimed.ts";
import type { InboundMessage } from "../../domain/calls/inbound.ts";
import { ok, type Result } from "../../domain/failure.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";
import { publishLobby } from "../publish.ts";
import { deliverHanded, handsOfRequest } from "../webhooks/deliver.ts";
import { handOver } from "./hand-over.ts";

/** Whose an address is; one that was never imported (an RCS agent, a Messenger page) is its account's. */
type Owner = Pick<NumberRow, "organizationId" | "apiKeyId">;

/**
 * Keeps an inbound message in the pool that holds its number. While no key does, the directory keeps it for seven days, and the organization's own webhooks
 * hear of it at once. A number that moved meanwhile is looked up again, so that nothing falls between two pools. Returns the id that it has in its key's pool,
 * null where none has it.
 */
export async function keepInbound(deps: Deps, number: Owner, message: InboundMessage): Promise<Result<string | null>> {
  if (number.apiKeyId !== null) {
    const received = await askPool(deps, number.apiKeyId, (pool) => pool.receive(message, handsOfRequest));
    if (received.ok) return ok(received.value.messageId);
    if (received.failure.code !== "not_found") return received;
    const now = await findNumber(deps.db, message.to);
    if (now !== null && now.apiKeyId !== null && now.apiKeyId !== number.apiKeyId)
      return keepInbound(deps, now, message);
  }
  const toldOrganization = message.keywordOnly === true ? false : await tellOrganization(deps, number, message);
  await keepUnclaimed(deps.db, { ...message, toldOrganization }, deps.now());
  const now = await findNumber(deps.db, message.to);
  if (now !== null && now.apiKeyId !== null) await handOver(deps, { number: message.to, keyId: now.apiKeyId });
  return ok(null);
}

/** The organization's lobby tells its own webhooks, if there are any. */
async function tellOrganization(deps: Deps, { organizationId }: Owner, message: InboundMessage): Promise<boolean> {
  const tell = async () => {
    const told = await deps.pool(organizationId).receive(message, handsOfRequest);
    deliverHanded(deps, organizationId, told.handed);
    return told;
  };
  const told = await tell();
  if (told.ok || told.failure.code !== "needs_snapshot") return told.ok;
  await openLobby(deps.db, organizationId);
  await publishLobby(deps, organizationId);
  return (await tell()).ok;
}
