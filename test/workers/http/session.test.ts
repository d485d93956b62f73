import { env, exports } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { toHex } from "../../../src/domain/bytes.ts";

const hour = 3_600_000;
const same = { "Sec-Fetch-Site": "same-origin" };
const bearer = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
let addresses = 0;

afterEach(() => vi.useRealTimers());

type Asked = { method?: string; body?: unknown; headers?: Record<string, string>; cookie?: string };

function ask(path: string, { method = "GET", body, headers = {}, cookie }: Asked = {}) {
  return exports.default.fetch(`https://gateway.test${path}`, {
    method,
    redirect: "manual",
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(cookie === undefined ? {} : { Cookie: cookie }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Each attempt from an address of its own, so that the rate limit is met only where a test means it. */
function signIn(body: unknown, headers: Record<string, string> = same) {
  addresses += 1;
  return ask("/app/session", {
    method: "POST",
    body,
    headers: { "CF-Connecting-IP": `192.0.2.${addresses}`, ...headers },
  });
}

async function open(): Promise<string> {
  const answer = await signIn({ token: env.ADMIN_TOKEN });
  expect(answer.status).toBe(200);
  return String(answer.headers.get("Set-Cookie")).split(";")[0] ?? "";
}

async function makeClaim(expiresAt: number, token = env.ADMIN_TOKEN): Promise<string> {
  const nonce = crypto.randomUUID().replaceAll("-", "");
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey("raw", bytes(token), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, bytes(`trunkline sign-in claim ${expiresAt}.${nonce}`));
  return `${expiresAt}.${nonce}.${toHex(new Uint8Array(mac))}`;
}

const reads = async (cookie: string) => (await ask("/admin/api/organizations", { cookie })).status;

describe("signing in to the dashboard", () => {
  it("says that messages reach nobody while the sandbox is all that is connected", async () => {
    await ask("/admin/api/organizations", { method: "POST", headers: bearer, body: { name: "Bakery" } });
    const answer = await ask("/app/session", { cookie: await open() });
    expect(await answer.json()).toMatchObject({ sandbox_only: true, version: expect.any(String) });
    await env.DB.prepare("UPDATE twilio_accounts SET sandbox = 0").run();
    const after = await ask("/app/session", { cookie: await open() });
    await env.DB.prepare("UPDATE twilio_accounts SET sandbox = 1").run();
    expect(await after.json()).toMatchObject({ sandbox_only: false });
  });

  it("gives for the admin token a cookie that scripts cannot read and other sites cannot send", async () => {
    const answer = await signIn({ token: env.ADMIN_TOKEN });
    expect(answer.headers.get("Set-Cookie")).toMatch(
      /^__Host-trunkline=[0-9a-f]{64}; Path=\/; Max-Age=604800; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(await answer.text()).not.toContain(env.ADMIN_TOKEN);
  });

  it("refuses a wrong token, and a body that is neither token nor claim", async () => {
    expect((await signIn({ token: "wrong" })).status).toBe(401);
    expect((await signIn({})).status).toBe(400);
    expect((await signIn({ token: env.ADMIN_TOKEN, claim: "x" })).status).toBe(400);
  });

  it("names its methods to any other, as every path does", async () => {
    const refused = await ask("/app/session", { method: "PUT", body: {} });
    expect([refused.status, refused.headers.get("Allow")]).toEqual([405, "GET, HEAD, POST, DELETE"]);
  });

  it("reads no more of a body than any call does", async () => {
    expect((await signIn({ token: "x".repeat(70_000) })).status).toBe(413);
  });

  it("opens by a claim once, and never by one that is late or made under another token", async () => {
    const claim = await makeClaim(Date.now() + hour);
    expect((await signIn({ claim })).status).toBe(200);
    expect((await signIn({ claim })).status).toBe(401);
    expect((await signIn({ claim: await makeClaim(Date.now() - 1) })).status).toBe(401);
    expect((await signIn({ claim: await makeClaim(Date.now() + hour, "another token") })).status).toBe(401);
  });

  it("is refused to pages of other sites, and to forms", async () => {
    expect((await signIn({ token: env.ADMIN_TOKEN }, { "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
    expect((await signIn({ token: env.ADMIN_TOKEN }, {})).status).toBe(403);
    expect((await signIn({ token: env.ADMIN_TOKEN }, { Origin: "https://gateway.test" })).status).toBe(200);
    const form = { method: "POST", headers: { ...same, "Content-Type": "text/plain" } };
    expect((await ask("/app/session", form)).status).toBe(415);
  });

  it("is slowed down for an address that tries too often", async () => {
    const headers = { ...same, "CF-Connecting-IP": "198.51.100.1" };
    const statuses: number[] = [];
    // Minutes are counted by the clock: of 21 attempts over the end of one, eleven are in the same.
    for (let attempt = 0; attempt < 21; attempt += 1) statuses.push((await signIn({ token: "wrong" }, headers)).status);
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(statuses).toContain(429);
  });
});

describe("a session", () => {
  it("opens the admin API, and neither the v2 API nor anything to a forged cookie", async () => {
    const cookie = await open();
    expect(await reads(cookie)).toBe(200);
    expect((await ask("/v2/api/me", { cookie })).status).toBe(401);
    expect(await reads(`__Host-trunkline=${"0".repeat(64)}`)).toBe(401);
  });

  it("does not help a request whose own Authorization is wrong", async () => {
    const answer = await ask("/admin/api/organizations", {
      cookie: await open(),
      headers: { Authorization: "Bearer wrong" },
    });
    expect(answer.status).toBe(401);
  });

  it("writes only from pages of its own origin", async () => {
    const cookie = await open();
    const write = (headers: Record<string, string>) =>
      ask("/admin/api/organizations", { method: "POST", body: { name: "Written" }, cookie, headers });
    expect((await write({})).status).toBe(403);
    expect((await write({ "Sec-Fetch-Site": "same-site" })).status).toBe(403);
    expect((await write({ Origin: "https://evil.test" })).status).toBe(403);
    expect((await write(same)).status).toBe(201);
  });

  it("really ends by signing out here, and all of them by signing out everywhere", async () => {
    const [here, there, third] = [await open(), await open(), await open()];
    const out = { method: "DELETE", headers: same };
    expect((await ask("/app/session", { ...out, cookie: here })).status).toBe(204);
    expect([await reads(here), await reads(there)]).toEqual([401, 200]);
    await ask("/app/session?all=1", { ...out, cookie: `__Host-trunkline=${"0".repeat(64)}` });
    expect(await reads(there)).toBe(200);
    await ask("/app/session?all=1", { ...out, cookie: there });
    expect([await reads(there), await reads(third)]).toEqual([401, 401]);
  });

  it("is listed with when it was opened, used and ends, and as the one that asks; not after its end", async () => {
    await ask("/admin/api/sessions", { method: "DELETE", headers: bearer });
    const start = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    const first = await open();
    vi.setSystemTime(start + hour);
    const second = await open();
    const listed = async (asked: Asked) => (await ask("/admin/api/sessions", asked)).json<Record<string, unknown>>();
    const [older, newer] = [
      { created_at: start, seen_at: start, expires_at: start + 12 * hour },
      { created_at: start + hour, seen_at: start + hour, expires_at: start + 13 * hour },
    ];
    expect(await listed({ cookie: second })).toEqual({
      sessions: [
        { ...newer, current: true },
        { ...older, current: false },
      ],
      pagination: { limit: 50, offset: 0, total: 2 },
    });
    expect((await listed({ headers: bearer, cookie: first })).sessions).toEqual([
      { ...newer, current: false },
      { ...older, current: false },
    ]);
    expect(await (await ask("/admin/api/sessions?limit=1&offset=1", { headers: bearer })).json()).toMatchObject({
      sessions: [older],
      pagination: { limit: 1, offset: 1, total: 2 },
    });
    vi.setSystemTime(start + 12 * hour + 1);
    expect((await listed({ headers: bearer })).sessions).toEqual([{ ...newer, current: false }]);
    await env.DB.prepare("UPDATE sessions SET mark = ?").bind("of another token").run();
    expect((await listed({ headers: bearer })).sessions).toEqual([]);
  });

  it("ends with all others by one call, which says how many there were and comes from no other site", async () => {
    await ask("/admin/api/sessions", { method: "DELETE", headers: bearer });
    const [here, there] = [await open(), await open()];
    const end = (headers: Record<string, string>) =>
      ask("/admin/api/sessions", { method: "DELETE", cookie: here, headers });
    expect((await end({ "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
    expect(await (await end(same)).json()).toEqual({ success: true, ended: 2 });
    expect([await reads(here), await reads(there)]).toEqual([401, 401]);
    expect((await ask("/admin/api/organizations", { headers: bearer })).status).toBe(200);
  });

  it("ends after twelve idle hours, lives on with use, and ends after seven days", async () => {
    const start = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    const [idle, used] = [await open(), await open()];
    vi.setSystemTime(start + 11 * hour);
    expect(await reads(used)).toBe(200);
    vi.setSystemTime(start + 13 * hour);
    expect([await reads(idle), await reads(used)]).toEqual([401, 200]);
    for (let later = 24; later < 7 * 24; later += 11) {
      vi.setSystemTime(start + later * hour);
      expect(await reads(used)).toBe(200);
    }
    vi.setSystemTime(start + 7 * 24 * hour);
    expect(await reads(used)).toBe(401);
  });

  it("ends when the admin token it was opened under is changed", async () => {
    const cookie = await open();
    await env.DB.prepare("UPDATE sessions SET mark = ?").bind("of another token").run();
    expect(await reads(cookie)).toBe(401);
  });

  it("is kept as a hash alone", async () => {
    const value = (await open()).split("=")[1];
    const rows = await env.DB.prepare("SELECT * FROM sessions").all();
    expect(rows.results.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows.results)).not.toContain(value);
  });
});

describe("the dashboard's page", () => {
  it("comes with its policy on every path below /app, and is never stored", async () => {
    for (const path of ["/app", "/app/", "/app/sign-in", "/app/messages/key_x/y"]) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(await answer.text()).toContain('<div id="root">');
      expect(answer.headers.get("Content-Security-Policy")).toMatch(
        /default-src 'none'; script-src 'self';.*require-trusted-types-for/,
      );
      expect(answer.headers.get("Content-Security-Policy")).not.toContain("unsafe");
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
    }
  });
});

describe("the bare address", () => {
  it("leads a browser to the dashboard, and answers programs as any path that there is not", async () => {
    const browser = await ask("/", { headers: { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" } });
    expect([browser.status, browser.headers.get("Location")]).toEqual([302, "/app/"]);
    for (const headers of [{}, { Accept: "*/*" }, { Accept: "application/json" }]) {
      const answer = await ask("/", { headers });
      expect(answer.status).toBe(404);
      expect(answer.headers.get("Vary")).toBe("Accept");
      expect(await answer.json()).toMatchObject({ code: "not_found" });
    }
    expect((await ask("/", { method: "POST", headers: { Accept: "text/html" } })).status).toBe(404);
  });
});

describe("a file of an older build", () => {
  it("is missed by an answer that no cache keeps", async () => {
    const answer = await ask("/dashboard/index-00000000.js");
    expect([answer.status, answer.headers.get("Cache-Control")]).toEqual([404, "no-store"]);
  });
});
