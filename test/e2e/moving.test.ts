import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf, clientOf, eventually, type LivePool, makeLivePool, senderOf } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const masterKeys = `k1:${Buffer.alloc(32, 1).toString("base64")}`;
const otherKeys = `k9:${Buffer.alloc(32, 9).toString("base64")}`;
const numbers = ["+15559876543", "+15559876544"];
const [friend, stopped, lost] = ["+15557650001", "+15557650002", "+15557650003"] as const;

let twilio: FakeTwilio;
let from: Gateway;
let pool: LivePool;
let folder: string;
const started: Gateway[] = [];

async function start(masterKeysOf: string): Promise<Gateway> {
  const gateway = await startGateway({
    env: { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1", MASTER_KEYS: masterKeysOf },
  });
  started.push(gateway);
  return gateway;
}

type Ran = { code: number; said: string };
async function command(
  gateway: Gateway,
  name: string,
  args: string[],
  more: Record<string, string> = {},
): Promise<Ran> {
  const env = { ...process.env, ADMIN_TOKEN: gateway.adminToken, TRUNKLINE_URL: gateway.url, ...more };
  return promisify(execFile)("npm", ["run", "-s", name, "--", ...args], { env }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      said: error.stdout + error.stderr,
    }),
  );
}

const linesOf = async (name: string) => (await readFile(join(folder, name), "utf8")).trim().split("\n");
const accepted = () => twilio.log.filter(({ kind }) => kind === "accepted").length;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trunkline-moving-"));
  twilio = await startFakeTwilio({ accountSid: `AC${"a1".repeat(16)}`, authToken: "a token of the stand-in", numbers });
  from = await start(masterKeys);
  pool = await makeLivePool(from, twilio);
  const admin = adminOf(from);
  await admin("PATCH", `/api-keys/${pool.keyId}`, {
    selection: { strategy: "round_robin", sticky: true, sticky_days: null },
  });
  const send = senderOf(from, pool.key);
  await send(friend, { text: "Hello" }, { "Idempotency-Key": "once" });
  await send("+15557650009", { text: "Another" });
  await admin("POST", `/api-keys/${pool.keyId}/opt-outs`, { contact: stopped });
  await clientOf(from, pool.key)("POST", "/contacts", { identifier: friend, name: "Friend" });
  await eventually(async () => accepted() === 2);
  await eventually(async () => {
    const { body } = await admin("GET", `/api-keys/${pool.keyId}/messages?status=delivered`);
    return (body.messages as unknown[]).length === 2;
  });
  // What is asked of Twilio shortly after a message has left is done: nothing moves by itself any more.
  await eventually(async () => !(await exportOf(from)).includes('"table":"looks"'));
});

async function exportOf(gateway: Gateway): Promise<string> {
  const headers = { authorization: `Bearer ${gateway.adminToken}` };
  return (await fetch(`${gateway.url}/admin/api/export`, { headers })).text();
}

afterAll(async () => {
  for (const gateway of started) {
    await gateway.stop();
    await gateway.forget();
  }
  await twilio?.stop();
  await rm(folder, { recursive: true, force: true });
});

test("everything goes into a file and into a new gateway, and out of that the same bytes again", async () => {
  expect(await command(from, "export", ["--out", join(folder, "a")])).toMatchObject({ code: 0 });
  const to = await start(masterKeys);
  // A run that was cut: half of the lines, then the whole file again.
  const lines = await linesOf("a");
  const half = Math.floor(lines.length / 2);
  const cut = await fetch(`${to.url}/admin/api/import?from=1`, {
    method: "POST",
    headers: { authorization: `Bearer ${to.adminToken}` },
    body: lines.slice(0, half).join("\n"),
  });
  expect(await cut.json()).toMatchObject({ accepted_through: half, done: false });
  expect(await command(to, "import", ["--file", join(folder, "a")])).toMatchObject({
    code: 0,
    said: expect.stringContaining(`${lines.length} lines`),
  });
  expect(await command(to, "export", ["--out", join(folder, "b")])).toMatchObject({ code: 0 });
  // The hour that an event is still to be counted in is none after the move: its count came along.
  const counted = (all: string[]) => all.slice(1).map((line) => line.replace(/"ended":\d+\}/, '"ended":null}'));
  expect(counted(await linesOf("b"))).toEqual(counted(lines));

  const send = senderOf(to, pool.key);
  const before = accepted();
  const repeated = await send(friend, { text: "Hello" }, { "Idempotency-Key": "once" });
  expect(repeated.status).toBe(200);
  expect((await send(stopped, { text: "Hello?" })).body.code).toBe("recipient_opted_out");
  const sticky = (gateway: Gateway) => adminOf(gateway)("GET", `/api-keys/${pool.keyId}/assignments`);
  expect((await sticky(to)).body).toEqual((await sticky(from)).body);
  expect((await send(friend, { text: "From the new place" })).body.from_number).toBe(repeated.body.from_number);
  await eventually(async () => accepted() === before + 1);
  expect(await command(to, "import", ["--file", join(folder, "a")])).toMatchObject({ code: 0 });
});

