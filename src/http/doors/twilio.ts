import { type Context, Hono } from "hono";
import { fail } from "../../domain/failure.ts";
import { answerCall } from "../../flows/messages/answer-call.ts";
import { receiveInbound } from "../../flows/messages/receive.ts";
import { reportStatus } from "../../flows/messages/report.ts";
import { readBytes } from "../body.ts";
import type { Edge } from "../edge.ts";
import { failureResponse } from "../errors.ts";

/** A `text/plain` answer would be sent to the person as an SMS: only ever this (twilio.com/docs/messaging/twiml). */
const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
const emptyTwiml = `${declaration}<Response/>`;
const bodyLimit = 64 * 1024;

/** Returns Twilio's own door: `/twilio/{account}/inbound`, `…/status` and `…/voice`. */
export function twilioDoor(): Hono<Edge> {
  const door = new Hono<Edge>();

  door.post("/:accountId/inbound", async (c) => {
    const form = await readForm(c);
    if (form === null) return failureResponse(c, fail("signature_invalid").failure);
    const received = await receiveInbound(c.get("deps"), { accountId: c.req.param("accountId"), ...form });
    if (!received.ok) return failureResponse(c, received.failure);
    return c.body(emptyTwiml, 200, { "Content-Type": "text/xml" });
  });

  door.post("/:accountId/status", async (c) => {
    const form = await readForm(c);
    if (form === null) return failureResponse(c, fail("signature_invalid").failure);
    const reported = await reportStatus(c.get("deps"), { accountId: c.req.param("accountId"), ...form });
    return reported.ok ? c.body(null, 204) : failureResponse(c, reported.failure);
  });

  door.post("/:accountId/voice", async (c) => {
    const form = await readForm(c);
    if (form === null) return failureResponse(c, fail("signature_invalid").failure);
    const answered = await answerCall(c.get("deps"), { accountId: c.req.param("accountId"), ...form });
    if (!answered.ok) return failureResponse(c, answered.failure);
    const { forwardTo } = answered.value;
    const twiml = forwardTo === null ? emptyTwiml : `${declaration}<Response><Dial>${forwardTo}</Dial></Response>`;
    return c.body(twiml, 200, { "Content-Type": "text/xml" });
  });

  for (const kind of ["inbound", "status", "voice"]) {
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

async function readForm(c: Context<Edge>) {
  const read = await readBytes(c.req.raw, bodyLimit);
  if (!read.ok) return null;
  const rawBody = read.value;
  const params = [...new URLSearchParams(new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(rawBody))];
  return {
    url: new URL(c.req.url),
    params,
    rawBody,
    contentType: c.req.header("Content-Type") ?? null,
    signature: c.req.header("X-Twilio-Signature") ?? null,
    idempotencyToken: c.req.header("I-Twilio-Idempotency-Token") ?? null,
  };
}
