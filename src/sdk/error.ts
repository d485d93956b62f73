/** What every failed call throws. Decide by `code`, show `message`, quote `requestId`. */
export class TrunklineError extends Error {
  override readonly name = "TrunklineError";
  /** The HTTP status; null when no answer came. */
  readonly status: number | null;
  /** The gateway's code (its `/errors` lists them all), or `connection_failed`, `timed_out`, `unreadable_answer`, `not_final`. */
  readonly code: string;
  readonly requestId: string | null;
  readonly docUrl: string | null;
  /** Seconds to wait before the same call makes sense, where the gateway said so. */
  readonly retryAfter: number | null;
  /** The whole answer, for the fields that belong to one code. */
  readonly body: Readonly<Record<string, unknown>>;

  constructor(facts: {
    status: number | null;
    code: string;
    message: string;
    requestId?: string | null;
    docUrl?: string | null;
    retryAfter?: number | null;
    body?: Record<string, unknown>;
    cause?: unknown;
  }) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.status = facts.status;
    this.code = facts.code;
    this.requestId = facts.requestId ?? null;
    this.docUrl = facts.docUrl ?? null;
    this.retryAfter = facts.retryAfter ?? null;
    this.body = facts.body ?? {};
  }
}

/** Returns the error that an answer other than 2xx stands for. */
export async function errorOf(response: Response): Promise<TrunklineError> {
  const text = await response.text().catch(() => "");
  const body = asRecord(text);
  const said = (name: string) => (typeof body[name] === "string" ? body[name] : null);
  return new TrunklineError({
    status: response.status,
    code: said("code") ?? said("error") ?? `http_${response.status}`,
    message: said("message") ?? `The gateway answered ${response.status}.`,
    requestId: said("request_id") ?? response.headers.get("X-Request-Id"),
    docUrl: said("doc_url"),
    retryAfter: retryAfterOf(response.headers.get("Retry-After")),
    body,
  });
}

/** Returns the seconds of a Retry-After header (RFC 9110 10.2.3: seconds, or a date), null where it says nothing. */
export function retryAfterOf(header: string | null, now: number = Date.now()): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}

function asRecord(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
