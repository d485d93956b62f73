import type { CarrierResult, Outcome, Outgoing } from "../carrier.ts";
import type { Login } from "./account.ts";
import { accountPath, call, readAnswer, type Wire } from "./call.ts";
import { readOutcome, refuseAccount } from "./outcome.ts";
import { pageSize, readPages } from "./pages.ts";
import { createdMessage, messagePage, messageResource, type TwilioMessage } from "./shapes.ts";

/** Creates one message at Twilio, once; returns what is known of its fate. Source: POST /2010-04-01/Accounts/{sid}/Messages.json. */
export async function sendMessage(wire: Wire, login: Login, outgoing: Outgoing): Promise<Outcome> {
  const path = `${accountPath(login)}/Messages.json`;
  const called = await call(wire, login, { path, form: encodeMessage(outgoing) });
  switch (called.kind) {
    case "unsendable":
      return refuseAccount({ status: 401, code: null, message: called.message, requestId: null });
    case "silence":
      return { kind: "unknown", cause: called.cause, requestId: null };
    case "answer": {
      const created = createdMessage.safeParse(called.body).data;
      return readOutcome({
        status: called.status,
        providerId: created?.sid ?? null,
        from: created?.from ?? null,
        code: called.code,
        message: called.message,
        retryAfterSeconds: called.retryAfterSeconds,
        requestId: called.requestId,
      });
    }
  }
}

/**
 * Returns the form of a create call: media as a repeated key, options only where they are given. An RCS agent with a Messaging Service is not named: a `From` would keep the service
 * from falling back to SMS; without a service it writes to the person's `rcs:` address (twilio.com/docs/rcs/send-an-rcs-message, twilio.com/docs/api/errors/21664).
 */
export function encodeMessage({ to, from, text, mediaUrls, reference, extras }: Outgoing): URLSearchParams {
  const isAgent = from.startsWith("rcs:");
  const chooses = isAgent && extras.messagingServiceSid !== undefined;
  const form = new URLSearchParams({
    To: isAgent && !chooses ? `rcs:${to}` : to,
    ...(chooses ? {} : { From: from }),
  });
  const options: [string, string | number | boolean | null | undefined][] = [
    ["MessagingServiceSid", extras.messagingServiceSid],
    ["Body", text === "" ? null : text],
    ["ContentSid", extras.contentSid],
    ["ContentVariables", extras.contentVariables],
    ["StatusCallback", reference.callbackUrl],
    ["ValidityPeriod", extras.validityPeriodSeconds],
    ["SmartEncoded", extras.smartEncoded],
    ["ContentRetention", extras.contentRetention],
  ];
  for (const [name, value] of options) {
    if (value !== null && value !== undefined) form.append(name, String(value));
  }
  for (const url of mediaUrls) form.append("MediaUrl", url);
  return form;
}

/**
 * Returns the account's messages to one recipient created at or after `since`, newest first.
 * No date filter is sent: a message that still waits has no `date_sent` and would be missed; a page that is older throughout ends the search.
 */
export async function listMessages(
  wire: Wire,
  login: Login,
  query: { to: string; since: number },
): Promise<CarrierResult<TwilioMessage[]>> {
  const search = new URLSearchParams({ To: query.to, PageSize: String(pageSize) });
  const path = `${accountPath(login)}/Messages.json?${search}`;
  const isOlder = (message: TwilioMessage) => message.createdAt < query.since;
  const listed = await readPages(wire, login, path, messagePage, (page) => page.length > 0 && page.every(isOlder));
  if (!listed.ok) return listed;
  return { ok: true, value: listed.value.filter((message) => !isOlder(message)) };
}

/** Returns one message as Twilio knows it. */
export async function fetchMessage(
  wire: Wire,
  login: Login,
  providerId: string,
): Promise<CarrierResult<TwilioMessage>> {
  const path = `${accountPath(login)}/Messages/${encodeURIComponent(providerId)}.json`;
  return readAnswer(await call(wire, login, { path }), messageResource);
}
