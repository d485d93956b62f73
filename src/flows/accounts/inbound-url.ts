import { deriveKey } from "../../sealing/derive.ts";
import { publicUrlOf } from "../addresses.ts";
import type { Deps } from "../deps.ts";

/** Connection overrides (twilio.com/docs/usage/webhooks/webhooks-connection-overrides): three retries, whatever went wrong. */
const overrides = "#rc=3&rp=all";

type Caller = { id: string; authToken: string | null };

/** Returns the URL that an account's numbers call, at our address in force or another. Without an auth token nothing is signed, so the URL itself holds a secret. */
export async function inboundUrl(deps: Deps, account: Caller, at?: string): Promise<string> {
  const url = `${at ?? (await publicUrlOf(deps))}/twilio/${account.id}/inbound`;
  const secret = account.authToken === null ? `?key=${await secretOf(deps, account.id)}` : "";
  return url + secret + overrides;
}

/** Returns the URL that calls to an account's numbers go to. */
export async function voiceUrl(deps: Deps, account: Caller, at?: string): Promise<string> {
  const url = `${at ?? (await publicUrlOf(deps))}/twilio/${account.id}/voice`;
  return account.authToken === null ? `${url}?key=${await secretOf(deps, account.id)}` : url;
}

/** Returns the URL that status callbacks of an account go to, to paste by hand; each message's own adds its pool and id. */
export async function statusUrl(deps: Deps, account: Caller): Promise<string> {
  const url = `${await publicUrlOf(deps)}/twilio/${account.id}/status`;
  return account.authToken === null ? `${url}?key=${await secretOf(deps, account.id)}` : url;
}

/** Says whether a URL holds the secret of an account without an auth token. */
export async function inboundSecretHolds(deps: Pick<Deps, "keyRing">, accountId: string, url: URL): Promise<boolean> {
  const given = url.searchParams.get("key") ?? "";
  const bytes = Uint8Array.from(given.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));
  for (const key of await deriveKey(deps.keyRing, "inbound-url")) {
    if (await crypto.subtle.verify("HMAC", key, bytes, new TextEncoder().encode(accountId))) return true;
  }
  return false;
}

async function secretOf(deps: Pick<Deps, "keyRing">, accountId: string): Promise<string> {
  const [key] = await deriveKey(deps.keyRing, "inbound-url");
  if (key === undefined) throw new Error("The key ring is empty.");
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(accountId));
  return Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
