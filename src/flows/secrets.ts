import type { Login } from "../carriers/twilio/account.ts";
import type { Account, Sealed } from "../domain/snapshot.ts";
import { open, seal, UnopenedSecret } from "../sealing/envelope.ts";
import type { Deps } from "./deps.ts";

/** Seals a secret to its place in the directory. */
export function sealSecret(deps: Deps, table: string, row: string, column: string, secret: string): Promise<Sealed> {
  return seal(deps.keyRing, secret, { table, row, column });
}

/** Opens a secret of the directory; throws when it cannot be: a secret that does not open is our own fault, never the caller's. */
export async function openSecret(
  deps: Pick<Deps, "keyRing">,
  table: string,
  row: string,
  column: string,
  sealed: Sealed,
): Promise<string> {
  const place = { table, row, column };
  const opened = await open(deps.keyRing, sealed, place);
  if (!opened.ok) throw new UnopenedSecret(place, sealed, opened.because);
  return opened.text;
}

/** Opens an account's credentials for the length of a call. */
export async function openLogin(deps: Pick<Deps, "keyRing">, account: Account): Promise<Login> {
  const opened = (sealed: Sealed | null, column: string) =>
    sealed === null ? null : openSecret(deps, "twilio_accounts", account.id, column, sealed);
  const [apiKeySecret, authToken] = await Promise.all([
    opened(account.apiKeySecret, "api_key_secret"),
    opened(account.authToken, "auth_token"),
  ]);
  const { accountSid, apiKeySid, region, edge } = account;
  return { accountSid, apiKeySid, apiKeySecret, authToken, region, edge };
}
