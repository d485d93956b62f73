import { findAccount, findMac } from "../../directory/accounts.ts";
import { type ApiKeyView, findApiKey } from "../../directory/api-keys.ts";
import { findBegun, strike, type Work } from "../../directory/begun.ts";
import {
  assignNumber,
  detachNumber,
  findNumber,
  listNumbers,
  type NumberRow,
  orderPool,
  updateNumber,
} from "../../directory/numbers.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { type Caps, defaultCaps } from "../../domain/line.ts";
import type { NumberType, Protocol } from "../../domain/snapshot.ts";
import type { Deps } from "../deps.ts";
import { handOver } from "../messages/hand-over.ts";
import { publishKeys } from "../publish.ts";
import { seeThrough } from "../see-through.ts";
import { chooseType } from "./line-type.ts";

export type NumberChange = {
  apiKeyId?: string | null;
  position?: number;
  weight?: number;
  type?: NumberType;
  messagesPerSecond?: number | null;
  messagingServiceSid?: string | null;
  isActive?: boolean;
  friendlyName?: string | null;
  caps?: CapsChange;
};

/** What of a line's caps changes; `perSecond` is its pace. */
export type CapsChange = { [Name in keyof Caps]?: Caps[Name] | undefined } & { perSecond?: number | null | undefined };

const protocolNames: Record<Protocol, string> = { twilio: "Twilio", blooio: "Blooio" };

/**
 * Changes a number: assigning moves it, never to two keys; its removal from one pool is published before its addition to the other. A change that moves it and is
 * cut off is finished.
 */
export async function changeNumber(deps: Deps, address: string, change: NumberChange): Promise<Result<NumberRow>> {
  const number = await findNumber(deps.db, address);
  if (number === null) return fail("not_found", "Number not found.");
  const allowed = await allowForLine(deps, number, change);
  if (!allowed.ok) return allowed;
  if (change.apiKeyId === undefined) return apply(deps, number, change, null);
  const stopped = await findBegun(deps.db, "move", address);
  const from = number.apiKeyId ?? (stopped === null ? null : readMove(stopped.detail).from);
  if (change.apiKeyId !== null && (change.apiKeyId !== number.apiKeyId || stopped !== null))
    return seeThrough(deps, describeMove(address, { from, change }), () => apply(deps, number, change, from));
  // What was cut off before gives way to what is asked for now.
  if (stopped !== null) await strike(deps.db, stopped);
  return apply(deps, number, change, from);
}

/** A move as the directory remembers it: which pool must have confirmed that it lost the number, and what was asked for. */
type Move = { from: string | null; change: NumberChange };

/** Returns what a move that has begun is. */
export function readMove(detail: string): Move {
  return JSON.parse(detail) as Move;
}

/** Returns how the directory remembers a move. */
export function describeMove(address: string, move: Move): Work {
  return { kind: "move", subject: address, detail: JSON.stringify(move) };
}

async function apply(
  deps: Deps,
  number: NumberRow,
  change: NumberChange,
  from: string | null,
): Promise<Result<NumberRow>> {
  const { address } = number;
  const isMoved = change.apiKeyId !== undefined && change.apiKeyId !== number.apiKeyId;
  const moved = isMoved ? await move(deps, number, from, change.apiKeyId ?? null) : ok(null);
  if (!moved.ok) return moved;
  const { apiKeyId: _, position, caps, ...plain } = change;
  const current = await findNumber(deps.db, address);
  if (current === null) return fail("not_found", "Number not found.");
  const settings = { ...plain, ...(caps === undefined ? {} : changeCaps(current, caps)) };
  if (Object.keys(settings).length > 0) await updateNumber(deps.db, address, settings, keysOf(current));
  if (position !== undefined && current.apiKeyId !== null) await place(deps, current.apiKeyId, address, position);
  const settled = await settle(deps, current);
  if (!settled.ok) return settled;
  const changed = await findNumber(deps.db, address);
  return changed === null ? fail("not_found", "Number not found.") : ok(changed);
}

async function allowForLine(deps: Deps, number: NumberRow, { caps, type }: NumberChange): Promise<Result<unknown>> {
  if (number.channel === "imessage") {
    const mac = type === undefined ? null : await findMac(deps.db, number.accountId ?? "");
    return mac === null ? ok(null) : chooseType(deps, mac, number.address, type);
  }
  return caps === undefined
    ? ok(null)
    : fail("invalid_request", "caps are an iMessage line's: set messages_per_second of this number.");
}

/** Returns a line's settings with the caps that are given in place of those that stand. */
export function changeCaps(
  number: Pick<NumberRow, "caps" | "messagesPerSecond">,
  { perSecond, ...given }: CapsChange,
): Pick<NumberRow, "caps" | "messagesPerSecond"> {
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    caps: { ...(number.caps ?? defaultCaps), ...Object.fromEntries(named) },
    messagesPerSecond: perSecond === undefined ? number.messagesPerSecond : perSecond,
  };
}

function keysOf(number: NumberRow): string[] {
  return number.apiKeyId === null ? [] : [number.apiKeyId];
}

