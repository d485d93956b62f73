import type * as z from "zod";
import type { NumberRow } from "../../directory/numbers.ts";
import type { ManagedNumber } from "../contract/admin/numbers.ts";

/** Returns a number as its operator sees it. */
export function toManagedNumber(number: NumberRow): z.output<typeof ManagedNumber> {
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
    is_active: number.isActive,
    capabilities: { ...number.capabilities },
    health: { status: "unknown", reason: null },
    created_at: number.createdAt,
  };
}
