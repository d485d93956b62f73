import { TrunklineError } from "./error.ts";
import type { WebhookEventPayload } from "./wire.ts";

type StatusEvent = "message.queued" | "message.sending" | "message.sent" | "message.delivered" | "message.read";
type OfMessage = { message_id: string; external_id: string; internal_id: string };

/** An event as webhooks are told it; `event` says which it is. */
export type WebhookEvent = WebhookEventPayload &
  (
    | ({ event: "message.received"; sender: string } & OfMessage)
    | ({ event: StatusEvent } & OfMessage)
    | ({ event: "message.failed" } & OfMessage)
    | ({ event: "message.clicked" } & OfMessage)
    | ({ event: "message.reaction"; reaction: string; action: "add" | "remove" } & OfMessage)
    | { event: "contact.opted_out" | "contact.opted_in" | "call.received" }
    | { event: "number.unhealthy" | "number.recovered" | "webhook.failing" | "api_key.paused" }
  );

type HeaderSource = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Checks who sent a webhook, and returns its event. `body` is the request's raw body, before any JSON is parsed; one good signature of either kind is enough:
 * `webhook-signature` (Standard Webhooks 1.0) or `X-Blooio-Signature`. `secret` may be several, while a rotation overlaps. Throws `signature_missing`,
 * `signature_invalid` or `webhook_too_old` (older, or newer, than `tolerance` seconds; 300 unless told otherwise).
 */
export async function verifyWebhook(
  body: string | Uint8Array | ArrayBuffer,
  headers: HeaderSource,
  secret: string | readonly string[],
  { tolerance = 300, now = Date.now() }: { tolerance?: number; now?: number } = {},
): Promise<WebhookEvent> {
  const raw = typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);
  const claims = [standardClaim(headers, raw), blooioClaim(headers, raw)].filter((claim) => claim !== null);
  if (claims.length === 0) throw refuse("signature_missing", "The request carries no webhook signature.");
  const secrets = typeof secret === "string" ? [secret] : secret;
  const genuine = await findGenuine(claims, secrets);
  if (genuine === null) {
    throw refuse(
      "signature_invalid",
      "No signature fits: is this the webhook's secret, and the body as it came, unparsed?",
    );
  }
  if (!(Math.abs(now / 1000 - genuine.timestamp) <= tolerance)) {
    throw refuse("webhook_too_old", `The signature is not within ${tolerance} seconds of this clock.`);
  }
  return JSON.parse(new TextDecoder().decode(raw)) as WebhookEvent;
}

type Claim = {
  timestamp: number;
  signed: Uint8Array<ArrayBuffer>;
  given: Uint8Array<ArrayBuffer>[];
  keyOf: (secret: string) => Uint8Array<ArrayBuffer>;
};

function standardClaim(headers: HeaderSource, raw: Uint8Array): Claim | null {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    read(headers, name),
  );
  if (!id || !timestamp || !signatures) return null;
  const given = signatures.split(" ").filter((one) => one.startsWith("v1,"));
  return {
    timestamp: Number(timestamp),
    signed: join(`${id}.${timestamp}.`, raw),
    given: given.map((one) => fromBase64(one.slice(3))),
    keyOf: (secret) => fromBase64(secret.replace(/^whsec_/, "")),
  };
}

function blooioClaim(headers: HeaderSource, raw: Uint8Array): Claim | null {
  const header = read(headers, "x-blooio-signature");
  if (!header) return null;
  const fields = header.split(",").map((field) => field.trim().split("="));
  const timestamp = fields.find(([name]) => name === "t")?.[1] ?? "";
  return {
    timestamp: Number(timestamp),
    signed: join(`${timestamp}.`, raw),
    given: fields.filter(([name]) => name === "v1").map(([, hex]) => fromHex(hex ?? "")),
    keyOf: (secret) => new Uint8Array(new TextEncoder().encode(secret)),
  };
}

async function findGenuine(claims: readonly Claim[], secrets: readonly string[]): Promise<Claim | null> {
  for (const claim of claims) {
    for (const secret of secrets) if (await fits(claim, secret)) return claim;
  }
  return null;
}

/** Says whether one of the claim's signatures was made with this secret; WebCrypto compares in constant time. */
async function fits(claim: Claim, secret: string): Promise<boolean> {
  const key = claim.keyOf(secret);
  if (key.byteLength === 0) return false;
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  for (const given of claim.given) {
    if (await crypto.subtle.verify("HMAC", imported, given, claim.signed)) return true;
  }
  return false;
}

function read(headers: HeaderSource, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === "object" ? found[0] : found;
}

function join(head: string, raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = new TextEncoder().encode(head);
  const whole = new Uint8Array(start.length + raw.length);
  whole.set(start);
  whole.set(raw, start.length);
  return whole;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16));
}

function refuse(code: string, message: string): TrunklineError {
  return new TrunklineError({ status: null, code, message });
}
