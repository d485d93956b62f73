import type { Login } from "../../carriers/twilio/account.ts";
import { chooseApiUrl, defaultApiUrl } from "../../carriers/twilio/host.ts";
import {
  type AccountRow,
  findAccountBySid,
  findTwilioAccount,
  insertAccount,
  noMac,
  updateAccount,
  updateAccountAsSeen,
} from "../../directory/accounts.ts";
import { runTogether } from "../../directory/database.ts";
import { listNumbers } from "../../directory/numbers.ts";
import { readAccount } from "../../directory/publish.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { defaultSync, type Sync } from "../../domain/snapshot.ts";
import { needAddress } from "../addresses.ts";
import type { Deps } from "../deps.ts";
import { resolveOrganization } from "../keys/organizations.ts";
import { publishOrganization } from "../publish.ts";
import { openLogin, openSecret, sealSecret } from "../secrets.ts";
import { checkWebhooks, tellDrift, wantedWebhooks, webhooksHold } from "./drift.ts";
import { readRefusal } from "./read-refusal.ts";

export type Credentials = {
  apiKeySid?: string;
  apiKeySecret?: string;
  authToken?: string;
};
export type AccountSettings = {
  name?: string;
  region?: string | null;
  edge?: string | null;
  messagingServiceSid?: string | null;
  voiceForward?: string | null;
  sync?: Partial<Sync>;
};

/** How long a replaced auth token goes on verifying webhooks (admin-api.md). */
const formerTokenMs = 24 * 60 * 60 * 1000;

/** What is no longer true of an account once new credentials work. */
const startedAnew = {
  status: "connected",
  statusReason: null,
  refusedSignatures: 0,
  lastRefusedSignatureAt: null,
} as const;

/** Connects a Twilio account: its credentials are tried first, and nothing is stored when they are refused. */
export async function connectAccount(
  deps: Deps,
  input: AccountSettings & Credentials & { organizationId: string | undefined; accountSid: string },
): Promise<Result<AccountRow>> {
  const addressed = await needAddress(deps);
  if (!addressed.ok) return addressed;
  const organization = await resolveOrganization(deps, input.organizationId);
  if (!organization.ok) return organization;
  const existing = await findAccountBySid(deps.db, organization.value.id, input.accountSid);
  if (existing !== null) {
    return fail("already_exists", "This Twilio account is connected already: change it instead.", {
      integration_id: existing.id,
    });
  }
  const tried = await tryLogin(deps, loginOf(input.accountSid, input, input));
  if (!tried.ok) return tried;
  const id = deps.newId("int");
  const row: AccountRow = {
    id,
    organizationId: organization.value.id,
    name: input.name ?? `Twilio …${input.accountSid.slice(-4)}`,
    accountSid: input.accountSid,
    sandbox: false,
    ...noMac,
    apiKeySid: input.apiKeySid ?? null,
    apiKeySecret: await sealed(deps, id, "api_key_secret", input.apiKeySecret),
    authToken: await sealed(deps, id, "auth_token", input.authToken),
    previousAuthToken: null,
    previousValidUntil: null,
    region: input.region ?? null,
    edge: input.edge ?? null,
    messagingServiceSid: input.messagingServiceSid ?? null,
    voiceForward: input.voiceForward ?? null,
    sync: { ...defaultSync, ...input.sync },
    status: "connected",
    statusReason: null,
    checkedAt: 0,
    refusedSignatures: 0,
    lastRefusedSignatureAt: null,
    createdAt: deps.now(),
  };
  await runTogether(deps.db, insertAccount(deps.db, row));
  const published = await publishOrganization(deps, row.organizationId);
  return published.ok ? ok(row) : published;
}

/** Changes an account; new credentials, or the ones it has at another host of Twilio's, are tried first, and the old auth token goes on verifying webhooks for 24 hours. */
export async function changeAccount(
  deps: Deps,
  id: string,
  input: AccountSettings & Credentials,
): Promise<Result<AccountRow>> {
  const row = await findTwilioAccount(deps.db, id);
  if (row === null) return fail("not_found", "Twilio account not found.");
  const login = await loginOfChange(deps, row, input);
  const renewed = login !== null;
  if (renewed) {
    const tried = await tryLogin(deps, login);
    if (!tried.ok) return tried;
  }
  const change: Partial<AccountRow> = {
    ...settingsChange(row, input),
    ...(renewed ? startedAnew : {}),
    ...(await credentialChange(deps, row, input)),
  };
  await updateAccount(deps.db, row, change);
  deps.signers.delete(id);
  if (renewed) deps.refusals.delete(id);
  const published = await publishOrganization(deps, row.organizationId);
  if (!published.ok) return published;
  const changed = { ...row, ...change };
  const silenced = row.sync.channels.includes("voice") && !changed.sync.channels.includes("voice");
  // What is not given back here, the regular look at the webhooks gives back.
  if (silenced) await checkWebhooks(deps, changed).catch((error: unknown) => logGivingBack(deps, id, error));
  return ok(changed);
}

/** The login that a change brings: credentials that are given, or those it has at a host where they were not tried; null for neither. */
async function loginOfChange(deps: Deps, row: AccountRow, input: AccountSettings & Credentials): Promise<Login | null> {
  const place = { ...row, ...input };
  if (input.apiKeySid !== undefined || input.authToken !== undefined) return loginOf(row.accountSid, input, place);
  const moves = place.region !== row.region || place.edge !== row.edge;
  return moves ? loginOf(row.accountSid, await openLogin(deps, readAccount(row)), place) : null;
}

