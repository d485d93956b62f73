import type { Outcome } from "../carrier.ts";

/** What of an HTTP answer decides: its status, the id it names, and Twilio's own code and words. */
export type SendAnswer = {
  status: number;
  providerId: string | null;
  from: string | null;
  code: string | null;
  message: string | null;
  retryAfterSeconds: number | null;
  requestId: string | null;
};

/** The account has sent all that it may within 24 hours (twilio.com/docs/api/errors/63038), which is answered with HTTP 429 too. */
const dailyLimitCode = "63038";

/**
 * Reads an answer to a send: 2xx with an id is accepted; 429 is known not to be taken; other 4xx but 408 are refusals, of the account for HTTP 401 and
 * the code of one that is not active (20005); all else is unknown.
 * Source: twilio.com/docs/api/errors/20429 ("not processed"), support article 48916449686299; the create call has no idempotency key.
 */
export function readOutcome(answer: SendAnswer): Outcome {
  const { status, code, requestId } = answer;
  if (status >= 200 && status < 300 && answer.providerId !== null) {
    return { kind: "accepted", providerId: answer.providerId, from: answer.from, requestId };
  }
  if (status === 429) {
    return { kind: "wait", retryAfterSeconds: answer.retryAfterSeconds, requestId, spent: code === dailyLimitCode };
  }
  if (status >= 400 && status < 500 && status !== 408) {
    const message = answer.message ?? `The carrier refused with HTTP ${status}.`;
    if (status === 401 || code === "20005") return refuseAccount({ status, code, message, requestId });
    return { kind: "refused", code, message, requestId };
  }
  const cause = status >= 200 && status < 300 ? `HTTP ${status} without a message id` : `HTTP ${status}`;
  return { kind: "unknown", cause, requestId };
}

/** Returns the outcome of a send that Twilio refused because of the account, in words for its owner. */
export function refuseAccount(refused: {
  status: number;
  code: string | null;
  message: string;
  requestId: string | null;
}): Outcome {
  const { status, code, message, requestId } = refused;
  const because = `Twilio refused to send for this account: HTTP ${status}, ${code ?? "no code"}, ${message}`;
  return { kind: "account_refused", because, requestId };
}
