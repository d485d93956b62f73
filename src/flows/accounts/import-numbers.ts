import type { Refusal } from "../../carriers/carrier.ts";
import type { CarrierNumber, Login, NumberWebhooks } from "../../carriers/twilio/account.ts";
import { type AccountRow, findTwilioAccount, noteDue } from "../../directory/accounts.ts";
import { strike } from "../../directory/begun.ts";
import {
  deleteNumber,
  findNumber,
  listNumbers,
  type NumberRow,
  noteWebhooks,
  saveNumber,
} from "../../directory/numbers.ts";
import { readAccount } from "../../directory/publish.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { type PublicAddresses, signedUrlsOf } from "../../domain/public-address.ts";
import { needAddress, publicUrlOf } from "../addresses.ts";
import type { Deps } from "../deps.ts";
import { publishKeys, publishOrganization } from "../publish.ts";
import { openLogin } from "../secrets.ts";
import { seeThrough } from "../see-through.ts";
import { type Wanted, wantedWebhooks, webhooksHold } from "./drift.ts";
import { agentsOf, importAgent, isAgent } from "./import-agents.ts";
import { describeImport, type ImportResult } from "./import-result.ts";
import { readRefusal } from "./read-refusal.ts";
import { restoreWebhooks } from "./restore-webhooks.ts";

export type AvailableNumber = Pick<CarrierNumber, "phoneNumber" | "friendlyName" | "capabilities"> & {
  imported: boolean;
  webhookOk: boolean;
};

/** Returns every number of an account, all of Twilio's pages followed, and its RCS agents, with what is imported and whether its webhook is ours. */
export async function listAvailable(deps: Deps, accountId: string): Promise<Result<AvailableNumber[]>> {
  const account = await findTwilioAccount(deps.db, accountId);
  if (account === null) return fail("not_found", "Twilio account not found.");
  const login = await openLogin(deps, readAccount(account));
  const listed = await deps.carrier(account, login).listNumbers();
  if (!listed.ok) return readRefusal(listed.refusal);
  const agents = await agentsOf(deps, account, login);
  const imported = new Set((await listNumbers(deps.db, { accountId })).map((number) => number.address));
  const wanted = await wantedWebhooks(deps, account);
  const numbers = listed.value.map((number) => ({ ...number, webhookOk: webhooksHold(number, wanted) }));
  const others = agents.map(({ address, name, callbackUrl }) => ({
    phoneNumber: address,
    friendlyName: name,
    capabilities: { sms: false, mms: true, voice: false },
    webhookOk: callbackUrl === wanted.smsUrl,
  }));
  return ok([...numbers, ...others].map((number) => ({ ...number, imported: imported.has(number.phoneNumber) })));
}

/** Imports numbers one by one: sets their webhooks at Twilio and remembers what stood there. Importing again repairs; one that fails holds back no other. */
export async function importNumbers(
  deps: Deps,
  accountId: string,
  phoneNumbers: string[],
): Promise<Result<ImportResult[]>> {
  const account = await findTwilioAccount(deps.db, accountId);
  if (account === null) return fail("not_found", "Twilio account not found.");
  const addressed = account.sandbox ? ok("") : await needAddress(deps);
  if (!addressed.ok) return addressed;
  const login = await openLogin(deps, readAccount(account));
  const listed = await deps.carrier(account, login).listNumbers();
  if (!listed.ok) return readRefusal(listed.refusal);
  const byAddress = new Map(listed.value.map((number) => [number.phoneNumber, number]));
  const swallowed = await swallowedNumbers(deps, account, login);
  const agents = phoneNumbers.some(isAgent) ? await agentsOf(deps, account, login) : [];
  const results: ImportResult[] = [];
  for (const phoneNumber of phoneNumbers) {
    results.push(
      isAgent(phoneNumber)
        ? await importAgent(deps, account, phoneNumber, agents)
        : await importListed(deps, account, login, { phoneNumber, there: byAddress.get(phoneNumber), swallowed }),
    );
  }
  return ok(results);
}

async function importListed(
  deps: Deps,
  account: AccountRow,
  login: Login,
  listed: { phoneNumber: string; there: CarrierNumber | undefined; swallowed: ReadonlyMap<string, string> },
): Promise<ImportResult> {
  const { phoneNumber, there, swallowed } = listed;
  if (there === undefined)
    return describeImport(phoneNumber, fail("not_found", "This Twilio account does not have the number."));
  const done = describeImport(phoneNumber, await importOne(deps, account, login, there));
  const service = swallowed.get(there.providerId);
  return service === undefined ? done : { ...done, warnings: [warnOf(service)] };
}

/** A login that may not read Messaging Services is no reason not to import. */
async function swallowedNumbers(deps: Deps, account: AccountRow, login: Login): Promise<ReadonlyMap<string, string>> {
  const found = await deps.carrier(account, login).findSwallowed();
  return found.ok ? found.value : new Map();
}

function warnOf(service: string): string {
  return `The Messaging Service "${service}" takes this number's inbound messages: set the service to "defer to sender's webhook" at Twilio, or they never arrive here.`;
}

