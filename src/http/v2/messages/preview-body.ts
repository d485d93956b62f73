import * as z from "zod";
import { type Failure, ok, type Result } from "../../../domain/failure.ts";
import type { Draft } from "../../../domain/message.ts";
import type { Preview } from "../../../domain/preview.ts";
import { check } from "../../validate.ts";
import { toDrafts } from "./send-drafts.ts";
import { messageFields } from "./send-request.ts";

/** A message as a preview takes it: it may go without content, and has no unknown fields. */
const PreviewBody = z.strictObject(messageFields);
type Body = z.output<typeof PreviewBody>;

/**
 * Returns what a send of this body to this person would come to, asked of the pool by `ask`. What a send refuses by a code of its own is refused in the preview; a body
 * that cannot be read (`invalid_request`) is a failure.
 */
export async function previewBody(
  to: string,
  given: unknown,
  ask: (drafts: Draft[]) => Promise<Result<Preview>>,
  nameLine?: (body: Body) => Promise<{ body: Body; failure: Failure | null }>,
): Promise<Result<Preview>> {
  const body = check("body", PreviewBody, given);
  if (!body.ok) return refuse(body.failure, ask);
  const worded = await nameLine?.(body.value);
  if (worded?.failure != null) return refuse(worded.failure, ask);
  const drafts = toDrafts(to, worded?.body ?? body.value, undefined);
  return drafts.ok ? ask(drafts.value) : refuse(drafts.failure, ask);
}

/** Asked for no message, the pool says alone whether there is anybody to ask. */
async function refuse(failure: Failure, ask: (drafts: Draft[]) => Promise<Result<Preview>>): Promise<Result<Preview>> {
  if (failure.code === "invalid_request") return { ok: false, failure };
  const asked = await ask([]);
  return asked.ok ? ok({ ...asked.value, failure }) : asked;
}
