import {
  type ApiKeyView,
  findApiKey,
  insertApiKey,
  revokeApiKey,
  rotateApiKey,
  updateApiKey,
} from "../../directory/api-keys.ts";
import { formatKeyId, hint, mintToken } from "../../domain/api-key.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Fallback } from "../../domain/line.ts";
import type { KeyMode, Selection } from "../../domain/snapshot.ts";
import { deriveKey } from "../../sealing/derive.ts";
import type { Deps } from "../deps.ts";
import { publishKeys } from "../publish.ts";
import { resolveOrganization } from "./organizations.ts";

/** Creates a key and gives its object the first snapshot; the token is in this answer and nowhere else. */
export async function createApiKey(
  deps: Deps,
  input: { name: string; organizationId: string | undefined; mode: KeyMode; selection: Selection | null },
): Promise<Result<{ key: ApiKeyView; token: string }>> {
  const organization = await resolveOrganization(deps, input.organizationId);
  if (!organization.ok) return organization;
  const id = formatKeyId(deps.randomBytes(48));
  const { token, hash } = await mint(deps, id, input.mode);
  const { name, mode, selection } = input;
  const row = {
    id,
    organizationId: organization.value.id,
    name,
    mode,
    selection,
    hint: hint(token),
    createdAt: deps.now(),
  };
  await insertApiKey(deps.db, row, { hash, madeUnder: deps.keyRing.current.id });
  const published = await publishKeys(deps, [id]);
  if (!published.ok) return published;
  const key = await findApiKey(deps.db, id);
  return key === null ? fail("internal_error") : ok({ key, token });
}

async function mint(deps: Deps, keyId: string, mode: KeyMode): Promise<{ token: string; hash: string }> {
  const [checksumKey] = await deriveKey(deps.keyRing, "api-key-checksum");
  if (checksumKey === undefined) throw new Error("The key ring is empty.");
  return mintToken({ mode, keyId, secretBytes: deps.randomBytes(96), checksumKey });
}

/** Gives a key a new token; the old one opens for `overlapSeconds` more. */
export async function rotateKey(
  deps: Deps,
  id: string,
  overlapSeconds: number,
): Promise<Result<{ token: string; previousValidUntil: number }>> {
  const key = await findLiving(deps, id);
  if (!key.ok) return key;
  const { token, hash } = await mint(deps, id, key.value.mode);
  const now = deps.now();
  const previousValidUntil = now + overlapSeconds * 1000;
  const madeUnder = deps.keyRing.current.id;
  await rotateApiKey(deps.db, id, { hash, madeUnder, hint: hint(token), now, previousValidUntil });
  const published = await publishKeys(deps, [id]);
  if (!published.ok) return published;
  // A token of a key that was revoked meanwhile opens nothing.
  const still = await findLiving(deps, id);
  return still.ok ? ok({ token, previousValidUntil }) : still;
}

/**
 * Revokes a key for good: in force when this returns. Its numbers are free, its webhooks are silent, what has not left is cancelled by its pool, and what left is
 * tracked to its end.
 */
export async function revokeKey(deps: Deps, id: string): Promise<Result<{ revokedAt: number }>> {
  const key = await findApiKey(deps.db, id);
  if (key === null) return fail("not_found", "API key not found.");
  const revokedAt = key.revokedAt ?? deps.now();
  await revokeApiKey(deps.db, id, revokedAt);
  const published = await publishKeys(deps, [id]);
  return published.ok ? ok({ revokedAt }) : published;
}

/** Changes a key and publishes it. */
export async function changeKey(
  deps: Deps,
  id: string,
  change: Parameters<typeof updateApiKey>[2],
): Promise<Result<ApiKeyView>> {
  const key = await findLiving(deps, id);
  if (!key.ok) return key;
  const allowed = await mayFallBackTo(deps, key.value, change.fallback ?? null);
  if (!allowed.ok) return allowed;
  if (!(await updateApiKey(deps.db, id, change))) return wasRevoked();
  const published = await publishKeys(deps, [id]);
  if (!published.ok) return published;
  const changed = await findApiKey(deps.db, id);
  return changed === null ? fail("not_found", "API key not found.") : ok(changed);
}

/** A message of a line falls back to the line's own SMS, or to another key of its organization, which sends by another network. */
async function mayFallBackTo(deps: Deps, key: ApiKeyView, fallback: Fallback | null): Promise<Result<null>> {
  if (fallback === null) return ok(null);
  if (key.protocol === "twilio")
    return fail("invalid_request", "fallback is for a key with iMessage lines: this one holds Twilio numbers.");
  if (fallback.to === "line_sms") return ok(null);
  const other = await findApiKey(deps.db, fallback.apiKeyId);
  if (other === null || other.status === "revoked" || other.organizationId !== key.organizationId) {
    return fail("not_found", "The API key to fall back to was not found in this organization.");
  }
  const against = reasonAgainst(key, other);
  return against === null
    ? ok(null)
    : fail("invalid_request", `${against} Name another API key, one with Twilio numbers.`);
}

function reasonAgainst(key: ApiKeyView, other: ApiKeyView): string | null {
  if (other.id === key.id) return "A key cannot fall back to itself.";
  if (other.protocol === "blooio") return "The API key to fall back to holds iMessage lines itself.";
  if (other.protocol === null) return "The API key to fall back to holds no numbers yet.";
  return other.mode === key.mode
    ? null
    : `The API key to fall back to is a ${other.mode} key, and this one is ${key.mode}.`;
}

async function findLiving(deps: Deps, id: string): Promise<Result<ApiKeyView>> {
  const key = await findApiKey(deps.db, id);
  if (key === null) return fail("not_found", "API key not found.");
  return key.status === "revoked" ? wasRevoked() : ok(key);
}

function wasRevoked(): Result<never> {
  return fail("not_found", "This API key was revoked: create a new one.");
}
