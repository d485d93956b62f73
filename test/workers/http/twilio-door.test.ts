import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeDeps } from "../../../src/deps.ts";
import { changeAccount } from "../../../src/flows/accounts/connect.ts";
import { readSettings } from "../../../src/settings.ts";
import type { FakeAccount } from "../../support/node/fake-twilio-account.ts";
import { computeSignature } from "../../support/node/fake-twilio-webhooks.ts";
import { admin, call, eventually } from "../../support/workers/gateway.ts";
import {
  assignTo,
  type LiveKey,
  makeLiveKey,
  type Outside,
  standInForTheOutside,
} from "../../support/workers/twilio.ts";

const person = "+15551234567";

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;
let sids = 0;

beforeEach(async () => {
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
});

afterEach(() => {
  vi.useRealTimers();
  expect(twilio.violations).toEqual([]);
});

type Knock = {
  url?: string;
  form?: [string, string][];
  change?: Record<string, string | null>;
  token?: string;
  signature?: string | null;
  headers?: Record<string, string>;
  method?: string;
  body?: string;
};

function newSid(): string {
  sids += 1;
  return `SM${String(sids).padStart(32, "0")}`;
}

function inboundUrl(): string {
  return `https://gateway.test/twilio/${key.integrationId}/inbound`;
}

function formOf(change: Record<string, string | null> = {}): [string, string][] {
  const sid = newSid();
  const form = {
    MessageSid: sid,
    SmsSid: sid,
    AccountSid: twilio.options.accountSid,
    From: person,
    To: key.numbers[0] ?? "",
    Body: "Hello",
    NumMedia: "0",
    NumSegments: "1",
    SmsStatus: "received",
    ApiVersion: "2010-04-01",
    ...change,
  };
  return Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== null);
}

/** Knocks at the door with a request of one's own making; whatever is not said is as Twilio would do it. */
async function knock(given: Knock = {}) {
  const url = given.url ?? inboundUrl();
  const form = given.form ?? formOf(given.change);
  const signature =
    given.signature === undefined
      ? computeSignature(url, form, given.token ?? twilio.options.authToken)
      : given.signature;
  const response = await exports.default.fetch(url, {
    method: given.method ?? "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
      ...(signature === null ? {} : { "x-twilio-signature": signature }),
      ...given.headers,
    },
    ...(given.method === "GET" ? {} : { body: given.body ?? new URLSearchParams(form).toString() }),
  });
  return { status: response.status, text: await response.text(), contentType: response.headers.get("content-type") };
}

async function received(from = person): Promise<Record<string, unknown>[]> {
  const listed = await call(`/v2/api/chats/${encodeURIComponent(from)}/messages`, { token: key.token });
  return listed.status === 200 ? (listed.body.messages as Record<string, unknown>[]) : [];
}

describe("a signed request", () => {
  it("is answered with an empty TwiML that sends nothing to anybody", async () => {
    expect(await knock()).toEqual({
      status: 200,
      contentType: "text/xml",
      text: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
    });
    expect(await received()).toHaveLength(1);
  });

  it("keeps its characters: spaces at the ends, plus signs, emoji, parameters that nobody knows yet", async () => {
    const text = "  50% + 1 & more 👍🏽 \u00a0ß\u2028 ";
    const answer = await knock({ change: { Body: text, BrandNew: "kept & signed", Empty: "" } });
    expect(answer.status).toBe(200);
    expect((await received())[0]).toMatchObject({ text });
  });

  it.each([
    ["rcs", "rcs:+15551234567", "rcs:acme_agent"],
    ["messenger", "messenger:1234", "messenger:5678"],
  ])("of a channel that cannot be answered is kept, and only from who signed it: %s", async (_, From, To) => {
    expect((await knock({ change: { From, To } })).status).toBe(200);
    const forged = await knock({ change: { From, To }, token: "0".repeat(32) });
    expect(forged.status).toBe(403);
    expect(JSON.parse(forged.text)).toMatchObject({ code: "signature_invalid" });
  });

  it("with the default port in the signed URL is let in, as Twilio's libraries do", async () => {
    const form = formOf();
    const url = inboundUrl().replace("gateway.test", "gateway.test:443");
    const signature = computeSignature(url, form, twilio.options.authToken);
    expect((await knock({ form, signature })).status).toBe(200);
  });
});

