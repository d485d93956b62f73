import { findScript, isSandboxAgent, isSandboxWhatsApp, magicSenders } from "./magic.ts";
import type { Answer, Script } from "./script.ts";
import { newSid } from "./sid.ts";
import { countRefusal, findNumber, insertMessage, isBlocked, type StoredMessage } from "./store.ts";
import { planSteps } from "./timeline.ts";

export type Refused = { status: number; code: number; message: string };

/** What became of a create call; `message` is null where nothing was taken. */
export type Created =
  | { kind: "refused"; refused: Refused; retryAfterSeconds: number | null }
  | { kind: "played"; answer: Answer; message: StoredMessage | null };

const addressForm = /^(?:whatsapp:|rcs:)?\+[1-9]\d{6,14}$/;

/** Decides one create call in a single block: refused as Twilio would refuse it, or played as the recipient's script says, its steps planned. */
export function createMessage(sql: SqlStorage, form: URLSearchParams, now: number): Created {
  const refused = refuseContent(form) ?? refuseAddresses(sql, form);
  if (refused !== null) return { kind: "refused", refused, retryAfterSeconds: null };
  const to = form.get("To") ?? "";
  const script = findScript(to);
  const { answer } = script;
  if (answer.kind === "refuse") {
    const message = answer.message.replace("{to}", to);
    return { kind: "refused", refused: { ...answer, message }, retryAfterSeconds: null };
  }
  if (answer.kind === "wait" && countRefusal(sql, nameSend(form)) <= answer.times) {
    const tooMany = { status: 429, code: 20429, message: "Too Many Requests" };
    return { kind: "refused", refused: tooMany, retryAfterSeconds: answer.retryAfterSeconds };
  }
  const lost = "taken" in answer && !answer.taken;
  return { kind: "played", answer, message: lost ? null : takeMessage(sql, form, script, now) };
}

function takeMessage(sql: SqlStorage, form: URLSearchParams, script: Script, now: number): StoredMessage {
  const media = form.getAll("MediaUrl").map(() => ({ sid: newSid("ME"), contentType: "image/png" }));
  const message: StoredMessage = {
    sid: newSid(media.length > 0 ? "MM" : "SM"),
    createdAt: now,
    sentAt: null,
    direction: "outbound-api",
    sender: form.get("From") ?? "",
    recipient: form.get("To") ?? "",
    body: form.get("Body") ?? "",
    media,
    status: "queued",
    errorCode: null,
    statusCallback: form.get("StatusCallback"),
    messagingServiceSid: form.get("MessagingServiceSid"),
  };
  insertMessage(sql, message);
  planSteps(sql, message.sid, script.steps, now);
  return message;
}

function refuseContent(form: URLSearchParams): Refused | null {
  const text = form.get("Body") ?? "";
  const media = form.getAll("MediaUrl");
  if (text === "" && media.length === 0 && !form.has("ContentSid")) return bad(21602, "Message body is required.");
  if (text.length > 1600) return bad(21617, "The concatenated message body exceeds the 1600 character limit.");
  if (media.length > 10) return bad(21623, "Number of media files exceeds allowed limit.");
  const callback = form.get("StatusCallback");
  if (callback !== null && !URL.canParse(callback)) return bad(21609, "The StatusCallback URL is not a valid URL.");
  return null;
}

function refuseAddresses(sql: SqlStorage, form: URLSearchParams): Refused | null {
  const to = form.get("To") ?? "";
  const from = form.get("From") ?? "";
  if (to === "") return bad(21604, "A 'To' phone number is required.");
  if (from === "") return bad(21603, "A 'From' phone number is required.");
  if (!addressForm.test(to)) return bad(21211, `The 'To' number ${to} is not a valid phone number.`);
  if (["whatsapp:", "rcs:"].some((channel) => to.startsWith(channel) !== from.startsWith(channel))) {
    return bad(21910, "Invalid From and To pair. From and To should be of the same channel");
  }
  return refuseSender(sql, from, form.has("MediaUrl")) ?? (isBlocked(sql, from, to) ? optedOut : null);
}

function refuseSender(sql: SqlStorage, from: string, hasMedia: boolean): Refused | null {
  const magic = magicSenders[from];
  if (magic !== undefined) return bad(magic.code, magic.message);
  if (isSandboxWhatsApp(from) || isSandboxAgent(from)) return null;
  const number = findNumber(sql, from);
  if (number === null) return bad(21606, `The 'From' number ${from} is not a number of this sandbox account.`);
  if (hasMedia && !number.mms) return bad(21621, `The 'From' number ${from} has not been enabled for MMS`);
  return null;
}

const optedOut = bad(21610, "Attempt to send to unsubscribed recipient");

/** The callback URL names the caller's own message, so a repeated send is told from another of the same text. */
function nameSend(form: URLSearchParams): string {
  return JSON.stringify(["To", "From", "Body", "StatusCallback"].map((name) => form.get(name)));
}

function bad(code: number, message: string): Refused {
  return { status: 400, code, message };
}
