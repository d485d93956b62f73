import type { Login } from "./account.ts";

/** Returns the Basic authorization of a login, the API key pair before the auth token; null when it holds neither. Source: twilio.com/docs/iam/api-keys. */
export function authorize(login: Login): string | null {
  if (login.apiKeySid !== null && login.apiKeySecret !== null) return basic(login.apiKeySid, login.apiKeySecret);
  if (login.authToken !== null) return basic(login.accountSid, login.authToken);
  return null;
}

/** Returns whether the login would use an API key: such a key may be refused the account resource although it is sound. */
export function usesApiKey(login: Login): boolean {
  return login.apiKeySid !== null && login.apiKeySecret !== null;
}

/** Returns `text` with every secret of the login blotted out, at most 500 characters long. */
export function scrub(text: string, login: Login): string {
  const secrets = [login.authToken, login.apiKeySecret, authorize(login)?.slice("Basic ".length) ?? null];
  let clean = text;
  for (const secret of secrets) {
    if (secret !== null && secret !== "") clean = clean.replaceAll(secret, "[removed]");
  }
  return clean.slice(0, 500);
}

function basic(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