describe("trap 1: without an auth token", () => {
  beforeEach(async () => {
    const apiKeys = [{ sid: `SK${"c".repeat(32)}`, secret: "a secret of an API key" }];
    twilio = outside.open({ apiKeys });
    const integration = { auth_token: undefined, api_key_sid: apiKeys[0]?.sid, api_key_secret: apiKeys[0]?.secret };
    key = await makeLiveKey(twilio, { integration });
  });

  it("nothing is let in but by the secret in the number's own URL, and events say that it was not verified", async () => {
    const configured = twilio.numbers[0]?.fields.sms_url ?? "";
    expect(configured).toMatch(/\?key=[0-9a-f]{64}#rc=3&rp=all$/);
    const [url = ""] = configured.split("#");
    for (const guess of [inboundUrl(), `${inboundUrl()}?key=`, `${inboundUrl()}?key=${"0".repeat(64)}`]) {
      expect((await knock({ url: guess, signature: null })).status).toBe(403);
    }
    await call("/v2/api/webhooks", { body: { webhook_url: "https://customer.example/unverified" }, token: key.token });
    expect((await knock({ url, signature: null })).status).toBe(200);
    const event = await eventually(async () => outside.told[0]?.body);
    expect(event).toMatchObject({ event: "message.received", verified: false });
  });
});

describe("trap 2: another tenant's request", () => {
  it("signed by its own account reaches no other account's number, and writes nothing anywhere", async () => {
    const mine = key;
    const accounts = [twilio, outside.open(), outside.open()];
    const keys = [mine, await makeLiveKey(accounts[1] ?? twilio), await makeLiveKey(accounts[2] ?? twilio)];
    const [zero, one, two] = [0, 1, 2];
    const matrix = [zero, one, two].flatMap((signer) =>
      [zero, one, two].flatMap((path) => [zero, one, two].map((owner) => ({ signer, path, owner }))),
    );
    for (const { signer, path, owner } of matrix.filter((row) => row.signer !== row.path || row.path !== row.owner)) {
      const { accountSid, authToken } = (accounts[signer] ?? twilio).options;
      const url = `https://gateway.test/twilio/${keys[path]?.integrationId}/inbound`;
      const change = { AccountSid: accountSid, To: keys[owner]?.numbers[0] ?? "" };
      expect((await knock({ url, change, token: authToken })).status).toBe(403);
    }
    for (const one of keys) {
      key = one;
      expect(await received()).toEqual([]);
    }
  });
});

describe("trap 3: headers about the host", () => {
  it.each([
    "Host",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Port",
    "Forwarded",
    "X-Original-URL",
    "X-Forwarded-Path",
    "X-Rewrite-URL",
  ])(
    "%s moves nothing: what was signed for another place stays refused, what was signed for ours is let in",
    async (name) => {
      const elsewhere = inboundUrl().replace("gateway.test", "evil.example");
      const form = formOf();
      const signature = computeSignature(elsewhere, form, twilio.options.authToken);
      const headers = { [name]: "host=evil.example;proto=http" };
      expect((await knock({ form, signature, headers: { [name]: "evil.example" } })).status).toBe(403);
      expect((await knock({ headers })).status).toBe(200);
    },
  );
});

describe("trap 4: values moved between fields", () => {
  it("sign alike and are refused, because a field that every message has is gone or doubled", async () => {
    const form = formOf({ Body: "xFrom+15550000000" });
    const signature = computeSignature(inboundUrl(), form, twilio.options.authToken);
    const merged = form.filter(([name]) => name !== "NumMedia" && name !== "NumSegments");
    expect((await knock({ form: merged, signature })).status).toBe(403);
    const split = form.map(([name, value]): [string, string] => (name === "Body" ? [name, "x"] : [name, value]));
    split.push(["From", "+15550000000"]);
    expect((await knock({ form: split, signature })).status).toBe(403);
    const glued = formOf();
    const whole = computeSignature(inboundUrl(), glued, twilio.options.authToken);
    const [first, ...rest] = glued;
    expect((await knock({ form: rest, url: inboundUrl() + (first ?? []).join(""), signature: whole })).status).not.toBe(
      200,
    );
    expect(await received()).toEqual([]);
  });
});

describe("trap 5: repeated fields", () => {
  it.each(["From", "To", "AccountSid", "Body", "MessageSid"])(
    "%s twice is refused even when it is signed so",
    async (name) => {
      const form = formOf();
      form.push([name, form.find(([known]) => known === name)?.[1] ?? ""]);
      expect((await knock({ form })).status).toBe(403);
      const other = formOf();
      other.push([name, "+15559999999"]);
      expect((await knock({ form: other })).status).toBe(403);
      expect(await received()).toEqual([]);
    },
  );

  it("under names that look alike are other fields and change nothing", async () => {
    expect((await knock({ change: { "To[]": "+15559999999", to: "+15559999999", "From ": "x" } })).status).toBe(200);
    expect(await received()).toHaveLength(1);
  });
});

describe("trap 6: bodySHA256", () => {
  it("is no way around the form's own signature, whatever it says", async () => {
    const form = formOf();
    const body = new URLSearchParams(form).toString();
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
    const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    for (const [value, type] of [
      [hash, "application/x-www-form-urlencoded"],
      ["0".repeat(64), "application/json"],
      ["", "application/json"],
      [hash.toUpperCase(), "application/json"],
      [hash, "text/plain"],
    ] as const) {
      const url = `${inboundUrl()}?bodySHA256=${value}`;
      const signature = computeSignature(url, [], twilio.options.authToken);
      expect((await knock({ url, form, body, signature, headers: { "content-type": type } })).status).toBe(403);
    }
    expect(await received()).toEqual([]);
  });
});

describe("trap 7: variants of the URL", () => {
  it("another path, another query, plain http or a fragment of the path are not ours", async () => {
    for (const signed of [
      inboundUrl().replace("inbound", "status"),
      `${inboundUrl()}?x=1`,
      `${inboundUrl()}/`,
      inboundUrl().replace("https:", "http:"),
      inboundUrl().replace("gateway.test", "gateway.test:8443"),
    ]) {
      const form = formOf();
      const signature = computeSignature(signed, form, twilio.options.authToken);
      expect((await knock({ form, signature })).status).toBe(403);
    }
  });
});

describe("trap 8: a captured request", () => {
  it("changes nothing when it comes again, at once, fifty times, later, at another door, or as a GET", async () => {
    const form = formOf();
    const signature = computeSignature(inboundUrl(), form, twilio.options.authToken);
    const answers = await Promise.all(Array.from({ length: 50 }, () => knock({ form, signature })));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3 * 86_400_000 });
    const headers = { "i-twilio-idempotency-token": crypto.randomUUID() };
    expect((await knock({ form, signature, headers })).status).toBe(200);
    expect(await received()).toHaveLength(1);
    expect((await knock({ form, signature, url: inboundUrl().replace("inbound", "status") })).status).toBe(403);
    expect((await knock({ form, signature, url: inboundUrl().replace("inbound", "voice") })).status).toBe(403);
    expect((await knock({ form, signature, method: "GET" })).status).toBe(405);
  });
});

