import { type Context, Hono } from "hono";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Deps } from "../../flows/deps.ts";
import { answerCall } from "../../flows/messages/answer-call.ts";
import { receiveInbound } from "../../flows/messages/receive.ts";
import { reportStatus } from "../../flows/messages/report.ts";
import { readBytes } from "../body.ts";
import type { Edge } from "../edge.ts";
import { failureResponse } from "../errors.ts";
import { noteAbout } from "../request-log.ts";

/** A `text/plain` answer would be sent to the person as an SMS: only ever this (twilio.com/docs/messaging/twiml). */
const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
const emptyTwiml = `${declaration}<Response/>`;
const bodyLimit = 64 * 1024;
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

const kinds = ["inbound", "status", "voice"] as const;
/** What Twilio calls us for. */
export type CallbackKind = (typeof kinds)[number];

/** The answer to a callback, and the message that it was about, null where it names none of ours. */
export type Taken = { response: Response; messageId: string | null };

/** Takes what Twilio posts to `/twilio/{account}/{kind}`; returns the answer that it wants, or `signature_invalid` for all that is not Twilio's. */
export async function takeCallback(
  deps: Deps,
  kind: CallbackKind,
  accountId: string,
  request: Request,
): Promise<Result<Taken>> {
  const form = await readForm(request);
  if (form === null) return fail("signature_invalid");
  const incoming = { accountId, ...form };
  if (kind === "status") {
    const reported = await reportStatus(deps, incoming);
    const messageId = form.url.searchParams.get("message");
    return reported.ok ? ok({ response: new Response(null, { status: 204 }), messageId }) : reported;
  }
  if (kind === "inbound") {
    const received = await receiveInbound(deps, incoming);
    return received.ok ? ok({ response: twiml(emptyTwiml), messageId: received.value }) : received;
  }
  const answered = await answerCall(deps, incoming);
  if (!answered.ok) return answered;
  const { forwardTo } = answered.value;
  const dial = `${declaration}<Response><Dial>${forwardTo}</Dial></Response>`;
  return ok({ response: twiml(forwardTo === null ? emptyTwiml : dial), messageId: null });
}

function twiml(text: string): Response {
  return new Response(text, { headers: { "Content-Type": "text/xml" } });
}

/** Returns Twilio's own door: `/twilio/{account}/inbound`, `…/status` and `…/voice`. Calls that are all right are taken before it (`callbacks.ts`). */
export function twilioDoor(): Hono<Edge> {
  const door = new Hono<Edge>();

  for (const kind of kinds) {
    door.post(`/:accountId/${kind}`, async (c) => {
      const taken = await takeCallback(c.get("deps"), kind, c.req.param("accountId"), c.req.raw);
      if (!taken.ok) return failureResponse(c, taken.failure);
      const { response, messageId } = taken.value;
      if (messageId !== null) noteAbout(c, [messageId]);
      return response;
    });
    door.post(`/:accountId/${kind}/`, (c) => refuseDoor(c, "has a slash at its end"));
    door.all(`/:accountId/${kind}/`, (c) => refuseDoor(c, `is called with ${c.req.method}`));
    door.all(`/:accountId/${kind}`, (c) => refuseDoor(c, `is called with ${c.req.method}`));
  }

  return door;
}

/** What a webhook set by hand gets wrong, told where the caller's own logs show it. */
function refuseDoor(c: Context<Edge>, wrong: string): Response {
  c.header("Allow", "POST");
  const address =
    (c.get("deps").addresses.known().current ?? new URL(c.req.url).origin) + c.req.path.replace(/\/$/, "");
  const words = `This webhook ${wrong}: at Twilio, set it to HTTP POST and ${address}, with the query that it has and no slash at its end.`;
  return failureResponse(c, fail("method_not_allowed", words).failure);
}

async function readForm(request: Request) {
  const read = await readBytes(request, bodyLimit);
  if (!read.ok) return null;
  const rawBody = read.value;
  return {
    url: new URL(request.url),
    params: [...new URLSearchParams(decoder.decode(rawBody))],
    rawBody,
    contentType: request.headers.get("Content-Type"),
    signature: request.headers.get("X-Twilio-Signature"),
    idempotencyToken: request.headers.get("I-Twilio-Idempotency-Token"),
  };
}
