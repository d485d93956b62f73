import { readApiUrl } from "./carriers/twilio/host.ts";
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

const wrongApiUrl =
  "TWILIO_API_URL is no http or https address: take it out of the vars of wrangler.toml, or set https://api.twilio.com.";

type Read = { ok: true; value: Settings } | { ok: false; missing: string[]; faults?: string[] };

/** Returns the settings, or the names of those that are missing or not valid: then nothing of the gateway is open. `faults` says what is wrong with one that is there. */
export function readSettings(env: Cloudflare.Env): Read {
  const ring = parseKeyRing(env.MASTER_KEYS ?? "");
  const token = env.ADMIN_TOKEN ?? "";
  const given = (env.PUBLIC_URL ?? "").trim();
  const publicUrl = readAddress(given);
  const twilioApiUrl = readApiUrl(env.TWILIO_API_URL);
  const missing = [
    ...(token.length >= leastTokenLength ? [] : ["ADMIN_TOKEN"]),
    ...(ring.ok ? [] : ["MASTER_KEYS"]),
    ...(given === "" || publicUrl !== null ? [] : ["PUBLIC_URL"]),
    ...(twilioApiUrl === null ? ["TWILIO_API_URL"] : []),
  ];
  if (!ring.ok || twilioApiUrl === null || missing.length > 0) return { ok: false, missing, ...faultsOf(env) };
  return {
    ok: true,
    value: {
      keyRing: ring.value,
      adminToken: token,
      publicUrl,
      twilioApiUrl,
      allowLocalWebhooks: env.ALLOW_LOCAL_WEBHOOKS === "1",
    },
  };
}

/** Says what is wrong with a setting that is there, and shows no secret. */
function faultsOf({ ADMIN_TOKEN: token, MASTER_KEYS: keys, TWILIO_API_URL: url }: Cloudflare.Env): {
  faults?: string[];
} {
  const ring = keys ? parseKeyRing(keys) : null;
  const faults = [
    ...(token && token.length < leastTokenLength ? [shortToken] : []),
    ...(ring?.ok === false ? [ring.failure.message ?? ""] : []),
    ...(readApiUrl(url) === null ? [wrongApiUrl] : []),
  ];
  return faults.length === 0 ? {} : { faults };
}
