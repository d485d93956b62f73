import type { CarrierResult } from "../carrier.ts";
import type { CarrierNumber, Login, NumberWebhooks } from "./account.ts";
import { accountPath, call, readAnswer, type Wire } from "./call.ts";
import { pageSize, readPages } from "./pages.ts";
import { numberPage, numberResource } from "./shapes.ts";

const fieldNames = {
  smsUrl: "SmsUrl",
  smsMethod: "SmsMethod",
  smsFallbackUrl: "SmsFallbackUrl",
  smsFallbackMethod: "SmsFallbackMethod",
  smsApplicationSid: "SmsApplicationSid",
  voiceUrl: "VoiceUrl",
  voiceMethod: "VoiceMethod",
  voiceApplicationSid: "VoiceApplicationSid",
} as const satisfies Record<keyof NumberWebhooks, string>;

/** Returns all incoming phone numbers of the account, every page followed. */
export async function listNumbers(wire: Wire, login: Login): Promise<CarrierResult<CarrierNumber[]>> {
  return readPages(wire, login, `${accountPath(login)}/IncomingPhoneNumbers.json?PageSize=${pageSize}`, numberPage);
}

/** Returns the account's number that is exactly `phoneNumber`, null when it has none; Twilio's own filter matches parts of a number too. */
export async function findNumber(
  wire: Wire,
  login: Login,
  phoneNumber: string,
): Promise<CarrierResult<CarrierNumber | null>> {
  const search = new URLSearchParams({ PhoneNumber: phoneNumber, PageSize: String(pageSize) });
  const path = `${accountPath(login)}/IncomingPhoneNumbers.json?${search}`;
  const listed = await readPages(wire, login, path, numberPage);
  if (!listed.ok) return listed;
  return { ok: true, value: listed.value.find((number) => number.phoneNumber === phoneNumber) ?? null };
}

/** Sets the given webhooks of a number, clears those given as empty strings, and returns the number as it then stands. */
export async function updateNumber(
  wire: Wire,
  login: Login,
  providerId: string,
  webhooks: Partial<NumberWebhooks>,
): Promise<CarrierResult<CarrierNumber>> {
  const form = new URLSearchParams();
  for (const [field, name] of Object.entries(fieldNames)) {
    const value = webhooks[field as keyof NumberWebhooks]; // Object.entries forgets the keys of a const.
    if (value !== undefined && !(value === "" && name.endsWith("Method"))) form.append(name, value);
  }
  const path = `${accountPath(login)}/IncomingPhoneNumbers/${encodeURIComponent(providerId)}.json`;
  return readAnswer(await call(wire, login, { path, form }), numberResource);
}
