/** What came of asking a carrier to send: taken, refused for good, told to wait (known not taken), or not known. */
export type Outcome =
  | { kind: "accepted"; providerId: string; from: string | null; requestId: string | null }
  | { kind: "refused"; code: string | null; message: string; httpStatus: number; requestId: string | null }
  | { kind: "wait"; retryAfterSeconds: number | null; requestId: string | null }
  | { kind: "unknown"; cause: string; requestId: string | null };

/** Says whether a refusal is about the account and not the message: HTTP 401, or the code of an account that is not active (20005). */
export function refusesLogin(refused: { code: string | null; httpStatus: number }): boolean {
  return refused.httpStatus === 401 || refused.code === "20005";
}

/** What of an HTTP answer decides: its status, the id it names, and the carrier's own code and words. */
export type CarrierAnswer = {
  status: number;
  providerId: string | null;
  from: string | null;
  code: string | null;
  message: string | null;
  retryAfterSeconds: number | null;
  requestId: string | null;
};

/**
 * Reads an answer to a send: 2xx with an id is accepted; 429 is known not to be taken; other 4xx but 408 are refusals; all else is unknown.
 * Source: twilio.com/docs/api/errors/20429 ("not processed"), support article 48916449686299; the create call has no idempotency key.
 */
export function readOutcome(answer: CarrierAnswer): Outcome {
  const { status, requestId } = answer;
  if (status >= 200 && status < 300 && answer.providerId !== null) {
    return { kind: "accepted", providerId: answer.providerId, from: answer.from, requestId };
  }
  if (status === 429) return { kind: "wait", retryAfterSeconds: answer.retryAfterSeconds, requestId };
  if (status >= 400 && status < 500 && status !== 408) {
    return {
      kind: "refused",
      code: answer.code,
      message: answer.message ?? `The carrier refused with HTTP ${status}.`,
      httpStatus: status,
      requestId,
    };
  }
  const cause = status >= 200 && status < 300 ? `HTTP ${status} without a message id` : `HTTP ${status}`;
  return { kind: "unknown", cause, requestId };
}
