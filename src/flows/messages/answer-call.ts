import { findInboundRoute } from "../../directory/numbers.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readSignedForm } from "../../domain/twilio-signature.ts";
import { judgeRequest, refuseUngenuine, type SignedForm } from "../accounts/judge-request.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";
import { handsOfRequest } from "../webhooks/deliver.ts";

/** Answers an inbound call: where the account has the voice channel on, its pool owes `call.received`, and the call goes to the configured number or ends. */
export async function answerCall(deps: Deps, incoming: SignedForm): Promise<Result<{ forwardTo: string | null }>> {
  const form = readSignedForm(incoming.params, ["AccountSid", "CallSid", "From", "To"]);
  if (form === null) return fail("signature_invalid");
  const genuine = await judgeRequest(deps, incoming, form.get("AccountSid") ?? "");
  const refusal = refuseUngenuine(genuine);
  if (refusal !== null) return refusal;
  const to = form.get("To") ?? "";
  const route = await findInboundRoute(deps.db, incoming.accountId, to);
  if (route === null || route.number === null)
    return fail("signature_invalid", "This account does not own the number.");
  const { account, number } = route;
  if (!account.sync.channels.includes("voice")) return ok({ forwardTo: null });
  const forwardTo = account.voiceForward;
  if (number.apiKeyId !== null) {
    const call = { providerId: form.get("CallSid") ?? "", from: form.get("From") ?? "", to, forwardedTo: forwardTo };
    await askPool(deps, number.apiKeyId, (pool) => pool.noteCall(call, handsOfRequest));
  }
  return ok({ forwardTo });
}