test("what was in flight is unknown in the new place and found by Twilio's list, what waits is not sent before its key is resumed", async () => {
  twilio.fault({ body: "In flight" }, { kind: "hang", taken: false });
  const send = senderOf(from, pool.key);
  await send(lost, { text: "In flight" });
  await send(friend, { text: "Later", send_at: Date.now() + 3_600_000 });
  await eventually(async () => (await exportOf(from)).includes('"status":"sending"'));
  expect(await command(from, "export", ["--out", join(folder, "flight")])).toMatchObject({ code: 0 });
  const to = await start(masterKeys);
  const imported = await command(to, "import", ["--file", join(folder, "flight"), "--json"]);
  expect(JSON.parse(imported.said)).toMatchObject({ done: true, paused: [pool.keyId] });
  const unknown = await adminOf(to)("GET", `/api-keys/${pool.keyId}/messages?status=unknown`);
  expect((unknown.body.messages as { text: string }[]).map(({ text }) => text)).toEqual(["In flight"]);
  const [{ message_id: id }] = unknown.body.messages as [{ message_id: string }];
  const story = await adminOf(to)("GET", `/api-keys/${pool.keyId}/messages/${id}`);
  expect(story.body.next).toMatchObject({ why: "settling" });
  const key = await adminOf(to)("GET", `/api-keys/${pool.keyId}`);
  expect(key.body.status).toBe("paused");
});

