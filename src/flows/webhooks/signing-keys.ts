import type { Sealed } from "../../domain/snapshot.ts";
import { importSigningKeys, type SigningKeys } from "../../domain/webhook-signature.ts";
import type { KeyRing } from "../../sealing/key-ring.ts";
import type { Deps } from "../deps.ts";
import { openSecret } from "../secrets.ts";

type Kept = { sealed: string; keys: Promise<SigningKeys> };

/** So many webhooks' keys are kept in an isolate; the one that was not used for longest is let go. */
const keptAtMost = 200;
const keptBy = new WeakMap<KeyRing, Map<string, Kept>>();

/**
 * Returns the keys that sign for a webhook: its secrets are opened and imported with its first delivery, and again once others were published for it (which
 * lets the former go). Throws where one cannot be opened; nothing is kept then.
 */
export function signingKeysOf(
  deps: Pick<Deps, "keyRing">,
  webhookId: string,
  secrets: readonly Sealed[],
): Promise<SigningKeys> {
  const kept = keptBy.get(deps.keyRing) ?? new Map<string, Kept>();
  keptBy.set(deps.keyRing, kept);
  const sealed = secrets.join(" ");
  const known = kept.get(webhookId);
  kept.delete(webhookId);
  const keys = known?.sealed === sealed ? known.keys : openKeys(deps, webhookId, secrets);
  kept.set(webhookId, { sealed, keys });
  keys.catch(() => {
    if (kept.get(webhookId)?.keys === keys) kept.delete(webhookId);
  });
  if (kept.size > keptAtMost) kept.delete(kept.keys().next().value ?? webhookId);
  return keys;
}

async function openKeys(
  deps: Pick<Deps, "keyRing">,
  webhookId: string,
  secrets: readonly Sealed[],
): Promise<SigningKeys> {
  const opened = await Promise.all(
    secrets.map((sealed, index) =>
      openSecret(deps, "webhooks", webhookId, index === 0 ? "secret" : "previous_secret", sealed),
    ),
  );
  return importSigningKeys(opened);
}
