import type { Candidate } from "../../../domain/message.ts";
import type { Preview } from "../../../domain/preview.ts";

/** Returns a preview as answers show it. */
export function toPreview({ failure, fromNumber, reason, note, considered, parts, encoding, quietUntil }: Preview) {
  const refusal = failure === null ? {} : { code: failure.code, message: failure.message };
  const choice = { from_number: fromNumber, reason, considered: toCandidates(considered), note };
  return { would_send: failure === null, ...refusal, ...choice, parts, encoding, quiet_until: quietUntil ?? null };
}

/** Returns a trace's candidates as answers show them. */
export function toCandidates(considered: Candidate[]) {
  return considered.map(({ phoneNumber, eligible, why }) => ({ phone_number: phoneNumber, eligible, why }));
}
