import { findApiKey } from "../../directory/api-keys.ts";
import type { MessageView } from "../../domain/calls/reading.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Draft, Message } from "../../domain/message.ts";
import { isFinal } from "../../domain/status.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";

const lookEveryMs = 250;
/** Ten seconds in all (admin-api.md, "Trying it"). */
const mostLooks = 40;

export type TestMessage = { to: string; text: string; fromNumber: string | null };

/** Sends a message by the path of every message and returns it once it is final, or as it stands after 10 seconds. */
export async function tryMessage(deps: Deps, keyId: string, test: TestMessage): Promise<Result<MessageView>> {
  if ((await findApiKey(deps.db, keyId)) === null) return fail("not_found", "API key not found.");
  const request = { drafts: [draftOf(test)], idempotency: null };
  const accepted = await askPool(deps, keyId, (pool) => pool.acceptAsAdmin([request]));
  if (!accepted.ok) return accepted;
  const answer = accepted.value[0] ?? fail("internal_error");
  if (!answer.ok) return answer;
  const messageId = answer.value.messages[0]?.messageId;
  if (messageId === undefined) throw new Error("A send that was accepted has no message.");
  return watchMessage(deps, keyId, messageId);
}

function draftOf({ to, text, fromNumber }: TestMessage): Draft {
  return { to, channel: "sms", text, attachments: [], fromNumber, metadata: null, sendAt: null, extras: {} };
}

async function watchMessage(deps: Deps, keyId: string, messageId: string): Promise<Result<MessageView>> {
  for (let look = 1; ; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    const seen = await askPool(deps, keyId, (pool) => pool.adminReadMessage(messageId));
    if (!seen.ok) return seen;
    if (look === mostLooks || nothingMoreIsExpected(seen.value.message)) return ok(seen.value);
  }
}

function nothingMoreIsExpected({ status, deliveryReport }: Message): boolean {
  return isFinal(status) || (status === "sent" && deliveryReport === "not_expected");
}
