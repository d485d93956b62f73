import type { Caps, Fallback, MacFacts } from "./line.ts";
import type { PublicAddresses } from "./public-address.ts";
import type { QuietHours } from "./quiet-hours.ts";
import type { SendLimits } from "./send-limits.ts";
import { fingerprint } from "./text-fingerprint.ts";

/** The words of the directory as a pool knows them: one snapshot is everything a key's object needs to decide by itself. */
export type Protocol = "twilio" | "blooio";
/** What our own numbers speak. */
export type SenderChannel = "sms" | "whatsapp" | "rcs" | "imessage";
/** `unknown` (Messenger, what a carrier adds later) is only ever received. */
export type Channel = SenderChannel | "unknown";
export type NumberType = "shared" | "dedicated" | "inbound" | "trial" | "2fa";
export type Strategy = "first" | "round_robin" | "weighted" | "geographic" | "least_busy";
export type KeyMode = "live" | "test";
export type KeyStatus = "active" | "paused" | "revoked";

/** How a pool picks its sender; `stickyDays` null keeps a contact on its number for ever. */
export type Selection = { strategy: Strategy; sticky: boolean; stickyDays: number | null };

/** The seeds' defaults per protocol (seed 001, "Twilio number pools" and "Automatic rotation"). */
export const defaultSelection: Record<Protocol, Selection> = {
  twilio: { strategy: "first", sticky: false, stickyDays: null },
  blooio: { strategy: "round_robin", sticky: true, stickyDays: null },
};

export type Capabilities = { sms: boolean; mms: boolean; voice: boolean; whatsapp: boolean; rcs?: boolean };

/** One sender of the pool. `address` is E.164, a short code, `whatsapp:+…`, or an RCS agent's `rcs:…`. */
export type SenderNumber = {
  address: string;
  allocationId: string;
  channel: SenderChannel;
  accountId: string;
  type: NumberType;
  weight: number;
  messagesPerSecond: number | null;
  isActive: boolean;
  capabilities: Capabilities;
  messagingServiceSid: string | null;
  /** Since when the gateway knows it; a snapshot of before this was asked for does not say. */
  since?: number;
  /** A line's; a snapshot of before lines were known does not name them. */
  caps?: Caps | null;
  lineMark?: string | null;
};

export type Sync = {
  direction: "inbound" | "outbound" | "both";
  channels: ("sms" | "whatsapp" | "voice")[];
  events: "messages" | "statuses" | "both";
  media: boolean;
};

export const defaultSync: Sync = { direction: "both", channels: ["sms", "whatsapp"], events: "both", media: true };

/** A secret of the directory, sealed; opened only with its own row and column (see `sealing/`). */
export type Sealed = string;

/** Which network an account is of. */
export type AccountKind = "twilio" | "bluebubbles";

/** A Twilio account with sealed credentials. An API key pair sends; the auth token also verifies webhooks. */
export type Account = {
  id: string;
  accountSid: string;
  sandbox: boolean;
  region: string | null;
  edge: string | null;
  apiKeySid: string | null;
  apiKeySecret: Sealed | null;
  authToken: Sealed | null;
  previousAuthToken: { sealed: Sealed; validUntil: number } | null;
  messagingServiceSid: string | null;
  sync: Sync;
  /** Whether the carrier refuses its credentials: nothing leaves through it until a test succeeds. */
  refused: boolean;
  /** Whether it is refused since Twilio says that it is not active; left out where it is not so. */
  inactive?: true;
  /** A snapshot of before Macs were known does not name them: it holds Twilio accounts. */
  kind?: AccountKind;
  url?: string | null;
  password?: Sealed | null;
  mac?: MacFacts | null;
  /** Of a Mac: its lines, whichever key holds them, and whether the key lets it send without the Private API. */
  lines?: string[];
  mayUseAppleScript?: boolean;
  /** Of a Mac: how its addresses stood before, oldest first; the pool keeps it. */
  formerly?: FormerAddresses[];
};

/** The addresses of a Mac as they stood until a time (epoch milliseconds): what is dated before was written to these. */
export type FormerAddresses = { until: number; lines: readonly string[]; activeAlias: string | null };

/** Returns the addresses of a Mac as far as they are known, and the one that its chats begin from. */
export function addressesOf({ mac, lines = [] }: Account): Omit<FormerAddresses, "until"> {
  return { lines: [...new Set([...(mac?.aliases ?? []), ...lines])], activeAlias: mac?.activeAlias ?? null };
}

