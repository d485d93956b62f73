import type { Context } from "hono";
import type { SendAnswer } from "../domain/calls/sending.ts";
import type { Failure, Result } from "../domain/failure.ts";
import { sayAllowance } from "./rate-limit.ts";
import { noteAbout } from "./request-log.ts";

/** Notes what a key's pool said of sends: what is left of its cap for the answer's headers, and for the request's line which messages they are and why one was refused. */
export function noteSent(c: Context, answers: readonly Result<SendAnswer>[]): void {
  for (const answer of answers) {
    if (answer.ok) sayAllowance(c, answer.value.allowance);
    else noteRefused(c, answer.failure);
  }
  const ids = answers.flatMap((answer) => (answer.ok ? answer.value.messages : [])).map(({ messageId }) => messageId);
  noteAbout(c, ids);
}

/** Notes for the request's line why a part of it was refused, although it was answered as a whole. */
export function noteRefused(c: Context, { code }: Failure): void {
  c.set("refused", { code });
}
