import type * as z from "zod";
import type { Credential } from "../../../domain/calls/asker.ts";
import { ok } from "../../../domain/failure.ts";
import type { Deps } from "../../../flows/deps.ts";
import { lineNamer } from "../../../flows/messages/name-line.ts";
import { sendMessage } from "../../../flows/messages/send.ts";
import { toSent, warnOf, withWarning } from "./answers.ts";
import { toDrafts, whatIsAsked } from "./send-drafts.ts";
import { toSendRequest } from "./send-idempotency.ts";
import type { SendMessageBody } from "./send-request.ts";

/** A send whose parts were judged. */
export type ReadSend = {
  chatId: string;
  headers: { "Idempotency-Key"?: string | undefined; "X-From-Number"?: string | undefined };
  body: z.output<typeof SendMessageBody>;
};

/** Asks the key's pool to accept a send; returns what it said, and the answer's status and body. */
export async function takeSend(deps: Deps, credential: Credential, { chatId, headers, body }: ReadSend) {
  const worded = await lineNamer(deps, credential.keyId)(body);
  const drafts = toDrafts(chatId, worded.body, headers["X-From-Number"]);
  if (!drafts.ok) return drafts;
  const asked = whatIsAsked(body);
  const request = await toSendRequest(drafts.value, headers["Idempotency-Key"], asked, worded.failure);
  const sent = await sendMessage(deps, credential, request);
  if (!sent.ok) return sent;
  const status = sent.value.replayed ? 200 : 202;
  return ok({ sent: sent.value, status, answer: withWarning(toSent(sent.value), warnOf(body)) } as const);
}
