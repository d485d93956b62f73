import type { MacAccount } from "../carriers/bluebubbles/account.ts";
import type { Carrier } from "../carriers/carrier.ts";
import type { Lane, News } from "../domain/calls/telling.ts";
import type { HolderCode } from "../domain/campaigns/campaign.ts";
import type { Account } from "../domain/snapshot.ts";
import type { AccountTrouble } from "../domain/waiting.ts";
import type { MediaPlace } from "../sealing/media-link.ts";

/** What the object is given from outside itself; tests give a clock and dice of their own. */
export type Surroundings = {
  storage: DurableObjectStorage;
  now: () => number;
  /** A number in [0, 1): jitter only, never a secret. */
  dice: () => number;
  newId: (prefix: string) => string;
  /** The setting PUBLIC_URL, which wins over the address in the snapshot. */
  settingUrl: string | null;
  /** The account as its network's carrier, its credentials opened; throws when they cannot be. */
  carrierOf: (account: Account) => Promise<Carrier>;
  /** The master key that sealed an account's credentials and is missing, null where none is. */
  lostKeyOf: (account: Account) => string | null;
  /** A Mac as its carrier, its password opened; throws when it cannot be. */
  macOf: (account: Account) => Promise<MacAccount>;
  /** Returns a link of ours, at this address, to a file of an inbound message. */
  mediaLink: (place: MediaPlace, address: string | null) => Promise<string>;
  /** The account's carrier and the pool's reference where nothing has to be opened for them any more, else null. */
  atHand: (account: Account) => { carrier: Carrier; poolReference: string } | null;
  /** Opens what the accounts need, so that their messages can leave at once; what cannot be opened is met again when a message leaves. */
  openAhead: (accounts: readonly Account[]) => Promise<void>;
  /** Lets go of every secret that was opened. */
  forgetSecrets: () => void;
  /** The tokens that may sign the account's webhooks: the present one, and the one before while it still verifies. */
  openTokens: (account: Account) => Promise<string[]>;
  poolReference: () => Promise<string>;
  ring: (lane: Lane) => Promise<void>;
  /** Tells the directory's side what the pool has learnt; it may be lost. */
  tell: (news: News) => void;
  /** Keeps the object at work until the promise ends. */
  keepAlive: (work: Promise<unknown>) => void;
  log: (entry: Record<string, unknown>) => void;
  /** The share of healthy lines that are written. */
  logShare: number;
};

/** Why nothing leaves from an account, until when, and after how many tries: what was met last, also when that time is over. */
export type AccountRest = { until: number; why: AccountTrouble; tries: number };

/** Somebody in a campaign's list who cannot be written to before a time, and what keeps them where that is more than their number's turn. */
export type PassedOver = { until: number; why: { code: HolderCode; message: string } | null };

/** Where a running campaign stands in its list. It walks through it again and again, and over blocks in which nobody may be written to yet. */
export type Feeding = {
  /** The first part in which anybody waits, and the part and place at which it looks on. */
  first: number;
  part: number;
  place: number;
  /** It may go on by its pace, and by what holds it or keeps everybody in the list. */
  paceAt: number;
  at: number;
  /** The soonest of those who were passed over in the part it is in, and of each part that it walked through. */
  passed: PassedOver | null;
  rests: Map<number, PassedOver>;
  heldBy: { code: HolderCode; message: string; until: number | null } | null;
};