function logGivingBack(deps: Deps, id: string, error: unknown): void {
  deps.log({ level: "error", event: "calls_not_given_back", integration_id: id, error: String(error) });
}

function settingsChange(row: AccountRow, input: AccountSettings): Partial<AccountRow> {
  return {
    ...(input.name === undefined ? {} : { name: input.name }),
    ...(input.region === undefined ? {} : { region: input.region }),
    ...(input.edge === undefined ? {} : { edge: input.edge }),
    ...(input.messagingServiceSid === undefined ? {} : { messagingServiceSid: input.messagingServiceSid }),
    ...(input.voiceForward === undefined ? {} : { voiceForward: input.voiceForward }),
    ...(input.sync === undefined ? {} : { sync: { ...row.sync, ...input.sync } }),
  };
}

async function credentialChange(deps: Deps, row: AccountRow, input: Credentials): Promise<Partial<AccountRow>> {
  const pair =
    input.apiKeySid === undefined
      ? {}
      : {
          apiKeySid: input.apiKeySid,
          apiKeySecret: await sealed(deps, row.id, "api_key_secret", input.apiKeySecret),
        };
  if (input.authToken === undefined) return pair;
  const token = { ...pair, authToken: await sealed(deps, row.id, "auth_token", input.authToken) };
  if (row.authToken === null) return token;
  const former = await openSecret(deps, "twilio_accounts", row.id, "auth_token", row.authToken);
  if (former === input.authToken) return token;
  return {
    ...token,
    previousAuthToken: await sealSecret(deps, "twilio_accounts", row.id, "previous_auth_token", former),
    previousValidUntil: deps.now() + formerTokenMs,
  };
}

function sealed(deps: Deps, row: string, column: string, secret: string | undefined): Promise<string | null> {
  return secret === undefined ? Promise.resolve(null) : sealSecret(deps, "twilio_accounts", row, column, secret);
}

function loginOf(
  accountSid: string,
  credentials: { [name in keyof Credentials]?: string | null },
  place: { region?: string | null; edge?: string | null },
): Login {
  return {
    accountSid,
    apiKeySid: credentials.apiKeySid ?? null,
    apiKeySecret: credentials.apiKeySecret ?? null,
    authToken: credentials.authToken ?? null,
    region: place.region ?? null,
    edge: place.edge ?? null,
  };
}

/** A login uses its API key before its auth token, so each that is given is tried by itself: a token that only verifies webhooks would never be noticed. */
async function tryLogin(deps: Deps, login: Login): Promise<Result<null>> {
  if (chooseApiUrl(defaultApiUrl, login.region, login.edge) === null) {
    return fail("invalid_request", "Trunkline does not know this region's edge: give edge too.");
  }
  const tries: [name: string, alone: Login][] = [];
  if (login.apiKeySid !== null) tries.push(["API key", { ...login, authToken: null }]);
  if (login.authToken !== null) tries.push(["auth token", { ...login, apiKeySid: null, apiKeySecret: null }]);
  for (const [name, alone] of tries) {
    const probed = await deps.carrier({ sandbox: false }, alone).probe("credentials");
    if (!probed.ok) return readRefusal(probed.refusal, name);
  }
  return ok(null);
}

export type Check = {
  name: "credentials" | "numbers" | "messages" | "webhook_signature" | "webhook_urls";
  ok: boolean;
  detail: string;
};

/** Tests an account capability by capability; `ok` is about credentials, numbers and messages. */
export async function testAccount(deps: Deps, id: string): Promise<Result<{ ok: boolean; checks: Check[] }>> {
  const row = await findTwilioAccount(deps.db, id);
  if (row === null) return fail("not_found", "Twilio account not found.");
  const login = await openLogin(deps, readAccount(row));
  const carrier = deps.carrier(row, login);
  const checks: Check[] = [];
  for (const name of ["credentials", "numbers", "messages"] as const) {
    const probed = await carrier.probe(name);
    checks.push({ name, ok: probed.ok, detail: probed.ok ? probed.value.detail : probed.refusal.message });
  }
  const works = checks.every((check) => check.ok);
  checks.push(signatureCheck(row), await urlCheck(deps, row, login));
  if (works && row.status === "unhealthy") {
    await updateAccountAsSeen(deps.db, row, { status: "connected", statusReason: null });
    await publishOrganization(deps, row.organizationId);
  }
  return ok({ ok: works, checks });
}

function signatureCheck(row: AccountRow): Check {
  const detail =
    row.authToken === null
      ? "No auth token: Twilio's webhooks cannot be verified, and events say verified: false. Add the auth token."
      : "Webhooks are verified with the account's auth token.";
  return { name: "webhook_signature", ok: row.authToken !== null, detail };
}

async function urlCheck(deps: Deps, row: AccountRow, login: Login): Promise<Check> {
  const imported = await listNumbers(deps.db, { accountId: row.id });
  const listed = await deps.carrier(row, login).listNumbers();
  if (!listed.ok) return { name: "webhook_urls", ok: false, detail: listed.refusal.message };
  const wanted = await wantedWebhooks(deps, row);
  const there = new Map(listed.value.map((number) => [number.phoneNumber, number]));
  const drifted = imported.filter(({ address, providerId }) => {
    const found = there.get(address);
    return found === undefined ? providerId !== null : !webhooksHold(found, wanted);
  });
  const told = tellDrift(drifted.map(({ address }) => address));
  return { name: "webhook_urls", ok: told === null, detail: told ?? `${imported.length} imported, all in place.` };
}
