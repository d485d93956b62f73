import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../../src/index.ts";
import type { FakeAccount } from "../../support/node/fake-twilio-account.ts";
import { admin } from "../../support/workers/gateway.ts";
import {
  type LiveKey,
  makeLiveKey,
  type Outside,
  sendTaken,
  standInForTheOutside,
} from "../../support/workers/twilio.ts";

type Check = { name: string; ok: boolean; detail: string; help: string | null };

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
});
afterEach(async () => {
  await env.DB.prepare("DELETE FROM webhooks").run();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function checks(): Promise<Check[]> {
  const read = await admin("/status");
  expect(read.status).toBe(200);
  return read.body.checks as Check[];
}

async function check(name: string): Promise<Check> {
  const found = (await checks()).find((one) => one.name.includes(name));
  if (found === undefined) throw new Error(`There is no check of ${name}.`);
  return found;
}

const setAccount = (column: string, value: unknown) =>
  env.DB.prepare(`UPDATE twilio_accounts SET ${column} = ? WHERE id = ?`).bind(value, key.integrationId).run();

describe("the checks of the status", () => {
  it("say of everything in words what is so, and how to mend it where something is amiss", async () => {
    const found = await checks();
    expect(found.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["directory", "migrations", "public_url", "master_keys", "cron", "pools", "ledgers"]),
    );
    for (const { name, ok, detail, help } of found) {
      expect(detail, name).toMatch(/\w{3}.*\.$/);
      if (ok) expect(help, name).toBeNull();
      else expect(help, name).toMatch(/^[A-Z].{10,}\.$/);
    }
    const text = JSON.stringify(found);
    for (const secret of [env.ADMIN_TOKEN, key.token, twilio.options.authToken]) expect(text).not.toContain(secret);
    for (const number of key.numbers) expect(text).not.toContain(number);
  });

  it("know when an account was last heard of, and that none of its statuses can reach us", async () => {
    const begun = Date.now();
    const { sid } = await sendTaken(twilio, key, "Hello", "+15558880001");
    expect(await check(key.integrationId)).toMatchObject({ ok: true });
    vi.setSystemTime(begun + 16 * 60_000);
    const deaf = await check(key.integrationId);
    expect(deaf).toMatchObject({ ok: false, help: expect.stringContaining("PUBLIC_URL") });
    expect(deaf.detail).toContain(`last message sent ${new Date(begun).toISOString()}`);
    await twilio.sendStatus(sid, "delivered");
    const heard = await check(key.integrationId);
    expect(heard).toMatchObject({ ok: true, help: null });
    expect(heard.detail).toContain(`last status ${new Date(begun + 16 * 60_000).toISOString()}`);
    const url = `${env.PUBLIC_URL}/twilio/${key.integrationId}/inbound`;
    await twilio.sendInbound({ from: "+15558880002", to: String(key.numbers[0]), text: "Hi", url });
    expect((await check(key.integrationId)).detail).toContain(
      `Last inbound message ${new Date(begun + 16 * 60_000).toISOString()}`,
    );
  });

  it("say of an account how many of its numbers call somebody else, and none by its number", async () => {
    const at = twilio.numbers[0];
    if (at !== undefined) at.fields.sms_url = "https://elsewhere.example/sms";
    await admin(`/integrations/twilio/${key.integrationId}/test`, { method: "POST", body: {} });
    vi.setSystemTime(Date.now() + 2 * 60 * 60_000);
    for (let round = 0; round < 4; round += 1) await worker.scheduled(createScheduledController(), env);
    const found = await check(key.integrationId);
    expect(found).toMatchObject({ ok: false, detail: expect.stringMatching(/^1 of its numbers/) });
    expect(JSON.stringify(found)).not.toContain(key.numbers[0]);
  });

  it("name an account that Twilio refuses, with the reason", async () => {
    await setAccount("status", "unhealthy");
    await setAccount("status_reason", "20003 Authenticate");
    expect(await check(key.integrationId)).toMatchObject({
      ok: false,
      detail: expect.stringContaining("20003 Authenticate"),
    });
  });

  it("notice a cron that does not run", async () => {
    expect(await check("cron")).toMatchObject({ ok: true });
    await env.DB.prepare("UPDATE twilio_accounts SET checked_at = 0").run();
    vi.setSystemTime(Date.now() + 3 * 60 * 60_000);
    expect(await check("cron")).toMatchObject({ ok: false, detail: expect.stringContaining("never") });
    await setAccount("checked_at", Date.now() - 60_000);
    expect(await check("cron")).toMatchObject({ ok: true });
  });

  it("count the secrets that each master key sealed, and name a key that is gone", async () => {
    await admin("/webhooks", {
      body: { webhook_url: "https://sealed.example/hook", organization_id: key.organizationId },
    });
    expect(await check("master_keys")).toMatchObject({ ok: true });
    await env.DB.prepare("UPDATE webhooks SET secret = 'v1.lost.aa.bb'").run();
    const lost = await check("master_keys");
    expect(lost).toMatchObject({ ok: false, help: expect.stringContaining("MASTER_KEYS") });
    expect(lost.detail).toContain("Missing from MASTER_KEYS: lost (secrets: 1");
  });

  it("compare the clock with Twilio's", async () => {
    expect(await check("clock")).toMatchObject({ ok: true, help: null });
    outside.twilioAheadMs = -95_000;
    const off = await check("clock");
    expect(off).toMatchObject({ ok: false, help: expect.stringContaining("clock") });
    expect(off.detail).toMatch(/9[4-5]\.\d s behind/);
  });

  it("show how large the ledgers are", async () => {
    const { body } = await admin("/status");
    const own = (body.pools as { api_key_id: string; ledger_bytes: number }[]).find(
      (pool) => pool.api_key_id === key.id,
    );
    expect(own?.ledger_bytes).toBeGreaterThan(10_000);
    expect((await check("ledgers")).detail).toContain("MB of the 10 GB");
  });
});
