import type { Lane } from "../../domain/calls/telling.ts";
import { mayAttempt } from "../../domain/endpoint-health.ts";
import { isInactive } from "../../domain/event.ts";
import type { Webhook } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { owedHeads } from "../ledger/deliveries.ts";
import { firstPlaces } from "../ledger/owed.ts";
import { type OwedPlace, ranks } from "../ledger/places.ts";
import type { Lease } from "./memory.ts";
import { chainAtMost, chainLengthOf, laneOf, placesOf, probeOf } from "./pace.ts";

/** Deliveries to one webhook that one hand posts one after another. */
export type Chain = { webhook: Webhook; places: OwedPlace[] };

/** A webhook with the chains that could begin now. */
type Waiting = { webhook: Webhook; chains: Chain[] };

/** Returns what may leave on a lane now in at most `hands` chains, one of each webhook in turn, so that a long backlog of one leaves room for the others. */
export function chooseChains(desk: Desk, lane: Lane, hands: number): Chain[] {
  const waiting = waitingOn(desk, lane, hands);
  const chosen: Chain[] = [];
  for (let round = 0; round < hands; round += 1) {
    for (const { chains } of waiting) {
      const chain = chains[round];
      if (chain !== undefined && chosen.length < hands) chosen.push(chain);
    }
  }
  return chosen;
}

/** Says whether something is due on a lane that nobody holds and that may be attempted now. */
export function isDue(desk: Desk, lane: Lane): boolean {
  return waitingOn(desk, lane, 1).length > 0;
}

/** Who waits longest comes first. */
function waitingOn(desk: Desk, lane: Lane, hands: number): Waiting[] {
  const now = desk.now();
  const waiting: Waiting[] = [];
  for (const head of owedHeads(desk.sql)) {
    const webhook = findWebhook(desk, head.webhook);
    if (webhook === null || isInactive(webhook, now) || head.due_at > now || laneOf(desk, webhook.id) !== lane)
      continue;
    const endpoint = desk.endpoints.get(webhook.id);
    if (endpoint !== undefined && !mayAttempt(endpoint.health, now)) continue;
    const chains = chainsOf(desk, webhook, hands);
    if (chains.length > 0) waiting.push({ webhook, chains });
  }
  return waiting;
}

/**
 * What is due to a webhook, as chains for the places that it has free. First attempts about one chat never overtake one another: they stand in one chain, or
 * wait until the one that is under way has ended; repeats hold nobody back.
 */
function chainsOf(desk: Desk, webhook: Webhook, hands: number): Chain[] {
  const now = desk.now();
  const held = leasesOf(desk, webhook.id, now);
  const free = Math.min(hands, placesOf(desk, webhook.id) - new Set(held.map(({ hand }) => hand)).size);
  const isProbed = probeOf(desk, webhook.id) !== null;
  const plan: Plan = {
    webhook,
    free,
    length: chainLengthOf(desk, webhook.id),
    lengthOfChat: isProbed ? 1 : chainAtMost,
    chains: [],
    ofChat: new Map(),
    busy: new Set(held.flatMap(({ chat }) => chat ?? [])),
  };
  if (free <= 0) return [];
  for (const place of dueOf(desk, webhook.id, now)) {
    if (desk.telling.leases.has(leaseOf(place.event, webhook.id))) continue;
    const fits = place.attempt === 1 && place.chat !== null ? addOfChat(plan, place, place.chat) : add(plan, place);
    if (!fits) break;
  }
  return plan.chains;
}

type Plan = {
  webhook: Webhook;
  free: number;
  length: number;
  lengthOfChat: number;
  chains: Chain[];
  ofChat: Map<string, Chain>;
  /** Chats of which nothing may be added any more. */
  busy: Set<string>;
};

/** Both answer false where no chain has room for anything more. */
function addOfChat(plan: Plan, place: OwedPlace, chat: string): boolean {
  if (plan.busy.has(chat)) return true;
  const own = plan.ofChat.get(chat);
  if (own === undefined) return add(plan, place, chat);
  if (own.places.length < plan.lengthOfChat) own.places.push(place);
  else plan.busy.add(chat);
  return true;
}

function add({ webhook, free, length, chains, ofChat }: Plan, place: OwedPlace, chat: string | null = null): boolean {
  const chain: Chain | null = chains.length < free ? { webhook, places: [] } : shortest(chains, length);
  if (chain === null) return false;
  if (chain.places.length === 0) chains.push(chain);
  chain.places.push(place);
  if (chat !== null) ofChat.set(chat, chain);
  return true;
}

/** Returns the shortest chain that has room for one more, or null. */
function shortest(chains: readonly Chain[], length: number): Chain | null {
  const [first] = [...chains].sort((one, other) => one.places.length - other.places.length);
  return first === undefined || first.places.length >= length ? null : first;
}

function* dueOf(desk: Desk, webhookId: string, now: number): Generator<OwedPlace> {
  for (const rank of Object.values(ranks)) {
    for (const place of firstPlaces(desk.sql, webhookId, rank)) {
      if (place.due_at > now) break;
      yield place;
    }
  }
}

/** Returns the pool's webhook with this id, or null. */
export function findWebhook(desk: Desk, id: string): Webhook | null {
  return desk.snapshot.webhooks.find((webhook) => webhook.id === id) ?? null;
}

/** Returns what consumers hold of a webhook's deliveries; a hold whose time is over is let go. */
export function leasesOf(desk: Desk, webhookId: string, now: number): Lease[] {
  const held: Lease[] = [];
  for (const [key, lease] of desk.telling.leases) {
    if (lease.until <= now) desk.telling.leases.delete(key);
    else if (lease.webhookId === webhookId) held.push(lease);
  }
  return held;
}

/** Returns the name of a hold. */
export function leaseOf(event: number, webhookId: string): string {
  return `${event}:${webhookId}`;
}
