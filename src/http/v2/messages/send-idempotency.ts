import type { SendRequest } from "../../../domain/calls/sending.ts";
import type { Failure } from "../../../domain/failure.ts";
import { fingerprintOf } from "../../../flows/messages/send.ts";

/**
 * Returns a send with its idempotency: the key, and the hash of what is asked. What is refused for something that may have changed since it was asked first (`failure`)
 * goes to the pool too, where its answer may stand.
 */
export async function toSendRequest(
  drafts: SendRequest["drafts"],
  key: string | null | undefined,
  asked: unknown,
  failure: Failure | null = null,
): Promise<SendRequest> {
  const idempotency = key == null ? null : { key, fingerprint: await fingerprintOf(asked) };
  return failure === null ? { drafts, idempotency } : { drafts: [], idempotency, refused: { failure, drafts } };
}
