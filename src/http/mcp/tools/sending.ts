import * as z from "zod";
import { fail, ok, type Result } from "../../../domain/failure.ts";
import type { Preview } from "../../../domain/preview.ts";
import { maxRequestedLength } from "../../../domain/split-text.ts";
import { publicStatus } from "../../../domain/status.ts";
import { previewBody } from "../../v2/messages/preview-body.ts";
import { chatPath, defineTool, readMessage, type World } from "../tool.ts";
import { whyThisNumber } from "./explaining.ts";
import { contact, fromNumber, messageId } from "./words.ts";

export const sendMessage = defineTool({
  name: "send_message",
  description:
    "Sends to a person's phone; it cannot be taken back. Use a new idempotency_key for each message you mean, the same to repeat a call: it is sent once. Then wait_for_status, wait_for_reply.",
  input: z.object({
    to: contact,
    text: z.string().max(maxRequestedLength).optional(),
    attachments: z.array(z.string()).max(10).optional().describe("https URLs."),
    from_number: fromNumber,
    idempotency_key: z.string().min(1).max(255).describe("Such as order-17."),
    send_at: z.union([z.string(), z.number()]).optional().describe("ISO 8601 with offset, or ms."),
    confirm_new_contact: z.boolean().optional().describe("To somebody new: ask a person first."),
  }),
  output: z.object({
    message_id: z.string(),
    message_ids: z.array(z.string()).optional(),
    status: z.string(),
    to: z.string(),
    from_number: z.string(),
    why_this_number: z.string().nullable(),
    parts: z.int(),
    repeated: z.boolean().describe("Nothing new was sent."),
  }),
  hints: { destructiveHint: true, idempotentHint: true, openWorldHint: true },
  async run({ to, idempotency_key, confirm_new_contact, ...content }, world) {
    const body = Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));
    const met = confirm_new_contact === true ? ok(null) : await refuseStranger(world, to, content.from_number ?? null);
    if (!met.ok) return met;
    const headers = { "Idempotency-Key": idempotency_key };
    const sent = await world.api("POST", `${chatPath(to)}/messages`, { body, headers });
    if (!sent.ok) return sent;
    const view = await readMessage(world, String(sent.value.body.message_id));
    if (!view.ok) return view;
    const { message } = view.value;
    return ok({
      message_id: message.id,
      ...idsOf(sent.value.body.message_ids),
      status: publicStatus(message.status) ?? "queued",
      to: message.chatId,
      from_number: message.number,
      why_this_number: whyThisNumber(message),
      parts: message.segments,
      repeated: sent.value.status === 200,
    });
  },
});

function idsOf(ids: unknown): { message_ids?: string[] } {
  return Array.isArray(ids) ? { message_ids: ids.map(String) } : {};
}

/** A real message to somebody who never heard of this key costs a reputation: a model has to say that it means it. */
async function refuseStranger(world: World, to: string, from: string | null): Promise<Result<null>> {
  if (world.key.mode === "test") return ok(null);
  const chat = await world.api("GET", chatPath(to));
  if (chat.ok) return ok(null);
  if (chat.failure.code !== "not_found") return chat;
  const preview = await askPreview(world, { to, from_number: from });
  if (!preview.ok) return preview;
  if (preview.value.failure !== null) return { ok: false, failure: preview.value.failure };
  const would = `It would leave from ${preview.value.fromNumber}.`;
  return fail(
    "confirmation_required",
    `This key has never had a message with ${to}. ${would} If a person wants that, call send_message again with confirm_new_contact: true and the same idempotency_key.`,
  );
}

type Asked = { to: string; text?: string | undefined; attachments?: string[] | undefined; from_number?: string | null };

function askPreview(world: World, { to, ...body }: Asked): Promise<Result<Preview>> {
  return previewBody(to, body, (drafts) => world.pool((pool) => pool.preview(drafts)));
}

export const previewSend = defineTool({
  name: "preview_send",
  description: "Says what send_message would do and why, without sending: refusals, sender, parts.",
  input: z.object({
    to: contact,
    text: z.string().max(maxRequestedLength).optional(),
    attachments: z.array(z.string()).max(10).optional().describe("https URLs."),
    from_number: fromNumber,
  }),
  output: z.object({
    would_send: z.boolean(),
    from_number: z.string().nullable(),
    reason: z.string(),
    parts: z.int().nullable(),
    considered: z.array(z.looseObject({ number: z.string(), why: z.string() })),
  }),
  hints: { readOnlyHint: true },
  async run({ from_number, ...asked }, world) {
    const previewed = await askPreview(world, { ...asked, from_number: from_number ?? null });
    if (!previewed.ok) return previewed;
    const { failure, fromNumber: from, note, reason, considered, parts } = previewed.value;
    const trace = reason === null ? null : { reason, note, considered };
    const why = from === null ? null : whyThisNumber({ number: from, trace });
    return ok({
      would_send: failure === null,
      from_number: from,
      reason: failure?.message ?? why ?? "",
      parts,
      considered: considered.map(({ phoneNumber, eligible, why }) => ({ number: phoneNumber, eligible, why })),
    });
  },
});

export const cancelMessage = defineTool({
  name: "cancel_message",
  description: "Cancels a message that has not left yet.",
  input: z.object({ message_id: messageId }),
  output: z.object({ message_id: z.string(), cancelled: z.boolean(), status: z.string() }),
  hints: { destructiveHint: true, idempotentHint: true },
  async run({ message_id }, world) {
    const view = await readMessage(world, message_id);
    if (!view.ok) return view;
    const path = `${chatPath(view.value.message.chatId)}/messages/${message_id}`;
    const answer = await world.api("DELETE", path);
    if (!answer.ok) return answer;
    return ok({
      message_id,
      cancelled: answer.value.body.cancelled === true,
      status: String(answer.value.body.status),
    });
  },
});
