import type { Cancelling } from "../../domain/calls/sending.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Deps } from "../deps.ts";
import { callBack } from "./carry.ts";

export type Cancelled = { status: "cancelled" | "cancellation_requested"; message: string };

/**
 * Ends the cancelling that a key's object began: what another key carries is asked for there, where it may still wait. That key decides; where it cannot be asked now
 * the wish is kept, and carried on until it has answered.
 */
export async function endCancelling(deps: Deps, keyId: string, begun: Result<Cancelling>): Promise<Result<Cancelled>> {
  if (!begun.ok) return begun;
  const { recall } = begun.value;
  if (recall === undefined) return ok({ status: "cancelled", message: "Message cancelled" });
  const ended = await callBack(deps, keyId, recall);
  const status = ended?.ok ? ended.value : null;
  if (status === "cancelled") return ok({ status, message: `Message cancelled, also at API key ${recall.to}` });
  if (status === null) {
    const message = `API key ${recall.to} carries it and is being asked: it is cancelled unless it has left there.`;
    return ok({ status: "cancellation_requested", message });
  }
  const words = `API key ${recall.to} carries it, and there it is past cancelling: it has left, or is leaving.`;
  return fail("message_not_cancellable", words, { message_status: status });
}
