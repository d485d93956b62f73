import { waitUntil } from "cloudflare:workers";
import { macCarrier } from "./carriers/bluebubbles/client.ts";
import { fileOpener } from "./carriers/open-file.ts";
import { sandboxCarrier } from "./carriers/sandbox/carrier.ts";
import { withSandboxMac } from "./carriers/sandbox/mac/carrier.ts";
import { twilioCarrier } from "./carriers/twilio/client.ts";
import { askClock } from "./carriers/twilio/clock.ts";
import { wayOut } from "./carriers/way-out.ts";
import { openDatabase } from "./directory/database.ts";
import { encodeBase62 } from "./domain/api-key.ts";
import { discreet } from "./domain/discreet.ts";
import { readLogShare } from "./domain/log-share.ts";
import type { PoolCalls } from "./domain/pool-calls.ts";
import { openAddressBook } from "./flows/addresses.ts";
import type { Deps, SandboxCalls } from "./flows/deps.ts";
import type { Settings } from "./settings.ts";

/** Returns what the stories need, made from the Worker's bindings: the one place where the outside is chosen. */
export function makeDeps(env: Cloudflare.Env, settings: Settings): Deps {
  const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const out = wayOut(env);
  const twilio = twilioCarrier({ fetch: out, apiUrl: settings.twilioApiUrl });
  const sandbox = sandboxCarrier(env.SANDBOX);
  const db = openDatabase(env.DB);
  return {
    db,
    keyRing: settings.keyRing,
    // The stub's type wraps every method; what is behind it is held to `PoolCalls` by the class itself.
    pool: (keyId) => env.POOLS.getByName(keyId) as unknown as PoolCalls,
    sandbox: (accountSid) => env.SANDBOX.getByName(accountSid) as unknown as SandboxCalls,
    carrier: (account, login) => (account.sandbox ? sandbox(login) : twilio(login)),
    mac: withSandboxMac(
      macCarrier({
        fetch: out,
        openFile: fileOpener(out, settings.allowLocalWebhooks),
      }),
      env.SANDBOX,
    ),
    bells: new Map(),
    askClock: () => askClock(out, settings.twilioApiUrl, () => Date.now()),
    signers: new Map(),
    refusals: new Map(),
    shape: new Map(),
    visits: new Map(),
    wrongTokens: { byAddress: new Map(), held: 0 },
    ring: async (bell, delaySeconds = 0) => {
      await (bell.lane === "slow" ? env.BELL_SLOW : env.BELL).send(bell, { delaySeconds });
    },
    send: async (errand) => {
      await env.BELL.send(errand).catch((error: unknown) => {
        console.log(JSON.stringify(discreet({ event: "errand_lost", errand: errand.errand, error: String(error) })));
      });
    },
    admitSignIn: async (address) => (await env.SIGN_IN_LIMIT.limit({ key: address })).success,
    readAsset: (path) => env.ASSETS.fetch(new URL(path, "https://assets.invalid")),
    fetch: out,
    now: () => Date.now(),
    randomBytes,
    newId: (prefix) => `${prefix}_${encodeBase62(randomBytes(48), 20)}`,
    addresses: openAddressBook(db, settings.publicUrl, () => Date.now()),
    allowLocalWebhooks: settings.allowLocalWebhooks,
    log: (entry) => console.log(JSON.stringify(discreet(entry))),
    logShare: readLogShare(env.LOG_SHARE),
    keepAlive: waitUntil,
  };
}
