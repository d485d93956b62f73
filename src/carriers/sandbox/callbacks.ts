import { signTwilioRequest } from "../../domain/twilio-signature.ts";
import { countSegments } from "./resources.ts";
import type { Step } from "./script.ts";
import type { StoredMessage } from "./store.ts";

type Form = [string, string][];

const timeoutMs = 15_000;

/** Hands a request to the Worker's own door. */
export type Knock = (request: Request) => Promise<Response>;

/** Returns the parameters of a status callback, exactly those that Twilio sends. */
export function describeStatus(
  accountSid: string,
  message: StoredMessage,
  step: Step & { kind: "status" },
  now: number,
): Form {
  const { status, errorCode } = step;
  const form: Form = [
    ["MessageSid", message.sid],
    ["SmsSid", message.sid],
    ["MessageStatus", status],
    ["SmsStatus", status],
    ["To", message.recipient],
    ["From", message.sender],
    ["AccountSid", accountSid],
    ["ApiVersion", "2010-04-01"],
  ];
  if (message.messagingServiceSid !== null) form.push(["MessagingServiceSid", message.messagingServiceSid]);
  if (errorCode !== undefined) form.push(["ErrorCode", String(errorCode)]);
  const [, channel] = /^(whatsapp|rcs):/.exec(message.recipient) ?? [];
  if (channel !== undefined) {
    form.push(["ChannelPrefix", channel], ["EventType", status.toUpperCase()]);
  } else if (status === "delivered" || status === "undelivered") {
    form.push(["RawDlrDoneDate", new Date(now).toISOString().replace(/\D/g, "").slice(2, 12)]);
  }
  return form;
}

/** Returns the parameters of an inbound message, exactly those that Twilio sends. */
export function describeInbound(accountSid: string, message: StoredMessage): Form {
  const form: Form = [
    ["SmsMessageSid", message.sid],
    ["NumMedia", String(message.media.length)],
    ["SmsSid", message.sid],
    ["SmsStatus", "received"],
    ["Body", message.body],
    ["To", message.recipient],
    ["NumSegments", String(countSegments(message.body))],
    ["MessageSid", message.sid],
    ["AccountSid", accountSid],
    ["From", message.sender],
    ["ApiVersion", "2010-04-01"],
  ];
  const path = `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}/Media`;
  for (const [index, { sid, contentType }] of message.media.entries()) {
    form.push([`MediaUrl${index}`, `${path}/${sid}`], [`MediaContentType${index}`, contentType]);
  }
  const contact = message.sender.replace(/^whatsapp:\+?/, "");
  if (message.sender.startsWith("rcs:")) return form;
  if (contact !== message.sender) return [...form, ["ProfileName", "Sandbox"], ["WaId", contact]];
  return [...form, ...describePlaces()];
}

/** Posts a signed form through the Worker's own door; returns the status, null when it threw. The fragment is neither sent nor signed. */
export async function postCallback(
  knock: Knock,
  target: string,
  form: Form,
  secrets: { authToken: string; token: string },
): Promise<number | null> {
  const url = target.split("#")[0] ?? target;
  const headers = {
    "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
    "user-agent": "TwilioProxy/1.1",
    "i-twilio-idempotency-token": secrets.token,
    "x-twilio-signature": await signTwilioRequest(url, form, secrets.authToken),
  };
  try {
    const body = new URLSearchParams(form).toString();
    const response = await knock(
      new Request(url, { method: "POST", headers, body, signal: AbortSignal.timeout(timeoutMs) }),
    );
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}

/** Tells whether Twilio would try a callback again: as often as the URL's `rc` says, on what its `rp` names; by default once, when no connection came about. Source: twilio.com/docs/usage/webhooks/webhooks-connection-overrides. */
export function mayRepeat(target: string, status: number | null, attempt: number): boolean {
  const fragment = new URLSearchParams(target.split("#")[1] ?? "");
  const retries = Math.min(Number(fragment.get("rc") ?? "1") || 0, 5);
  const policies = (fragment.get("rp") ?? "ct").split(",");
  const fault = nameFault(status);
  return fault !== null && attempt < retries && (policies.includes(fault) || policies.includes("all"));
}

function nameFault(status: number | null): "ct" | "5xx" | "4xx" | null {
  if (status === null) return "ct";
  if (status >= 500) return "5xx";
  return status >= 400 ? "4xx" : null;
}

function describePlaces(): Form {
  return ["City", "State", "Zip", "Country"].flatMap((part): Form => {
    const value = part === "Country" ? "US" : "";
    return [
      [`From${part}`, value],
      [`To${part}`, value],
    ];
  });
}
