import { findWebhook, updateWebhook, type WebhookRow } from "../../directory/webhooks.ts";
import type { Bell, DeliveryEnd, DeliveryHandle, DeliveryVerdicts, DueDelivery } from "../../domain/calls/telling.ts";
import { sample } from "../../domain/log-share.ts";
import { judgeDelivery } from "../../domain/retry.ts";
import type { Deps } from "../deps.ts";
import { publishKeys, publishOrganization } from "../publish.ts";
import { promiseVisit } from "../visits.ts";
import { type AttemptEnd, attempt } from "./attempt.ts";

/** A Worker may hold six connections open (platform limit). */
const handsOfConsumer = 6;
/** A request that brought an event delivers with so many hands behind its answer (an event seldom goes to more webhooks), and begins no more than so many deliveries. */
export const handsOfRequest = 2;
const atMostOfRequest = 8;
/** After half a second a batch is handed back, so that the next one may begin (a local queue runs one at a time); what is under way goes on behind it. */
const handBackMs = 500;
/** What has ended is written down when its hand is free, or after this time where the hand goes on: a sibling that hangs delays no record. */
const recordWithinMs = 50;
/** Hands that began together mostly end together: one that is free waits so long for the others, and what they ended is written down in one call. */
const siblingsWithinMs = 10;
/** After an answer that took this long a hand goes on with nothing that it was given: others may have a quicker one. */
const quickMs = 1_000;

/** `failed` are the bells whose pools could not be asked; `rest` ends with the last delivery that was begun. */
export type Shift = { failed: ReadonlySet<Bell>; rest: Promise<void> };

type Board = {
  deps: Deps;
  hands: number;
  /** So many deliveries may still be begun. */
  left: number;
  /** Bells that wait for a hand, each pool and lane once: a hand that ends puts its pool behind the others. */
  turns: Bell[];
  clerks: Map<Bell, Clerk>;
  failed: Set<Bell>;
  /** Hands that post or are promised to a pool that is being asked, and work of any kind that is under way. */
  busy: number;
  open: number;
  over: boolean;
  idle: () => void;
};

/** What ended at one pool and is not written down yet, and what was given back untried. */
type Clerk = {
  ends: DeliveryEnd[];
  back: DeliveryHandle[];
  writing: boolean;
  spread: boolean;
  /** Its hands that post. */
  posting: number;
  /** Writes down what has ended while its hand goes on, or others do. */
  timer?: { at: number; id: ReturnType<typeof setTimeout> } | undefined;
};

/**
 * Delivers what the pools named by these bells owe, with six hands that go from pool to pool in turn. Returns when nothing is left, or after half a second:
 * then pools that owe more are rung again, and the deliveries under way end in `rest`.
 */
export async function deliver(deps: Deps, bells: readonly Bell[]): Promise<Shift> {
  const turns = [...new Map(bells.map((bell) => [`${bell.pool} ${bell.lane}`, bell])).values()];
  return work({ deps, hands: handsOfConsumer, left: Number.POSITIVE_INFINITY, turns }, async (board) => hire(board));
}

/**
 * Delivers, behind the answer of the request that made it due, what a pool has handed over, and what it hands over next: as a consumer does, but no longer than half
 * a second and only a few. Never throws: what it leaves is due again after its lease.
 */
export function deliverHanded(deps: Deps, keyId: string, handed: DueDelivery[] | undefined): void {
  if (handed === undefined || handed.length === 0) return;
  const bell: Bell = { pool: keyId, lane: "fast" };
  const start = async (board: Board) => {
    // The answer leaves first.
    await new Promise((resolve) => setTimeout(resolve, 0));
    board.busy += board.hands;
    await begin(board, bell, { deliveries: handed, more: false }, board.hands);
  };
  const shift = work({ deps, hands: handsOfRequest, left: atMostOfRequest, turns: [] }, start);
  deps.keepAlive(
    shift.then(
      ({ rest }) => rest,
      (error) => deps.log({ event: "delivery_failed", api_key_id: keyId, lane: bell.lane, error: String(error) }),
    ),
  );
}

