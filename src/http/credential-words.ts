import { failureMessages } from "../domain/failure.ts";

/** What a caller sent to a door, as far as the refusal speaks of it. */
export type SentCredential = {
  header: (name: string) => string | undefined;
  query: (name: string) => string | undefined;
};

const otherHeaders = ["X-API-Key", "Api-Key", "X-Auth-Token", "X-Admin-Token", "X-Access-Token"] as const;
const otherParameters = ["api_key", "apikey", "key", "token", "access_token"] as const;
const keyLength = 64;

/** Returns why no API key was read from a request: what was sent, never its value, and what is wanted. Whether it is the admin token is not said: that would be a door to try guesses at. */
export function explainKeyRefusal(sent: SentCredential): string {
  const fault = findHeaderFault(sent, "API key") ?? findKeyFault(tokenOf(sent));
  return fault === null ? failureMessages.unauthorized : `Invalid or missing API key: ${fault}`;
}

/** Returns why a request is not the admin's: what was sent, never its value, and what is wanted. */
export function explainAdminRefusal(sent: SentCredential): string {
  const fault = findHeaderFault(sent, "admin token");
  if (fault !== null) return `Invalid or missing admin token: ${fault}`;
  return tokenOf(sent).startsWith("tl_")
    ? "Invalid or missing admin token: this is an API key, which opens /v2/api alone. Send the gateway's ADMIN_TOKEN."
    : "Invalid or missing admin token: it is not this gateway's ADMIN_TOKEN. Compare it with the Worker's secret of that name.";
}

function findHeaderFault(sent: SentCredential, what: string): string | null {
  const wanted = `Authorization: Bearer <your ${what}>`;
  const authorization = sent.header("Authorization")?.trim();
  if (authorization === undefined || authorization === "") {
    const header = otherHeaders.find((name) => sent.header(name) !== undefined);
    if (header !== undefined) return `it came in the header ${header}. Send it as ${wanted}.`;
    const parameter = otherParameters.find((name) => sent.query(name) !== undefined);
    if (parameter !== undefined) {
      return `it came in the URL as "${parameter}", where logs keep it. Send it in the header ${wanted}.`;
    }
    return `the request has no Authorization header. Send ${wanted}.`;
  }
  if (/^bearer$/i.test(authorization)) return `nothing stands behind the word Bearer. Send ${wanted}.`;
  if (/^bearer /i.test(authorization)) return null;
  return /^tl_/.test(authorization)
    ? `the word Bearer is missing in front of the key. Send ${wanted}.`
    : `the Authorization header is not of the scheme Bearer. Send ${wanted}.`;
}

/** A key of the right form is refused in the same words whether it was ever valid or not. */
function findKeyFault(token: string): string | null {
  if (token.includes("…") || token.includes("...")) return "the key was shortened with dots. Copy it whole.";
  if (/^["'<{]/.test(token)) return "the key stands in quotes or brackets. Leave them out.";
  if (/[^\x21-\x7e]/.test(token)) return "the key holds a blank or a character that no key has. Copy it again.";
  if (!/^tl_(?:live|test)_/.test(token))
    return "keys of this gateway begin with tl_live_ or tl_test_, and this does not. The admin token opens /admin/api alone.";
  if (token.length !== keyLength) {
    return `a key has ${keyLength} characters, and this has ${token.length}. Copy it whole, and nothing beside it.`;
  }
  return null;
}

function tokenOf(sent: SentCredential): string {
  return (
    sent
      .header("Authorization")
      ?.trim()
      .replace(/^bearer +/i, "") ?? ""
  );
}
