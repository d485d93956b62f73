import { createExecutionContext, createMessageBatch, getQueueResult, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import worker from "../../../src/index.ts";

const paths = ["/healthz", "/", "/v2/api/me", "/admin/api/status", "/twilio/int_x/inbound", "/openapi.json", "/l/x"];

const browser = { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

async function ask(
  settings: Partial<Cloudflare.Env>,
  path: string,
  headers: Record<string, string> = { Authorization: `Bearer ${env.ADMIN_TOKEN}` },
): Promise<Response> {
  const ctx = createExecutionContext();
  const request = new Request<unknown, IncomingRequestCfProperties>(`https://gateway.test${path}`, { headers });
  const answer = await worker.fetch(request, { ...env, ...settings }, ctx);
  await waitOnExecutionContext(ctx);
  return answer;
}

describe("a deployment that lacks a setting", () => {
  it.each([
    ["ADMIN_TOKEN", { ADMIN_TOKEN: "" }],
    ["ADMIN_TOKEN", { ADMIN_TOKEN: "a".repeat(31) }],
    ["MASTER_KEYS", { MASTER_KEYS: "" }],
    ["MASTER_KEYS", { MASTER_KEYS: "k1:c2hvcnQ=" }],
    ["PUBLIC_URL", { PUBLIC_URL: "gateway.test" }],
    ["TWILIO_API_URL", { TWILIO_API_URL: "ftp://api.twilio.com" }],
    ["TWILIO_API_URL", { TWILIO_API_URL: "api.twilio.com" }],
  ])("names %s in a 503 and opens nothing (%o)", async (name, settings) => {
    for (const path of paths) {
      const answer = await ask(settings, path);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({
        error: "ApiError",
        code: "setup_incomplete",
        status: 503,
        message: expect.stringContaining(name),
        missing: [name],
      });
    }
  });

  it("says what is wrong with a short admin token, and the command that makes a better one", async () => {
    const { message } = (await (await ask({ ADMIN_TOKEN: "short" }, "/v2/api/me")).json()) as { message: string };
    expect(message).toContain("shorter than 32 characters");
    expect(message).toContain("openssl rand -hex 32");
  });

  it.each([
    ["k1:c2hvcnQ=", "has 5 bytes instead of 32"],
    [env.MASTER_KEYS.split(":")[1] ?? "", "has no id"],
    [`${env.MASTER_KEYS},`, "is empty"],
  ])("says what is wrong with master keys that are there (%#), and shows none", async (given, words) => {
    const { message } = (await (await ask({ MASTER_KEYS: given }, "/v2/api/me")).json()) as { message: string };
    expect(message).toContain(words);
    for (const entry of env.MASTER_KEYS.split(",")) expect(message).not.toContain(entry.split(":")[1]);
  });

  it("says how a Twilio address that is none is mended", async () => {
    const shut = await ask({ TWILIO_API_URL: "ftp://api.twilio.com" }, "/admin/api/status");
    expect(((await shut.json()) as { message: string }).message).toContain("set https://api.twilio.com");
    expect((await ask({ TWILIO_API_URL: "" }, "/healthz")).status).toBe(200);
  });

  it("names all that is missing at once, and no value of what is there", async () => {
    const answer = await ask({ MASTER_KEYS: "", PUBLIC_URL: "gateway.test" }, "/v2/api/me");
    const body = await answer.text();
    expect(JSON.parse(body).missing).toEqual(["MASTER_KEYS", "PUBLIC_URL"]);
    expect(body).not.toContain(env.ADMIN_TOKEN);
  });

  it.each(["/", "/app", "/app/", "/app/sign-in"])(
    "shows a browser that opens %s a page without script that says what to set and how",
    async (path) => {
      const answer = await ask({ ADMIN_TOKEN: "", MASTER_KEYS: "", PUBLIC_URL: "gateway.test" }, path, browser);
      const page = await answer.text();
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Content-Type")).toContain("text/html");
      expect(answer.headers.get("Content-Security-Policy")).toMatch(/^default-src 'none'; (?!.*-src)/);
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(page).not.toMatch(/<script|<style|<link|<img| on\w+=/i);
      expect(page).toContain("npx wrangler secret put ADMIN_TOKEN");
      expect(page).toContain("npx wrangler secret put MASTER_KEYS");
      expect(page).toContain("npx wrangler secret delete PUBLIC_URL");
      expect(page).toContain("<code>https://gateway.test</code>");
    },
  );

  it("names on that page no setting that is there, and answers programs as before", async () => {
    const page = await (await ask({ MASTER_KEYS: "" }, "/app/", browser)).text();
    expect(page).toContain("MASTER_KEYS");
    expect(page).not.toMatch(/ADMIN_TOKEN|PUBLIC_URL/);
    for (const path of ["/app/session", "/app/"]) {
      expect((await ask({ MASTER_KEYS: "" }, path)).headers.get("Content-Type")).toContain("application/json");
    }
    const other = await ask({ MASTER_KEYS: "" }, "/docs", browser);
    expect([other.status, other.headers.get("Content-Type")]).toEqual([503, "application/json"]);
  });

  it("keeps the bells that ring meanwhile", async () => {
    const bell = { id: "bell-1", timestamp: new Date(), attempts: 1, body: { pool: "key_x", lane: "fast" } };
    const batch = createMessageBatch("trunkline-bell", [bell]);
    const ctx = createExecutionContext();
    await worker.queue(batch, { ...env, MASTER_KEYS: "" }, ctx);
    expect(await getQueueResult(batch, ctx)).toMatchObject({ retryBatch: { retry: true } });
  });
});
