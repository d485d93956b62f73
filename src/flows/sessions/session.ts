import {
  deleteAllSessions,
  deleteSession,
  findSession,
  insertSession,
  listSessions,
  markSessionSeen,
  spendClaim,
} from "../../directory/sessions.ts";
import { fromHex, toHex } from "../../domain/bytes.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import {
  claimText,
  endOfSession,
  isSeenStale,
  isSessionAlive,
  oldestAlive,
  readClaim,
  type Session,
} from "../../domain/session.ts";
import type { Deps } from "../deps.ts";

const refusedClaim =
  "This sign-in link does not open: it was used already, has expired, or is of another gateway. Make another with npm run sign-in, or use the admin token.";

/** Opens a session for whoever has proved to be the admin; `cookie` is told this once, `endsAt` in epoch milliseconds. */
export async function openSession(deps: Deps, adminToken: string): Promise<{ cookie: string; endsAt: number }> {
  const cookie = toHex(deps.randomBytes(32));
  const now = deps.now();
  const session: Session = {
    hash: await hashOf(cookie),
    mark: await markOf(adminToken),
    createdAt: now,
    seenAt: now,
  };
  await insertSession(deps.db, session);
  return { cookie, endsAt: endOfSession(session) };
}

/** Spends a sign-in link: `unauthorized` where it is forged, expired or was spent before. */
export async function redeemClaim(deps: Deps, adminToken: string, text: string): Promise<Result<null>> {
  const claim = readClaim(text);
  if (claim === null || claim.expiresAt <= deps.now()) return fail("unauthorized", refusedClaim);
  const key = await hmacKey(adminToken);
  const mac = fromHex(claim.mac) ?? new Uint8Array();
  const isOurs = await crypto.subtle.verify("HMAC", key, mac, encode(claimText(claim.expiresAt, claim.nonce)));
  if (!isOurs || !(await spendClaim(deps.db, claim.nonce, claim.expiresAt))) return fail("unauthorized", refusedClaim);
  return ok(null);
}

/** Returns when the session of a cookie ends (epoch milliseconds), null where there is none that opens. */
export async function checkSession(deps: Deps, adminToken: string, cookie: string): Promise<number | null> {
  const session = await findSession(deps.db, await hashOf(cookie));
  const now = deps.now();
  if (session === undefined || !isSessionAlive(session, await markOf(adminToken), now)) return null;
  if (!isSeenStale(session, now)) return endOfSession(session);
  await markSessionSeen(deps.db, session.hash, now);
  return endOfSession({ ...session, seenAt: now });
}

/** Ends the session of a cookie, or every session there is. */
export async function endSession(deps: Deps, cookie: string, everywhere: boolean): Promise<void> {
  if (everywhere) await deleteAllSessions(deps.db);
  else await deleteSession(deps.db, await hashOf(cookie));
}

/** A session as whoever may see all of them sees it; times in epoch milliseconds. */
export type OpenSession = { createdAt: number; seenAt: number; endsAt: number; isAsking: boolean };

/** Returns one page of the sessions that open, the last used first, which of them the cookie is of, and how many there are. */
export async function listOpenSessions(
  deps: Deps,
  adminToken: string,
  page: { limit: number; offset: number },
  cookie: string | undefined,
): Promise<{ sessions: OpenSession[]; total: number }> {
  const alive = { mark: await markOf(adminToken), ...oldestAlive(deps.now()) };
  const own = cookie === undefined ? null : await hashOf(cookie);
  const { sessions, total } = await listSessions(deps.db, alive, page);
  const shown = sessions.map((session) => ({
    createdAt: session.createdAt,
    seenAt: session.seenAt,
    endsAt: endOfSession(session),
    isAsking: session.hash === own,
  }));
  return { sessions: shown, total };
}

/** Ends every session there is, and returns how many of them were open. */
export async function endAllSessions(deps: Deps, adminToken: string): Promise<number> {
  const { total } = await listOpenSessions(deps, adminToken, { limit: 1, offset: 0 }, undefined);
  await deleteAllSessions(deps.db);
  return total;
}

async function hashOf(cookie: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", encode(cookie))));
}

async function markOf(adminToken: string): Promise<string> {
  const mark = await crypto.subtle.sign("HMAC", await hmacKey(adminToken), encode("trunkline session mark"));
  return toHex(new Uint8Array(mark));
}

function hmacKey(adminToken: string): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", encode(adminToken), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new TextEncoder().encode(text));
}
