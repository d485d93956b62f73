import type { CarrierNumber, NumberWebhooks, TwilioAccount } from "../../carriers/twilio/account.ts";
import { type AccountRow, findTwilioAccount } from "../../directory/accounts.ts";
import { type NumberRow, saveNumber } from "../../directory/numbers.ts";
import { readAccount } from "../../directory/publish.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Deps } from "../deps.ts";
import { openLogin } from "../secrets.ts";
import { readRefusal } from "./read-refusal.ts";

const fields = {
  messages: ["smsUrl", "smsMethod", "smsApplicationSid"],
  fallback: ["smsFallbackUrl", "smsFallbackMethod"],
  calls: ["voiceUrl", "voiceMethod", "voiceApplicationSid"],
} as const satisfies Record<string, readonly (keyof NumberWebhooks)[]>;
type Group = keyof typeof fields;
const groups: readonly Group[] = ["messages", "fallback", "calls"];

/**
 * Sets the webhooks that stood at Twilio before the import, as far as what stands there now is still ours: a webhook that a person changed since stays theirs.
 * False where not all that is remembered was set: a person's own was left alone, there is nothing to restore, or nobody to restore it for. `there` is the number as Twilio has it, where that is known already.
 */
export async function restoreWebhooks(
  deps: Deps,
  number: NumberRow,
  there?: CarrierNumber | null,
): Promise<Result<boolean>> {
  if (number.accountId === null || number.providerId === null || number.previousWebhooks === null) return ok(false);
  const account = await findTwilioAccount(deps.db, number.accountId);
  if (account === null) return ok(false);
  const carrier = deps.carrier(account, await openLogin(deps, readAccount(account)));
  const found = there === undefined ? await carrier.findNumber(number.address) : { ok: true as const, value: there };
  if (!found.ok) return readRefusal(found.refusal);
  if (found.value === null) return ok(false);
  const { webhooks } = found.value;
  const remembered = Object.keys(number.previousWebhooks);
  const left = groups.filter(
    (group) => remembered.some((name) => isField(group, name)) && !isOurs(account, webhooks, group),
  );
  const set = await setBack(carrier, number, account, found.value, groups);
  return set.ok ? ok(set.value && left.length === 0) : set;
}

/** Gives calls back to whom they belonged, after the voice channel was switched off: answered by us they would end in silence. Then nothing of them is remembered. */
export async function giveCallsBack(
  deps: Deps,
  carrier: TwilioAccount,
  account: AccountRow,
  number: NumberRow,
  there: CarrierNumber,
): Promise<Result<boolean>> {
  const set = await setBack(carrier, number, account, there, ["calls"]);
  if (!set.ok || !set.value) return set;
  const kept = Object.entries(number.previousWebhooks ?? {}).filter(([name]) => !isField("calls", name));
  await saveNumber(deps.db, { ...number, previousWebhooks: Object.fromEntries(kept) });
  return set;
}

/** Says whether calls to a number still lead here. */
export function holdsCalls(account: AccountRow, there: CarrierNumber): boolean {
  return isOurs(account, there.webhooks, "calls");
}

async function setBack(
  carrier: TwilioAccount,
  number: NumberRow,
  account: AccountRow,
  there: CarrierNumber,
  wanted: readonly Group[],
): Promise<Result<boolean>> {
  const back = composeBack(number, account, there, wanted);
  if (Object.keys(back).length === 0) return ok(false);
  const set = await carrier.updateNumber(number.providerId ?? "", back);
  if (set.ok) return ok(true);
  return set.refusal.status === 404 ? ok(false) : readRefusal(set.refusal);
}

function composeBack(
  number: NumberRow,
  account: AccountRow,
  there: CarrierNumber,
  wanted: readonly Group[],
): Partial<NumberWebhooks> {
  const remembered = number.previousWebhooks ?? {};
  const back: Partial<NumberWebhooks> = {};
  for (const group of wanted.filter((one) => isOurs(account, there.webhooks, one))) {
    for (const field of fields[group])
      if (field in remembered || (group === "calls" && field === "voiceUrl")) back[field] = remembered[field] ?? "";
  }
  return back;
}

/** A URL is ours when it names the account, under whatever public address; of the fallback it is ours that there is none. An application set beside a URL wins over it. */
function isOurs({ id }: AccountRow, webhooks: NumberWebhooks, group: Group): boolean {
  const leadsHere = (url: string) => url.includes(`/twilio/${id}/`);
  switch (group) {
    case "messages":
      return leadsHere(webhooks.smsUrl) && webhooks.smsApplicationSid === "";
    case "fallback":
      return webhooks.smsFallbackUrl === "";
    case "calls":
      return leadsHere(webhooks.voiceUrl) && webhooks.voiceApplicationSid === "";
  }
}

function isField(group: Group, name: string): boolean {
  return fields[group].some((field) => field === name);
}

/** Sets back what is still ours of an account's numbers, all read in one go, and returns those whose webhooks could not be restored. One silent Twilio is not asked again for each. */
export async function restoreAll(deps: Deps, account: AccountRow, numbers: readonly NumberRow[]): Promise<string[]> {
  const touched = numbers.filter((number) => number.providerId !== null && number.previousWebhooks !== null);
  if (touched.length === 0) return [];
  const listed = await deps.carrier(account, await openLogin(deps, readAccount(account))).listNumbers();
  const there = new Map(listed.ok ? listed.value.map((number) => [number.phoneNumber, number]) : []);
  const notRestored: string[] = [];
  let reachable = listed.ok;
  for (const number of touched) {
    const found = there.get(number.address) ?? null;
    const restored = reachable ? await restoreWebhooks(deps, number, found) : fail("twilio_unavailable");
    if (restored.ok) continue;
    notRestored.push(number.address);
    reachable = reachable && restored.failure.code === "twilio_refused";
  }
  return notRestored;
}
