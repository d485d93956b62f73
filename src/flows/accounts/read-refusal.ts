import type { Refusal } from "../../carriers/carrier.ts";
import { describeError } from "../../carriers/twilio/errors.ts";
import { fail } from "../../domain/failure.ts";

/** Returns what a carrier's refusal of a management call means to the admin; `tried` names the credential where just one was tried. */
export function readRefusal(
  refusal: Refusal,
  tried = "credentials",
): { ok: false; failure: ReturnType<typeof fail>["failure"] } {
  const context = {
    twilio_code: refusal.code,
    twilio_message: refusal.message,
    twilio_meaning: describeError(refusal.code)?.meaning ?? null,
    twilio_status: refusal.status,
  };
  if (refusal.status === 401 || refusal.status === 403) {
    return fail("twilio_authentication_failed", `Twilio refused the ${tried}: ${refusal.message}`, context);
  }
  if (refusal.status === null || refusal.status === 429 || refusal.status >= 500) {
    return fail("twilio_unavailable", `Twilio did not answer as it should: ${refusal.message} Try again.`, context);
  }
  return fail("twilio_refused", `Twilio refused the request: ${refusal.message}`, context);
}
