import type { Webhook } from "../../queries/webhooks.ts";

export type Fare = { tone: "good" | "warn" | "bad" | "plain"; word: string; why: string | null };

/** Why a webhook was switched off, and the way back. */
const endings: Record<string, string> = {
  gone: "It answered 410, which means that nobody wants these events any more. Resume it once it is wanted again.",
  failing: "It did nothing but fail for five days. Mend it, send a test event, resume it, then replay what failed.",
  key_revoked: "Its key was revoked.",
};

type Facts = Pick<Webhook, "disabled_at" | "disabled_because" | "deprecated_at" | "valid_until" | "last_triggered"> &
  Pick<Webhook, "last_status" | "failing_since" | "circuit_open_until">;

/** Returns how a webhook fares at `now`, in a word with its tone, and what is behind it where it is not well. */
export function fareOf(webhook: Facts, now: number): Fare {
  if (webhook.disabled_at != null) {
    const why = endings[webhook.disabled_because ?? ""] ?? "It was switched off.";
    return { tone: "bad", word: "switched off", why };
  }
  if (webhook.deprecated_at !== null) {
    return { tone: "warn", word: "paused", why: "Somebody paused it. What happens meanwhile can be replayed." };
  }
  if (hasEnded(webhook, now)) {
    return {
      tone: "warn",
      word: "ended",
      why: "The time that it was made for is over. Resume it without an end, if it is still wanted.",
    };
  }
  if (webhook.last_triggered === null) return { tone: "plain", word: "not called yet", why: null };
  if (!isTaken(webhook.last_status)) {
    const held =
      webhook.circuit_open_until == null
        ? ""
        : "It failed ten times in a row, so one delivery is tried every five minutes and the others wait, new ones too. ";
    const why = webhook.failing_since == null ? "" : "It is tried again for three days; after five it is switched off.";
    return { tone: "bad", word: "failing", why: `${held}${why}` || null };
  }
  return { tone: "good", word: "healthy", why: null };
}

/** Says whether the time that a webhook was made for is over; -1 never ends. */
export function hasEnded({ valid_until }: Pick<Webhook, "valid_until">, now: number): boolean {
  return valid_until !== -1 && valid_until <= now;
}

/** Says whether an answer counts as received: any 2xx. */
export function isTaken(status: number | null | undefined): boolean {
  return status != null && status >= 200 && status < 300;
}

/** Returns what a webhook hears, in words. */
export function hearsOf({ events, webhook_type }: Pick<Webhook, "events" | "webhook_type">): string {
  if (events != null) return events.join(", ");
  return { message: "messages in and out", status: "what became of messages sent", all: "messages and statuses" }[
    webhook_type
  ];
}
