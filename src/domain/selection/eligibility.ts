import type { SenderChannel, SenderNumber, Sync } from "../snapshot.ts";

/** The person a message goes to: the chat's id, the channel it takes, and the bare E.164 number. */
export type Recipient = { chatId: string; channel: SenderChannel; e164: string };

/** What a message asks of its sender. `hasWrittenTo` answers from memory: it is asked once per reply-only number. */
export type Demand = {
  recipient: Recipient;
  needs: { media: boolean };
  hasWrittenTo: (number: string) => boolean;
  /** The numbers that the carrier blocks for the person, who opted in at another since. */
  blocked: ReadonlySet<string>;
  /** What the Mac of an iMessage line keeps it from: sending at all, or beginning a conversation. */
  lineLimit?: (number: SenderNumber) => LineLimit | null;
  /** The sync settings of a number's account, where they are known: a refusal says so when they forbid the message. */
  syncOf?: (number: SenderNumber) => Sync | null;
};

/** Why a number cannot carry a message at all, whatever anybody prefers. */
export type Obstacle =
  | "paused"
  | "other_channel"
  | "no_sms"
  | "no_mms"
  | "no_whatsapp"
  | "no_rcs"
  | "rcs_alone"
  | "receive_only"
  | "reply_only"
  | "blocked";
export type LineLimit = "receive_only" | "reply_only";

/** Why what is sent from an account's numbers waits: its credentials are refused, or its messages of the day are used up. */
export type AccountHold = "account_refused" | "account_spent";

/** Where a number stands for one message: an obstacle, a reason to pass it over while others can (seen by automatic choice alone), or able. */
export type Standing =
  | Obstacle
  | "unweighted"
  | "unweighted_unhealthy"
  | "unhealthy"
  | "offline"
  | AccountHold
  | "capped"
  | "able";

/** Returns what keeps a number from carrying a message, or null: paused, then channel and capability, then the reply-only rule (seed 001), then the person's own block. */
export function findObstacle(number: SenderNumber, demand: Demand): Obstacle | null {
  if (!number.isActive) return "paused";
  if (!speaks(number, demand.recipient.channel)) return "other_channel";
  if (number.channel !== demand.recipient.channel && number.messagingServiceSid === null) return "rcs_alone";
  const missing = missingCapability(number, demand.needs.media);
  if (missing !== null) return missing;
  const limit = demand.lineLimit?.(number) ?? null;
  if (limit === "receive_only") return limit;
  const onlyReplies = number.type === "inbound" || limit === "reply_only";
  if (onlyReplies && !demand.hasWrittenTo(number.address)) return "reply_only";
  if (demand.blocked.has(number.address)) return "blocked";
  return null;
}

/** An RCS agent writes to the phone number that SMS reaches: whether the phone takes it, its Messaging Service finds out, and falls back. */
function speaks({ channel }: SenderNumber, asked: SenderChannel): boolean {
  return channel === asked || (channel === "rcs" && asked === "sms");
}

function missingCapability(number: SenderNumber, media: boolean): Obstacle | null {
  switch (number.channel) {
    case "sms":
      if (media) return number.capabilities.mms ? null : "no_mms";
      return number.capabilities.sms ? null : "no_sms";
    case "whatsapp":
      return number.capabilities.whatsapp ? null : "no_whatsapp";
    case "rcs":
      return number.capabilities.rcs === true ? null : "no_rcs";
    case "imessage":
      return null;
  }
}

/** Returns the bare E.164 number of an address (`whatsapp:+1…` becomes `+1…`). */
export function bareNumber(address: string): string {
  return address.startsWith("whatsapp:") ? address.slice("whatsapp:".length) : address;
}