describe("a webhook that was set by hand", () => {
  it.each(["inbound", "status", "voice"])(
    "to GET, or with a slash at its end, is told what to set: %s",
    async (kind) => {
      const url = inboundUrl().replace("inbound", kind);
      const wrong = [
        ["is called with GET", await knock({ url, method: "GET" })],
        ["is called with GET", await knock({ url: `${url}/`, method: "GET" })],
        ["has a slash at its end", await knock({ url: `${url}/` })],
      ] as const;
      for (const [words, { status, text }] of wrong) {
        expect(status).toBe(405);
        expect(JSON.parse(text)).toMatchObject({ code: "method_not_allowed" });
        expect(text).toContain(words);
        expect(text).toContain(`HTTP POST and ${url},`);
      }
      expect(await received()).toEqual([]);
    },
  );
});

describe("trap 9: a rotated auth token", () => {
  it("both sign for 24 hours, to the second, and then the new one alone; forgeries cannot force reads", async () => {
    const former = twilio.options.authToken;
    await knock();
    twilio.options.authToken = "the-new-token-0123456789abcdef01";
    const changed = await admin(`/integrations/twilio/${key.integrationId}`, {
      method: "PATCH",
      body: { auth_token: twilio.options.authToken },
    });
    expect(changed.status).toBe(200);
    const changedAt = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: changedAt + 11_000 });
    expect((await knock()).status).toBe(200);
    expect((await knock({ token: former })).status).toBe(200);
    vi.setSystemTime(changedAt + 86_400_000 - 10_000);
    expect((await knock({ token: former })).status).toBe(200);
    vi.setSystemTime(changedAt + 86_400_000 + 1);
    expect((await knock({ token: former })).status).toBe(403);
    expect((await knock()).status).toBe(200);
  });

  it("signs at once also where another isolate was told of it", async () => {
    await knock();
    const settings = readSettings(env);
    if (!settings.ok) throw new Error("The settings of the tests are incomplete.");
    for (const token of ["the-second-token-0123456789abcdef", "the-third-token-0123456789abcdef0"]) {
      twilio.options.authToken = token;
      const changed = await changeAccount(makeDeps(env, settings.value), key.integrationId, { authToken: token });
      expect(changed.ok).toBe(true);
      expect((await knock()).status).toBe(200);
    }
  });

  it("a forger's requests read the directory three times in a row and once in ten seconds, however many there are", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    await knock();
    const statements = vi.spyOn(Object.getPrototypeOf(env.DB), "prepare");
    const reads = () => statements.mock.calls.filter(([text]) => /^select/i.test(String(text)));
    for (let index = 0; index < 20; index += 1) expect((await knock({ token: "forged" })).status).toBe(403);
    expect(reads()).toHaveLength(3);
    vi.setSystemTime(Date.now() + 10_001);
    for (let index = 0; index < 20; index += 1) expect((await knock({ token: "forged" })).status).toBe(403);
    expect(reads()).toHaveLength(4);
  });
});

