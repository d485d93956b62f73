import * as z from "zod";
import { ok } from "../../../domain/failure.ts";
import type { Message } from "../../../domain/message.ts";
import { reasonOf } from "../../../domain/timeline.ts";
import { defineTool, readMessage } from "../tool.ts";
import { messageId } from "./words.ts";

export const explainDelivery = defineTool({
  name: "explain_delivery",
  description: "Tells in sentences which number spoke and why, how far the message came, what failed and what to do.",
  input: z.object({ message_id: messageId }),
  output: z.object({ message_id: z.string(), story: z.array(z.string()) }),
  hints: { readOnlyHint: true },
  async run({ message_id }, world) {
    const view = await readMessage(world, message_id);
    return view.ok ? ok({ message_id, story: tell(view.value.message) }) : view;
  },
});

/** Returns a message's life in sentences. */
export function tell(message: Message): string[] {
  if (message.direction === "inbound") {
    return [`${message.chatId} wrote to ${message.number} at ${clock(message.createdAt)}.`];
  }
  return [
    `Accepted at ${clock(message.createdAt)} for ${message.chatId}, in ${message.segments} part${message.segments === 1 ? "" : "s"}.`,
    ...tellChoice(message),
    ...tellProgress(message),
    ...tellEnd(message),
  ];
}

/** Returns why a message has the sender that it has, in words; null where nobody chose. */
export function whyThisNumber({ number, trace }: Pick<Message, "number" | "trace">): string | null {
  if (trace === null) return null;
  const own = trace.considered.find(({ phoneNumber, eligible }) => eligible && phoneNumber === number)?.why;
  const why = own ?? trace.reason.replaceAll("_", " ");
  return trace.note === null ? why : `${why}. ${trace.note}`;
}

function tellChoice(message: Message): string[] {
  const { number, trace } = message;
  if (trace === null) return [`${number} speaks.`];
  const passed = trace.considered.filter(({ phoneNumber, eligible }) => !eligible && phoneNumber !== number);
  return [
    `${number} speaks: ${whyThisNumber(message)}.`.replace(/\.\.$/, "."),
    ...passed.map(({ phoneNumber, why }) => `${phoneNumber} was passed over: ${why}.`.replace(/\.\.$/, ".")),
  ];
}

function tellProgress({ status, sendAt, sentAt, deliveredAt, readAt, outcomeUnknown }: Message): string[] {
  return [
    ...(status === "scheduled" && sendAt !== null ? [`It waits until ${clock(sendAt)}.`] : []),
    ...(status === "queued" ? ["It waits to leave."] : []),
    ...(outcomeUnknown
      ? ["The carrier's answer was lost: whether it was taken is being found out, and it is not sent again blindly."]
      : []),
    ...(sentAt === null ? [] : [`Taken to the network at ${clock(sentAt)}.`]),
    ...(deliveredAt === null ? [] : [`Delivered at ${clock(deliveredAt)}.`]),
    ...(readAt === null ? [] : [`Read at ${clock(readAt)}.`]),
  ];
}

function tellEnd(message: Message): string[] {
  const { status, deliveryReport, failure, errorCode } = message;
  if (status === "cancelled") return ["It was cancelled before it left."];
  if (status === "failed" || status === "undelivered") {
    return [
      `It failed${errorCode === null ? "" : ` (${errorCode})`}: ${reasonOf(message)}`,
      ...(failure === null ? [] : [failure.retry]),
    ];
  }
  if (status === "sent" && deliveryReport === "not_expected")
    return ["No delivery report comes from this country: sent is its end."];
  if (status === "sent" && deliveryReport === "missing") return ["No delivery report came within four days."];
  return [];
}

function clock(at: number): string {
  return new Date(at).toISOString();
}
