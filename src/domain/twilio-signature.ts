import { fromBase64, toBase64, toHex } from "./bytes.ts";
import { kept } from "./kept.ts";

/** A decoded form field; a name may come more than once. */
export type FormField = readonly [name: string, value: string];

/** What of a request is signed: the URL as configured at Twilio with the query that arrived, the decoded form and the raw bytes of its body. */
export type SignedRequest = {
  url: string;
  /** Other URLs of ours with the same query, where the request may have been signed for one of them. */
  otherUrls?: readonly string[];
  params: readonly FormField[];
  rawBody: Uint8Array<ArrayBuffer>;
  contentType: string | null;
  /** The value of X-Twilio-Signature. */
  signature: string | null;
  /** Every token that may have signed, for example the stored one and its predecessor. */
  authTokens: readonly string[];
};

const encoder = new TextEncoder();
const hmacSha1 = { name: "HMAC", hash: "SHA-1" };

/**
 * Tells whether Twilio signed this request with one of the tokens; false as well when part of the body is not covered by the signature.
 * Source: twilio.com/docs/usage/security; the URL variants are the union of what Twilio's libraries try.
 */
export async function verifyTwilioSignature(request: SignedRequest): Promise<boolean> {
  const signature = decodeSignature(request.signature);
  const fields = await signedFields(request);
  if (signature === null || fields === null) return false;
  const suffix = joinFields(fields);
  const urls = () => allVariants([request.url, ...(request.otherUrls ?? [])]);
  for (const token of request.authTokens) {
    if (token === "") continue;
    const key = await importToken(token);
    for (const url of urls()) {
      if (await crypto.subtle.verify("HMAC", key, signature, encoder.encode(url + suffix))) return true;
    }
  }
  return false;
}

/** Returns the X-Twilio-Signature of a form post to `url` (its fragment is not signed). Source: twilio.com/docs/usage/security. */
export async function signTwilioRequest(url: string, params: readonly FormField[], authToken: string): Promise<string> {
  const key = await importToken(authToken);
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(withoutFragment(url) + joinFields(params)));
  return toBase64(new Uint8Array(mac));
}

/**
 * Returns a verified form by name, or null where a name is repeated or a required one is missing: fields are signed without
 * separators, so a value may have been cut into other fields under the same signature.
 */
export function readSignedForm(
  params: readonly FormField[],
  required: readonly string[],
): ReadonlyMap<string, string> | null {
  const form = new Map(params);
  if (form.size !== params.length) return null;
  return required.every((name) => form.has(name)) ? form : null;
}

function decodeSignature(signature: string | null): Uint8Array<ArrayBuffer> | null {
  if (signature === null || signature.length !== 28) return null;
  return fromBase64(signature);
}

/** An account has a token or two, and an isolate sees few accounts. */
const importToken = kept(100, (token) =>
  crypto.subtle.importKey("raw", encoder.encode(token), hmacSha1, false, ["sign", "verify"]),
);

/** The fields that the signature must cover, or null where it cannot cover this body. */
async function signedFields(request: SignedRequest): Promise<readonly FormField[] | null> {
  const mediaType = (request.contentType ?? "").split(";", 1)[0]?.trim().toLowerCase();
  const hashes = new URLSearchParams(queryOf(request.url)).getAll("bodySHA256");
  if (mediaType === "application/json") {
    const hash = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", request.rawBody)));
    return hashes.length === 1 && hashes[0] === hash ? [] : null;
  }
  if (hashes.length > 0) return null;
  if (mediaType === "application/x-www-form-urlencoded") return request.params;
  return request.rawBody.length === 0 && request.params.length === 0 ? [] : null;
}

/** Name and value of every field without separators, in byte order of names; a repeated name once for each distinct value. */
function joinFields(fields: readonly FormField[]): string {
  const sorted = fields.toSorted(([name, value], [other, second]) => compare(name, other) || compare(value, second));
  let joined = "";
  for (const [index, [name, value]] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before === undefined || before[0] !== name || before[1] !== value) joined += name + value;
  }
  return joined;
}

/** UTF-16 sorts as UTF-8 does but where a surrogate meets a character above it. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  if (beyond.test(a) || beyond.test(b)) return compareBytes(a, b);
  return a < b ? -1 : 1;
}

const beyond = /[\ud800-\uffff]/;

function compareBytes(a: string, b: string): number {
  const left = encoder.encode(a);
  const right = encoder.encode(b);
  const at = left.findIndex((byte, index) => byte !== right[index]);
  return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
}

/** Each URL as it stands before any other writing of one: it is nearly always that. */
function* allVariants(urls: readonly string[]): Generator<string> {
  for (const url of urls) yield withoutFragment(url);
  for (const url of urls) yield* urlVariants(url);
}

/** The other writings under which Twilio's libraries try a URL, and an apostrophe that the runtime wrote as `%27`; the one that is configured, which it nearly always is, has been tried. */
function* urlVariants(url: string): Generator<string> {
  const bare = withoutFragment(url);
  const parts = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?]*)([^?]*)/.exec(bare);
  if (parts === null) return;
  const [, scheme = "", authority = "", path = ""] = parts;
  const hostAt = authority.lastIndexOf("@") + 1;
  const port = /:\d*$/.exec(authority.slice(hostAt))?.[0] ?? "";
  const host = authority.slice(hostAt, authority.length - port.length);
  const query = queryOf(bare);
  const variants = new Set<string>();
  for (const userinfo of [authority.slice(0, hostAt), ""]) {
    for (const portVariant of port === "" ? ["", defaultPort(scheme)] : [port, ""]) {
      for (const queryVariant of [query, new URL(`https://host/${query}`).search, query.replaceAll("%27", "'")]) {
        variants.add(`${scheme}://${userinfo}${host}${portVariant}${path}${queryVariant}`);
      }
    }
  }
  variants.delete(bare);
  yield* variants;
}

function defaultPort(scheme: string): string {
  return scheme.toLowerCase() === "http" ? ":80" : ":443";
}

function withoutFragment(url: string): string {
  return url.split("#", 1)[0] ?? "";
}

/** The query with its question mark, or nothing. */
function queryOf(url: string): string {
  const bare = withoutFragment(url);
  const at = bare.indexOf("?");
  return at === -1 ? "" : bare.slice(at);
}