async function work(
  wish: Pick<Board, "deps" | "hands" | "left" | "turns">,
  start: (board: Board) => Promise<void>,
): Promise<Shift> {
  const done = Promise.withResolvers<void>();
  const failed = new Set<Bell>();
  const board: Board = { ...wish, clerks: new Map(), failed, busy: 0, open: 0, over: false, idle: done.resolve };
  await underWay(board, () => start(board));
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, handBackMs);
  await Promise.race([done.promise, late.promise]);
  clearTimeout(timer);
  board.over = true;
  await Promise.all(board.turns.splice(0).map((bell) => wish.deps.ring(bell)));
  return { failed, rest: done.promise };
}

/** Counts a piece of work until it ends; with the last of them the shift is over. */
async function underWay(board: Board, work: () => Promise<void>): Promise<void> {
  board.open += 1;
  try {
    await work();
  } finally {
    board.open -= 1;
    if (board.open === 0) board.idle();
  }
}

/** Gives free hands to the pools that wait, each its share of them. */
function hire(board: Board): void {
  while (board.busy < board.hands && !board.over) {
    const bell = board.turns.shift();
    if (bell === undefined) return;
    const share = Math.max(1, Math.floor((board.hands - board.busy) / (board.turns.length + 1)));
    void underWay(board, () => serve(board, bell, share));
  }
}

/** Asks a pool for work for some hands. What a pool was not told, it asks for again after its lease. */
async function serve(board: Board, bell: Bell, share: number): Promise<void> {
  const taken = await promise(board, bell, share, (pool) => pool.takeDeliveries(bell.lane, share));
  if (taken !== null) await begin(board, bell, taken, share);
  hire(board);
}

/** Asks a pool with hands promised to it; null, and the hands are free again, where it cannot be asked. */
async function promise<T>(
  board: Board,
  bell: Bell,
  promised: number,
  ask: (pool: ReturnType<Deps["pool"]>) => Promise<T>,
): Promise<T | null> {
  board.busy += promised;
  try {
    return await ask(board.deps.pool(bell.pool));
  } catch (error) {
    board.busy -= promised;
    noteFault(board, bell, error);
    return null;
  }
}

function noteFault(board: Board, bell: Bell, error: unknown): void {
  board.failed.add(bell);
  board.deps.log({ event: "delivery_failed", api_key_id: bell.pool, lane: bell.lane, error: String(error) });
}

type Taken = { deliveries: DueDelivery[]; more: boolean };

/** Begins what a pool gave, a hand a chain, and gives back the hands for which it had nothing. */
async function begin(board: Board, bell: Bell, { deliveries, more }: Taken, promised: number): Promise<void> {
  const chains = [...Map.groupBy(deliveries, (delivery) => delivery.hand ?? delivery).values()];
  board.busy -= promised - chains.length;
  board.left -= deliveries.length;
  board.over ||= board.left <= 0;
  for (const chain of chains) void underWay(board, () => post(board, bell, chain));
  if (more) await passOn(board, bell);
}

/** Gives a pool that owes more to the next free hand, and where none is free to another consumer; after the hand-back, to a new batch. */
async function passOn(board: Board, bell: Bell): Promise<void> {
  const clerk = clerkOf(board, bell);
  if (!board.over && !board.turns.includes(bell)) board.turns.push(bell);
  if (!board.over && (board.busy < board.hands || clerk.spread)) return;
  clerk.spread = true;
  await board.deps.ring(bell).catch((error: unknown) => noteFault(board, bell, error));
}

/** One hand posts one delivery after another, until one of them fails or keeps it waiting: what is left then goes back. */
async function post(board: Board, bell: Bell, chain: DueDelivery[]): Promise<void> {
  const clerk = clerkOf(board, bell);
  clerk.posting += 1;
  for (const [index, delivery] of chain.entries()) {
    const end = await attempt(board.deps, delivery);
    logDelivery(board.deps, bell.pool, delivery, end);
    clerk.ends.push(toEnd(end));
    const rest = chain.slice(index + 1);
    if (rest.length > 0 && (end.durationMs > quickMs || end.status === null || end.status < 200 || end.status > 299)) {
      clerk.back.push(...rest.map(({ handle }) => handle));
      break;
    }
    if (rest.length > 0) writeWithin(board, bell, recordWithinMs);
  }
  board.busy -= 1;
  clerk.posting -= 1;
  const isFreeForOthers = board.turns.some((turn) => turn !== bell) || clerk.back.length > 0;
  if (clerk.posting > 0 && !clerk.writing && !isFreeForOthers) writeWithin(board, bell, siblingsWithinMs);
  else await write(board, bell);
}

