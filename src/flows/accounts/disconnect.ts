import { deleteAccount, findTwilioAccount, noteDue } from "../../directory/accounts.ts";
import { listNumbers } from "../../directory/numbers.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Deps } from "../deps.ts";
import { publishOrganization } from "../publish.ts";
import { seeThrough } from "../see-through.ts";
import { restoreAll } from "./restore-webhooks.ts";

type Disconnected = { deletedAt: number; notRestored: string[] };

/**
 * Disconnects an account with its numbers: the webhooks that stood at Twilio before are restored as far as Twilio lets us, and what could not be is named.
 * The organization's sandbox account stays. What is cut off is finished.
 */
export function disconnectAccount(deps: Deps, id: string): Promise<Result<Disconnected>> {
  return seeThrough(deps, { kind: "disconnect", subject: id, detail: "" }, () => goOnDisconnecting(deps, id));
}

/** Disconnects an account that is to be disconnected. */
export async function goOnDisconnecting(deps: Deps, id: string): Promise<Result<Disconnected>> {
  const account = await findTwilioAccount(deps.db, id);
  if (account === null) return fail("not_found", "Twilio account not found.");
  if (account.sandbox) {
    return fail("forbidden", "The sandbox account belongs to its organization and cannot be disconnected.");
  }
  await noteDue(deps.db, id, deps.now());
  const notRestored = await restoreAll(deps, account, await listNumbers(deps.db, { accountId: id }));
  await deleteAccount(deps.db, account);
  deps.signers.delete(id);
  deps.refusals.delete(id);
  const published = await publishOrganization(deps, account.organizationId);
  return published.ok ? ok({ deletedAt: deps.now(), notRestored }) : published;
}
