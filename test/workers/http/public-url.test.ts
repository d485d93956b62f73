import { createExecutionContext, evictDurableObject, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeDeps } from "../../../src/deps.ts";
import { watch } from "../../../src/flows/watchdog.ts";
import worker from "../../../src/index.ts";
import { readSettings } from "../../../src/settings.ts";
import type { FakeAccount } from "../../support/node/fake-twilio-account.ts";
import { admin, call, eventually, makeTestKey } from "../../support/workers/gateway.ts";
import {
  acceptedBy,
  freshNumber,
  type LiveKey,
  makeLiveKey,
  type Outside,
  readMessage,
  sendTaken,
  standInForTheOutside,
} from "../../support/workers/twilio.ts";

const first = "https://gateway.test";
const second = "https://sms.gateway.test";
// The deployment of this file has no such setting: its address stands in the directory alone.
Object.assign(env, { PUBLIC_URL: "" });

let outside: Outside;
let people = 0;
const someone = () => `+1555777${String(1000 + people++)}`;

beforeEach(() => {
  outside = standInForTheOutside();
  outside.doors = [first, second];
});
afterEach(async () => {
  for (const table of ["public_urls", "numbers"]) await env.DB.prepare(`DELETE FROM ${table}`).run();
  // What this isolate has read it would keep for a minute.
  await read();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const put = (url: string) => admin("/public-url", { method: "PUT", body: { url } });
const read = async () => (await admin("/public-url")).body;
const unset = { status: 503, body: { code: "setup_incomplete", missing: ["PUBLIC_URL"] } };

/** Asks another isolate of the same deployment, with the settings given. */
async function askElsewhere(isolate: Cloudflare.Env, asked: Request | string, init?: RequestInit): Promise<Response> {
  const ctx = createExecutionContext();
  const request = typeof asked === "string" ? new Request(first + asked, init) : asked;
  const answer = await worker.fetch(request as Request<unknown, IncomingRequestCfProperties>, isolate, ctx);
  await waitOnExecutionContext(ctx);
  return answer;
}

const asAdmin = { headers: { Authorization: `Bearer ${env.ADMIN_TOKEN}`, "Content-Type": "application/json" } };

describe("a gateway that does not know its public URL", () => {
  it("names it in a 503 wherever it is needed", async () => {
    const organization = await admin("/organizations", { body: { name: "New" } });
    const organization_id = String(organization.body.organization_id);
    const live = await admin("/api-keys", { body: { name: "Live", organization_id } });
    const token = String(live.body.key);
    const chat = "/v2/api/chats/%2B15551234567/messages";
    expect(await call(chat, { body: { text: "Hi" }, token })).toMatchObject(unset);
    expect(await call("/v2/api/me", { token })).toMatchObject(unset);
    const { accountSid: account_sid, authToken: auth_token } = outside.open().options;
    const connecting = { organization_id, account_sid, auth_token };
    expect(await admin("/integrations/twilio", { body: connecting })).toMatchObject(unset);
    const tried = await admin(`/api-keys/${live.body.api_key_id}/pool/preview`, {
      body: { to: "+15551234567", text: "Hi" },
    });
    expect(tried.body).toMatchObject({ would_send: false, code: "setup_incomplete" });
    for (const path of ["/docs", "/openapi.json", "/v2/api/openapi.json", "/llms.txt"]) {
      expect((await askElsewhere(env, path)).status, path).toBe(503);
    }
    expect((await admin("/status")).body).toMatchObject({ ok: false, public_url: { ok: false } });
    expect(await read()).toEqual({
      url: null,
      source: null,
      changeable: true,
      former: [],
      numbers_behind: 0,
      phone_numbers_behind: [],
    });
  });

  it("is healthy, lets the admin in, and serves a test key to the end", async () => {
    expect((await call("/healthz")).status).toBe(200);
    expect((await askElsewhere(env, "/errors")).status).toBe(200);
    expect((await askElsewhere(env, "/app/session")).status).toBe(401);
    const key = await makeTestKey();
    const to = someone();
    const sent = await call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, {
      body: { text: "Hi" },
      token: key.token,
    });
    expect(sent.status).toBe(202);
    await eventually(async () => (await readMessage(key, String(sent.body.message_id), to)).status === "delivered");
    const told = await admin("/sandbox/inbound", { body: { from: to, to: key.numbers[0], text: "Hi back" } });
    expect(told.status).toBe(200);
    await eventually(async () => {
      const { body } = await call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { token: key.token });
      return JSON.stringify(body).includes("Hi back");
    });
    const link = { text: "See https://example.com/x", shorten_links: true };
    expect(
      await call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { body: link, token: key.token }),
    ).toMatchObject(unset);
  });
});

