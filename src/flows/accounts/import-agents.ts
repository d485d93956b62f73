import type { CarrierAgent, Login } from "../../carriers/twilio/account.ts";
import type { AccountRow } from "../../directory/accounts.ts";
import { findNumber } from "../../directory/numbers.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Deps } from "../deps.ts";
import { addSender } from "./add-sender.ts";
import { wantedWebhooks } from "./drift.ts";
import { describeImport, type ImportResult } from "./import-result.ts";

/** A login that may not read agents has none to show; the sandbox has none. */
export async function agentsOf(deps: Deps, account: AccountRow, login: Login): Promise<CarrierAgent[]> {
  if (account.sandbox) return [];
  const listed = await deps.carrier(account, login).listAgents();
  return listed.ok ? listed.value : [];
}

export function isAgent(address: string): boolean {
  return address.startsWith("rcs:");
}

/** An agent's webhook is set in Twilio's console alone: where it does not lead here, the import says so. */
export async function importAgent(
  deps: Deps,
  account: AccountRow,
  address: string,
  agents: readonly CarrierAgent[],
): Promise<ImportResult> {
  const there = agents.find((agent) => agent.address === address);
  if (there === undefined)
    return describeImport(address, fail("not_found", "This Twilio account does not have the agent."));
  const known = await findNumber(deps.db, address);
  const added = known?.accountId === account.id ? ok("reconfigured" as const) : await addAgent(deps, account, there);
  const { smsUrl } = await wantedWebhooks(deps, account);
  const warning = `What people write to this agent does not come here: set its webhook to ${smsUrl} at Twilio.`;
  const warns = added.ok && there.callbackUrl !== smsUrl;
  return { ...describeImport(address, added), ...(warns ? { warnings: [warning] } : {}) };
}

async function addAgent(deps: Deps, account: AccountRow, { address, name }: CarrierAgent): Promise<Result<"imported">> {
  const added = await addSender(deps, account.id, address, name);
  return added.ok ? ok("imported") : added;
}
