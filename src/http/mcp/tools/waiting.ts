import * as z from "zod";
import { ok } from "../../../domain/failure.ts";
import type { Message } from "../../../domain/message.ts";
import { defineTool, readMessage, type World } from "../tool.ts";
import { messageShape, showMessage, shownMessage } from "./reading.ts";
import { contact, messageId, untrusted } from "./words.ts";

const timeout = z.int().min(1).max(25).default(20);
const everyMs = 1_000;
const finalStatuses: readonly Message["status"][] = ["delivered", "read", "undelivered", "failed", "cancelled"];
/** Replies beyond these are found by read_conversation. */
const looksAt = 50;

export const waitForStatus = defineTool({
  name: "wait_for_status",
  description: "Waits until a message is delivered, failed or cancelled, or the time is up.",
  input: z.object({ message_id: messageId, timeout_seconds: timeout }),
  output: z.looseObject({ ...messageShape, final: z.boolean(), timed_out: z.boolean() }),
  hints: { readOnlyHint: true },
  async run({ message_id, timeout_seconds }, world) {
    for (
      const until = world.now() + timeout_seconds * 1000;
      ;
      await world.pause(Math.min(everyMs, until - world.now()))
    ) {
      const view = await readMessage(world, message_id);
      if (!view.ok) return view;
      const { message } = view.value;
      const final = isFinal(message);
      const timedOut = !final && world.now() >= until;
      if (final || timedOut) return ok({ ...showMessage(message), final, timed_out: timedOut } as never);
    }
  },
});

function isFinal({ status, deliveryReport }: Message): boolean {
  return finalStatuses.includes(status) || (status === "sent" && deliveryReport !== "expected");
}

export const waitForReply = defineTool({
  name: "wait_for_reply",
  description: `Waits until a person writes after our last message, or after the message named in after. On timed_out, call again with the answer's after. ${untrusted}`,
  input: z.object({
    contact,
    after: z.string().max(128).optional(),
    timeout_seconds: timeout,
  }),
  output: z.object({
    replies: z.array(shownMessage),
    timed_out: z.boolean(),
    after: z.string().nullable(),
  }),
  hints: { readOnlyHint: true },
  async run({ contact: chatId, after, timeout_seconds }, world) {
    for (
      const until = world.now() + timeout_seconds * 1000;
      ;
      await world.pause(Math.min(everyMs, until - world.now()))
    ) {
      const replies = await readReplies(world, chatId, after);
      if (!replies.ok) return replies;
      const timedOut = replies.value.length === 0 && world.now() >= until;
      if (replies.value.length === 0 && !timedOut) continue;
      const last = replies.value.at(-1)?.id ?? after ?? null;
      return ok({ replies: replies.value.map(showMessage) as never, timed_out: timedOut, after: last });
    }
  },
});

/** Returns what a person wrote after a message, or after the last one of ours. Somebody unknown has written nothing yet. */
async function readReplies(world: World, chatId: string, after: string | undefined) {
  const asked = { chatId, limit: looksAt, offset: 0, sort: "desc", direction: null, since: null, until: null } as const;
  const page = await world.pool((pool) => pool.listMessages(world.credential, asked));
  if (!page.ok) return page.failure.code === "not_found" ? ok<Message[]>([]) : page;
  const { messages } = page.value;
  const isEnd = ({ id, direction }: Message) => (after === undefined ? direction === "outbound" : id === after);
  const end = messages.findIndex(isEnd);
  const newer = end === -1 ? messages : messages.slice(0, end);
  return ok(newer.filter(({ direction }) => direction === "inbound").reverse());
}
