import type { MacAccount, MacLogin } from "../carriers/bluebubbles/account.ts";
import { macCarrier } from "../carriers/bluebubbles/client.ts";
import type { Carrier } from "../carriers/carrier.ts";
import { fileOpener } from "../carriers/open-file.ts";
import { sandboxCarrier } from "../carriers/sandbox/carrier.ts";
import { withSandboxMac } from "../carriers/sandbox/mac/carrier.ts";
import type { Login } from "../carriers/twilio/account.ts";
import { twilioCarrier } from "../carriers/twilio/client.ts";
import { readApiUrl } from "../carriers/twilio/host.ts";
import { wayOut } from "../carriers/way-out.ts";
import { encodeBase62, poolReference } from "../domain/api-key.ts";
import type { Bell } from "../domain/calls/telling.ts";
import { discreet } from "../domain/discreet.ts";
import { readLogShare } from "../domain/log-share.ts";
import { readAddress, unsetAddress } from "../domain/public-address.ts";
import { type Account, addressesOf, type Sealed } from "../domain/snapshot.ts";
import { deriveKey } from "../sealing/derive.ts";
import { lostKeyAmong, open, sealedBy, UnopenedSecret } from "../sealing/envelope.ts";
import { type KeyRing, parseKeyRing } from "../sealing/key-ring.ts";
import { signMediaLink } from "../sealing/media-link.ts";
import type { Surroundings } from "./surroundings.ts";

/** Returns what the object needs of its bindings. */
export function surround(ctx: DurableObjectState, env: Cloudflare.Env): Surroundings {
  const ring = parseKeyRing(env.MASTER_KEYS ?? "");
  const keyId = ctx.id.name ?? "";
  const secrets = new Secrets(ring);
  const out = wayOut(env);
  const twilio = twilioCarrier({ fetch: out, apiUrl: readApiUrl(env.TWILIO_API_URL) ?? unsetAddress });
  const sandbox = sandboxCarrier(env.SANDBOX);
  let reference: string | null = null;
  const mac = withSandboxMac(
    macCarrier({
      fetch: out,
      openFile: fileOpener(out, env.ALLOW_LOCAL_WEBHOOKS === "1"),
    }),
    env.SANDBOX,
  );
  const macOf = async (account: Account): Promise<MacAccount> => {
    const known = secrets.macs.get(account);
    if (known !== undefined) return known;
    const opened = mac(await openMacLogin(account, secrets));
    secrets.macs.set(account, opened);
    return opened;
  };
  const carrierOf = async (account: Account): Promise<Carrier> => {
    if (account.kind === "bluebubbles") return macOf(account);
    const known = secrets.carriers.get(account);
    if (known !== undefined) return known;
    const login = await openLogin(account, secrets);
    const carrier = account.sandbox ? sandbox(login) : twilio(login);
    secrets.carriers.set(account, carrier);
    return carrier;
  };
  const referenceOf = async () => {
    const [key] = await deriveKey(needRing(ring), "api-key-checksum");
    if (key === undefined) throw new Error("The key ring is empty.");
    reference ??= await poolReference(keyId, key);
    return reference;
  };
  return {
    storage: ctx.storage,
    now: () => Date.now(),
    dice: () => Math.random(),
    newId: (prefix) => `${prefix}_${encodeBase62(crypto.getRandomValues(new Uint8Array(48)), 20)}`,
    settingUrl: readAddress(env.PUBLIC_URL ?? ""),
    carrierOf,
    macOf,
    mediaLink: (place, address) =>
      signMediaLink(needRing(ring), place, { base: address ?? unsetAddress, now: Date.now() }),
    atHand: (account) => {
      const carrier = secrets.carriers.get(account);
      return carrier === undefined || reference === null ? null : { carrier, poolReference: reference };
    },
    lostKeyOf: (account) => secrets.lostKeyOf(account),
    openAhead: async (accounts) => {
      await Promise.allSettled([referenceOf(), ...accounts.slice(0, openedAhead).map(carrierOf)]);
    },
    forgetSecrets: () => secrets.forget(),
    openTokens: async (account) => {
      const previous = account.previousAuthToken;
      const former = previous === null || previous.validUntil <= Date.now() ? null : previous.sealed;
      const tokens = await Promise.all([
        secrets.open(account.authToken, account.id, "auth_token"),
        secrets.open(former, account.id, "previous_auth_token"),
      ]);
      return tokens.filter((token) => token !== null);
    },
    poolReference: referenceOf,
    ring: async (lane) => {
      const bell: Bell = { pool: keyId, lane };
      await (lane === "slow" ? env.BELL_SLOW : env.BELL).send(bell);
    },
    keepAlive: (work) => ctx.waitUntil(work),
    tell: (news) => {
      ctx.waitUntil(env.BELL.send(news).catch(() => {}));
    },
    log: (entry) => console.log(JSON.stringify(discreet({ at: new Date().toISOString(), pool: keyId, ...entry }))),
    logShare: readLogShare(env.LOG_SHARE),
  };
}

