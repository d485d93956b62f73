import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type Miniflare as Runtime } from "miniflare";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { workerOptions } from "../../scripts/bundle.mjs";
import { openCloud } from "../../scripts/deploy/wrangler.mjs";
import { applyMigrations } from "../../scripts/local/migrate.mjs";
import { accountId, type FakeCloudflare, signedIn, startFakeCloudflare } from "../support/node/fake-cloudflare.ts";
import { findFreePort } from "../support/node/start-gateway.ts";

const address = "https://trunkline.example.workers.dev";
const root = process.cwd();
const preload = `--import=${resolve("test/support/node/reach-workers-dev.mjs")}`;

let cloud: FakeCloudflare;
let folder: string;
let runtime: Runtime | null;
let reached: string;
beforeEach(async () => {
  cloud = await startFakeCloudflare();
  reached = `http://127.0.0.1:${await findFreePort()}`;
  folder = mkdtempSync(join(tmpdir(), "trunkline-deploy-"));
  runtime = null;
  cloud.onUpload = serve;
});
afterEach(async () => {
  await runtime?.dispose();
  await cloud.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Uploaded = { modules: { name: string; code: string }[]; secrets: ReadonlyMap<string, string> };

/** Runs what was uploaded with the secrets that came with it, as Cloudflare would; its directory is a database of its own, brought as far as the migrations go. */
async function serve({ modules, secrets }: Uploaded): Promise<void> {
  if (runtime !== null) return;
  const options = workerOptions(root, modules, Object.fromEntries(secrets));
  const knock = (request: { url: string; method: string }) =>
    fetch(request.url.replace(address, reached), { method: request.method });
  runtime = new Miniflare(
    convertV4MiniflareOptions({
      ...options,
      // Only the address that was deployed leads anywhere.
      outboundService: knock,
      host: "127.0.0.1",
      port: Number(new URL(reached).port),
      cf: false,
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: () => {},
    } as never),
  );
  await runtime.ready;
  await applyMigrations(await runtime.getD1Database("DB"), join(root, "migrations"));
}

const denied = { status: 403, code: 10000, message: "Authentication error" };
const code = { secrets: { ADMIN_TOKEN: "t".repeat(64), MASTER_KEYS: "k1:x" }, domain: undefined, version: "0.0.0" };

type Ended = { code: number | null; said: string };

/** Runs one of the package's scripts as a person would, signed in to the stand-in unless told otherwise. */
function run(
  script: string,
  args: string[] = [],
  env: Record<string, string> = {},
  onStart?: (child: ChildProcess) => void,
) {
  const child = spawn("npm", ["run", "--silent", script, "--", ...args], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      CI: "",
      ADMIN_TOKEN: "",
      MASTER_KEYS: "",
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      DEPLOY_DIR: join(folder, "kept"),
      ...signedIn(cloud),
      ...env,
    },
  });
  onStart?.(child);
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  return new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, said })));
}

const deploy = (args: string[] = [], env: Record<string, string> = {}, onStart?: (child: ChildProcess) => void) =>
  run("deploy", args, { NODE_OPTIONS: preload, WORKERS_DEV_AT: reached, ...env }, onStart);

const notebook = () => join(folder, "kept", accountId, "secrets.json");
const notes = () => JSON.parse(readFileSync(notebook(), "utf8")) as Record<string, string>;
const secretsThere = () => Object.fromEntries(cloud.workers.get("trunkline")?.secrets ?? []);

function expectNoSecretIn(said: string): void {
  for (const value of Object.values(secretsThere())) expect(said).not.toContain(value);
}

