import type { Answer } from "../../api.ts";

export type PoolNumber = Answer<"getPool">["numbers"][number];
export type Selection = Answer<"getPool">["selection"];
export type Strategy = Selection["strategy"];

/** What of a number decides its share. */
export type Sharer = Pick<PoolNumber, "phone_number" | "channel" | "weight" | "is_active" | "type"> & {
  capabilities: { sms: boolean; whatsapp?: boolean | undefined; rcs?: boolean | undefined };
  health: { status: string } | null;
};

/**
 * Returns which share (0 to 1) of the new conversations of its channel each number gets under a strategy, over a long run; null where that depends on who is
 * written to or on the queues. The rules are those of docs/pools.md: what cannot carry a text gets none, and what stands behind (unhealthy, then weight 0) none
 * while another can send.
 */
export function sharesOf(numbers: readonly Sharer[], strategy: Strategy): Map<string, number> | null {
  if (strategy === "geographic" || strategy === "least_busy") return null;
  const shares = new Map(numbers.map(({ phone_number: address }): [string, number] => [address, 0]));
  for (const channel of new Set(numbers.map((number) => number.channel))) {
    const able = preferred(
      numbers.filter((number) => number.channel === channel && canCarry(number)),
      strategy,
    );
    const weights = able.map((number, index) => weigh(strategy, number, index));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [index, { phone_number: address }] of able.entries()) {
      shares.set(address, total === 0 ? 1 / able.length : (weights[index] ?? 0) / total);
    }
  }
  return shares;
}

function canCarry({ is_active, type, channel, capabilities }: Sharer): boolean {
  if (!is_active || type === "inbound") return false;
  return channel === "imessage" || capabilities[channel] === true;
}

function preferred(numbers: readonly Sharer[], strategy: Strategy): Sharer[] {
  const ranks = numbers.map((number) => rankOf(number, strategy));
  const best = Math.min(...ranks);
  return numbers.filter((_, index) => ranks[index] === best);
}

function rankOf({ health, weight }: Sharer, strategy: Strategy): number {
  return (strategy === "weighted" && weight === 0 ? 2 : 0) + (health?.status === "unhealthy" ? 1 : 0);
}

function weigh(strategy: Strategy, number: Sharer, index: number): number {
  if (strategy === "first") return index === 0 ? 1 : 0;
  return strategy === "weighted" ? number.weight : 1;
}
