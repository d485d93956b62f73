import { expect, test } from "vitest";
import { endOfSession, isSeenStale, isSessionAlive, readClaim } from "./session.ts";

const hour = 3_600_000;
const session = { hash: "h", mark: "m", createdAt: 0, seenAt: 0 };

test("a session ends after twelve idle hours", () => {
  expect(isSessionAlive(session, "m", 12 * hour - 1)).toBe(true);
  expect(isSessionAlive(session, "m", 12 * hour)).toBe(false);
});

test("a session ends after seven days however busy it is", () => {
  const busy = { ...session, seenAt: 7 * 24 * hour - 1 };
  expect(endOfSession(busy)).toBe(7 * 24 * hour);
});

test("a session of another admin token does not open", () => {
  expect(isSessionAlive(session, "other", 1)).toBe(false);
});

test("use is noted every five minutes, not at each request", () => {
  expect(isSeenStale(session, 299_999)).toBe(false);
  expect(isSeenStale(session, 300_000)).toBe(true);
});

test("a claim is read whole or not at all", () => {
  const text = `1790000000000.${"a".repeat(32)}.${"b".repeat(64)}`;
  expect(readClaim(text)).toEqual({ expiresAt: 1_790_000_000_000, nonce: "a".repeat(32), mac: "b".repeat(64) });
  for (const broken of ["", `${text}0`, text.slice(1), text.replace("a", "A")]) expect(readClaim(broken)).toBeNull();
});
