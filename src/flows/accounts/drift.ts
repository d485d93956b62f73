import type { CarrierNumber } from "../../carriers/twilio/account.ts";
import type { AccountRow } from "../../directory/accounts.ts";
import { listNumbers, type NumberRow, noteWebhooks } from "../../directory/numbers.ts";
import { readAccount } from "../../directory/publish.ts";
import { unsetAddress } from "../../domain/public-address.ts";
import type { Deps } from "../deps.ts";
import { openLogin } from "../secrets.ts";
import { inboundUrl, voiceUrl } from "./inbound-url.ts";
import { giveCallsBack, holdsCalls } from "./restore-webhooks.ts";

const givenBackAtOnce = 25;

/** What stands at Twilio for one of our numbers, and what ought to. */
export type Wanted = { smsUrl: string; voiceUrl: string | null };

/** Returns the webhooks that an account's numbers ought to have at our address in force, or at another that was; `voiceUrl` null: calls are none of our business. */
export async function wantedWebhooks(deps: Deps, account: AccountRow, at?: string): Promise<Wanted> {
  const voice = account.sync.channels.includes("voice");
  return { smsUrl: await inboundUrl(deps, account, at), voiceUrl: voice ? await voiceUrl(deps, account, at) : null };
}

/** Says whether a number's webhooks are ours; an application set beside the URL would win over it. */
export function webhooksHold(number: CarrierNumber, wanted: Wanted): boolean {
  const { smsUrl, smsApplicationSid, voiceUrl: calls, voiceApplicationSid } = number.webhooks;
  if (smsUrl !== wanted.smsUrl || smsApplicationSid !== "") return false;
  return (
    wanted.voiceUrl === null || !number.capabilities.voice || (calls === wanted.voiceUrl && voiceApplicationSid === "")
  );
}

/** Returns what is to be done about numbers at whose webhooks this gateway does not stand, null where there are none. */
export function tellDrift(addresses: readonly string[]): string | null {
  if (addresses.length === 0) return null;
  return `These numbers do not call this gateway: ${addresses.join(", ")}. Import again to repair, or release those that the account no longer has.`;
}

/** Returns the first of our addresses, the one in force before those of earlier, at which a number's webhooks hold; null where they hold at none. */
async function findHold(deps: Deps, account: AccountRow, number: CarrierNumber): Promise<string | null> {
  const { current, former } = await deps.addresses.read();
  for (const address of [current ?? unsetAddress, ...former]) {
    if (webhooksHold(number, await wantedWebhooks(deps, account, address))) return address;
  }
  return null;
}

/** Calls that still lead here though the voice channel is off are given back, so many in one turn. */
async function giveBack(
  deps: Deps,
  account: AccountRow,
  numbers: readonly NumberRow[],
  there: ReadonlyMap<string, CarrierNumber>,
): Promise<void> {
  const carrier = deps.carrier(account, await openLogin(deps, readAccount(account)));
  let left = givenBackAtOnce;
  for (const number of numbers) {
    const found = there.get(number.address);
    if (left === 0 || found === undefined || !holdsCalls(account, found)) continue;
    left -= 1;
    const given = await giveCallsBack(deps, carrier, account, number, found);
    if (!given.ok) return;
  }
}

/** Compares an account's imported numbers with Twilio and writes down which of them no longer call us; a change is logged. */
export async function checkWebhooks(deps: Deps, account: AccountRow): Promise<void> {
  const imported = await listNumbers(deps.db, { accountId: account.id });
  const listable = imported.filter((number) => number.providerId !== null);
  if (listable.length === 0) return;
  const listed = await deps.carrier(account, await openLogin(deps, readAccount(account))).listNumbers();
  if (!listed.ok)
    return deps.log({ event: "drift_unknown", integration_id: account.id, status: listed.refusal.status });
  const wanted = await wantedWebhooks(deps, account);
  const there = new Map(listed.value.map((number) => [number.phoneNumber, number]));
  if (wanted.voiceUrl === null) await giveBack(deps, account, listable, there);
  for (const number of listable) await noteHold(deps, account, number, there.get(number.address));
}

async function noteHold(
  deps: Deps,
  account: AccountRow,
  number: NumberRow,
  found: CarrierNumber | undefined,
): Promise<void> {
  const at = found === undefined ? null : await findHold(deps, account, found);
  const ok = at !== null;
  // An import of it is under way, or is finished by the watchdog.
  if (!ok && number.webhookOk === null) return;
  if (ok === number.webhookOk && (!ok || at === number.webhookAddress)) return;
  await noteWebhooks(deps.db, number.address, { ok, at });
  if (ok || number.webhookOk === false) return;
  const because = found === undefined ? "gone" : "changed";
  const which = { integration_id: account.id, number: number.allocationId };
  deps.log({ level: "warn", event: "webhook_drift", ...which, because });
}
