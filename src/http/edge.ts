import type { Context } from "hono";
import type { Credential } from "../domain/calls/asker.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import { readCredential } from "../flows/ask-pool.ts";
import type { Deps } from "../flows/deps.ts";
import { checkSession } from "../flows/sessions/session.ts";
import { slowDown } from "../flows/wrong-tokens.ts";
import { explainAdminRefusal, explainKeyRefusal, type SentCredential } from "./credential-words.ts";
import type { EdgeVariables } from "./request-log.ts";
import { isSameOrigin, readSessionCookie } from "./session-cookie.ts";

const ended = "This session has ended: sign in again.";
const crossOrigin =
  "A session writes only from the dashboard's own pages; elsewhere send the admin token as a Bearer token.";

/** What every handler finds in its context: the request's id, what stories need, and who asks (null before the guard has run). */
export type Edge = {
  Variables: EdgeVariables & {
    deps: Deps;
    adminToken: string;
    credential: Credential | null;
    homeCountry: string | null;
    holdsLines: boolean;
    /** The guard has let this request in by its session. */
    sessionSeen: boolean;
    /** The key's pool was asked, and judged the key before anything else. */
    poolAsked: boolean;
  };
};

/** Lets a request in by its API key's checksum; whether the key is valid now, the key's own object decides. */
export async function apiKeyGuard(c: Context<Edge>): Promise<Result<unknown>> {
  const credential = await readCredential(c.get("deps"), c.req.header("Authorization"));
  if (!credential.ok) return fail("unauthorized", explainKeyRefusal(sentBy(c)));
  c.set("credential", credential.value);
  return credential;
}

/** Returns the credential that the guard has read. */
export function credentialOf(c: Context<Edge>): Credential {
  const credential = c.get("credential");
  if (credential === null) throw new Error("The route has no guard.");
  return credential;
}

/** Lets the admin in: an `Authorization` header decides alone; without one a signed-in browser's cookie does, for writes only from this origin's own pages. */
export async function adminGuard(c: Context<Edge>): Promise<Result<unknown>> {
  const given = tokenOf(c);
  if (await isAdminToken(c, given)) return ok(null);
  // An API key at this door is a mistake, no guess.
  if (given !== "" && !given.startsWith("tl_")) {
    const slowed = await slowDown(c.get("deps"), c.req.header("CF-Connecting-IP") ?? "unknown");
    if (slowed !== null) return slowed;
  }
  const cookie = c.req.header("Authorization") === undefined ? readSessionCookie(c) : undefined;
  if (cookie === undefined) return fail("unauthorized", explainAdminRefusal(sentBy(c)));
  if (!/^(?:GET|HEAD)$/.test(c.req.method) && !isSameOrigin(c)) return fail("forbidden", crossOrigin);
  if (c.get("sessionSeen")) return ok(null);
  if ((await checkSession(c.get("deps"), c.get("adminToken"), cookie)) === null) return fail("unauthorized", ended);
  c.set("sessionSeen", true);
  return ok(null);
}

function tokenOf(c: Context<Edge>): string {
  return /^Bearer +([\x21-\x7e]+)$/i.exec(c.req.header("Authorization") ?? "")?.[1] ?? "";
}

/** Compares a token with the admin's as SHA-256 digests of equal length, so that the time tells nothing. */
export async function isAdminToken(c: Context<Edge>, given: string): Promise<boolean> {
  const [left, right] = await Promise.all([digest(given), digest(c.get("adminToken"))]);
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  return difference === 0;
}

function sentBy(c: Context<Edge>): SentCredential {
  return { header: (name) => c.req.header(name), query: (name) => c.req.query(name) };
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