function clerkOf(board: Board, bell: Bell): Clerk {
  const clerk = board.clerks.get(bell) ?? { ends: [], back: [], writing: false, spread: false, posting: 0 };
  board.clerks.set(bell, clerk);
  return clerk;
}

function writeWithin(board: Board, bell: Bell, ms: number): void {
  const clerk = clerkOf(board, bell);
  const at = board.deps.now() + ms;
  if (clerk.timer !== undefined && clerk.timer.at <= at) return;
  clearTimeout(clerk.timer?.id);
  clerk.timer = { at, id: setTimeout(() => void writeSoon(board, bell), ms) };
}

/** One that finds a record under way leaves it to that, and the next that ends sets another. */
function writeSoon(board: Board, bell: Bell): Promise<void> {
  clerkOf(board, bell).timer = undefined;
  return underWay(board, () => write(board, bell));
}

/** Writes down what has ended at a pool, all of it in one call, and takes more in the same call where no other pool waits. What ends meanwhile is written together next. */
async function write(board: Board, bell: Bell): Promise<void> {
  const clerk = clerkOf(board, bell);
  if (clerk.writing) return;
  clerk.writing = true;
  clearTimeout(clerk.timer?.id);
  clerk.timer = undefined;
  while (clerk.ends.length + clerk.back.length > 0) {
    const [ends, back] = [clerk.ends.splice(0), clerk.back.splice(0)];
    const others = board.turns.some((turn) => turn !== bell);
    const wanted = board.over || others ? 0 : board.hands - board.busy;
    const verdicts = await promise(board, bell, wanted, (pool) =>
      pool.recordDeliveries(bell.lane, ends, wanted, back, promiseVisit(board.deps, bell.pool)),
    );
    if (verdicts !== null) await heed(board, bell, verdicts, wanted);
    hire(board);
  }
  clerk.writing = false;
}

async function heed(board: Board, bell: Bell, verdicts: DeliveryVerdicts, wanted: number): Promise<void> {
  if (wanted > 0) board.turns = board.turns.filter((turn) => turn !== bell);
  await begin(board, bell, verdicts, wanted);
  await learn(board.deps, bell.pool, verdicts).catch((error: unknown) => noteFault(board, bell, error));
}

/** The pool keeps no headers. */
export function toEnd({ headers: _headers, size: _size, ...end }: AttemptEnd) {
  return end;
}

/** Writes the one log line of a delivery attempt; of what was told at the first one and without fault, the share that its message is in. */
export function logDelivery(deps: Deps, keyId: string, delivery: DueDelivery, end: AttemptEnd): void {
  const { messageId, eventId } = delivery;
  const healthy = delivery.attempt === 1 && end.error === null && judgeDelivery(end.status) === "delivered";
  const sampled = sample(healthy, [messageId ?? eventId], deps.logShare);
  if (sampled === null) return;
  deps.log({
    event: "delivery",
    api_key_id: keyId,
    webhook_id: delivery.webhookId,
    event_id: eventId,
    message_id: messageId,
    name: delivery.eventName,
    attempt: delivery.attempt,
    status: end.status,
    error: end.error,
    duration_ms: end.durationMs,
    ...sampled,
  });
}

/** One pool knows its own deliveries alone: an organization's webhook may do well by others. A cold start goes without what asks them. */
async function isToldElsewhere(deps: Deps, webhook: WebhookRow, because: string): Promise<boolean> {
  if (because !== "failing" || webhook.apiKeyId !== null) return false;
  const { failsEverywhere } = await import("./pools-told.ts");
  return !(await failsEverywhere(deps, webhook));
}

/** Writes into the directory what a ledger has decided about an endpoint, and publishes it. */
export async function learn(deps: Deps, keyId: string, verdicts: Pick<DeliveryVerdicts, "disable">): Promise<void> {
  for (const { webhookId, because } of verdicts.disable) {
    const webhook = await findWebhook(deps.db, webhookId);
    if (webhook === null || webhook.disabledAt !== null || (await isToldElsewhere(deps, webhook, because))) continue;
    await updateWebhook(deps.db, webhook, { disabledAt: deps.now(), disabledBecause: because });
    deps.log({ event: "webhook_disabled", webhook_id: webhookId, because });
    if (webhook.apiKeyId === null) await publishOrganization(deps, webhook.organizationId);
    else await publishKeys(deps, [keyId]);
  }
}