test("under a passphrase, into a gateway with other master keys: accounts and webhooks open there", async () => {
  const passphrase = { TRUNKLINE_PASSPHRASE: "four words are enough here", MASTER_KEYS: masterKeys };
  expect(await command(from, "export", ["--out", join(folder, "sealed"), "--passphrase"], passphrase)).toMatchObject({
    code: 0,
  });
  const text = await readFile(join(folder, "sealed"), "utf8");
  expect(text).not.toMatch(/"v1\.k1\./);
  expect(text).not.toContain("a token of the stand-in");
  const to = await start(otherKeys);
  const wrong = { TRUNKLINE_PASSPHRASE: "not these words, I fear", MASTER_KEYS: otherKeys };
  expect(await command(to, "import", ["--file", join(folder, "sealed")], wrong)).toMatchObject({
    code: 1,
    said: expect.stringContaining("does not open"),
  });
  expect(
    await command(to, "import", ["--file", join(folder, "sealed")], { ...passphrase, MASTER_KEYS: otherKeys }),
  ).toMatchObject({ code: 0 });
  const tested = await adminOf(to)("POST", `/integrations/twilio/${pool.integrationId}/test`, {});
  expect(tested).toMatchObject({ status: 200, body: { ok: true } });
});

test("into a gateway whose master key of the same name is another one: refused by the key's name, and taken under a passphrase", async () => {
  const keys = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
  const to = await start(keys);
  expect(await command(to, "import", ["--file", join(folder, "a")])).toMatchObject({
    code: 1,
    said: expect.stringContaining("The master key k1 is missing from MASTER_KEYS, or another key stands there"),
  });
  const passphrase = { TRUNKLINE_PASSPHRASE: "four words are enough here", MASTER_KEYS: keys };
  expect(await command(to, "import", ["--file", join(folder, "sealed")], passphrase)).toMatchObject({ code: 0 });
});

test("an export of another time begins anew where one has come halfway, and is refused where one has ended", async () => {
  const lines = await linesOf("a");
  const to = await start(masterKeys);
  const take = async (body: string[]) => {
    const headers = { authorization: `Bearer ${to.adminToken}` };
    const answer = await fetch(`${to.url}/admin/api/import`, { method: "POST", headers, body: body.join("\n") });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const ofOther = (line: string) =>
    line.startsWith('{"format"') ? line.replace(/"exported_at":\d+/, '"exported_at":2') : line;
  const organization = lines.map((line) => JSON.parse(line)).find(({ table }) => table === "organizations");
  const stray = JSON.stringify({ ...organization, row: { ...organization.row, id: "org_stray" } });
  const strayTag = `{"in":"${pool.keyId}","table":"tags","row":{"contact":"+15557650001","tag":"stray","created_at":1}}`;
  const halfway = await take([...lines.slice(0, -2).map(ofOther), strayTag, stray]);
  expect(halfway).toMatchObject({ status: 200, body: { done: false } });
  expect(await take(lines)).toMatchObject({ status: 200, body: { accepted_through: lines.length, done: true } });
  const counted = (all: string[]) => all.slice(1).map((line) => line.replace(/"ended":\d+\}/, '"ended":null}'));
  expect(counted((await exportOf(to)).trim().split("\n"))).toEqual(counted(lines));
  expect(await take(lines)).toMatchObject({ status: 200, body: { done: true } });
  expect(await take(lines.map(ofOther))).toMatchObject({ status: 409, body: { code: "not_empty" } });
});

test("a file that is no export is refused in words", async () => {
  await writeFile(join(folder, "prose"), "Dear reader\n");
  for (const [name, why] of [
    ["prose", "is not an export"],
    ["nowhere", "there is no such file"],
  ] as const) {
    const { code, said } = await command(from, "import", ["--file", join(folder, name)]);
    expect({ code, lines: said.trim().split("\n").length }).toEqual({ code: 1, lines: 1 });
    expect(said).toContain(why);
  }
});

test("refuses a gateway in use, a newer form, a file that is cut, and a line that is none", async () => {
  const lines = await linesOf("a");
  const take = async (gateway: Gateway, given: string[], at = 1) => {
    const answer = await fetch(`${gateway.url}/admin/api/import?from=${at}`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.adminToken}` },
      body: given.join("\n"),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  expect(await take(from, lines)).toMatchObject({ status: 409, body: { code: "not_empty" } });
  const to = await start(masterKeys);
  const newer = JSON.stringify({ ...JSON.parse(String(lines[0])), version: 2 });
  expect(await take(to, [newer])).toMatchObject({ status: 503, body: { code: "release_mismatch", stored_shape: 2 } });
  expect(await take(to, ["{}"])).toMatchObject({ status: 400 });
  expect(await take(to, lines.slice(2), 3)).toMatchObject({ status: 400, body: { accepted_through: 0 } });
  expect(await take(to, [...lines.slice(0, 3), "nonsense"])).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining("Line 4") },
  });
  const parsed = lines.slice(1, -1).map((line) => JSON.parse(line) as Record<string, unknown> & { row: object });
  const ofDirectory = parsed.find((line) => line.in === "directory" && line.table === "organizations");
  const ofLedger = parsed.find((line) => line.table === "messages");
  const misfits = [
    [
      { ...ofDirectory, row: { ...ofDirectory?.row, colour: "red" } },
      "A line of organizations is not one of a directory",
    ],
    [{ ...ofDirectory, row: { id: "org_1" } }, "A line of organizations is not one of a directory"],
    [{ ...ofDirectory, table: "colours" }, "A line of colours is not one of a directory"],
    [{ ...ofLedger, row: { ...ofLedger?.row, colour: "red" } }, "No ledger has messages.colour."],
    [{ ...ofLedger, row: { seq: 1 } }, "A row of messages lacks chat."],
  ] as const;
  for (const [misfit, why] of misfits) {
    expect(await take(to, [String(lines[0]), JSON.stringify(misfit)])).toMatchObject({
      status: 400,
      body: { code: "invalid_request", message: expect.stringContaining(why) },
    });
  }
  expect(await take(to, [...lines.slice(0, -3), String(lines.at(-1))])).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining("missing") },
  });
  await writeFile(join(folder, "cut"), lines.slice(0, -1).join("\n"));
  expect(await command(to, "import", ["--file", join(folder, "cut")])).toMatchObject({
    code: 1,
    said: expect.stringContaining("no end line"),
  });
});
