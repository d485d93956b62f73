import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { adminOf, clientOf, eventually, senderOf } from "../support/node/client.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const pools = (stateDir: string) => join(stateDir, "state", "v3", "do", "trunkline-NumberPool");
const ledgersOf = (stateDir: string) =>
  readdirSync(pools(stateDir)).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));

let gateway: Gateway | undefined;
afterEach(async () => {
  await gateway?.kill9();
  await gateway?.forget();
  gateway = undefined;
});

/** Stops a gateway that has a second key, and returns that key and the file of its ledger, all of whose writes are in it. */
async function stopWithTwoKeys() {
  gateway = await startGateway();
  const { stateDir, testKey } = gateway;
  const before = ledgersOf(stateDir);
  const { body } = await adminOf(gateway)("POST", "/api-keys", { name: "Second key", mode: "test" });
  const key = String(body.key);
  expect((await clientOf(gateway, key)("POST", "/contacts", { identifier: "+15551230001" })).status).toBe(201);
  await gateway.stop();
  const [file = ""] = ledgersOf(stateDir).filter((name) => !before.includes(name));
  for (const more of ["-wal", "-shm"]) rmSync(join(pools(stateDir), file + more), { force: true });
  return { stateDir, testKey, key, keyId: String(body.api_key_id), file: join(pools(stateDir), file) };
}

describe("a ledger that cannot be read", () => {
  test("fails its own key alone, and status names it", async () => {
    const { stateDir, testKey, key, keyId, file } = await stopWithTwoKeys();
    writeFileSync(file, Buffer.alloc(40_000, "garbage"));
    gateway = await startGateway({ stateDir });
    const admin = adminOf(gateway);
    const listed = await admin("GET", "/api-keys");
    expect(listed.status).toBe(200);
    const names = (listed.body.api_keys as { name: string }[]).map(({ name }) => name);
    expect(names.toSorted()).toEqual(["First key", "Second key"]);
    expect((await clientOf(gateway, testKey)("GET", "/me")).status).toBe(200);
    expect(await clientOf(gateway, key)("GET", "/contacts")).toMatchObject({
      status: 500,
      body: { code: "internal_error" },
    });
    const { body } = await admin("GET", "/status");
    expect(body.ok).toBe(false);
    const silent = (body.pools as { api_key_id: string; waiting: number | null }[]).filter(
      ({ waiting }) => waiting === null,
    );
    expect(silent).toEqual([expect.objectContaining({ api_key_id: keyId, name: "Second key" })]);
    expect(body.checks).toContainEqual(
      expect.objectContaining({
        name: "ledgers",
        ok: false,
        detail: expect.stringContaining("No answer from: Second key."),
      }),
    );
  });
});

describe("a directory that was emptied beside the ledgers of its keys", () => {
  test.each([
    ["deleted", (file: string) => rmSync(file)],
    ["cut to nothing", (file: string) => truncateSync(file, 0)],
  ])("because its file was %s is not taken for a fresh one", async (_, damage) => {
    gateway = await startGateway();
    const { stateDir } = gateway;
    await gateway.stop();
    const folder = join(stateDir, "state", "v3", "d1", "miniflare-D1DatabaseObject");
    for (const name of readdirSync(folder)) if (/^[0-9a-f]{64}\.sqlite$/.test(name)) damage(join(folder, name));
    for (const name of readdirSync(folder)) if (/-(?:wal|shm)$/.test(name)) rmSync(join(folder, name));
    await expect(startGateway({ stateDir })).rejects.toThrow(
      /The directory of this state is empty, though it had keys/,
    );
  });
});

test("a disk that is full takes nothing it could lose, and all is taken again once there is room", async () => {
  gateway = await startGateway({ env: { MINIFLARE_WORKERD_PATH: runtimeThatSurvivesLimits() } });
  const { stateDir, testKey } = gateway;
  const [runtime = 0] = (await gateway.processes()).runtimes;
  const send = senderOf(gateway, testKey);
  const taken: string[] = [];
  const sendOne = async (n: number) => {
    const { status, body } = await send(`+1555777${String(n).padStart(4, "0")}`, { text: `Message ${n}` });
    if (status === 202) taken.push(String(body.message_id));
    return status;
  };
  expect(await sendOne(0)).toBe(202);
  limitFiles(runtime, 4_096);
  const whileFull = [];
  for (let n = 1; n <= 5; n += 1) whileFull.push(await sendOne(n));
  expect(whileFull.every((status) => status >= 500)).toBe(true);
  limitFiles(runtime, "unlimited");
  await eventually(async () => (await sendOne(100)) === 202);
  await gateway.kill9();
  gateway = await startGateway({ stateDir });
  const { body } = await adminOf(gateway)("GET", "/api-keys");
  const [{ api_key_id: keyId }] = body.api_keys as [{ api_key_id: string }];
  const kept = await adminOf(gateway)("GET", `/api-keys/${keyId}/messages?limit=100`);
  const ids = (kept.body.messages as { message_id: string }[]).map(({ message_id }) => message_id);
  expect(ids).toEqual(expect.arrayContaining(taken));
});

/** A process that writes beyond its limit is ended by a signal; with that ignored the write fails, as it does on a full disk. */
function runtimeThatSurvivesLimits(): string {
  const { default: workerd } = createRequire(import.meta.url)("workerd") as { default: string };
  const path = join(mkdtempSync(join(tmpdir(), "trunkline-runtime-")), "workerd.sh");
  writeFileSync(path, `#!/bin/sh\ntrap '' XFSZ\nexec '${workerd}' "$@"\n`, { mode: 0o755 });
  return path;
}

/** Limits how large a file this process may write (RLIMIT_FSIZE): what stands beyond cannot be written, as on a full disk. */
function limitFiles(pid: number, bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:unlimited`]);
}