async function importOne(
  deps: Deps,
  account: AccountRow,
  login: Login,
  there: CarrierNumber,
): Promise<Result<"imported" | "reconfigured">> {
  const known = await findNumber(deps.db, there.phoneNumber);
  if (known !== null && known.accountId !== account.id) {
    return fail("already_exists", "The number is imported from another account: release it there first.");
  }
  // A release of it that was cut off gives way to what is asked for now.
  if (known !== null) await strike(deps.db, { kind: "release", subject: known.address, detail: "" });
  const change = ourWebhooks(await wantedWebhooks(deps, account), there);
  // What stood there is written down before it is replaced: an end in between forgets nothing.
  const row = composeNumber(deps, account, there, known);
  await saveNumber(deps.db, {
    ...row,
    previousWebhooks: rememberWebhooks(await deps.addresses.read(), known, there, change),
  });
  const set = await deps.carrier(account, login).updateNumber(there.providerId, change);
  if (!set.ok) {
    if (isUntouched(set.refusal)) await takeBack(deps, row, known);
    return readRefusal(set.refusal);
  }
  await noteWebhooks(deps.db, there.phoneNumber, { ok: true, at: await publicUrlOf(deps) });
  if (known?.apiKeyId != null) await publishKeys(deps, [known.apiKeyId]);
  return ok(known === null ? "imported" : "reconfigured");
}

async function takeBack(deps: Deps, row: NumberRow, known: NumberRow | null): Promise<void> {
  if (known === null) return deleteNumber(deps.db, row);
  return noteWebhooks(deps.db, row.address, { ok: known.webhookOk ?? false, at: null });
}

/** Says whether a refusal left everything at Twilio as it was: one of the request did; of anything else that is not known. */
export function isUntouched({ status }: Refusal): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 408;
}

/** Returns what a number's webhooks become when it is imported. */
export function ourWebhooks(
  wanted: Wanted,
  there: { capabilities: Pick<CarrierNumber["capabilities"], "voice"> },
): Partial<NumberWebhooks> {
  // A fallback of somebody else would hear what ours could not take, and answer it.
  const messages = { smsUrl: wanted.smsUrl, smsMethod: "POST", smsApplicationSid: "", smsFallbackUrl: "" };
  if (wanted.voiceUrl === null || !there.capabilities.voice) return messages;
  return { ...messages, voiceUrl: wanted.voiceUrl, voiceMethod: "POST", voiceApplicationSid: "" };
}

/** What an import is about to replace is remembered once; what a later import replaces for the first time is added. A URL of ours was nobody's before: it counts as none. */
function rememberWebhooks(
  addresses: PublicAddresses,
  known: NumberRow | null,
  there: CarrierNumber,
  change: Partial<NumberWebhooks>,
): Record<string, string> {
  const replaced = Object.entries(there.webhooks).filter(([name]) => Object.hasOwn(change, name));
  const remembered = Object.entries({ ...Object.fromEntries(replaced), ...known?.previousWebhooks });
  const ours = signedUrlsOf(addresses, "/twilio/");
  const isOurs = (value: string) => ours.some((prefix) => value.startsWith(prefix));
  return Object.fromEntries(remembered.map(([name, value]) => [name, isOurs(value) ? "" : value]));
}

function composeNumber(deps: Deps, account: AccountRow, there: CarrierNumber, known: NumberRow | null): NumberRow {
  return {
    address: there.phoneNumber,
    allocationId: known?.allocationId ?? deps.newId("alloc"),
    organizationId: account.organizationId,
    accountId: account.id,
    protocol: "twilio",
    channel: "sms",
    providerId: there.providerId,
    friendlyName: there.friendlyName,
    apiKeyId: known?.apiKeyId ?? null,
    position: known?.position ?? null,
    weight: known?.weight ?? 1,
    type: known?.type ?? "dedicated",
    messagesPerSecond: known?.messagesPerSecond ?? null,
    isActive: known?.isActive ?? true,
    capabilities: { ...there.capabilities, whatsapp: false },
    messagingServiceSid: known?.messagingServiceSid ?? null,
    previousWebhooks: null,
    webhookOk: null,
    webhookAddress: known?.webhookAddress ?? null,
    caps: null,
    lineMark: null,
    createdAt: known?.createdAt ?? deps.now(),
  };
}

type Released = { deletedAt: number; webhooksRestored: boolean };

/** Releases a number: the webhooks that stood at Twilio before the import are restored, then its pool loses it. What is cut off is finished. */
export function releaseNumber(deps: Deps, address: string): Promise<Result<Released>> {
  return seeThrough(deps, { kind: "release", subject: address, detail: "" }, () => goOnReleasing(deps, address));
}

/** Releases a number that is to be released. */
export async function goOnReleasing(deps: Deps, address: string): Promise<Result<Released>> {
  const number = await findNumber(deps.db, address);
  if (number === null) return fail("not_found", "Number not found.");
  if (number.accountId !== null) await noteDue(deps.db, number.accountId, deps.now());
  const restored = await restoreWebhooks(deps, number);
  if (!restored.ok) return restored;
  const { apiKeyId, organizationId, channel, accountId } = number;
  // What was written to a line until now is its key's: it is read before the line goes.
  if (channel === "imessage" && apiKeyId !== null) await deps.pool(apiKeyId).readLineMark(accountId ?? "");
  await deleteNumber(deps.db, number);
  const published = await (channel === "imessage"
    ? publishOrganization(deps, organizationId)
    : publishKeys(deps, apiKeyId === null ? [] : [apiKeyId]));
  if (!published.ok) return published;
  return ok({ deletedAt: deps.now(), webhooksRestored: restored.value });
}
