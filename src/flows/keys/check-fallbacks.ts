import { type ApiKeyView, findApiKey, listFallingBack } from "../../directory/api-keys.ts";
import type { Check } from "../../domain/check.ts";
import type { Deps } from "../deps.ts";

const lookedAt = 20;

/** Returns whether keys fall back to keys that can carry something, null where none does: a key that was right when it was chosen may be revoked, or have lost its numbers. */
export async function checkFallbacks(deps: Deps): Promise<Check | null> {
  const keys = await listFallingBack(deps.db, lookedAt);
  if (keys.length === 0) return null;
  const judged = await Promise.all(keys.map((key) => judge(deps, key)));
  const faults = judged.filter((fault) => fault !== null);
  const name = "fallbacks";
  if (faults.length === 0)
    return { name, ok: true, detail: "Every key that falls back has a key to carry it.", help: null };
  const help = "Name another key with Twilio numbers, or null: fallback of PATCH /admin/api/api-keys/{apiKeyId}.";
  return { name, ok: false, detail: faults.join(" "), help };
}

async function judge(deps: Deps, { name, fallback }: ApiKeyView): Promise<string | null> {
  const other = fallback?.to === "api_key" ? await findApiKey(deps.db, fallback.apiKeyId) : null;
  if (other?.status === "active" && other.protocol === "twilio") return null;
  const why =
    other === null || other.status === "revoked"
      ? "was revoked"
      : other.status === "paused"
        ? "is paused"
        : "holds no Twilio numbers";
  return `The key ${name} falls back to ${other?.name ?? "one"}, which ${why}: its messages fail instead.`;
}