export type WebhookType = "message" | "status" | "all";
export type WebhookFormat = "blooio" | "campaign" | "v4";

/** One subscription. `validUntil` -1 never ends; `secrets` newest first, an older one signs until its `validUntil`. */
export type Webhook = {
  id: string;
  url: string;
  type: WebhookType;
  events: string[] | null;
  numbers: string[] | null;
  format: WebhookFormat;
  eventName: string;
  scope: "api_key" | "organization";
  createdAt: number;
  deprecatedAt: number | null;
  disabledAt: number | null;
  /** Why it was disabled; a snapshot of before it was known does not name it. */
  disabledBecause?: string | null;
  validUntil: number;
  secrets: { sealed: Sealed; validUntil: number | null }[];
};

/**
 * The shape of a snapshot, raised with every field that a pool cannot do without. Fields are only ever added: a pool of the release before takes a snapshot of
 * this one as it stands, and reads of it what it knows.
 */
export const snapshotShape = 2;

/** Returns the shape that a snapshot names; the first did not name itself. */
export function shapeOf(snapshot: { shape?: unknown }): number {
  return typeof snapshot.shape === "number" ? snapshot.shape : 1;
}

/** A key's directory entry as its pool holds it; an object ignores an older `version`. */
export type Snapshot = {
  shape: number;
  version: number;
  organization: {
    id: string;
    name: string;
    countryCode: string | null;
    createdAt: number;
    /** How many days messages are kept, null for ever; a snapshot of before it was known does not name it. */
    retentionDays?: number | null;
  };
  apiKey: {
    id: string;
    name: string;
    hint: string;
    mode: KeyMode;
    status: KeyStatus;
    createdAt: number;
    allowedCountries: string[] | null;
    dailyCap: number | null;
    shortenLinks: boolean;
    /** Whether a message that the carrier is known not to have taken after an unknown outcome is sent again. */
    resendUnknown: boolean;
    /** How long a message may wait from when it could first have left; a snapshot of before it was known does not name it. */
    waitingLimitSeconds?: number;
    /** Whether what waits untried on a refused account moves to another number; a snapshot of before it was known does not name it. */
    moveWaiting?: boolean;
    /** Whether a line without the Private API sends, although its server may then send one message several times; a snapshot of before lines were known names none of these. */
    maySendTwice?: boolean;
    fallback?: Fallback | null;
    offlineLimitSeconds?: number;
    /** Whether a text that is too long becomes several messages; a snapshot of before it was known does not name it. */
    splitLongTexts?: boolean;
    /** When nobody is written to, by the recipient's clock; a snapshot of before it was known does not name it. */
    quietHours?: QuietHours | null;
    /** How much it may send to one recipient, range or country, and to how many new people; a snapshot of before it was known names neither of these. */
    sendLimits?: SendLimits | null;
    /** Whether it pauses itself where it writes to many strangers in one costly range. */
    pausesItself?: boolean;
    /** Names the pool in a short link. */
    shortNumber: number;
  };
  /** SHA-256 of each valid token, hex; `validUntil` null never ends. */
  secrets: { hash: string; validUntil: number | null }[];
  protocol: Protocol | null;
  /** What an empty pool held last; noted by the pool itself. */
  formerProtocol?: Protocol | null;
  selection: Selection;
  numbers: SenderNumber[];
  accounts: Account[];
  webhooks: Webhook[];
  /** Where the world reaches the gateway; a snapshot of before it was known does not name it. */
  addresses?: PublicAddresses;
};

/** Says whether two states of an account have one login: what is refused of a former one says nothing of it now. */
export function sameLogin(one: Account, other: Account): boolean {
  return loginMark(one) === loginMark(other);
}

/** Returns what two states of an account share that have one login: a fingerprint of what is sealed, which tells nothing of it. */
export function loginMark({ url, password, apiKeySid, apiKeySecret, authToken }: Login): string {
  return fingerprint(JSON.stringify([url, password, apiKeySid, apiKeySecret, authToken].map((part) => part ?? null)));
}

/** What is given to log in with, secrets sealed. */
type Login = { [Part in "url" | "password" | "apiKeySid" | "apiKeySecret" | "authToken"]?: string | null };
