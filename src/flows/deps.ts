import type { OpenMac } from "../carriers/bluebubbles/account.ts";
import type { Login, TwilioAccount } from "../carriers/twilio/account.ts";
import type { Database } from "../directory/database.ts";
import type { Bell } from "../domain/calls/telling.ts";
import type { Result } from "../domain/failure.ts";
import type { PoolCalls } from "../domain/pool-calls.ts";
import type { KeyRing } from "../sealing/key-ring.ts";
import type { KnownRefusals, KnownSigners } from "./accounts/known-signers.ts";
import type { AddressBook } from "./addresses.ts";

/** What may be asked of the sandbox object of one account. */
export type SandboxCalls = {
  open(account: { accountSid: string; authToken: string; block: number }): Promise<unknown>;
  composeInbound(message: {
    from: string;
    to: string;
    text: string;
    media?: string[];
  }): Promise<Result<{ messageSid: string }>>;
  composeOnLine(message: Parameters<SandboxCalls["composeInbound"]>[0]): ReturnType<SandboxCalls["composeInbound"]>;
};

/** A queue message that goes on with work too long for one turn. What is to be done stands in the directory: losing or doubling it changes nothing. */
export type Errand =
  | { errand: "hand_over"; number: string }
  | { errand: "publish"; organizationId: string }
  | { errand: "repair_numbers"; after: string }
  | { errand: "heed_keyword"; providerId: string; afterKey: string };

/** Everything a story needs from outside itself: made in one place, so that only fetch, clock and randomness are ever replaced. */
export type Deps = {
  db: Database;
  keyRing: KeyRing;
  pool: (keyId: string) => PoolCalls;
  sandbox: (accountSid: string) => SandboxCalls;
  /** The carrier of an account: Twilio over the network, or the sandbox in this process. */
  carrier: (account: { sandbox: boolean }, login: Login) => TwilioAccount;
  /** A Mac with iMessage lines, over the network. */
  mac: OpenMac;
  /** How many milliseconds Twilio's clock is ahead of ours, null where its API does not answer. */
  askClock: () => Promise<number | null>;
  /** Who may sign Twilio's requests, as far as this isolate has read it lately. */
  signers: KnownSigners;
  /** Which keys hold lines of a Mac, as far as this isolate has read it lately. */
  bells: Map<string, { keys: string[]; readAt: number }>;
  /** Wrong admin tokens by address, as far as this isolate has met them in the last minute; `held` counts the answers that wait. */
  wrongTokens: { byAddress: Map<string, { count: number; since: number }>; held: number };
  /** The directory's shape, as this isolate has read it lately. */
  shape: Map<"directory", { shape: number | null; readAt: number }>;
  /** Requests in Twilio's name that this isolate has refused. */
  refusals: KnownRefusals;
  /** Pools that this isolate has promised to come back to. */
  visits: Map<string, number>;
  ring: (bell: Bell, delaySeconds?: number) => Promise<void>;
  /** Asks for a turn of its own for an errand. */
  send: (errand: Errand) => Promise<void>;
  /** Says whether one more attempt to sign in may come from this address: a shield against noise, not accounting. */
  admitSignIn: (address: string) => Promise<boolean>;
  /** Reads one of the static files beside the Worker. */
  readAsset: (path: string) => Promise<Response>;
  fetch: (request: Request | string, init?: RequestInit) => Promise<Response>;
  now: () => number;
  randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  newId: (prefix: string) => string;
  addresses: AddressBook;
  allowLocalWebhooks: boolean;
  log: (entry: Record<string, unknown>) => void;
  /** The share of healthy lines that are written. */
  logShare: number;
  /** Lets work go on behind the answer to a request, for at most 30 s (developers.cloudflare.com/workers/runtime-apis/context). */
  keepAlive: (work: Promise<unknown>) => void;
};
