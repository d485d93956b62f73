import { findTwilioAccount } from "../../directory/accounts.ts";
import { findNumber, type NumberRow, saveNumber } from "../../directory/numbers.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Deps } from "../deps.ts";

/** Adds a sender that Twilio does not list among its phone numbers: a WhatsApp address, an RCS agent or a short code. */
export async function addSender(
  deps: Deps,
  accountId: string,
  address: string,
  name: string = address,
): Promise<Result<NumberRow>> {
  const account = await findTwilioAccount(deps.db, accountId);
  if (account === null) return fail("not_found", "Twilio account not found.");
  if ((await findNumber(deps.db, address)) !== null) return fail("already_exists", "This sender is known already.");
  const channel = channelOf(address);
  const whatsapp = channel === "whatsapp";
  const rcs = channel === "rcs";
  const row: NumberRow = {
    address,
    allocationId: deps.newId("alloc"),
    organizationId: account.organizationId,
    accountId: account.id,
    protocol: "twilio",
    channel,
    providerId: null,
    friendlyName: name,
    apiKeyId: null,
    position: null,
    weight: 1,
    type: "dedicated",
    messagesPerSecond: null,
    isActive: true,
    capabilities: { sms: channel === "sms", mms: true, voice: false, whatsapp, ...(rcs ? { rcs } : {}) },
    messagingServiceSid: null,
    previousWebhooks: null,
    webhookOk: null,
    webhookAddress: null,
    caps: null,
    lineMark: null,
    createdAt: deps.now(),
  };
  await saveNumber(deps.db, row);
  return ok(row);
}

function channelOf(address: string): "sms" | "whatsapp" | "rcs" {
  if (address.startsWith("whatsapp:")) return "whatsapp";
  return address.startsWith("rcs:") ? "rcs" : "sms";
}
