export type Token = { text: string; validUntil: number };
/** What an account is known to sign with; `accountSid` null: there is no such account. */
export type Signer = { accountSid: string | null; tokens: Token[]; readAt: number };
/** The signers this isolate has seen lately, oldest reading first. */
export type KnownSigners = Map<string, Signer>;
