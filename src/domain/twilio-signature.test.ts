import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FormField, readSignedForm, signTwilioRequest, verifyTwilioSignature } from "./twilio-signature.ts";

type Vector = {
  id: string;
  url: string;
  authToken: string;
  signature: string;
  valid: boolean;
  params?: Record<string, string | string[]>;
  body?: string;
};

const runs = Number(process.env.FUZZ_RUNS ?? 300);
const formType = "application/x-www-form-urlencoded; charset=UTF-8";
const fixture = new URL("../../test/fixtures/twilio-signature-vectors.json", import.meta.url);
const { vectors } = JSON.parse(readFileSync(fixture, "utf8")) as { vectors: Vector[] };
const noBytes = new Uint8Array();

const url = "https://gw.example.com/twilio/acc_1/inbound?pool=p1&x=1";
const token = "0123456789abcdef0123456789abcdef";
const params: FormField[] = [
  ["MessageSid", "SM0123456789abcdef0123456789abcdef"],
  ["AccountSid", "AC0123456789abcdef0123456789abcdef"],
  ["From", "+14155550100"],
  ["To", "+15005550006"],
  ["Body", "Café 🚀 100% + more"],
  ["FromCity", ""],
];

function utf8(text: string) {
  return new Uint8Array(Buffer.from(text));
}

function verifyForm(
  signature: string | null,
  changes: { url?: string; params?: FormField[]; authTokens?: string[] } = {},
) {
  const asSent = { url, params, rawBody: utf8("…"), contentType: formType, signature, authTokens: [token] };
  return verifyTwilioSignature({ ...asSent, ...changes });
}

function verifyJson(body: Uint8Array<ArrayBuffer>, signedUrl: string, contentType: string | null = "application/json") {
  const signature = createHmac("sha1", token).update(signedUrl).digest("base64");
  return verifyTwilioSignature({
    url: signedUrl,
    params: [],
    rawBody: body,
    contentType,
    signature,
    authTokens: [token],
  });
}

function sha256(body: Uint8Array) {
  return createHash("sha256").update(body).digest("hex");
}

describe("the vectors of Twilio's libraries", () => {
  test("the file holds them all", () => {
    expect(vectors).toHaveLength(41);
    expect(vectors.every((vector) => typeof vector.valid === "boolean")).toBe(true);
  });

  test.each(vectors)("$id is $valid", async (vector) => {
    const fields = Object.entries(vector.params ?? {}).flatMap(([name, value]) =>
      [value].flat().map((one): FormField => [name, one]),
    );
    const verdict = await verifyTwilioSignature({
      url: vector.url,
      params: fields,
      rawBody: vector.body === undefined ? noBytes : utf8(vector.body),
      contentType: vector.body === undefined ? formType : "application/json",
      signature: vector.signature,
      authTokens: [vector.authToken],
    });
    expect(verdict).toBe(vector.valid);
  });
});

