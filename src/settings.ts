import { type KeyRing, parseKeyRing } from "./sealing/key-ring.ts";

/** The deployment's settings, read and checked in one place. */
export type Settings = {
  keyRing: KeyRing;
  adminToken: string;
  publicUrl: string;
  twilioApiUrl: string;
  allowLocalWebhooks: boolean;
};

/** Returns the settings, or the names of those that are missing or not valid: then nothing of the gateway is open. */
export function readSettings(env: Cloudflare.Env): { ok: true; value: Settings } | { ok: false; missing: string[] } {
  const ring = parseKeyRing(env.MASTER_KEYS ?? "");
  const publicUrl = (env.PUBLIC_URL ?? "").trim().replace(/\/+$/, "");
  const missing = [
    ...(env.ADMIN_TOKEN ? [] : ["ADMIN_TOKEN"]),
    ...(ring.ok ? [] : ["MASTER_KEYS"]),
    ...(isHttpUrl(publicUrl) ? [] : ["PUBLIC_URL"]),
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

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:");
}