describe("setting the public URL", () => {
  it("opens the gateway at once, and saying it again changes nothing", async () => {
    const organization = await admin("/organizations", { body: { name: "New" } });
    const live = await admin("/api-keys", {
      body: { name: "Live", organization_id: organization.body.organization_id },
    });
    const token = String(live.body.key);
    expect(await call("/v2/api/me", { token })).toMatchObject(unset);
    expect((await put(`${first}/`)).body).toMatchObject({ url: first, source: "directory", former: [] });
    expect((await call("/v2/api/me", { token })).status).toBe(200);
    const written = vi.spyOn(Object.getPrototypeOf(env.DB), "batch");
    expect((await put(first)).status).toBe(200);
    expect(written).not.toHaveBeenCalled();
  });

  it.each([
    ["gateway.test", "in full"],
    ["ftp://gateway.test", "in full"],
    ["https://gateway.test?x=1", "in full"],
    ["https://my_gateway.test", "underscore"],
    ["http://gateway.test", "not https"],
  ])("refuses %s and says why", async (url, why) => {
    const refused = await put(url);
    expect(refused).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect(refused.body.message).toContain(why);
    expect((await read()).url).toBeNull();
  });

  it("is refused where the setting PUBLIC_URL says another; the setting wins, and is written down by the cron", async () => {
    await put(first);
    const isolate = { ...env, PUBLIC_URL: second };
    const shown = await askElsewhere(isolate, "/admin/api/public-url", asAdmin);
    expect(await shown.json()).toMatchObject({ url: second, source: "setting", changeable: false, former: [first] });
    const body = JSON.stringify({ url: first });
    const refused = await askElsewhere(isolate, "/admin/api/public-url", { ...asAdmin, method: "PUT", body });
    expect(refused.status).toBe(403);
    expect(((await refused.json()) as { message: string }).message).toContain("PUBLIC_URL");
    const settings = readSettings(isolate);
    if (!settings.ok) throw new Error("The settings of the tests are incomplete.");
    await watch(makeDeps(isolate, settings.value));
    expect(await read()).toMatchObject({ url: second, source: "directory", former: [first] });
  });

  it("is said to be unchangeable by whoever asks wherever it would be refused, a network of one's own among them", async () => {
    for (const [setting, changeable] of [
      ["http://192.168.7.20:8787", false],
      ["https://sms.gateway.test", false],
      ["http://127.0.0.1:8787", true],
    ] as const) {
      const isolate = { ...env, PUBLIC_URL: setting };
      const shown = await askElsewhere(isolate, "/admin/api/public-url", asAdmin);
      expect(await shown.json()).toMatchObject({ url: setting, changeable });
      const body = JSON.stringify({ url: first });
      const put = await askElsewhere(isolate, "/admin/api/public-url", { ...asAdmin, method: "PUT", body });
      expect(put.status === 200, setting).toBe(changeable);
    }
  });

  it("is taken where the setting is this machine only, as npm start sets it by itself, until the machine's own is set again", async () => {
    const local = "http://127.0.0.1:8787";
    const isolate = { ...env, PUBLIC_URL: local };
    const ask = async (url: string) => {
      const body = JSON.stringify({ url });
      const answer = await askElsewhere(isolate, "/admin/api/public-url", { ...asAdmin, method: "PUT", body });
      return { status: answer.status, body: await answer.json() };
    };
    expect(await ask(first)).toMatchObject({ body: { url: first, source: "directory", former: [local] } });
    expect((await ask("http://127.0.0.1:1")).status).toBe(403);
    expect(await ask(local)).toMatchObject({
      body: { url: local, source: "setting", changeable: true, former: [first] },
    });
  });
});

