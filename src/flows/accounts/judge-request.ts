import { findSigner } from "../../directory/accounts.ts";
import { fail, type Refusal } from "../../domain/failure.ts";
import { addressMissing, signedUrlsOf } from "../../domain/public-address.ts";
import { verifyTwilioSignature } from "../../domain/twilio-signature.ts";
import type { Deps } from "../deps.ts";
import { openSecret } from "../secrets.ts";
import { inboundSecretHolds } from "./inbound-url.ts";
import type { KnownSigners, Signer, Token } from "./known-signers.ts";
import { noteRefused } from "./refused-signatures.ts";

/** A form that came through Twilio's door, as it arrived. */
export type SignedForm = {
  accountId: string;
  url: URL;
  params: [string, string][];
  rawBody: Uint8Array<ArrayBuffer>;
  contentType: string | null;
  signature: string | null;
  /** The same on every repeat of one request (webhooks-connection-overrides): a hint for a person, the message's id decides. */
  idempotencyToken: string | null;
};

/** `secret_path`: the account has no auth token, and the URL held its secret instead. `no_address`: no URL of ours is known that could have been signed. */
export type Genuineness = "signed" | "secret_path" | "forged" | "no_address";

const keptMs = 60_000;
/**
 * A signature that does not hold may mean that the tokens were changed a moment ago: they are read again at once. Forgeries cannot force more than so many
 * reads in a row, and one in ten seconds after that.
 */
const readAgainEveryMs = 10_000;
const readsInARow = 3;
const signersAtMost = 1_000;

/**
 * Tells whether the account of the URL made this request: its signature holds against a URL of ours, present or former, and the body names the same account. What is
 * refused of an account that exists is counted.
 */
export async function judgeRequest(deps: Deps, form: SignedForm, accountSid: string): Promise<Genuineness> {
  const verdict = await judge(deps, form, accountSid);
  const exists = (deps.signers.get(form.accountId)?.accountSid ?? null) !== null;
  if (verdict === "forged" && exists) await noteRefused(deps, form.accountId);
  return verdict;
}

/** Returns the refusal of a request that is not known to be genuine, null for one that is; what came before our address was known is to be sent again. */
export function refuseUngenuine(genuine: Genuineness): Refusal | null {
  if (genuine === "no_address") return fail("setup_incomplete", addressMissing, { missing: ["PUBLIC_URL"] });
  return genuine === "forged" ? fail("signature_invalid") : null;
}

async function judge(deps: Deps, form: SignedForm, accountSid: string): Promise<Genuineness> {
  const now = deps.now();
  const known = deps.signers.get(form.accountId);
  const isFresh = known !== undefined && now - known.readAt < keptMs;
  const signer = isFresh ? known : await readSigner(deps, form.accountId, known?.againUntil ?? 0);
  const verdict = await judgeBy(deps, signer, form, accountSid);
  if (refuseUngenuine(verdict) === null || !isFresh) return verdict;
  const booked = Math.max(signer.againUntil, now);
  if (booked - now > (readsInARow - 1) * readAgainEveryMs) return verdict;
  return judgeBy(deps, await readSigner(deps, form.accountId, booked + readAgainEveryMs), form, accountSid);
}

async function judgeBy(deps: Deps, signer: Signer, form: SignedForm, accountSid: string): Promise<Genuineness> {
  if (signer.accountSid === null || signer.accountSid !== accountSid) return "forged";
  if (signer.tokens.length === 0) {
    return (await inboundSecretHolds(deps, form.accountId, form.url)) ? "secret_path" : "forged";
  }
  const now = deps.now();
  // The sandbox calls in process, by the URL that it was given whenever that was.
  const own = signer.sandbox ? [form.url.href] : [];
  const [url, ...otherUrls] = [...own, ...signedUrlsOf(signer.addresses, form.url.pathname + form.url.search)];
  if (url === undefined) return "no_address";
  const signed = await verifyTwilioSignature({
    url,
    otherUrls,
    params: form.params,
    rawBody: form.rawBody,
    contentType: form.contentType,
    signature: form.signature,
    authTokens: signer.tokens.filter((token) => token.validUntil > now).map((token) => token.text),
  });
  return signed ? "signed" : "forged";
}

/** Reads who may sign for an account, and for which of our addresses: both may have been changed a moment ago. */
async function readSigner(deps: Deps, accountId: string, againUntil: number): Promise<Signer> {
  const readAt = deps.now();
  const found = await findSigner(deps.db, accountId);
  const account = found?.account ?? null;
  const addresses = deps.addresses.learn(found?.addresses ?? null);
  const tokens: Token[] = [];
  if (account?.authToken != null) {
    const text = await openSecret(deps, "twilio_accounts", accountId, "auth_token", account.authToken);
    tokens.push({ text, validUntil: Number.POSITIVE_INFINITY });
  }
  if (account?.previousAuthToken != null && account.previousValidUntil !== null) {
    const sealed = account.previousAuthToken;
    const text = await openSecret(deps, "twilio_accounts", accountId, "previous_auth_token", sealed);
    tokens.push({ text, validUntil: account.previousValidUntil });
  }
  const sandbox = account?.sandbox ?? false;
  const signer = { accountSid: account?.accountSid ?? null, sandbox, addresses, tokens, readAt, againUntil };
  remember(deps.signers, accountId, signer);
  return signer;
}

function remember(signers: KnownSigners, accountId: string, signer: Signer): void {
  signers.delete(accountId);
  const [oldest] = signers.keys();
  if (signers.size >= signersAtMost && oldest !== undefined) signers.delete(oldest);
  signers.set(accountId, signer);
}