describe("what Twilio may have signed", () => {
  test("our own signature is the plain HMAC of URL and sorted fields, without the fragment", async () => {
    const joined = [...params].sort().flat().join("");
    const expected = createHmac("sha1", token)
      .update(url + joined)
      .digest("base64");
    expect(await signTwilioRequest(`${url}#rc=3&rp=all`, params, token)).toBe(expected);
    expect(await verifyForm(expected)).toBe(true);
    expect(await verifyForm(expected, { url: `${url}#rc=3&rp=all` })).toBe(true);
  });

  test.each([
    ["https://h.example/p?a=1", "https://h.example:443/p?a=1"],
    ["http://h.example/p", "http://h.example:80/p"],
    ["https://h.example:8443/p", "https://h.example/p"],
    ["https://u:p@h.example/p", "https://h.example/p"],
    ["https://u:p@h.example/p", "https://u:p@h.example:443/p"],
    ["https://u:p@h.example:1234/p", "https://h.example:1234/p"],
    ["https://h.example/p?n=O'hara", "https://h.example/p?n=O%27hara"],
    ["https://h.example/p?n=O'hara", "https://h.example:443/p?n=O%27hara"],
    // A Worker's runtime writes an apostrophe as %27 before anybody reads it.
    ["https://h.example/p?n=O%27hara", "https://h.example/p?n=O'hara"],
    ["https://h.example?a=@b:c", "https://h.example:443?a=@b:c"],
  ])("configured as %s and signed as %s passes", async (configured, signed) => {
    expect(await verifyForm(await signTwilioRequest(signed, params, token), { url: configured })).toBe(true);
  });

  test.each([
    ["https://H.example/p", "https://h.example/p"],
    ["https://h.example/p", "http://h.example/p"],
    ["https://h.example/p", "https://h.example/p/"],
    ["https://h.example/p", "https://h.example:8443/p"],
    ["https://h.example:8443/p", "https://h.example:443/p"],
    ["https://h.example/a/../p", "https://h.example/p"],
    ["https://h.example/p?a=1&b=2", "https://h.example/p?b=2&a=1"],
    ["https://h.example/p", "https://u:p@h.example/p"],
  ])("configured as %s and signed as %s does not", async (configured, signed) => {
    expect(await verifyForm(await signTwilioRequest(signed, params, token), { url: configured })).toBe(false);
  });

  test("a repeated name counts once for each distinct value, in their order", async () => {
    const signature = createHmac("sha1", token).update(`${url}Aa1Ab2B`).digest("base64");
    const repeated: FormField[] = [
      ["B", ""],
      ["A", "b2"],
      ["A", "a1"],
      ["A", "b2"],
    ];
    expect(await verifyForm(signature, { params: repeated })).toBe(true);
    expect(await verifyForm(signature, { params: repeated.slice(0, 2) })).toBe(false);
  });

  test("any of several tokens may have signed; none, an empty or a foreign one may not", async () => {
    const signature = await signTwilioRequest(url, params, token);
    expect(await verifyForm(signature, { authTokens: ["next", token] })).toBe(true);
    expect(await verifyForm(signature, { authTokens: ["next", "other"] })).toBe(false);
    expect(await verifyForm(signature, { authTokens: [] })).toBe(false);
    expect(await verifyForm(signature, { authTokens: [""] })).toBe(false);
  });
});

test("B07: one flipped bit in the URL, a field, the token or the signature is refused", async () => {
  const signature = await signTwilioRequest(url, params, token);
  const flip = (text: string, at: number) => {
    const index = Math.floor(at / 7) % text.length;
    const code = text.charCodeAt(index) ^ (1 << (at % 7));
    return text.slice(0, index) + String.fromCharCode(code) + text.slice(index + 1);
  };
  const place = fc.constantFrom("url", "token", "signature", "name", "value");
  await fc.assert(
    fc.asyncProperty(place, fc.nat(6999), fc.nat(4), async (where, at, field) => {
      const changed = params.map(([name, value], index): FormField => {
        if (index !== field) return [name, value];
        return where === "name" ? [flip(name, at), value] : where === "value" ? [name, flip(value, at)] : [name, value];
      });
      const verdict = await verifyForm(where === "signature" ? flip(signature, at) : signature, {
        url: where === "url" ? flip(url, at) : url,
        authTokens: [where === "token" ? flip(token, at) : token],
        params: changed,
      });
      expect(verdict).toBe(false);
    }),
    { numRuns: runs },
  );
});

test("B08: a header that is missing, empty, doubled, re-cased, re-padded, URL-safe or huge is refused", async () => {
  const signature = await signTwilioRequest("https://h.example/p", params, token);
  const at = { url: "https://h.example/p" };
  expect(await verifyForm(signature, at)).toBe(true);
  const forms = [
    null,
    "",
    "=",
    `${signature}, ${signature}`,
    `${signature},${signature}`,
    signature.toLowerCase(),
    signature.slice(0, -1),
    `${signature}=`,
    ` ${signature}`,
    `${signature}\n`,
    `${signature.slice(0, -2)}=${signature.slice(-2, -1)}`,
    Buffer.from(signature, "base64").toString("hex"),
    "A".repeat(28),
    "A".repeat(1024 * 1024),
    "🚀".repeat(14),
  ];
  for (const form of forms) expect(await verifyForm(form, at), String(form).slice(0, 60)).toBe(false);
  const slashes = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => signTwilioRequest(url, [["n", String(index)]], token)),
  );
  const withSlash = slashes.findIndex((one) => /[+/]/.test(one));
  const urlSafe = slashes[withSlash]?.replaceAll("+", "-").replaceAll("/", "_") ?? "";
  expect(await verifyForm(urlSafe, { params: [["n", String(withSlash)]] })).toBe(false);
});

