import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Credential } from "../domain/calls/asker.ts";
import { hideNumericId } from "../domain/discreet.ts";
import { isKept, sample } from "../domain/log-share.ts";

/** How requests are logged: `share` of the healthy ones (1 is every one, 0 none), and always those that were refused or failed. */
export type RequestLog = { write: (line: string) => void; share: number };

/** What a line says of a request. Never its path, which may hold numbers and ids of people, but the template of its route. */
export type Handled = {
  requestId: string;
  method: string;
  route: string;
  status: number;
  apiKeyId: string | null;
  startedAt: number;
  /** The messages that it was about, by id: its line is kept or left out with theirs. */
  about: readonly string[];
  /** Why it was refused, so that this is found afterwards too: the failure's code, and which limit was reached. */
  refused?: { code: string; limit?: string } | undefined;
};

/** An id that a caller made up is not repeated. */
const messageId = /^msg_[0-9a-z]{11}[0-9A-Za-z]{8}$/;

/** Writes the line of a request that was answered; a healthy one that stands for several says of how many it is one (`share`), and one about messages which they are. */
export function logRequest({ write, share }: RequestLog, handled: Handled): void {
  const { requestId, about, refused } = handled;
  const healthy = handled.status < 400 && refused === undefined;
  const sampled = sample(healthy, about.length === 0 ? [requestId] : about, share);
  if (sampled === null) return;
  const named = about.filter((id) => messageId.test(id) && (!healthy || isKept(id, share)));
  write(
    JSON.stringify({
      event: "request",
      request_id: hideNumericId(requestId),
      method: handled.method,
      route: handled.route,
      status: handled.status,
      api_key_id: handled.apiKeyId,
      ...(named.length > 1 ? { message_ids: named } : { message_id: named[0] }),
      duration_ms: Date.now() - handled.startedAt,
      ...refused,
      ...sampled,
    }),
  );
}

const acceptable = /^[A-Za-z0-9._~-]{1,128}$/;

/** What the edge knows of every request: its id, why it was refused, which messages it was about, and `publicUrl`, unset where links point to where the request came in. */
export type EdgeVariables = {
  requestId: string;
  publicUrl?: string;
  refused?: Handled["refused"];
  about?: string[];
};

type Named = { Variables: EdgeVariables & { credential?: Credential | null } };

/** Returns a request's name: the caller's `X-Request-Id` where it is usable, else a new one. */
export function nameOf(given: string | null | undefined, newId: () => string = newRequestId): string {
  return given !== null && given !== undefined && acceptable.test(given) ? given : newId();
}

function newRequestId(): string {
  return `req_${crypto.randomUUID().replaceAll("-", "")}`;
}

/** Notes that a request is about these messages. */
export function noteAbout(c: Context, ids: readonly string[]): void {
  c.set("about", [...((c.get("about") as string[] | undefined) ?? []), ...ids]);
}

/** Returns middleware that names each request, carries the name on every answer, and writes its line. */
export function nameAndLog(log: RequestLog, newId: () => string = newRequestId): MiddlewareHandler<Named> {
  return async function nameRequest(c, next) {
    const startedAt = Date.now();
    const requestId = nameOf(c.req.header("X-Request-Id"), newId);
    c.set("requestId", requestId);
    // Before the answer is made it costs nothing; a raw answer is made anew for it.
    c.header("X-Request-Id", requestId);
    await next();
    if (!c.res.headers.has("X-Request-Id")) c.header("X-Request-Id", requestId);
    const { method } = c.req;
    const apiKeyId = c.get("credential")?.keyId ?? null;
    const { status } = c.res;
    const [about = [], refused] = [c.get("about"), c.get("refused")];
    logRequest(log, { requestId, method, route: routeOf(c), status, apiKeyId, startedAt, about, refused });
  };
}

/** The route's template, never the path: this may name a person. */
function routeOf(c: Context<Named>): string {
  const own = matchedRoutes(c).findLast(({ method, path }) => method !== "ALL" || !path.endsWith("*"));
  return own?.path ?? "none";
}