/** Tells the pool that holds the number, and gives it what came in while nobody did: asking again finishes what was cut off. */
async function settle(deps: Deps, number: NumberRow): Promise<Result<null>> {
  const published = await publishKeys(deps, keysOf(number));
  if (published.ok && number.apiKeyId !== null) {
    await handOver(deps, { number: number.address, keyId: number.apiKeyId });
  }
  return published;
}

/** Takes the number from its pool and, only when that pool has confirmed it, gives it to the other. Of two moves at once the later one wins, step by step. */
async function move(deps: Deps, number: NumberRow, from: string | null, keyId: string | null): Promise<Result<null>> {
  const allowed = keyId === null ? ok(null) : await mayHold(deps, keyId, number);
  if (!allowed.ok) return allowed;
  if (number.apiKeyId !== null) {
    await handOver(deps, { number: number.address, keyId: number.apiKeyId });
    // Noted twice: should all end before the second time, whoever gets the line goes on from here and not from where it was registered.
    await keepLineMark(deps, number, number.apiKeyId);
    if (!(await detachNumber(deps.db, number.address, number.apiKeyId))) return moveAgain(deps, number.address, keyId);
  }
  if (from !== null) {
    const removed = await publishKeys(deps, [from]);
    if (!removed.ok) return removed;
    await keepLineMark(deps, number, from);
  }
  if (keyId === null) return ok(null);
  const assigned = await assignNumber(deps.db, number.address, { keyId, protocol: number.protocol }, []);
  if (!assigned) return moveAgain(deps, number.address, keyId);
  if (number.accountId !== null) deps.bells.delete(number.accountId);
  const published = await publishKeys(deps, [keyId]);
  return published.ok ? ok(null) : published;
}

/** The pool that gives a line away leaves its cursor with it: whoever gets it goes on there. */
async function keepLineMark(deps: Deps, { address, accountId, channel }: NumberRow, keyId: string): Promise<void> {
  if (channel !== "imessage" || accountId === null) return;
  const read = await deps.pool(keyId).readLineMark(accountId);
  if (read.ok && read.value.mark !== null) await updateNumber(deps.db, address, { lineMark: read.value.mark }, []);
  deps.bells.delete(accountId);
}

/** Somebody else moved the number, or filled the pool with the other protocol, in between: what stands now decides. */
async function moveAgain(deps: Deps, address: string, keyId: string | null): Promise<Result<null>> {
  const current = await findNumber(deps.db, address);
  if (current === null) return fail("not_found", "Number not found.");
  return current.apiKeyId === keyId ? ok(null) : move(deps, current, current.apiKeyId, keyId);
}

/** Says whether a key may hold a number: one of its own organization, of the protocol that it has by now, and of its mode. */
export async function mayHold(deps: Deps, keyId: string, number: NumberRow): Promise<Result<null>> {
  const key = await findApiKey(deps.db, keyId);
  if (key === null || key.status === "revoked" || key.organizationId !== number.organizationId) {
    return fail("not_found", "API key not found.");
  }
  if (key.protocol !== null && key.protocol !== number.protocol) return protocolConflict(number.protocol);
  return matchMode(deps, key, number);
}

async function matchMode(deps: Deps, key: ApiKeyView, number: NumberRow): Promise<Result<null>> {
  const account = number.accountId === null ? null : await findAccount(deps.db, number.accountId);
  const isSandbox = account?.sandbox ?? false;
  return isSandbox === (key.mode === "test") ? ok(null) : fail("api_key_mode_conflict");
}

function protocolConflict(given: Protocol): Result<never> {
  const other: Protocol = given === "twilio" ? "blooio" : "twilio";
  return fail("api_key_protocol_conflict", `API key already owns ${protocolNames[other]} numbers`);
}

/** A pool that somebody changes meanwhile is read again. */
async function place(deps: Deps, keyId: string, address: string, position: number): Promise<void> {
  for (;;) {
    const pool = await listNumbers(deps.db, { apiKeyId: keyId });
    const order = pool.map((number) => number.address).filter((other) => other !== address);
    if (order.length === pool.length) return;
    order.splice(Math.min(position, order.length), 0, address);
    if (await orderPool(deps.db, keyId, order)) return;
  }
}

const movedMeanwhile =
  "Somebody else has put this pool in another order: read it again, and order it as it stands now.";

/** Puts a key's whole pool in this order; `pool_changed` where it holds other numbers by now, or does not stand as the caller has `seen` it. */
export async function setOrder(
  deps: Deps,
  keyId: string,
  addresses: readonly string[],
  seen: readonly string[] | null = null,
): Promise<Result<null>> {
  if (await orderPool(deps.db, keyId, addresses, seen)) return publishKeys(deps, [keyId]);
  const held = new Set((await listNumbers(deps.db, { apiKeyId: keyId })).map(({ address }) => address));
  const isWhole = held.size === addresses.length && addresses.every((address) => held.has(address));
  return isWhole ? fail("pool_changed", movedMeanwhile) : fail("pool_changed");
}
