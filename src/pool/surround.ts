import { sandboxCarrier } from "../carriers/sandbox/carrier.ts";
import type { Login } from "../carriers/twilio/account.ts";
import { twilioCarrier } from "../carriers/twilio/client.ts";
import { encodeBase62, poolReference } from "../domain/api-key.ts";
import { discreet } from "../domain/discreet.ts";
import type { Bell } from "../domain/pool-calls.ts";
import { readAddress } from "../domain/public-address.ts";
import type { Account, Sealed } from "../domain/snapshot.ts";
import { deriveKey } from "../sealing/derive.ts";
import { lostKeyAmong, open, UnopenedSecret } from "../sealing/envelope.ts";
import { type KeyRing, parseKeyRing } from "../sealing/key-ring.ts";
import type { Surroundings } from "./desk.ts";

/** Returns what the object needs of its bindings. Opened credentials stay in memory as long as their sealed form does not change. */
export function surround(ctx: DurableObjectState, env: Cloudflare.Env): Surroundings {
  const ring = parseKeyRing(env.MASTER_KEYS ?? "");
  const opened = new Map<Sealed, string>();
  const keyId = ctx.id.name ?? "";
  const openSecret = async (sealed: Sealed | null, row: string, column: string): Promise<string | null> => {
    if (sealed === null) return null;
    const known = opened.get(sealed);
    if (known !== undefined) return known;
    const place = { table: "twilio_accounts", row, column };
    const result = await open(needRing(ring), sealed, place);
    if (!result.ok) throw new UnopenedSecret(place, sealed, result.because);
    opened.set(sealed, result.text);
    return result.text;
  };
  const twilio = twilioCarrier({ fetch: (url, init) => fetch(url, init), apiUrl: env.TWILIO_API_URL });
  const sandbox = sandboxCarrier(env.SANDBOX);
  let reference: string | null = null;
  return {
    storage: ctx.storage,
    now: () => Date.now(),
    dice: () => Math.random(),
    newId: (prefix) => `${prefix}_${encodeBase62(crypto.getRandomValues(new Uint8Array(48)), 20)}`,
    settingUrl: readAddress(env.PUBLIC_URL ?? ""),
    carrierOf: async (account) => {
      const login = await openLogin(account, openSecret);
      return account.sandbox ? sandbox(login) : twilio(login);
    },
    lostKeyOf: ({ apiKeySecret, authToken }) => lostKeyAmong(needRing(ring), [apiKeySecret, authToken]),
    openTokens: async (account) => {
      const previous = account.previousAuthToken;
      const former = previous === null || previous.validUntil <= Date.now() ? null : previous.sealed;
      const tokens = await Promise.all([
        openSecret(account.authToken, account.id, "auth_token"),
        openSecret(former, account.id, "previous_auth_token"),
      ]);
      return tokens.filter((token) => token !== null);
    },
    poolReference: async () => {
      const [key] = await deriveKey(needRing(ring), "api-key-checksum");
      if (key === undefined) throw new Error("The key ring is empty.");
      reference ??= await poolReference(keyId, key);
      return reference;
    },
    ring: async (lane) => {
      const bell: Bell = { pool: keyId, lane };
      await (lane === "slow" ? env.BELL_SLOW : env.BELL).send(bell);
    },
    keepAlive: (work) => ctx.waitUntil(work),
    tell: (news) => {
      ctx.waitUntil(env.BELL.send(news).catch(() => {}));
    },
    log: (entry) => console.log(JSON.stringify(discreet({ at: new Date().toISOString(), pool: keyId, ...entry }))),
  };
}

function needRing(ring: ReturnType<typeof parseKeyRing>): KeyRing {
  if (!ring.ok) throw new Error(ring.failure.message);
  return ring.value;
}

async function openLogin(
  account: Account,
  openSecret: (sealed: Sealed | null, row: string, column: string) => Promise<string | null>,
): Promise<Login> {
  const [apiKeySecret, authToken] = await Promise.all([
    openSecret(account.apiKeySecret, account.id, "api_key_secret"),
    openSecret(account.authToken, account.id, "auth_token"),
  ]);
  return {
    accountSid: account.accountSid,
    apiKeySid: account.apiKeySid,
    apiKeySecret,
    authToken,
    region: account.region,
    edge: account.edge,
  };
}
