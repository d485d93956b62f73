import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { signTwilioRequest } from "../../../src/domain/twilio-signature.ts";
import { admin, call } from "./gateway.ts";

/** A live key on a stubbed Twilio that takes every message: only the pool's object works, no sandbox beside it. */
export type LiveKey = {
  id: string;
  token: string;
  number: string;
  accountSid: string;
  authToken: string;
  /** What was sent, in order: the form of each create-message call. */
  taken: { sid: string; form: URLSearchParams }[];
  /** Everything posted elsewhere: the customer's endpoint. */
  posted: { url: string; headers: Headers; body: string }[];
};

const hex = (length: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(length / 2)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Makes a live key with one number; `globalThis.fetch` answers as Twilio and as the customer until mocks are restored. */
export async function makeLiveKey(): Promise<LiveKey> {
  const accountSid = `AC${hex(32)}`;
  const authToken = hex(32);
  const number = `+1212${String(Math.floor(Math.random() * 1e7)).padStart(7, "0")}`;
  const taken: LiveKey["taken"] = [];
  const posted: LiveKey["posted"] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const { pathname, origin } = new URL(request.url);
    if (origin !== new URL(env.TWILIO_API_URL).origin) {
      posted.push({ url: request.url, headers: request.headers, body: await request.text() });
      return new Response("ok");
    }
    if (pathname.endsWith("/Messages.json") && request.method === "POST") {
      const form = new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer()));
      const sid = `SM${hex(32)}`;
      taken.push({ sid, form });
      return Response.json({ sid, status: "queued", from: form.get("From"), to: form.get("To") }, { status: 201 });
    }
    return answerReads(pathname, accountSid, number);
  });
  const organization = await admin("/organizations", { body: { name: "Live", country_code: "US" } });
  const organization_id = String(organization.body.organization_id);
  const integration = await admin("/integrations/twilio", {
    body: { organization_id, account_sid: accountSid, auth_token: authToken },
  });
  const path = `/integrations/twilio/${integration.body.integration_id}`;
  await admin(`${path}/import`, { body: { phone_numbers: [number] } });
  const key = await admin("/api-keys", { body: { name: "Live key", organization_id } });
  const id = String(key.body.api_key_id);
  await admin(`/numbers/${encodeURIComponent(number)}`, { method: "PATCH", body: { api_key_id: id } });
  return { id, token: String(key.body.key), number, accountSid, authToken, taken, posted };
}

function answerReads(pathname: string, accountSid: string, number: string): Response {
  const item = {
    sid: `PN${"0".repeat(32)}`,
    phone_number: number,
    friendly_name: number,
    capabilities: { sms: true, mms: true, voice: true, fax: false },
    sms_url: "",
    sms_method: "POST",
    sms_fallback_url: "",
    sms_fallback_method: "POST",
    sms_application_sid: "",
    voice_url: "",
    voice_method: "POST",
    voice_application_sid: "",
  };
  if (pathname.includes("/IncomingPhoneNumbers/")) return Response.json(item);
  if (pathname.endsWith("/IncomingPhoneNumbers.json")) {
    return Response.json({ incoming_phone_numbers: [item], next_page_uri: null });
  }
  if (pathname.endsWith("/Messages.json")) return Response.json({ messages: [], next_page_uri: null });
  return Response.json({ sid: accountSid, status: "active", friendly_name: "Live", type: "Full" });
}

/** Posts a status callback for the `index`th message that Twilio took, signed as Twilio does. */
export async function reportStatus(key: LiveKey, index: number, status: string, more: Record<string, string> = {}) {
  const message = key.taken[index];
  if (message === undefined) throw new Error("Twilio took no such message.");
  const url = message.form.get("StatusCallback") ?? "";
  const params: [string, string][] = Object.entries({
    MessageSid: message.sid,
    SmsSid: message.sid,
    MessageStatus: status,
    SmsStatus: status,
    To: message.form.get("To") ?? "",
    From: message.form.get("From") ?? "",
    AccountSid: key.accountSid,
    ApiVersion: "2010-04-01",
    ...more,
  });
  return postForm(url, params, await signTwilioRequest(url, params, key.authToken));
}

/** Posts a form to the Worker's Twilio door. */
export async function postForm(url: string, params: [string, string][], signature: string | null) {
  const { exports } = await import("cloudflare:workers");
  const response = await exports.default.fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
      ...(signature === null ? {} : { "X-Twilio-Signature": signature }),
    },
    body: new URLSearchParams(params).toString(),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Sends a text with this key. */
export function sendLive(key: LiveKey, to: string, body: Record<string, unknown> = { text: "Hello" }) {
  return call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { body, token: key.token });
}
