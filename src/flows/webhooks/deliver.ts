import { findWebhook, updateWebhook } from "../../directory/webhooks.ts";
import type { Bell, DeliveryVerdicts, DueDelivery } from "../../domain/pool-calls.ts";
import type { Deps } from "../deps.ts";
import { publishKeys, publishOrganization } from "../publish.ts";
import { type AttemptEnd, attempt } from "./attempt.ts";

/** A Worker may hold six connections open (platform limit). */
const hands = 6;
/** After half a second a batch is handed back, so that the next one may begin (a local queue runs one at a time); what is under way goes on behind it. */
const handBackMs = 500;

/** `failed` are the bells whose pools could not be asked; `rest` ends with the last delivery that was begun. */
export type Shift = { failed: ReadonlySet<Bell>; rest: Promise<void> };

type Board = {
  deps: Deps;
  /** Bells that wait for a hand, each pool and lane once: a hand that ends puts its pool behind the others. */
  turns: Bell[];
  failed: Set<Bell>;
  busy: number;
  over: boolean;
  idle: () => void;
};

/**
 * Delivers what the pools named by these bells owe, with six hands that go from pool to pool in turn. Returns when nothing is left, or after half a second:
 * then pools that owe more are rung again, and the deliveries under way end in `rest`.
 */
export async function deliver(deps: Deps, bells: readonly Bell[]): Promise<Shift> {
  const failed = new Set<Bell>();
  const turns = [...new Map(bells.map((bell) => [`${bell.pool} ${bell.lane}`, bell])).values()];
  const done = Promise.withResolvers<void>();
  const board: Board = { deps, turns, failed, busy: 0, over: false, idle: done.resolve };
  hire(board);
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, handBackMs);
  await Promise.race([done.promise, late.promise]);
  clearTimeout(timer);
  board.over = true;
  await Promise.all(board.turns.splice(0).map((bell) => deps.ring(bell)));
  return { failed, rest: done.promise };
}

function hire(board: Board): void {
  while (board.busy < hands) {
    const bell = board.turns.shift();
    if (bell === undefined) break;
    board.busy += 1;
    void serve(board, bell).finally(() => {
      board.busy -= 1;
      hire(board);
    });
  }
  if (board.busy === 0) board.idle();
}

/** One hand serves one pool until nothing is due there or another pool waits. What a pool was not told, it asks for again after its lease. */
async function serve(board: Board, bell: Bell): Promise<void> {
  const { deps } = board;
  try {
    const pool = deps.pool(bell.pool);
    const taken = await pool.takeDeliveries(bell.lane, 1);
    await passOn(board, bell, taken.more);
    let [delivery] = taken.deliveries;
    while (delivery !== undefined) {
      const end = await attempt(deps, delivery);
      const wanted = board.over || board.turns.length > 0 ? 0 : 1;
      const verdicts = await pool.recordDeliveries(bell.lane, [toEnd(end)], wanted);
      logDelivery(deps, bell.pool, delivery, end);
      await learn(deps, bell.pool, verdicts);
      await passOn(board, bell, verdicts.more);
      [delivery] = verdicts.deliveries;
    }
  } catch (error) {
    board.failed.add(bell);
    deps.log({ event: "delivery_failed", api_key_id: bell.pool, lane: bell.lane, error: String(error) });
  }
}

/** Gives a pool that owes more to the next free hand; after the hand-back, to a new batch. */
async function passOn(board: Board, bell: Bell, more: boolean): Promise<void> {
  if (!more) return;
  if (board.over) return board.deps.ring(bell);
  if (!board.turns.includes(bell)) board.turns.push(bell);
  hire(board);
}

/** The pool keeps no headers. */
export function toEnd({ headers: _headers, size: _size, ...end }: AttemptEnd) {
  return end;
}

/** Writes the one log line of a delivery attempt. */
export function logDelivery(deps: Deps, keyId: string, delivery: DueDelivery, end: AttemptEnd): void {
  deps.log({
    event: "delivery",
    api_key_id: keyId,
    webhook_id: delivery.webhookId,
    event_id: delivery.eventId,
    name: delivery.eventName,
    attempt: delivery.attempt,
    status: end.status,
    error: end.error,
    duration_ms: end.durationMs,
  });
}

/** Writes into the directory what a ledger has decided about an endpoint, and publishes it. */
export async function learn(deps: Deps, keyId: string, verdicts: Pick<DeliveryVerdicts, "disable">): Promise<void> {
  for (const { webhookId, because } of verdicts.disable) {
    const webhook = await findWebhook(deps.db, webhookId);
    if (webhook === null || webhook.disabledAt !== null) continue;
    await updateWebhook(deps.db, webhook, { disabledAt: deps.now(), disabledBecause: because });
    deps.log({ event: "webhook_disabled", webhook_id: webhookId, because });
    if (webhook.apiKeyId === null) await publishOrganization(deps, webhook.organizationId);
    else await publishKeys(deps, [keyId]);
  }
}
