import type { PublicAddresses } from "../../domain/public-address.ts";

export type Token = { text: string; validUntil: number };
/** What an account is known to sign with; `accountSid` null: there is no such account. `againUntil`: up to when reading it again is booked. */
export type Signer = {
  accountSid: string | null;
  sandbox: boolean;
  /** For which of our addresses it may sign. */
  addresses: PublicAddresses;
  tokens: Token[];
  readAt: number;
  againUntil: number;
};
/** The signers this isolate has seen lately, oldest reading first. */
export type KnownSigners = Map<string, Signer>;
/** What this isolate has refused of one account: `unwritten` is not yet in the directory, `triedAt` is when writing was last tried. */
export type Refused = { unwritten: number; lastAt: number; triedAt: number };
/** Of accounts that exist only, so that no forger makes it grow. */
export type KnownRefusals = Map<string, Refused>;