/** So many accounts' secrets are opened when the object wakes; those of others when their first message leaves. */
const openedAhead = 16;

/** What was opened of the accounts' secrets, and the carriers made of it: kept until a newer snapshot, which may have others. */
class Secrets {
  readonly carriers = new Map<Account, Carrier>();
  readonly macs = new Map<Account, MacAccount>();
  readonly #opened = new Map<Sealed, string>();
  readonly #refused = new Set<Sealed>();
  readonly #lostKeys = new Map<Account, string | null>();
  readonly #ring: ReturnType<typeof parseKeyRing>;

  constructor(ring: ReturnType<typeof parseKeyRing>) {
    this.#ring = ring;
  }

  forget(): void {
    this.carriers.clear();
    this.macs.clear();
    this.#opened.clear();
    this.#refused.clear();
    this.#lostKeys.clear();
  }

  /** The master key that the ring lacks, or in whose place another of its name stands, as the first try to open what it sealed shows. */
  lostKeyOf(account: Account): string | null {
    const known = this.#lostKeys.get(account);
    if (known !== undefined) return known;
    const { apiKeySecret, authToken, previousAuthToken, password = null } = account;
    const needed = [apiKeySecret, authToken, password];
    const refused = [...needed, previousAuthToken?.sealed ?? null].find(
      (one) => one !== null && this.#refused.has(one),
    );
    const lost = refused ? sealedBy(refused) : lostKeyAmong(needRing(this.#ring), needed);
    this.#lostKeys.set(account, lost);
    return lost;
  }

  async open(sealed: Sealed | null, row: string, column: string): Promise<string | null> {
    if (sealed === null) return null;
    const known = this.#opened.get(sealed);
    if (known !== undefined) return known;
    const place = { table: "twilio_accounts", row, column };
    const result = await open(needRing(this.#ring), sealed, place);
    if (!result.ok) {
      this.#refused.add(sealed);
      this.#lostKeys.clear();
      throw new UnopenedSecret(place, sealed, result.because);
    }
    this.#opened.set(sealed, result.text);
    return result.text;
  }
}

function needRing(ring: ReturnType<typeof parseKeyRing>): KeyRing {
  if (!ring.ok) throw new Error(ring.failure.message);
  return ring.value;
}

async function openMacLogin(account: Account, secrets: Secrets): Promise<MacLogin> {
  const { capabilities = null, privateApi = null } = account.mac ?? {};
  const mayUseAppleScript = account.mayUseAppleScript === true;
  return {
    url: account.url ?? "",
    password: (await secrets.open(account.password ?? null, account.id, "password")) ?? "",
    ...addressesOf(account),
    formerly: account.formerly ?? [],
    privateApi,
    // The Mac is looked at for all its keys; leave to use AppleScript is one key's.
    capabilities:
      capabilities !== null && mayUseAppleScript ? { ...capabilities, send: true, attachments: true } : capabilities,
    mayUseAppleScript,
  };
}

async function openLogin(account: Account, secrets: Secrets): Promise<Login> {
  const [apiKeySecret, authToken] = await Promise.all([
    secrets.open(account.apiKeySecret, account.id, "api_key_secret"),
    secrets.open(account.authToken, account.id, "auth_token"),
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