describe("a changed public URL", () => {
  let twilio: FakeAccount;
  let key: LiveKey;
  const smsUrls = () => twilio.numbers.map(({ fields }) => String(fields.sms_url).split("/twilio/")[0]);
  beforeEach(async () => {
    await put(first);
    twilio = outside.open({ numbers: [freshNumber(), freshNumber(), freshNumber()] });
    key = await makeLiveKey(twilio);
  });

  const inbound = async (at: string) => {
    const url = `${at}/twilio/${key.integrationId}/inbound`;
    const [answer] = await twilio.sendInbound({ from: someone(), to: String(key.numbers[0]), text: "Hi", url });
    return answer?.status;
  };

  it("takes callbacks of the former address and of the new one, each by its own URL, without asking the directory for a status", async () => {
    const to = someone();
    const before = await sendTaken(twilio, key, "Before", to);
    await put(second);
    const after = await sendTaken(twilio, key, "After", to);
    const callbacks = acceptedBy(twilio).map(({ statusCallback }) => String(statusCallback).split("/twilio/")[0]);
    expect(callbacks).toEqual([first, second]);
    const statements = vi.spyOn(Object.getPrototypeOf(env.DB), "prepare");
    expect((await twilio.sendStatus(before.sid, "delivered"))?.status).toBe(204);
    expect((await twilio.sendStatus(after.sid, "delivered"))?.status).toBe(204);
    expect(statements).not.toHaveBeenCalled();
    statements.mockRestore();
    for (const { id } of [before, after]) expect((await readMessage(key, id, to)).status).toBe("delivered");
    expect(await inbound(first)).toBe(200);
    expect(await inbound(second)).toBe(200);
    outside.doors.push("https://elsewhere.test");
    expect(await inbound("https://elsewhere.test")).toBe(403);
  });

  it("is known to a pool that was thrown out of memory, and to an isolate that had read the address before", async () => {
    const { sid } = await sendTaken(twilio, key, "Before", someone());
    const form = (at: string) => ({
      url: `${at}/twilio/${key.integrationId}/inbound`,
      from: someone(),
      to: String(key.numbers[0]),
      text: "Hi",
    });
    const isolate = { ...env };
    const { enter } = outside;
    outside.enter = (request) => askElsewhere(isolate, request);
    expect((await twilio.sendInbound(form(first)))[0]?.status).toBe(200);
    await put(second);
    expect((await twilio.sendInbound(form(second)))[0]?.status).toBe(200);
    outside.enter = enter;
    await evictDurableObject(env.POOLS.getByName(key.id));
    expect((await twilio.sendStatus(sid, "sent"))?.status).toBe(204);
  });

  it("that was lost answers Twilio 503, so that it comes again, and refuses nobody for ever", async () => {
    await env.DB.prepare("DELETE FROM public_urls").run();
    const isolate = { ...env };
    outside.enter = (request) => askElsewhere(isolate, request);
    expect(await inbound(first)).toBe(503);
    await put(first);
    expect(await inbound(first)).toBe(200);
  });

  it("says how many numbers still lead to the former address, and one call repairs them", async () => {
    expect((await read()).numbers_behind).toBe(0);
    const changed = await put(second);
    expect(changed.body).toMatchObject({ url: second, former: [first], numbers_behind: 3 });
    expect(changed.body.phone_numbers_behind).toEqual(key.numbers.toSorted());
    expect(smsUrls()).toEqual([first, first, first]);
    const repaired = await admin("/public-url/repair", { method: "POST" });
    expect(repaired).toMatchObject({ status: 200, body: { repaired: 3, failed: [], goes_on: false } });
    expect(smsUrls()).toEqual([second, second, second]);
    expect((await read()).numbers_behind).toBe(0);
    expect((await admin("/public-url/repair", { method: "POST" })).body).toMatchObject({ repaired: 0, failed: [] });
  });

  it("leaves what cannot be set to be repaired by calling again, and goes on where it stands", async () => {
    await put(second);
    const [lost] = twilio.numbers.splice(0, 1);
    const once = await admin("/public-url/repair", { method: "POST" });
    expect(once.body).toMatchObject({ repaired: 2, failed: [{ phone_number: lost?.phoneNumber, code: "not_found" }] });
    expect((await read()).numbers_behind).toBe(1);
    if (lost !== undefined) twilio.numbers.push(lost);
    expect((await admin("/public-url/repair", { method: "POST" })).body).toMatchObject({ repaired: 1, failed: [] });
    expect(smsUrls()).toEqual([second, second, second]);
  });

  it("touches no number while the gateway does not answer at its address", async () => {
    outside.doors = [first];
    await put(second);
    const refused = await admin("/public-url/repair", { method: "POST" });
    expect(refused).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect(String(refused.body.message)).toContain("Nothing was changed at Twilio");
    expect(smsUrls()).toEqual([first, first, first]);
  });

  it("repairs more numbers than one turn holds in turns that follow by themselves", { timeout: 60_000 }, async () => {
    const phone_numbers = Array.from({ length: 25 }, () => freshNumber());
    const { accountSid: account_sid, authToken: auth_token } = outside.open({ numbers: phone_numbers }).options;
    const body = { organization_id: key.organizationId, account_sid, auth_token };
    const { integration_id } = (await admin("/integrations/twilio", { body })).body;
    await admin(`/integrations/twilio/${integration_id}/import`, { body: { phone_numbers } });
    expect((await put(second)).body.numbers_behind).toBe(28);
    const repaired = await admin("/public-url/repair", { method: "POST" });
    expect(repaired.body).toMatchObject({ repaired: 20, goes_on: true });
    await eventually(async () => (await read()).numbers_behind === 0);
  });

  it("is no drift: a number at a former address is found there by the hourly look, wherever it was imported", async () => {
    await env.DB.prepare("UPDATE numbers SET webhook_address = NULL WHERE account_id = ?")
      .bind(key.integrationId)
      .run();
    await put(second);
    expect((await read()).numbers_behind).toBe(3);
    await env.DB.prepare("UPDATE numbers SET webhook_address = NULL").run();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * 60 * 60_000 });
    const settings = readSettings(env);
    if (!settings.ok) throw new Error("The settings of the tests are incomplete.");
    await watch(makeDeps(env, settings.value));
    expect((await read()).numbers_behind).toBe(3);
    expect(outside.lines.filter((line) => line.includes("webhook_drift"))).toEqual([]);
    expect((await admin(`/integrations/twilio/${key.integrationId}`)).body.warnings).toEqual([]);
  });
});
