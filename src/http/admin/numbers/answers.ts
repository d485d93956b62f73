import type * as z from "zod";
import type { NumberRow } from "../../../directory/numbers.ts";
import type { NumberStats } from "../../../domain/calls/numbers.ts";
import type { CapsAnswer, Health, ManagedNumber } from "./contract.ts";

/** Returns a number as its operator sees it. */
export function toManagedNumber(number: NumberRow, stats?: NumberStats): z.output<typeof ManagedNumber> {
  return {
    phone_number: number.address,
    name: number.friendlyName,
    protocol: number.protocol,
    channel: number.channel,
    integration_id: number.accountId,
    api_key_id: number.apiKeyId,
    position: number.position,
    weight: number.weight,
    type: number.type,
    messages_per_second: number.messagesPerSecond,
    messaging_service_sid: number.messagingServiceSid,
    is_active: number.isActive,
    capabilities: { ...number.capabilities },
    caps: toCaps(number),
    health: toHealth(stats),
    last_active: stats?.lastActiveAt ?? null,
    created_at: number.createdAt,
  };
}

function toCaps({ channel, caps, messagesPerSecond }: NumberRow): z.output<typeof CapsAnswer> | null {
  if (channel !== "imessage") return null;
  return {
    per_second: messagesPerSecond,
    new_contacts_per_hour: caps?.newContactsPerHour ?? null,
    new_contacts_per_day: caps?.newContactsPerDay ?? null,
    unanswered: caps?.unanswered ?? null,
  };
}

function toHealth(stats: NumberStats | undefined): z.output<typeof Health> {
  if (stats === undefined) return { status: "unknown", reason: null, since: null, faults_7d: null };
  return { ...stats.health, faults_7d: stats.faults7d };
}
