import type * as z from "zod";
import type { AccountRow } from "../../../directory/accounts.ts";
import { listNumbers } from "../../../directory/numbers.ts";
import { tellDrift } from "../../../flows/accounts/drift.ts";
import { inboundUrl, statusUrl } from "../../../flows/accounts/inbound-url.ts";
import { warnOfRefused } from "../../../flows/accounts/refused-signatures.ts";
import type { Deps } from "../../../flows/deps.ts";
import { whyTwilioCannotReach } from "../../../flows/public-url.ts";
import type { Integration } from "./contract.ts";

/** Returns an account as its operator sees it: never a secret, and what a person should know of it in words. */
export async function toIntegration(deps: Deps, account: AccountRow): Promise<z.output<typeof Integration>> {
  return {
    integration_id: account.id,
    organization_id: account.organizationId,
    name: account.name,
    account_sid: account.accountSid,
    sandbox: account.sandbox,
    authentication: account.apiKeySid === null ? "auth_token" : "api_key",
    api_key_sid: account.apiKeySid,
    has_auth_token: account.authToken !== null,
    webhooks_verified: account.authToken !== null,
    region: account.region,
    edge: account.edge,
    messaging_service_sid: account.messagingServiceSid,
    voice_forward: account.voiceForward,
    sync: account.sync,
    inbound_url: await inboundUrl(deps, account),
    status_url: await statusUrl(deps, account),
    status: account.status,
    warnings: [...(await warningsOf(deps, account)), ...(await driftWarning(deps, account))],
    created_at: account.createdAt,
  };
}

async function driftWarning(deps: Deps, account: AccountRow): Promise<string[]> {
  const numbers = await listNumbers(deps.db, { accountId: account.id });
  const told = tellDrift(numbers.filter(({ webhookOk }) => webhookOk === false).map(({ address }) => address));
  return told === null ? [] : [told];
}

async function warningsOf(deps: Deps, account: AccountRow): Promise<string[]> {
  const { current } = await deps.addresses.read();
  const unreachable = account.sandbox ? null : whyTwilioCannotReach(current);
  const warnings = [
    account.sandbox ? "This is the built-in sandbox: it never touches the network and costs nothing." : null,
    account.authToken === null
      ? "No auth token: Twilio's webhooks cannot be verified, and events say verified: false. Add the auth token."
      : null,
    account.status === "unhealthy" ? (account.statusReason ?? "The account is unhealthy: test it.") : null,
    unreachable,
    warnOfRefused(deps, account),
  ];
  return warnings.filter((warning) => warning !== null);
}
