import type { SendRequest } from "../../../domain/pool-calls.ts";
import { fingerprintOf } from "../../../flows/messages/send.ts";

/** Returns a send with its idempotency: the key, and the hash of what is asked. */
export async function toSendRequest(
  drafts: SendRequest["drafts"],
  key: string | null | undefined,
  asked: unknown,
): Promise<SendRequest> {
  return { drafts, idempotency: key == null ? null : { key, fingerprint: await fingerprintOf(asked) } };
}