describe("B13: fields are signed without separators", () => {
  test("a value cut into further fields keeps its signature, so the form is refused where a name repeats or is missing", async () => {
    const sent: FormField[] = [
      ["Body", "hiFrom+1999"],
      ["From", "+1555"],
      ["To", "+1500"],
    ];
    const signature = await signTwilioRequest(url, sent, token);
    const merged: FormField[] = [
      ["Body", "hiFrom+1999From+1555"],
      ["To", "+1500"],
    ];
    const split: FormField[] = [
      ["Body", "hi"],
      ["From", "+1999From+1555"],
      ["To", "+1500"],
    ];
    expect(await verifyForm(signature, { params: merged })).toBe(true);
    expect(readSignedForm(merged, ["From", "To", "Body"])).toBeNull();
    expect(await verifyForm(signature, { params: split })).toBe(true);
    expect(readSignedForm(split, ["From", "To", "Body"])?.get("From")).toBe("+1999From+1555");
    expect(readSignedForm(sent, ["From", "To", "Body"])?.get("From")).toBe("+1555");
  });

  test("a repeated From, To, AccountSid or Body is refused, an unknown new field is not", () => {
    for (const name of ["From", "To", "AccountSid", "Body", "Anything"]) {
      expect(readSignedForm([...params, [name, "a"], [name, "a"]], ["From"]), name).toBeNull();
    }
    expect(readSignedForm([...params, ["New", ""], ["To[]", "x"]], ["From"])?.get("To")).toBe("+15005550006");
    expect(readSignedForm([["__proto__", "x"]], ["constructor"])).toBeNull();
  });

  test("the order in which fields arrive does not matter, every field does", async () => {
    const fields = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.string()), { selector: ([name]) => name });
    await fc.assert(
      fc.asyncProperty(fields, fc.string(), async (some, extra) => {
        const signature = await signTwilioRequest(url, some, token);
        expect(await verifyForm(signature, { params: some.toReversed() })).toBe(true);
        expect(await verifyForm(signature, { params: [...some, [`${extra}~new`, extra]] })).toBe(false);
      }),
      { numRuns: Math.min(runs, 100) },
    );
  });
});

describe("B14: a JSON body is covered by bodySHA256 or not at all", () => {
  const body = utf8('{"text": "é"}');
  const hashed = (value: string) => `https://h.example/p?a=1&bodySHA256=${value}`;

  test("the hash of the raw bytes passes, also of an empty body and with a charset", async () => {
    expect(await verifyJson(body, hashed(sha256(body)))).toBe(true);
    expect(await verifyJson(noBytes, hashed(sha256(noBytes)))).toBe(true);
    expect(await verifyJson(body, hashed(sha256(body)), "Application/JSON; charset=utf-8")).toBe(true);
  });

  test.each([
    ["a wrong hash", hashed("0".repeat(64))],
    ["an upper-case hash", hashed(sha256(body).toUpperCase())],
    ["the hash of another encoding", hashed(sha256(new Uint8Array(Buffer.from('{"text": "é"}', "latin1"))))],
    ["the hash of the body without its blank", hashed(sha256(utf8('{"text":"é"}')))],
    ["an empty hash", hashed("")],
    ["no hash", "https://h.example/p"],
    ["a hash under another name", `https://h.example/p?bodysha256=${sha256(body)}`],
    ["a hash in the fragment", `https://h.example/p#?bodySHA256=${sha256(body)}`],
    ["two hashes", `${hashed(sha256(body))}&bodySHA256=${"0".repeat(64)}`],
  ])("%s fails", async (_, signedUrl) => {
    expect(await verifyJson(body, signedUrl)).toBe(false);
  });

  test("a signed JSON request does not pass as a form, as plain text or without a type", async () => {
    const signedUrl = hashed(sha256(body));
    for (const type of [formType, "text/plain", "multipart/form-data", "application/json+x", "", null]) {
      expect(await verifyJson(body, signedUrl, type), String(type)).toBe(false);
      expect(await verifyJson(noBytes, signedUrl, type), String(type)).toBe(false);
    }
  });

  test("a signed URL alone passes only with an empty body", async () => {
    expect(await verifyJson(noBytes, "https://h.example/p?a=1", null)).toBe(true);
    expect(await verifyJson(body, "https://h.example/p?a=1", null)).toBe(false);
    expect(await verifyJson(body, "https://h.example/p?a=1", "text/plain")).toBe(false);
  });
});