describe("npm run deploy", () => {
  test("brings a fresh account to a gateway that is signed in to and sends, and repeated it makes nothing twice", {
    timeout: 600_000,
  }, async () => {
    const first = await deploy();
    expect(first).toMatchObject({ code: 0, said: expect.stringContaining("Trunkline is deployed.") });
    expect(cloud.unknown).toEqual([]);
    const order = cloud.calls.filter((call) =>
      /^(?:POST \/d1\/database|POST \/queues|PUT \/workers\/scripts\/trunkline)$/.test(call),
    );
    expect(order).toEqual(["POST /d1/database", "POST /queues", "POST /queues", "PUT /workers/scripts/trunkline"]);
    const lastMigration = cloud.calls.findLastIndex((call) => /^POST \/d1\/database\/.*\/query$/.test(call));
    expect(lastMigration).toBeLessThan(cloud.calls.indexOf("PUT /workers/scripts/trunkline"));
    expect(secretsThere()).toEqual({ ADMIN_TOKEN: notes().ADMIN_TOKEN, MASTER_KEYS: notes().MASTER_KEYS });
    expect(statSync(notebook()).mode & 0o777).toBe(0o600);
    expectNoSecretIn(first.said);
    expect(cloud.isOnWorkersDev).toBe(true);

    const asAdmin = { headers: { authorization: `Bearer ${notes().ADMIN_TOKEN}` } };
    const known = await (await fetch(`${reached}/admin/api/public-url`, asAdmin)).json();
    expect(known).toMatchObject({ url: address, source: "directory" });
    await signInBy(/#claim=(\S+)/.exec(first.said)?.[1] ?? "");
    const line = first.said.split("\n").find((one) => one.includes("curl -sS -X POST")) ?? "";
    const [, url = "", key = ""] = /(https:\S+) -H "Authorization: Bearer ([^"]+)"/.exec(line) ?? [];
    const sent = await fetch(url.replace(address, reached), {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ text: "Hello" }),
    });
    expect(sent.status).toBe(202);

    const before = secretsThere();
    // As a person sets it in Cloudflare's dashboard.
    cloud.workers.get("trunkline")?.bindings.push({ type: "plain_text", name: "LOG_SHARE", text: "0.5" });
    const second = await deploy();
    expect(second).toMatchObject({ code: 0, said: expect.stringContaining("all are there, and stay as they are") });
    expect(second.said).toContain(`d1 time-travel restore DB --bookmark=`);
    expectNoSecretIn(second.said);
    expect(secretsThere()).toEqual(before);
    const shares = cloud.workers.get("trunkline")?.bindings.filter(({ name }) => name === "LOG_SHARE");
    expect(shares).toEqual([{ type: "plain_text", name: "LOG_SHARE", text: "0.5" }]);
    expect([cloud.databases.size, cloud.queues.length, cloud.workers.size]).toEqual([1, 2, 1]);
    expect(cloud.unknown).toEqual([]);

    const link = await run("sign-in", ["--url", address]);
    await signInBy(/#claim=(\S+)/.exec(link.said)?.[1] ?? "");
    const gone = await run("undeploy", ["--confirm", "trunkline"]);
    expect(gone).toMatchObject({ code: 0, said: expect.stringContaining("The database is kept") });
    expect([cloud.databases.size, cloud.queues.length, cloud.workers.size]).toEqual([1, 0, 0]);
    expect(cloud.unknown).toEqual([]);
  });

  test("that was killed while the code was uploaded is repeated, finds one queue made, and ends the same", async () => {
    let child: ChildProcess | undefined;
    let queues = 0;
    cloud.onCall = (call) => {
      queues += call === "POST /queues" ? 1 : 0;
      if (queues === 2 && child?.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    const cut = await deploy([], {}, (started) => {
      child = started;
    });
    expect(cut.code).not.toBe(0);
    cloud.onCall = null;
    cloud.queues.splice(1);
    const made = { ...notes() };
    const whole = await deploy();
    expect(whole).toMatchObject({ code: 0, said: expect.stringContaining("taken from where it was kept") });
    expect(cloud.queues.map(({ queue_name }) => queue_name).toSorted()).toEqual([
      "trunkline-bell",
      "trunkline-bell-slow",
    ]);
    expect([cloud.databases.size, cloud.workers.size]).toEqual([1, 1]);
    expect(secretsThere()).toEqual({ ADMIN_TOKEN: made.ADMIN_TOKEN, MASTER_KEYS: made.MASTER_KEYS });
    expectNoSecretIn(cut.said + whole.said);
  });

  test("without a login, with another's account or with several says the way on, and changes nothing", async () => {
    const nobody = await deploy([], { CLOUDFLARE_API_TOKEN: "", CLOUDFLARE_ACCOUNT_ID: "" });
    expect(nobody).toMatchObject({ code: 1, said: expect.stringMatching(/Login: [\s\S]*npx wrangler login/) });
    const foreign = await deploy([], { CLOUDFLARE_ACCOUNT_ID: "b".repeat(32) });
    expect(foreign).toMatchObject({ code: 2, said: expect.stringContaining(accountId) });
    cloud.accounts.push({ id: "c".repeat(32), name: "Another one" });
    const torn = await deploy([], { CLOUDFLARE_ACCOUNT_ID: "" });
    expect(torn).toMatchObject({ code: 2, said: expect.stringMatching(/several accounts[\s\S]*Another one/) });
    expect(cloud.calls.filter((call) => !call.startsWith("GET"))).toEqual([]);
    expect(await deploy(["--nonsense"])).toMatchObject({ code: 2, said: expect.stringContaining("Usage:") });
  });

  test("names in each call the step that Cloudflare refuses, and the way on", async () => {
    const api = openCloud(root, { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, ...signedIn(cloud) });
    const broken = { status: 500, code: 7500, message: "internal error" };
    const full = (code: number, what: string) => ({
      status: 400,
      code,
      message: `You have reached the limit of ${what}.`,
    });
    const steps: [RegExp, object, () => Promise<unknown>, RegExp][] = [
      [
        /^GET \/workers\/scripts\/trunkline\/secrets$/,
        denied,
        () => api.listSecrets(),
        /^Secrets: [\s\S]*permissions Workers Scripts, D1/,
      ],
      [/^GET \/d1\/database$/, denied, () => api.listDatabases(), /^Database: [\s\S]*permissions Workers Scripts, D1/],
      [
        /^POST \/d1\/database$/,
        full(7406, "databases"),
        () => api.createDatabase("trunkline"),
        /^Database: [\s\S]*docs\/operate\.md/,
      ],
      [/^POST \/d1\/database\/.*\/query$/, broken, () => api.migrate(), /^Migrations: [\s\S]*cloudflarestatus/],
      [/^POST \/queues$/, full(11010, "queues"), () => api.upload(code), /^Code: [\s\S]*docs\/operate\.md/],
      [/^PUT \/workers\/scripts\/trunkline$/, broken, () => api.upload(code), /^Code: [\s\S]*cloudflarestatus/],
      [/^DELETE \/d1\/database\//, denied, () => api.deleteDatabase(), /^Database: /],
    ];
    for (const [match, refusal, call, words] of steps) {
      if (cloud.databases.size === 0 && !match.source.includes("database$")) await api.createDatabase("trunkline");
      cloud.refuse(match, refusal as never, 20);
      const message = await call().then(
        () => "It was taken.",
        (error: Error) => error.message,
      );
      expect(message).toMatch(words);
      expect(message).toContain("npm run deploy goes on where it stands");
      cloud.clearRefusals();
    }
    await api.deleteDatabase();
    expect(cloud.databases.size).toBe(0);
  });
});

async function signInBy(claim: string): Promise<void> {
  const signedIn = await fetch(`${reached}/app/session`, {
    method: "POST",
    headers: { "content-type": "application/json", "sec-fetch-site": "same-origin" },
    body: JSON.stringify({ claim }),
  });
  expect(signedIn.status).toBe(200);
}
