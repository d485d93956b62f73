import type { Selection, SenderNumber } from "../snapshot.ts";
import type { AccountHold, Obstacle } from "./eligibility.ts";
import { lineupOf } from "./lineup.ts";
import type { Survey } from "./survey.ts";

/** Where a contact's conversation stands: on a number that keeps it, on one that is out for good, on one that cannot carry this message, or nowhere. */
export type Conversation =
  | { kind: "kept"; number: SenderNumber; reason: "replied_to" | "sticky" }
  | { kind: "unable"; address: string; obstacle: Obstacle }
  | { kind: "out"; address: string; cause: "gone" | "paused" | "unhealthy" | AccountHold }
  | { kind: "none" };

export type ConversationView = {
  selection: Selection;
  numbers: readonly SenderNumber[];
  sticky: { number: string; since: number } | null;
  repliedTo: string | null;
  now: number;
};

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Returns where a contact's conversation stands. The number the contact wrote to comes before the sticky one. A number is
 * out when it left the pool, is paused, or is unhealthy or of a refused account while a healthy one can carry the message; a missing capability
 * sends one message from elsewhere and moves nobody. With stickiness off there is no conversation.
 */
export function readConversation(view: ConversationView, survey: Survey): Conversation {
  if (!view.selection.sticky) return { kind: "none" };
  const repliedTo = view.repliedTo === null ? null : standOf(view.repliedTo, "replied_to", view, survey);
  if (repliedTo?.kind === "kept") return repliedTo;
  const sticky = holds(view) ? standOf(view.sticky.number, "sticky", view, survey) : null;
  if (sticky?.kind === "kept") return sticky;
  const known = [repliedTo, sticky].filter((stand) => stand !== null);
  return known.find(({ kind }) => kind === "unable") ?? known[0] ?? { kind: "none" };
}

/** Says whether the contact has a sticky number whose days are not over. */
export function holds<View extends Pick<ConversationView, "selection" | "sticky" | "now">>(
  view: View,
): view is View & { sticky: { number: string; since: number } } {
  if (view.sticky === null) return false;
  const { stickyDays } = view.selection;
  return stickyDays === null || view.now - view.sticky.since < stickyDays * dayMs;
}

function standOf(
  address: string,
  reason: "replied_to" | "sticky",
  view: ConversationView,
  survey: Survey,
): Conversation {
  const index = lineupOf(view.numbers).positions.get(address) ?? -1;
  const number = view.numbers[index];
  const standing = survey.standings[index];
  if (number === undefined || standing === undefined) return { kind: "out", address, cause: "gone" };
  // A person never hears from another Apple ID because a line is offline, or cannot send: the message waits, or is refused.
  if (number.channel === "imessage" && standing !== "paused") return { kind: "kept", number, reason };
  switch (standing) {
    case "paused":
      return { kind: "out", address, cause: "paused" };
    case "unhealthy":
    case "unweighted_unhealthy":
      if (survey.counts.has("able")) return { kind: "out", address, cause: "unhealthy" };
      return { kind: "kept", number, reason };
    case "account_refused":
    case "account_spent":
      if (survey.counts.has("able")) return { kind: "out", address, cause: standing };
      return { kind: "kept", number, reason };
    case "able":
    case "unweighted":
    case "offline":
    case "capped":
      return { kind: "kept", number, reason };
    case "other_channel":
    case "no_sms":
    case "no_mms":
    case "no_whatsapp":
    case "no_rcs":
    case "rcs_alone":
    case "receive_only":
    case "reply_only":
    case "blocked":
      return { kind: "unable", address, obstacle: standing };
  }
}
