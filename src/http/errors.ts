import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { hideNumericId, hidePeople } from "../domain/discreet.ts";
import { type Failure, type FailureCode, failLostKey, failureMessages } from "../domain/failure.ts";
import { UnopenedSecret } from "../sealing/envelope.ts";
import { findNearestCall, type KnownCall } from "./nearest-path.ts";
import { type Base, basePaths, fullPath, type Operation } from "./operation.ts";
import { refusalHeaders } from "./rate-limit.ts";
import type { Handled } from "./request-log.ts";

/** The one map from a failure to its HTTP status. */
export const statusOfFailure: Record<FailureCode, ContentfulStatusCode> = {
  invalid_request: 400,
  invalid_json: 400,
  invalid_chat_id: 400,
  groups_not_supported: 400,
  email_not_supported: 400,
  missing_content: 400,
  text_too_long: 400,
  invalid_attachment: 400,
  invalid_idempotency_key: 400,
  invalid_webhook_url: 400,
  not_supported_on_twilio: 400,
  reply_target_not_supported: 400,
  content_required: 400,
  capability_missing: 400,
  bulk_limit_exceeded: 400,
  unauthorized: 401,
  forbidden: 403,
  signature_invalid: 403,
  ambiguous_from: 409,
  from_number_not_owned: 403,
  inbound_only_no_prior_inbound: 403,
  api_key_paused: 403,
  recipient_opted_out: 403,
  country_not_allowed: 403,
  not_found: 404,
  media_expired: 410,
  method_not_allowed: 405,
  api_key_protocol_conflict: 409,
  api_key_mode_conflict: 409,
  pool_changed: 409,
  message_not_cancellable: 409,
  message_on_its_way: 409,
  webhook_limit_reached: 409,
  already_exists: 409,
  not_empty: 409,
  confirmation_required: 409,
  webhook_paused: 409,
  campaign_not_editable: 409,
  campaign_not_ready: 409,
  campaign_state_conflict: 409,
  campaign_limit_reached: 409,
  campaign_audience_too_large: 413,
  campaign_audience_replaced: 409,
  campaign_audience_invalid: 400,
  campaign_columns_unknown: 400,
  cursor_expired: 410,
  link_expired: 410,
  body_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  invalid_content: 422,
  twilio_authentication_failed: 422,
  twilio_refused: 422,
  not_supported_on_line: 400,
  attachment_first_message_not_allowed: 400,
  reply_target_invalid: 400,
  reply_target_chat_mismatch: 400,
  reply_target_device_mismatch: 400,
  reply_target_expired: 400,
  reply_target_not_found: 404,
  new_conversation_limit_reached: 429,
  outbound_limit_reached: 429,
  line_receives_only: 503,
  line_refused: 502,
  line_outcome_unknown: 502,
  line_offline: 503,
  bluebubbles_unreachable: 422,
  bluebubbles_authentication_failed: 422,
  daily_cap_reached: 429,
  send_limit_reached: 429,
  rate_limited: 429,
  internal_error: 500,
  coming_soon: 501,
  not_implemented: 501,
  twilio_unavailable: 502,
  no_numbers_assigned: 503,
  no_active_number: 503,
  setup_incomplete: 503,
  master_key_missing: 503,
  master_key_in_use: 409,
  publish_failed: 503,
  needs_snapshot: 503,
  release_mismatch: 503,
};

/** Returns the status of a failure at a base: v4 says of a reused idempotency key that it conflicts. */
export function statusAt(base: Base, code: FailureCode): ContentfulStatusCode {
  return base === "v4" && code === "idempotency_key_reused" ? 409 : statusOfFailure[code];
}

/** Says whether an answer of v4 has the flat envelope of its door. */
export function isFlatAt(base: Base, code: FailureCode): boolean {
  return base !== "v4" || code === "unauthorized" || code === "forbidden";
}

/** Answers a failure, and notes it for the request's line. */
export function failureResponse(c: Context, failure: Failure): Response {
  const base = c.req.path === basePaths.v4 || c.req.path.startsWith(`${basePaths.v4}/`) ? "v4" : "v2";
  c.set("refused", refusalOf(failure));
  const asked = { base, requestId: String(c.get("requestId") ?? ""), publicUrl: publicUrlOf(c) } as const;
  const { status, headers, body } = answerOf(failure, asked);
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  return c.json(body, status);
}

/** Where and as what a request came in, as far as the answer to a failure speaks of it. */
type Asked = { base: Base; requestId: string; publicUrl: string };

/** Returns the answer to a failure: the envelope of its base with its context, `Retry-After` where a wait is known, on 429 also `RateLimit`, kept by no cache; 501 has the contract's own body. */
export function answerOf(failure: Failure, { base, ...asked }: Asked) {
  const { code, message, retryAfterSeconds } = failure;
  const status = statusAt(base, code);
  const headers: Record<string, string> = {
    ...(retryAfterSeconds === undefined ? {} : { "Retry-After": String(Math.max(1, Math.ceil(retryAfterSeconds))) }),
    "Cache-Control": "no-store",
    ...(status === 401 ? { "WWW-Authenticate": "Bearer" } : {}),
    ...(status === 429 ? refusalHeaders(failure) : {}),
  };
  if (code === "coming_soon") return { status, headers, body: { error: "Coming soon", message } };
  const envelope = envelopeOf(failure, asked);
  return { status, headers, body: isFlatAt(base, code) ? envelope : nested(envelope) };
}

