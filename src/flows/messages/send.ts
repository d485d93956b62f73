import type { Credential } from "../../domain/calls/asker.ts";
import type { SendAnswer, SendRequest } from "../../domain/calls/sending.ts";
import { fail, type Result } from "../../domain/failure.ts";
import type { PoolCalls } from "../../domain/pool-calls.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";
import { promiseVisit } from "../visits.ts";

/** Asks the key's pool to accept sends, all in one call; each is answered by itself, in order. `call` is the idempotency of the whole. */
export function sendMessages(
  deps: Deps,
  credential: Credential,
  requests: SendRequest[],
  call: SendRequest["idempotency"] = null,
): Promise<Result<Result<SendAnswer>[]>> {
  return askPool(deps, credential.keyId, (pool) =>
    pool.accept(credential, requests, call, promiseVisit(deps, credential.keyId)),
  );
}

/** Asks the key's pool to accept one send. */
export async function sendMessage(
  deps: Deps,
  credential: Credential,
  request: SendRequest,
): Promise<Result<SendAnswer>> {
  const answers = await sendMessages(deps, credential, [request]);
  if (!answers.ok) return answers;
  return answers.value[0] ?? fail("internal_error");
}

/** Asks a pool to accept one send for the admin, whose idempotency keys are never those of the key's holder: his have no space. */
export async function sendAsAdmin(pool: PoolCalls, request: SendRequest): Promise<Result<SendAnswer>> {
  const { idempotency } = request;
  const own = idempotency === null ? null : { ...idempotency, key: `admin ${idempotency.key}` };
  const answers = await pool.acceptAsAdmin([{ ...request, idempotency: own }]);
  if (!answers.ok) return answers;
  return answers.value[0] ?? fail("internal_error");
}

/** Returns what two requests must share to be the same: their JSON with keys in order (RFC 8785's idea), hashed. */
export async function fingerprintOf(request: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(sortKeys(request)));
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
