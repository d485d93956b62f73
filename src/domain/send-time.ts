import { fail, ok, type Result } from "./failure.ts";

/** How far ahead a message may be scheduled (product.md, "Sending"). */
export const furthestMs = 35 * 24 * 60 * 60 * 1000;
/** A time this little ago means now: clocks differ, and a request is under way for a while. */
const patienceMs = 30_000;
/** Fewer milliseconds than these are before 1973, so seconds were meant. */
const leastMs = 100_000_000_000;

/** Says whether a time in epoch milliseconds was likely given in seconds. */
export function looksLikeSeconds(time: number): boolean {
  return time < leastMs;
}

/** Returns when to send (epoch milliseconds; null: at once), or why a time cannot be meant, with the likely meaning. */
export function judgeSendAt(sendAt: number | null, now: number): Result<number | null> {
  if (sendAt === null) return ok(null);
  if (looksLikeSeconds(sendAt)) return refuseSeconds(sendAt);
  if (sendAt < now - patienceMs) {
    const message = `send_at is in the past: it means ${nameOf(sendAt)}, and now it is ${nameOf(now)}. Leave it out to send at once.`;
    return fail("invalid_request", message, { field: "send_at" });
  }
  if (sendAt > now + furthestMs) {
    const message = `send_at is more than 35 days ahead: it means ${nameOf(sendAt)}. Send it at most 35 days before.`;
    return fail("invalid_request", message, { field: "send_at" });
  }
  return ok(sendAt > now ? sendAt : null);
}

function refuseSeconds(sendAt: number): Result<never> {
  const meant = sendAt * 1000;
  const message = `send_at looks like epoch seconds: it wants milliseconds. Did you mean ${meant} (${nameOf(meant)})?`;
  return fail("invalid_request", message, { field: "send_at", suggestion: meant });
}

function nameOf(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "no date" : date.toISOString().replace(".000Z", "Z");
}
