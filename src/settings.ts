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

/** A shorter admin token could be guessed. */
const leastTokenLength = 32;
const shortToken =
  "ADMIN_TOKEN is shorter than 32 characters: make one with openssl rand -hex 32, and set it with npx wrangler secret put ADMIN_TOKEN.";

type Read = { ok: true; value: Settings } | { ok: false; missing: string[]; faults?: string[] };

/** Returns the settings, or the names of those that are missing or not valid: then nothing of the gateway is open. `faults` says what is wrong with one that is there. */
export function readSettings(env: Cloudflare.Env): Read {
  const ring = parseKeyRing(env.MASTER_KEYS ?? "");
  const token = env.ADMIN_TOKEN ?? "";
  const given = (env.PUBLIC_URL ?? "").trim();
  const publicUrl = readAddress(given);
  const missing = [
    ...(token.length >= leastTokenLength ? [] : ["ADMIN_TOKEN"]),
    ...(ring.ok ? [] : ["MASTER_KEYS"]),
    ...(given === "" || publicUrl !== null ? [] : ["PUBLIC_URL"]),
  ];
  if (!ring.ok || missing.length > 0) return { ok: false, missing, ...faultsOf(env) };
  return {
    ok: true,
    value: {
      keyRing: ring.value,
      adminToken: token,
      publicUrl,
      twilioApiUrl: env.TWILIO_API_URL || "https://api.twilio.com",
      allowLocalWebhooks: env.ALLOW_LOCAL_WEBHOOKS === "1",
    },
  };
}

/** Says what is wrong with a secret that is there, and shows none. */
function faultsOf({ ADMIN_TOKEN: token, MASTER_KEYS: keys }: Cloudflare.Env): { faults?: string[] } {
  const ring = keys ? parseKeyRing(keys) : null;
  const faults = [
    ...(token && token.length < leastTokenLength ? [shortToken] : []),
    ...(ring?.ok === false ? [ring.failure.message ?? ""] : []),
  ];
  return faults.length === 0 ? {} : { faults };
}
