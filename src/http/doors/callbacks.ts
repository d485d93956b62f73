import type { Failure } from "../../domain/failure.ts";
import { hopHeader } from "../../domain/webhook-signature.ts";
import type { Deps } from "../../flows/deps.ts";
import { envelopeOf, failureOf, linkBase, statusOfFailure } from "../errors.ts";
import { logRequest, nameOf, type RequestLog } from "../request-log.ts";
import { type CallbackKind, type Taken, takeCallback } from "./twilio.ts";

const place = /^https?:\/\/[^/?#]+\/twilio\/([A-Za-z0-9_]+)\/(inbound|status|voice)(?:\?|$)/;

/**
 * Returns what takes Twilio's callbacks in front of the API, whose router, guards and validators they need none of: most requests of a gateway are
 * theirs. Null for every other request, and for what Twilio was set up wrongly to call: those go on to the API.
 */
export function callbackDoor(deps: Deps, log: RequestLog): (request: Request) => Promise<Response> | null {
  return (request) => {
    if (request.method !== "POST") return null;
    const [, accountId, kind] = place.exec(request.url) ?? [];
    if (accountId === undefined || request.headers.has(hopHeader)) return null;
    return answer(deps, log, request, accountId, kind as CallbackKind);
  };
}

async function answer(deps: Deps, log: RequestLog, request: Request, accountId: string, kind: CallbackKind) {
  const startedAt = Date.now();
  const requestId = nameOf(request.headers.get("X-Request-Id"));
  const { response, messageId } = await take(deps, log, request, { accountId, kind, requestId });
  response.headers.set("X-Request-Id", requestId);
  response.headers.set("Cache-Control", "no-store");
  const route = `/twilio/:accountId/${kind}`;
  const about = messageId === null ? [] : [messageId];
  logRequest(log, { requestId, method: "POST", route, status: response.status, apiKeyId: null, startedAt, about });
  return response;
}

type Callback = { accountId: string; kind: CallbackKind; requestId: string };

async function take(deps: Deps, log: RequestLog, request: Request, callback: Callback): Promise<Taken> {
  const refuse = (failure: Failure): Taken => {
    const publicUrl = linkBase(deps.addresses.known().current, request.url);
    const envelope = envelopeOf(failure, { requestId: callback.requestId, publicUrl });
    const response = Response.json(envelope, { status: statusOfFailure[failure.code] });
    return { response, messageId: null };
  };
  try {
    const taken = await takeCallback(deps, callback.kind, callback.accountId, request);
    return taken.ok ? taken.value : refuse(taken.failure);
  } catch (error) {
    return refuse(failureOf(error, log.write, { method: "POST", requestId: callback.requestId }));
  }
}
