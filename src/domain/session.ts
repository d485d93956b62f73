const minuteMs = 60_000;
const idleMs = 12 * 60 * minuteMs;
const longestMs = 7 * 24 * 60 * minuteMs;
const notedEveryMs = 5 * minuteMs;

/** A signed-in browser: `mark` stands for the admin token it was opened under; times in epoch milliseconds. */
export type Session = { hash: string; mark: string; createdAt: number; seenAt: number };

/** A sign-in link's content: whoever knows the admin token can make one, and it opens once. */
export type Claim = { expiresAt: number; nonce: string; mac: string };

/** Returns when a session ends if nothing more comes of it: after 12 idle hours, and at most 7 days. */
export function endOfSession(session: Session): number {
  return Math.min(session.seenAt + idleMs, session.createdAt + longestMs);
}

/** Says whether a session still opens: not ended, and of the admin token that is in force. */
export function isSessionAlive(session: Session, mark: string, now: number): boolean {
  return session.mark === mark && now < endOfSession(session);
}

/** Returns the times after which a session must have been used and opened so that it still opens. */
export function oldestAlive(now: number): { seenAfter: number; createdAfter: number } {
  return { seenAfter: now - idleMs, createdAfter: now - longestMs };
}

/** Says whether it is time to note that a session was used; not at each request, for a row written costs. */
export function isSeenStale(session: Session, now: number): boolean {
  return now - session.seenAt >= notedEveryMs;
}

/** Returns when every session last seen before it has ended. */
export function forgettableBefore(now: number): number {
  return now - idleMs;
}

/** Returns the parts of a claim `<expiry>.<nonce>.<mac>`, null for anything else. */
export function readClaim(text: string): Claim | null {
  const parts = /^(\d{13})\.([0-9a-f]{32})\.([0-9a-f]{64})$/.exec(text);
  const [, expiry, nonce, mac] = parts ?? [];
  if (expiry === undefined || nonce === undefined || mac === undefined) return null;
  return { expiresAt: Number(expiry), nonce, mac };
}

/** Returns what a claim's MAC (HMAC-SHA-256 under the admin token) is made of. */
export function claimText(expiresAt: number, nonce: string): string {
  return `trunkline sign-in claim ${expiresAt}.${nonce}`;
}
