import type * as z from "zod";
import type { NumberRow } from "../../../directory/numbers.ts";
import type { NumberStats } from "../../../domain/pool-calls.ts";
import type { Health, ManagedNumber } from "./contract.ts";

/** Returns a number as its operator sees it. */
export function toManagedNumber(number: NumberRow, stats?: NumberStats): z.output<typeof ManagedNumber> {
  return {
    phone_number: number.address,
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
    health: toHealth(stats),
    created_at: number.createdAt,
  };
}

function toHealth(stats: NumberStats | undefined): z.output<typeof Health> {
  if (stats === undefined) return { status: "unknown", reason: null, since: null, faults_7d: null };
  return { ...stats.health, faults_7d: stats.faults7d };
}
