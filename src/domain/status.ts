import type { MessageStatus } from "./message.ts";

/** Rank of each status (contract twilio.md 2): a report is taken only when it ranks above what stands. */
const ranks: Record<MessageStatus, number> = {
  scheduled: 0,
  queued: 1,
  sending: 2,
  sent: 3,
  delivered: 4,
  undelivered: 4,
  failed: 4,
  cancelled: 4,
  received: 4,
  read: 5,
};

export type StatusDecision = "apply" | "ignore" | "contradiction";

/**
 * Decides whether a reported status may follow the one that stands: only upwards, the first end wins, and a second, different end is a contradiction
 * that one look at the carrier settles. `read` says that the message was delivered.
 */
export function decideStatus(current: MessageStatus, reported: MessageStatus): StatusDecision {
  if (current === reported) return "ignore";
  if (reported === "read") return current === "delivered" || ranks[current] < 4 ? "apply" : "contradiction";
  if (isFinal(current) && isFinal(reported))
    return current === "read" && reported === "delivered" ? "ignore" : "contradiction";
  return ranks[reported] > ranks[current] ? "apply" : "ignore";
}

/** Says whether nothing more is expected after this status. */
export function isFinal(status: MessageStatus): boolean {
  return ranks[status] >= 4;
}

/** Says whether the message has not left us yet, so that it can still be cancelled. */
export function isWaiting(status: MessageStatus): boolean {
  return status === "scheduled" || status === "queued";
}

/** The status as the v2 contract's enum has it: what is on its way reads `queued`, both ways to fail read `failed`, inbound has none. */
export function publicStatus(status: MessageStatus): "queued" | "sent" | "delivered" | "failed" | "cancelled" | null {
  switch (status) {
    case "scheduled":
    case "queued":
    case "sending":
      return "queued";
    case "sent":
      return "sent";
    case "delivered":
    case "read":
      return "delivered";
    case "undelivered":
    case "failed":
      return "failed";
    case "cancelled":
      return "cancelled";
    case "received":
      return null;
  }
}
