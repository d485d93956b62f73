import type { QuietHours } from "./quiet-hours.ts";
import type { Channel, SenderChannel } from "./snapshot.ts";

/** The life of a message as we know it. Carriers' own words stop at their room. */
export type MessageStatus =
  | "scheduled"
  | "queued"
  | "sending"
  | "sent"
  | "delivered"
  | "read"
  | "undelivered"
  | "failed"
  | "cancelled"
  | "received";

/** What a message can come to: a status, `taken` (the carrier gave it an id), `unknown` (its answer was lost), or `handed_on` (it goes another way). */
export type StepName = MessageStatus | "taken" | "unknown" | "handed_on";

export type Direction = "inbound" | "outbound";

/** One attachment: a public URL, the name it has for a person, its media type and size in bytes where known. */
export type Attachment = { url: string; name: string | null; mimeType: string | null; size: number | null };

/** A message by the key that accepted it. */
export type Origin = { keyId: string; messageId: string };

/** What a send asks for, after the edge has validated it; `to` and `fromNumber` as they were written, until the pool reads them. Times in epoch milliseconds. */
export type Draft = {
  to: string;
  /** The recipient as written, in E.164 form, once the pool has read it: a person may have two writings. */
  writtenTo?: string;
  /** The group that a list of recipients comes to, once the pool has read it. */
  listed?: ListedGroup;
  channel: SenderChannel;
  /** What the sender must be of, where the caller says so. */
  only?: SenderChannel;
  /** Whether `fromNumber` names a number alone, which an SMS and a WhatsApp sender may share. */
  byNumber?: true;
  text: string | null;
  attachments: Attachment[];
  fromNumber: string | null;
  metadata: Record<string, unknown> | null;
  sendAt: number | null;
  /** Until when it is quiet where the recipient is, once the pool has decided that it waits for that. */
  quietUntil?: number;
  /** Whose message it is, where another key hands it on. */
  carriedFor?: Origin;
  /** The message that it comes right behind, by its sequence number, where that was accepted before. */
  follows?: number;
  extras: SendExtras;
};

/** Returns before when a draft may not leave, null where nothing holds it: its own time, or the end of the quiet hours that this falls into. */
export function leavesAt({ sendAt, quietUntil }: Pick<Draft, "sendAt" | "quietUntil">): number | null {
  return quietUntil ?? sendAt;
}

/** A group by its members, in the form of the ledger; `isNew`: a send to them makes it. */
export type ListedGroup = { id: string; isNew: boolean; members: string[] };

/** What is passed through to the carrier as it stands. */
export type SendExtras = {
  contentSid?: string;
  contentVariables?: string;
  messagingServiceSid?: string;
  validityPeriodSeconds?: number;
  smartEncoded?: boolean;
  contentRetention?: "retain" | "discard";
  shortenLinks?: boolean;
  /** It does not wait for the end of quiet hours; `quietHours`: those in force for it in place of its key's. */
  urgent?: boolean;
  quietHours?: QuietHours;
  /** Quiet hours of its campaign, which hold besides. */
  alsoQuiet?: QuietHours;
  effect?: MessageEffect;
  /** The message that it answers, by the network's id. */
  replyTo?: { messageId: string | null; providerId: string; partIndex: number };
  /** What makes up one bubble, in order; it stands for text and attachments. */
  parts?: BubblePart[];
  /** Whether the person is shown that something is being typed before it leaves, and our contact card with it. */
  typingFirst?: boolean;
  shareContact?: boolean;
  /** Whether a person who is not on iMessage gets it as SMS from the same line; `only`: it was tried by iMessage before. */
  lineSms?: boolean | "only";
};

/** The effects of iMessage, by the public API's words. */
export const messageEffects = [
  "slam",
  "loud",
  "gentle",
  "invisible-ink",
  "echo",
  "spotlight",
  "balloons",
  "confetti",
  "love",
  "lasers",
  "fireworks",
  "celebration",
] as const;
export type MessageEffect = (typeof messageEffects)[number];
/** A part of a bubble: words, which may name a person by address, or a file at a public URL. */
export type BubblePart = { text: string; mention?: string } | { url: string; name?: string };

/** Whether a delivery report will ever come (`not_expected`: seed 002's countries; `missing`: none came within four days). */
export type DeliveryReport = "expected" | "not_expected" | "missing";

/** One line of a selection trace: a candidate, whether it could carry the message, and why in words for a person. */
export type Candidate = { phoneNumber: string; eligible: boolean; why: string };
export type SelectionReason =
  | "requested"
  | "sticky"
  | "first"
  | "round_robin"
  | "weighted"
  | "geographic"
  | "least_busy"
  | "replied_to";
export type SelectionTrace = { reason: SelectionReason; considered: Candidate[]; note: string | null };

/** What somebody made of a message: `sender` null is ourselves. A reaction that was taken back has `is_added` false. */
export type Reaction = { reaction: string; is_added: boolean; time_sent: number; sender: string | null };

/** What a failed message's code means: our name for it, words for a person, and whether sending again makes sense. */
export type MessageFailure = { name: string; meaning: string; retry: string };

/** A message as the ledger keeps it. Times in epoch milliseconds. */
export type Message = {
  id: string;
  chatId: string;
  direction: Direction;
  /** Our number of the conversation. */
  number: string;
  channel: Channel;
  text: string | null;
  attachments: Attachment[];
  metadata: Record<string, unknown> | null;
  status: MessageStatus;
  /** True while the carrier's answer to the send is not known. */
  outcomeUnknown: boolean;
  createdAt: number;
  sendAt: number | null;
  /** Until when it waits for the end of quiet hours, null where it does not; a pool of before does not say. */
  quietUntil?: number | null;
  sentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
  errorCode: string | null;
  errorMessage: string | null;
  failure: MessageFailure | null;
  providerId: string | null;
  accountId: string;
  segments: number;
  encoding: "GSM-7" | "UCS-2" | null;
  deliveryReport: DeliveryReport;
  verified: boolean;
  trace: SelectionTrace | null;
  extras: SendExtras;
  carrierDetail: Record<string, unknown> | null;
  /** How often its short links were followed: all requests, and those that look like a person's; null before the first. */
  clicks: { raw: number; human: number } | null;
  reactions: Reaction[];
  /** Who wrote it, in a group; left out by a pool of the release before. */
  sender?: string | null;
  /** What it came to after it was accepted, in order; empty for messages that are older than this list. */
  life: { to: StepName; at: number }[];
};
