import { type Failure, fail } from "../failure.ts";
import type { Protocol, SenderNumber } from "../snapshot.ts";
import { type Demand, findObstacle, type Obstacle } from "./eligibility.ts";
import { settingAgainst } from "./settings-against.ts";

type NoSender = { ok: false; failure: Failure };

/** Returns the failure of an empty pool, in the seeds' words for its protocol (a key that never held a number has none). */
export function noNumbers(protocol: Protocol | null): NoSender {
  return fail("no_numbers_assigned", protocol === "twilio" ? "No Twilio numbers assigned to this API key" : undefined);
}

/** Returns why a number that was asked for cannot carry the message, and how to mend it. */
export function refuseRequested(number: SenderNumber, obstacle: Obstacle, demand: Demand): NoSender {
  const { address } = number;
  switch (obstacle) {
    case "paused":
      return fail(
        "no_active_number",
        `No active number available: ${address} is paused. Resume it in the admin API, or leave out from_number.`,
        { from_number: address },
      );
    case "receive_only":
      return receiveOnly(number);
    case "reply_only":
      return replyOnly(number, demand);
    case "blocked":
      return blocked(number, demand);
    case "other_channel":
    case "no_sms":
    case "no_mms":
    case "no_whatsapp":
    case "no_rcs":
    case "rcs_alone": {
      const missing = askedFor(demand);
      const setting = forbidden(number, demand);
      if (setting !== null) return setting;
      return fail(
        "capability_missing",
        `${address} cannot send ${missing}. Ask for a number that can, or leave out from_number.`,
        { missing, from_number: address },
      );
    }
  }
}

/** Returns why no number of a pool can carry the message: all paused, a capability missing (named), or only reply-only numbers left. */
export function explainNoSender(numbers: readonly SenderNumber[], demand: Demand): NoSender {
  const active = numbers.filter((number) => number.isActive);
  if (active.length === 0) {
    return fail("no_active_number", "No active number available: every number of this API key is paused. Resume one.");
  }
  const replyOnlyNumber = active.find((number) => findObstacle(number, demand) === "reply_only");
  if (replyOnlyNumber !== undefined) return replyOnly(replyOnlyNumber, demand);
  const receiving = active.find((number) => findObstacle(number, demand) === "receive_only");
  if (receiving !== undefined) return receiveOnly(receiving);
  const blockedNumber = active.find((number) => findObstacle(number, demand) === "blocked");
  if (blockedNumber !== undefined) return blocked(blockedNumber, demand);
  for (const number of active) {
    const setting = findObstacle(number, demand) === null ? null : forbidden(number, demand);
    if (setting !== null) return setting;
  }
  const missing = askedFor(demand);
  const paused = numbers.filter(
    (number) => !number.isActive && findObstacle({ ...number, isActive: true }, demand) === null,
  );
  const remedy =
    paused.length === 0 ? "Assign one that can." : `Assign one that can, or resume ${paused.map((n) => n.address)[0]}.`;
  return fail("capability_missing", `No active number of this pool can send ${missing}. ${remedy}`, { missing });
}

/** A setting that forbids is another thing than a number that cannot: it names what to change. */
function forbidden(number: SenderNumber, demand: Demand): NoSender | null {
  if (number.channel !== demand.recipient.channel) return null;
  const setting = settingAgainst(demand.syncOf?.(number) ?? null, number.channel);
  if (setting === null) return null;
  const missing = askedFor(demand);
  return fail(
    "capability_missing",
    `${number.address} may not send ${missing}: ${setting.words}. Change it with PATCH /admin/api/integrations/twilio/{integrationId}.`,
    { missing, fromNumber: number.address, setting: setting.field },
  );
}

function replyOnly(number: SenderNumber, demand: Demand): NoSender {
  return fail("inbound_only_no_prior_inbound", undefined, {
    allocation_id: number.allocationId,
    external_id: demand.recipient.chatId,
  });
}

function receiveOnly({ address }: SenderNumber): NoSender {
  return fail(
    "line_receives_only",
    `${address} receives only: the Private API of its Mac is off. Turn it on, or set may_send_twice on the API key.`,
    { from_number: address },
  );
}

function blocked({ address }: SenderNumber, demand: Demand): NoSender {
  return fail(
    "recipient_opted_out",
    `The recipient wrote STOP to ${address}, and START to another number since: Twilio goes on blocking ${address} until they write START to it.`,
    { external_id: demand.recipient.chatId, from_number: address },
  );
}

function askedFor(demand: Demand): "SMS" | "MMS" | "WhatsApp" | "RCS" | "iMessage" {
  switch (demand.recipient.channel) {
    case "sms":
      return demand.needs.media ? "MMS" : "SMS";
    case "whatsapp":
      return "WhatsApp";
    case "rcs":
      return "RCS";
    case "imessage":
      return "iMessage";
  }
}
