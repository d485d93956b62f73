import { readAddress } from "./domain/public-address.ts";
import { type KeyRing, parseKeyRing } from "./sealing/key-ring.ts";

/** The deployment's settings, read and checked in one place. */
export type Settings = {
  keyRing: KeyRing;
  adminToken: string;
  /** Where it is set, it wins over the address that the directory holds. */
  publicUrl: string | null;
  twilioApiUrl: string;
  allowLocalWebhooks: boolean;
};

/** Returns the settings, or the names of those that are missing or not valid: then nothing of the gateway is open. */
export function readSettings(env: Cloudflare.Env): { ok: true; value: Settings } | { ok: false; missing: string[] } {
  const ring = parseKeyRing(env.MASTER_KEYS ?? "");
  const given = (env.PUBLIC_URL ?? "").trim();
  const publicUrl = readAddress(given);
  const missing = [
    ...(env.ADMIN_TOKEN ? [] : ["ADMIN_TOKEN"]),
    ...(ring.ok ? [] : ["MASTER_KEYS"]),
    ...(given === "" || publicUrl !== null ? [] : ["PUBLIC_URL"]),
  ];
  if (!ring.ok || missing.length > 0) return { ok: false, missing };
  return {
    ok: true,
    value: {
      keyRing: ring.value,
      adminToken: env.ADMIN_TOKEN,
      publicUrl,
      twilioApiUrl: env.TWILIO_API_URL || "https://api.twilio.com",
      allowLocalWebhooks: env.ALLOW_LOCAL_WEBHOOKS === "1",
    },
  };
}