describe("trap 10: what a parser might change", () => {
  it.each(["a\u0000b", "tab\tend ", "\ufeffmark", "%41%zz", "line\r\nbreak", "a+b c%20d"])(
    "%j verifies as it came",
    async (text) => {
      expect((await knock({ change: { Body: text } })).status).toBe(200);
      expect((await received())[0]).toMatchObject({ text });
    },
  );

  it("bytes that are no UTF-8 are refused or read the same by both sides, never let in under another signature", async () => {
    const form = formOf();
    const signature = computeSignature(inboundUrl(), form, twilio.options.authToken);
    const body = new URLSearchParams(form).toString().replace("Hello", "Hello%C0%AE");
    expect((await knock({ form, body, signature })).status).toBe(403);
  });
});

describe("a signature in any other form", () => {
  it.each([
    ["none", () => null],
    ["an empty one", () => ""],
    ["lower case", (valid: string) => valid.toLowerCase()],
    ["without padding", (valid: string) => valid.replace(/=+$/, "")],
    ["for URLs", (valid: string) => (/[+/]/.test(valid) ? valid.replace(/\+/g, "-").replace(/\//g, "_") : `${valid}_`)],
    ["two in one", (valid: string) => `${valid}, ${valid}`],
    ["a kilobyte of it", (valid: string) => valid.repeat(40)],
  ] satisfies [string, (valid: string) => string | null][])("(%s) is refused, always alike", async (_, distort) => {
    const form = formOf();
    const signature = distort(computeSignature(inboundUrl(), form, twilio.options.authToken));
    const refused = await knock({ form, signature });
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.text)).toMatchObject({ code: "signature_invalid" });
    expect(await received()).toEqual([]);
  });
});

describe("a number's owner", () => {
  it("is one or none: a released number's messages are refused, a moved one's go to its new key", async () => {
    const number = key.numbers[0] ?? "";
    const other = await admin("/api-keys", { body: { name: "Second", organization_id: key.organizationId } });
    await assignTo(String(other.body.api_key_id), number);
    expect((await knock()).status).toBe(200);
    expect(await received()).toEqual([]);
    key = { ...key, token: String(other.body.key) };
    expect(await received()).toHaveLength(1);
    await admin(`/numbers/${encodeURIComponent(number)}`, { method: "DELETE" });
    expect((await knock()).status).toBe(403);
    expect(await received()).toHaveLength(1);
  });

  it("keeps what came while nobody held the number, and gets it when the number is assigned", async () => {
    await assignTo(null, key.numbers[0] ?? "");
    const form = formOf({ Body: "Anybody?" });
    expect((await knock({ form })).status).toBe(200);
    expect((await knock({ form })).status).toBe(200);
    expect(await received()).toEqual([]);
    await assignTo(key.id, key.numbers[0] ?? "");
    expect(await received()).toEqual([expect.objectContaining({ text: "Anybody?" })]);
  });
});
