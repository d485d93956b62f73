import { findMac } from "../../directory/accounts.ts";
import { findNumber, type NumberRow, saveNumber } from "../../directory/numbers.ts";
import { findOrganization } from "../../directory/organizations.ts";
import { isEmail } from "../../domain/email.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { defaultCaps, defaultPerSecond } from "../../domain/line.ts";
import { readPhoneNumber } from "../../domain/phone.ts";
import type { Deps } from "../deps.ts";
import { openMac, readMacRefusal } from "../macs/open-mac.ts";
import { publishOrganization } from "../publish.ts";
import { seeThrough } from "../see-through.ts";
import { changeCaps, changeNumber, describeMove, mayHold, type NumberChange } from "./assign.ts";
import { chooseType } from "./line-type.ts";

/**
 * Registers a line of a Mac: the address from which its Apple ID starts conversations as `dedicated`, any other of its addresses as `inbound`. An address that the
 * Mac does not have is refused, as far as it says which it has.
 */
export async function registerLine(
  deps: Deps,
  given: { address: string; integrationId: string },
  settings: NumberChange,
): Promise<Result<NumberRow>> {
  const mac = await findMac(deps.db, given.integrationId);
  if (mac === null) return fail("not_found", "No Mac is connected under this integration_id.");
  const organization = await findOrganization(deps.db, mac.organizationId);
  const address = readLineAddress(given.address, organization?.countryCode ?? null);
  if (!address.ok) return address;
  if ((await findNumber(deps.db, address.value)) !== null) {
    return fail("already_exists", "This number is registered already: change it instead.");
  }
  const type = await chooseType(deps, mac, address.value, settings.type);
  if (!type.ok) return type;
  const mark = await (await openMac(deps, mac)).askMark();
  if (!mark.ok) return readMacRefusal(mark.refusal);
  const { caps = {}, apiKeyId, position, ...plain } = settings;
  const row: NumberRow = {
    ...newLine,
    address: address.value,
    allocationId: deps.newId("alloc"),
    organizationId: mac.organizationId,
    accountId: mac.id,
    friendlyName: address.value,
    createdAt: deps.now(),
    ...plain,
    ...changeCaps(newLine, caps),
    type: type.value,
    lineMark: `${mark.value}@${deps.now()}`,
  };
  if (apiKeyId == null) return keepLine(deps, row);
  const allowed = await mayHold(deps, apiKeyId, row);
  if (!allowed.ok) return allowed;
  const placed = position === undefined ? { apiKeyId } : { apiKeyId, position };
  return seeThrough(deps, describeMove(row.address, { from: null, change: placed }), async () => {
    const kept = await keepLine(deps, row);
    return kept.ok ? changeNumber(deps, row.address, placed) : kept;
  });
}

/** Keys that hold others of the Mac know of a line before one gets it: what is written to it is not theirs any more. */
async function keepLine(deps: Deps, row: NumberRow): Promise<Result<NumberRow>> {
  await saveNumber(deps.db, row);
  const published = await publishOrganization(deps, row.organizationId);
  return published.ok ? ok(row) : published;
}

const newLine = {
  protocol: "blooio",
  channel: "imessage",
  providerId: null,
  apiKeyId: null,
  position: null,
  weight: 1,
  messagesPerSecond: defaultPerSecond,
  isActive: true,
  capabilities: { sms: false, mms: true, voice: false, whatsapp: false },
  messagingServiceSid: null,
  previousWebhooks: null,
  webhookOk: null,
  webhookAddress: null,
  caps: defaultCaps,
  lineMark: null,
} as const;

function readLineAddress(raw: string, country: string | null): Result<string> {
  const email = raw.trim().toLowerCase();
  if (email.includes("@")) {
    return isEmail(email) ? ok(email) : fail("invalid_request", "phone_number is not a valid e-mail address.");
  }
  const number = readPhoneNumber(raw, country, false, "phone_number");
  if (!number.ok) return number;
  if (number.value.channel === "sms") return ok(number.value.address);
  return fail("invalid_request", "phone_number must be a phone number in E.164 form, or an e-mail address.");
}