/** Returns what a request's line says of a failure: its code, and which limit was reached. */
export function refusalOf({ code, context }: Failure): NonNullable<Handled["refused"]> {
  const limit = context?.limit;
  return { code, ...(typeof limit === "string" ? { limit } : {}) };
}

/** Returns the one envelope of a failure. */
export function envelopeOf(failure: Failure, { requestId, publicUrl }: { requestId: string; publicUrl: string }) {
  return {
    ...wireContext(failure.context ?? {}),
    error: "ApiError",
    message: failure.message,
    status: statusOfFailure[failure.code],
    code: failure.code,
    request_id: requestId,
    doc_url: `${publicUrl}/errors#${failure.code}`,
  };
}

/** The envelope of v4: what stands beside code and message in the flat one are its details. */
function nested({ error: _, status: __, code, message, ...details }: ReturnType<typeof envelopeOf>) {
  return { error: { code, message, details } };
}

/** Returns a handler for what was thrown: logs one JSON line without what may name a person, answers `internal_error` without detail. */
export function onError(log: (line: string) => void): (error: Error, c: Context) => Response {
  return (error, c) => {
    const request = { method: c.req.method, requestId: String(c.get("requestId") ?? "") };
    return failureResponse(c, failureOf(error, log, request));
  };
}

/** Returns the failure by which what was thrown is answered; a defect is logged. */
export function failureOf(
  error: unknown,
  log: (line: string) => void,
  { method, requestId }: { method: string; requestId: string },
): Failure {
  const known = failureOfThrown(error);
  if (known !== null) return known;
  log(describeDefect(error, method, requestId));
  return { code: "internal_error", message: failureMessages.internal_error };
}

/** Returns the failure that a thrown error stands for, the one case being a master key that is missing; null for a defect. */
export function failureOfThrown(error: unknown): Failure | null {
  return error instanceof UnopenedSecret && error.lostKey !== null ? failLostKey(error.lostKey).failure : null;
}

/** Returns the log line of what was thrown: a defect, without what may name a person. */
export function describeDefect(error: unknown, method: string, requestId: string): string {
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return JSON.stringify({
    level: "error",
    event: "unexpected_error",
    request_id: hideNumericId(requestId),
    method,
    error: name,
    message: hidePeople(message),
    stack: hidePeople(stack),
  });
}

/** Returns the answer where no route matched: `Allow` for OPTIONS on a known path, 405 for its other methods, 404 for all else. The operations are listed when first asked for. */
export function notFound(list: () => Promise<readonly Operation[]>): (c: Context) => Promise<Response> {
  let kept: ReturnType<typeof describeCalls> | undefined;
  return async (c) => {
    kept ??= describeCalls(await list());
    const methods = kept.filter(({ pattern }) => pattern.test(c.req.path)).map(({ method }) => method);
    if (methods.length === 0) return failureResponse(c, unknownPath(c, kept));
    const allow = [...new Set(methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]))), "OPTIONS"];
    c.header("Allow", allow.join(", "));
    if (c.req.method === "OPTIONS") return c.body(null, 204);
    return failureResponse(c, {
      code: "method_not_allowed",
      message: `This path does not take ${c.req.method}: use ${[...new Set(methods)].join(" or ")}.`,
    });
  };
}

function describeCalls(operations: readonly Operation[]): (KnownCall & { pattern: RegExp })[] {
  return operations.map((operation) => {
    const path = fullPath(operation);
    const pattern = new RegExp(`^${path.replace(/\./g, "\\.").replace(/\{\w+\}/g, "[^/]+")}$`);
    return { method: operation.method.toUpperCase(), path, pattern };
  });
}

function unknownPath(c: Context, calls: readonly KnownCall[]): Failure {
  const docs = `${publicUrlOf(c)}/docs`;
  const nearest = findNearestCall(calls, c.req.method, c.req.path);
  const meant = nearest === null ? null : `${nearest.method} ${nearest.path}`;
  return {
    code: "not_found",
    message: `There is no such path.${meant === null ? "" : ` The nearest is ${meant}.`} All calls are listed at ${docs}`,
    context: { ...(meant === null ? {} : { nearest: meant }), docs },
  };
}

function publicUrlOf(c: Context): string {
  const configured: unknown = c.get("publicUrl");
  return linkBase(typeof configured === "string" ? configured : null, c.req.url);
}

/** Returns what links of an answer begin with: the address in force, else where the request came in. */
export function linkBase(configured: string | null, requestUrl: string): string {
  return (configured || new URL(requestUrl).origin).replace(/\/+$/, "");
}

function wireContext(context: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}
