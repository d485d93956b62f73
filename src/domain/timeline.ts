import { eventOfStatus, type MessageEvent } from "./event.ts";
import { readFell, readObstacle, tellFell } from "./fallback.ts";
import type { Message, StepName } from "./message.ts";

/** What one entry of a message's life is about. `handed_on`: it goes another way; `left`: handed to the carrier; `taken`: the carrier gave it an id; `put_back`: known not to be taken, and waits again. */
export const timelineKinds = [
  "received",
  "accepted",
  "chosen",
  "left",
  "taken",
  "put_back",
  "handed_on",
  "unknown",
  "sent",
  "delivered",
  "read",
  "failed",
  "cancelled",
] as const;
export type TimelineKind = (typeof timelineKinds)[number];
/** One entry: what happened when, in a sentence for a person, and the event that told of it, where one does. */
export type Happening = { at: number; kind: TimelineKind; words: string; event: MessageEvent | null };

/** Returns what happened to a message, oldest first. Of messages older than the list of their steps, what their times and state tell. */
export function tellLife(message: Message): Happening[] {
  const { createdAt: at, chatId, number, segments, sendAt, trace } = message;
  if (message.direction === "inbound") {
    return [{ at, kind: "received", words: `${chatId} wrote to ${number}.`, event: "message.received" }];
  }
  const parts = segments === 1 ? "1 part" : `${segments} parts`;
  const later = sendAt === null ? "" : `, to leave at ${new Date(sendAt).toISOString()}`;
  const chosen: Happening[] = trace === null ? [] : [{ at, kind: "chosen", words: whyChosen(message), event: null }];
  return [
    { at, kind: "accepted", words: `Accepted for ${chatId}, in ${parts}${later}.`, event: "message.queued" },
    ...chosen,
    ...tellSteps(message),
  ];
}

/** Returns why a message has the sender that it has, as a sentence. */
function whyChosen({ number, trace }: Message): string {
  const own = trace?.considered.find(({ phoneNumber }) => phoneNumber === number)?.why.replace(/^chosen: /, "");
  const why = own ?? trace?.reason.replaceAll("_", " ") ?? "it was asked for";
  const note = trace?.note == null ? "" : ` ${trace.note}`;
  return `${number} speaks: ${why}.${note}`;
}

function tellSteps(message: Message): Happening[] {
  let tries = 0;
  return stepsOf(message).map(({ to, at }) => {
    if (to === "sending") tries += 1;
    return { at, kind: kindOf[to], words: wordsOf(message, to, tries), event: eventOf(to) };
  });
}

/** What is put back was told to be queued when it was accepted. */
function eventOf(to: StepName): MessageEvent | null {
  if (to === "taken" || to === "unknown" || to === "handed_on" || kindOf[to] === "put_back") return null;
  return eventOfStatus(to);
}

function stepsOf(message: Message): Message["life"] {
  if (message.life.length > 0) return message.life;
  const { status, sentAt, deliveredAt, readAt, createdAt } = message;
  const known: Message["life"] = [
    ...(sentAt === null ? [] : [{ to: "sent" as const, at: sentAt }]),
    ...(deliveredAt === null ? [] : [{ to: "delivered" as const, at: deliveredAt }]),
    ...(readAt === null ? [] : [{ to: "read" as const, at: readAt }]),
  ];
  const isTold = ["scheduled", "queued", "sending", "sent", "delivered", "read", "received"].includes(status);
  return isTold ? known : [...known, { to: status, at: known.at(-1)?.at ?? createdAt }];
}

const kindOf: Record<StepName, TimelineKind> = {
  scheduled: "put_back",
  queued: "put_back",
  sending: "left",
  taken: "taken",
  handed_on: "handed_on",
  unknown: "unknown",
  sent: "sent",
  delivered: "delivered",
  read: "read",
  undelivered: "failed",
  failed: "failed",
  cancelled: "cancelled",
  received: "received",
};

function wordsOf(message: Message, to: StepName, tries: number): string {
  switch (to) {
    case "scheduled":
    case "queued":
      return "The carrier did not take it for now: it waits for another try.";
    case "sending":
      return tries > 1 ? `Handed to the carrier again, try ${tries}.` : "Handed to the carrier.";
    case "taken":
      return `The carrier took it${message.providerId === null ? "" : ` as ${message.providerId}`}.`;
    case "handed_on":
      return whyHandedOn(message);
    case "unknown":
      return whyUnknown(message);
    case "sent":
      return "The carrier passed it on to the recipient's network.";
    case "delivered":
      return `Delivered to the recipient's phone${fellBack(message) ? " by text message: its Messaging Service fell back from RCS" : ""}.`;
    case "read":
      return "The recipient has read it.";
    case "undelivered":
    case "failed":
      return whyFailed(message);
    case "cancelled":
      return "Cancelled before it left.";
    case "received":
      return "Received.";
  }
}

/** A message of an RCS agent that a number has carried. */
function fellBack({ number, channel }: Message): boolean {
  return number.startsWith("rcs:") && channel === "sms";
}

function whyHandedOn({ carrierDetail }: Message): string {
  const fell = readFell(carrierDetail);
  if (fell === null) return "It goes another way.";
  const from = fell.from_number === undefined ? "" : ` There it is ${fell.message_id}, from ${fell.from_number}.`;
  return `${tellFell(fell)}${from}`;
}

function whyUnknown({ carrierDetail }: Message): string {
  const because = carrierDetail?.unknown_because;
  const why = typeof because === "string" ? ` (${because.replace(/\.$/, "")})` : "";
  return `The carrier's answer was lost${why}. Whether it was taken is being found out; it is not sent again blindly.`;
}

/** Returns why a message failed, as a sentence: what its code means, and why it went no other way although its key wishes it; where the fallback did not carry it either, what became of that. */
export function reasonOf(message: Message): string {
  const { errorCode, errorMessage, failure, carrierDetail } = message;
  if (failure === null || (errorMessage !== null && readFell(carrierDetail)?.because === errorCode))
    return errorMessage ?? "The carrier gave no reason.";
  const against = readObstacle(message);
  return against === null ? failure.meaning : `${failure.meaning} ${against}`;
}

/** A message that failed never does so without words. */
function whyFailed(message: Message): string {
  const { errorCode, failure } = message;
  const code = errorCode === null || errorCode === failure?.name ? "" : ` with ${errorCode}`;
  return `Failed${code}: ${reasonOf(message)}${failure === null ? "" : ` Send again? ${failure.retry}`}`;
}
