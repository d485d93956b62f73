import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf, eventually, type LivePool, makeLivePool, senderOf } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const k1 = `k1:${Buffer.alloc(32, 1).toString("base64")}`;
const k2 = `k2:${Buffer.alloc(32, 2).toString("base64")}`;
const person = "+15557654321";

let twilio: FakeTwilio;
let gateway: Gateway;
let pool: LivePool;

beforeAll(async () => {
  twilio = await startFakeTwilio({
    accountSid: `AC${"a1".repeat(16)}`,
    authToken: "a token of the stand-in",
    numbers: ["+15559876543"],
  });
  gateway = await startUnder(k1);
  pool = await makeLivePool(gateway, twilio);
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
  await twilio?.stop();
});

async function startUnder(masterKeys: string, before?: Gateway): Promise<Gateway> {
  await before?.stop();
  const env = { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1", MASTER_KEYS: masterKeys };
  return startGateway({ env, ...(before === undefined ? {} : { stateDir: before.stateDir }) });
}

async function command(name: string, ...args: string[]): Promise<{ code: number; said: string }> {
  const env = { ...process.env, ADMIN_TOKEN: gateway.adminToken, TRUNKLINE_URL: gateway.url };
  const run = promisify(execFile)("npm", ["run", "-s", name, "--", ...args], { env });
  return run.then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      said: error.stdout + error.stderr,
    }),
  );
}

const send = (key: string) => senderOf(gateway, key)(person, { text: "Hello" });

test("a master key is replaced to the end: sealed anew, token by token, refused until nothing needs it, and then gone", async () => {
  gateway = await startUnder(`${k2},${k1}`, gateway);
  expect((await send(pool.key)).status).toBe(202);
  expect(await command("reseal", "--retire", "k1")).toMatchObject({
    code: 1,
    said: expect.stringContaining("still needed"),
  });
  const resealed = await command("reseal");
  expect(resealed).toMatchObject({ code: 0, said: expect.stringContaining("0 are left") });
  expect(resealed.said).toContain("rotate those keys");
  const rotated = await adminOf(gateway)("POST", `/api-keys/${pool.keyId}/rotate`, {});
  const token = String(rotated.body.key);
  gateway = await startUnder(k2, gateway);
  const before = twilio.log.filter(({ kind }) => kind === "accepted").length;
  expect((await send(token)).status).toBe(202);
  await eventually(async () => twilio.log.filter(({ kind }) => kind === "accepted").length > before);
});

test("a key that is missing is said by the doctor and by the send, which is not queued", async () => {
  gateway = await startUnder(k1, gateway);
  const made = await adminOf(gateway)("POST", "/api-keys", { name: "Under k1" });
  const doctor = await command("doctor");
  expect(doctor.code).toBe(1);
  expect(doctor.said).toMatch(/AMISS {2}master_keys: .*Missing from MASTER_KEYS: k2/);
  expect(doctor.said).toContain("→ Put the missing keys back");
  const tested = await adminOf(gateway)("POST", `/integrations/twilio/${pool.integrationId}/test`, {});
  expect(tested).toMatchObject({ status: 503, body: { code: "master_key_missing", master_key: "k2" } });
  const number = encodeURIComponent("+15559876543");
  await adminOf(gateway)("PATCH", `/numbers/${number}`, { api_key_id: made.body.api_key_id });
  const refused = await send(String(made.body.key));
  expect(refused).toMatchObject({ status: 503, body: { code: "master_key_missing", master_key: "k2" } });
});

test("the doctor says in JSON what it says in words, and refuses what it does not know", async () => {
  const { said } = await command("doctor", "--json");
  const told = JSON.parse(said) as {
    ok: boolean;
    checks: { name: string; ok: boolean; detail: string; help: string | null }[];
  };
  expect(told.ok).toBe(false);
  expect(told.checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["directory", "master_keys", "clock", "cron"]),
  );
  for (const { ok, help } of told.checks) expect(help === null).toBe(ok);
  expect(await command("doctor", "--nonsense")).toMatchObject({
    code: 2,
    said: expect.stringContaining("npm run doctor"),
  });
  expect(await command("doctor", "--url", "http://127.0.0.1:9")).toMatchObject({
    code: 1,
    said: expect.stringContaining("does not answer"),
  });
});
