import type { DeliveryReport, Draft, Message, MessageStatus, Origin } from "./message.ts";
import type { Channel, KeyMode } from "./snapshot.ts";

/**
 * Failures of an iMessage line that say for certain that nothing reached the person: they are not on iMessage, or nothing was handed to Apple. Apple's other numbers
 * have no agreed meaning, and an outcome that is not known may be a message.
 */
const surelyNotGone: ReadonlySet<string> = new Set([
  "recipient_not_on_imessage",
  "22",
  "handles_not_found",
  "line_offline",
  "line_password_refused",
  "line_receives_only",
  "line_not_addressed",
  "inbound_only_no_prior_inbound",
  "private_api_needed",
  "reply_not_supported",
  "bridge_refused",
]);
/** Those of them that say that the person is not on iMessage: the same line may have SMS for them. */
const notOnIMessage: ReadonlySet<string> = new Set(["recipient_not_on_imessage", "22", "handles_not_found"]);

/** Says whether a message that a line failed with this code may go another way. */
export function mayFallBack(code: string | null, to: "line_sms" | "api_key"): boolean {
  return code !== null && (to === "line_sms" ? notOnIMessage : surelyNotGone).has(code);
}

/** Why a message goes no other way although its key wishes it, by what is kept with it. */
export const obstacles = {
  group: "It is for a group, which never falls back.",
  email: "It is for an e-mail address, which has no SMS to fall back to.",
  no_sms: "The line cannot send it as SMS: no iPhone forwards text messages to its Mac.",
} as const;

/** A message on its way from the key of a line to the key that carries it by SMS. */
export type Parcel = {
  from: Origin;
  to: string;
  organizationId: string;
  mode: KeyMode;
  draft: Draft;
  /** The message of the same send that it comes right behind. */
  behind?: Origin;
};
/** Who carries a message, and what it comes to there. */
export type Carriage = { messageId: string; fromNumber: string; channel: Channel; deliveryReport: DeliveryReport };
/** What a key made of a parcel; its first answer is its answer for ever. */
export type ParcelAnswer = ({ taken: true } & Carriage) | { taken: false; because: string };
/** How a carried message stands at the key that carries it; `n` names what is struck once this was heard. */
export type CarriedReport = Carriage & {
  from: Origin;
  n: number;
  status: MessageStatus;
  providerId: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  /** When it came to that, in epoch milliseconds. */
  at: number;
  /** What its person said to it there and was not heard of yet; left out where that is nothing. */
  answers?: CarriedAnswer[];
};
/** What a person said to a message that another key carried, and when (epoch milliseconds): that they want no more, that they do again, or anything else. */
export type CarriedAnswer = { kind: "reply" | "stop" | "start"; text: string | null; at: number };
/** What a key owes others: messages to be carried, those that are to be held back after all, and how those stand that it carries. */
export type ToCarry = { parcels: Parcel[]; recalls: Recall[]; reports: CarriedReport[] };

/** What is kept with a message that went another way. */
export type Fell = {
  to: "line_sms" | "api_key";
  api_key_id?: string;
  because: string;
  words: string;
  at: number;
  message_id?: string;
  from_number?: string;
  provider_id?: string;
  /** When somebody asked for it to be cancelled, in epoch milliseconds. */
  cancel_asked_at?: number;
};

/** A message that is to be held back, and the key that may have it. */
export type Recall = { from: Origin; to: string };
/** Where a called back message stood at the key that may carry it; `arrived` false: it never came there, and never will. A pool of before does not say `status`. */
export type Recalled = { arrived: boolean; status?: MessageStatus };

/** Returns why a message went no other way although its key wished it, null where nothing is known of that. What failed before this was kept has the words alone, behind those of its failure. */
export function readObstacle({
  carrierDetail,
  errorMessage,
}: Pick<Message, "carrierDetail" | "errorMessage">): string | null {
  const kept = carrierDetail?.no_fallback;
  const byCode = Object.entries(obstacles).find(([code]) => code === kept);
  return byCode?.[1] ?? Object.values(obstacles).find((words) => errorMessage?.endsWith(words)) ?? null;
}

/** Returns how a message went another way, null where it did not. */
export function readFell(carrier: Record<string, unknown> | null): Fell | null {
  // Only the pool writes it.
  return (carrier?.fallback as Fell | undefined) ?? null;
}

/** Returns why a message goes another way and which, as a sentence. */
export function tellFell({ to, api_key_id, words }: Fell): string {
  const way =
    to === "line_sms"
      ? "it leaves as SMS from the same line"
      : `it is handed to API key ${api_key_id}, to leave by SMS`;
  return `${words.replace(/\.?$/, ":")} ${way}.`;
}
