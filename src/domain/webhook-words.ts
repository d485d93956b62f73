import { disableAfterMs } from "./endpoint-health.ts";
import { hasEnded } from "./event.ts";
import { fail, ok, type Result } from "./failure.ts";
import type { Webhook } from "./snapshot.ts";

const because: Readonly<Record<string, string>> = {
  gone: "Its receiver answered 410 Gone, which switches a webhook off at once.",
  failing: "Nothing but failures for five days.",
  key_revoked: "Its API key was revoked.",
};
const resume = "`deprecate: false` resumes it.";

/** Refuses to post anything to a webhook that gets nothing at `now` (epoch milliseconds), with the reason in words: `webhook_paused`. */
export function refuseInactive(webhook: Parameters<typeof whyInactive>[0], now: number): Result<null> {
  const why = whyInactive(webhook, now);
  return why === null ? ok(null) : fail("webhook_paused", `The webhook gets nothing. ${why}`);
}

/** Returns in words why a webhook gets nothing at `now` (epoch milliseconds), null while it is active. */
export function whyInactive(
  webhook: Pick<Webhook, "deprecatedAt" | "disabledAt" | "validUntil"> & { disabledBecause?: string | null },
  now: number,
): string | null {
  const { deprecatedAt, disabledAt, disabledBecause } = webhook;
  if (disabledAt !== null) {
    const why = because[disabledBecause ?? ""] ?? "It was switched off.";
    return disabledBecause === "key_revoked" ? why : `${why} ${resume}`;
  }
  if (deprecatedAt !== null) return `A person paused it with \`deprecate\`. ${resume}`;
  return hasEnded(webhook, now) ? "Its time is over. `valid_until: -1` resumes it." : null;
}

/** Returns in words what is wrong with an endpoint that has failed since `since` (epoch milliseconds), and what comes of it. */
export function tellFailing(since: number): string {
  const [from, until] = [since, since + disableAfterMs].map((at) => new Date(at).toISOString());
  return `Nothing but failures since ${from}. If none succeeds before ${until}, the webhook is switched off.`;
}
