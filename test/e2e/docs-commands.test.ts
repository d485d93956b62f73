import { execFile, spawn } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminOf, clientOf, eventually, senderOf } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { type Sink, startSink } from "../support/node/sink.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

type Block = { file: string; language: string; code: string; title: string };

const pages = globSync(["*.md", "docs/**/*.md"]);
const fenced = pages.flatMap(readBlocks);
const commands = fenced.filter(({ language }) => language === "sh" || language === "bash");

/** Commands that another test runs as they stand. */
const elsewhere: Record<string, string> = {
  "git clone <this repository> trunkline && cd trunkline": "test/e2e/start.test.ts",
  "npm ci": "test/scripts/install.test.ts",
};
/** They need a Mac: test/e2e/line-trial.test.ts runs them beside a stand-in for one. */
const onMac = commands.filter(({ file }) => file === "docs/imessage.md");
const others = commands.filter((block) => !Object.hasOwn(elsewhere, block.title) && !onMac.includes(block));
const connecting = others.filter(({ code }) => code.includes("admin POST /integrations/twilio"));
// Run against a stand-in of Cloudflare by test/e2e/deploy.test.ts; here their flags are looked up.
const deploying = others.filter(({ code }) => /npx wrangler|npm run (?:un)?deploy|npm run sign-in -- --url/.test(code));
const listening = others.filter(({ code }) => code.includes("npm run listen"));
const calling = others.filter((block) => ![...connecting, ...deploying, ...listening].includes(block));
const wranglerLines = [
  ...new Set(
    pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/npx wrangler [^`#&\n]+/g)].map(([line]) => line.trim()),
    ),
  ),
];

const scriptLines = [
  ...new Set(
    pages.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/npm run (?:deploy|undeploy|sign-in)\b[^`#&\n|]*/g)].map(([line]) =>
        line.trim(),
      ),
    ),
  ),
];
/** Commands of wrangler that are one word, and groups whose commands are two words deep. */
const oneWord = ["login", "deploy", "tail", "rollback"];
const groups = ["migrations", "time-travel"];

const person = "+15551234567";
const account = { accountSid: `AC${"d1".repeat(16)}`, authToken: "token-of-the-stand-in" };
const apiKey = { sid: `SK${"e2".repeat(16)}`, secret: "secret-of-the-stand-in" };
const bin = join(process.cwd(), "node_modules", ".bin");

let twilio: FakeTwilio;
let gateway: Gateway;
let receiver: Sink;
let known: Record<string, string>;

beforeAll(async () => {
  receiver = await startSink();
  twilio = await startFakeTwilio({ ...account, apiKeys: [apiKey], numbers: ["+15559876543"] });
  gateway = await startGateway({ env: { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1" } });
  known = { URL: gateway.url, ADMIN_TOKEN: gateway.adminToken, STATE_DIR: gateway.stateDir, NO_PROXY: "127.0.0.1" };
  const credentials = {
    ACCOUNT_SID: account.accountSid,
    AUTH_TOKEN: account.authToken,
    API_KEY_SID: apiKey.sid,
    API_KEY_SECRET: apiKey.secret,
  };
  const said = await run(connecting[0] as Block, credentials); // its test below says that there is one
  const field = (name: string) => new RegExp(`"${name}":"([^"]*)"`).exec(said)?.[1] ?? "";
  Object.assign(known, { KEY: field("key"), KEY_ID: field("api_key_id") });
  Object.assign(known, await makeHistory());
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
  await twilio?.stop();
  await receiver?.stop();
});

/** A message, a webhook and an event, for the commands that name one. */
async function makeHistory(): Promise<Record<string, string>> {
  const { KEY = "" } = known;
  const client = clientOf(gateway, KEY);
  const hook = await client("POST", "/webhooks", { webhook_url: `${receiver.url}/hook`, webhook_type: "all" });
  const sent = await senderOf(gateway, KEY)(person, { text: "The first one" });
  const accepted = await eventually(async () => twilio.accepted()[0]);
  await twilio.sendStatus(accepted.sid, "delivered");
  const { payload } = await receiver.waitFor(({ payload }) => payload?.event === "message.delivered", 20_000);
  return {
    WEBHOOK_ID: String(hook.body.webhook_id),
    MESSAGE_ID: String(sent.body.message_id),
    EVENT_ID: String(payload?.event_id),
  };
}

describe("every command of README.md and docs/", () => {
  test("stands in a block that says it is one, and there is one that connects an account", () => {
    const unsaid = fenced.filter(
      ({ language, title }) => language === "" && /^(?:curl|npm|npx|git|node|export) /.test(title),
    );
    expect(unsaid).toEqual([]);
    expect(connecting).toHaveLength(1);
    expect(calling.length).toBeGreaterThan(10);
    for (const [title, by] of Object.entries(elsewhere)) {
      expect(commands.map((block) => block.title)).toContain(title);
      expect(existsSync(by)).toBe(true);
    }
  });

  test("holds no key that is cut short where it would be pasted", () => {
    const cut = [...commands, ...fenced.filter(({ code }) => code.includes("curl "))].filter(({ code }) =>
      /(?:Bearer |--key |tl_(?:test|live)_)\S*…/.test(code),
    );
    expect(cut).toEqual([]);
  });

  test.each(calling)("$file: $title", async (block) => {
    await run(block);
    await forgetForeignWebhooks();
    // Pages send to one person: limits that one of them sets are not for the next.
    await adminOf(gateway)("PATCH", `/api-keys/${known.KEY_ID}`, { velocity: null });
  });

  test.each(listening)("$file: $title", async ({ code }) => {
    const child = spawn("bash", ["-c", `exec ${code.replace("http://localhost:3000", `${receiver.url}/listened`)}`], {
      env: { ...process.env, ...known },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout.on("data", (chunk) => (said += chunk));
    child.stderr.on("data", (chunk) => (said += chunk));
    await expect.poll(() => said, { timeout: 20_000 }).toContain("Connected, waiting; after event evt_");
    process.kill(-(child.pid ?? 0), "SIGTERM");
  });
});

describe("every command for Cloudflare", () => {
  test.each(wranglerLines)("%s is one that the pinned wrangler knows, flags included", async (line) => {
    const words = line.split(/\s+/).slice(2);
    const flags = words.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0] ?? word);
    const depth = oneWord.includes(words[0] ?? "") ? 1 : groups.includes(words[1] ?? "") ? 3 : 2;
    const { stdout } = await promisify(execFile)(join(bin, "wrangler"), [...words.slice(0, depth), "--help"], {
      env: { ...process.env, CI: "true", NO_COLOR: "1", PATH: `${bin}:${process.env.PATH}` },
    });
    expect(stdout).toContain(`wrangler ${words.slice(0, depth).join(" ")}`);
    for (const flag of flags) expect(stdout).toContain(flag);
  });

  test.each(scriptLines)("%s is one that the script knows, flags included", async (line) => {
    const [, script = ""] = /npm run ([\w-]+)/.exec(line) ?? [];
    const flags = line.split(/\s+/).filter((word) => /^--\w/.test(word));
    const { stdout } = await promisify(execFile)("npm", ["run", "--silent", script, "--", "--help"]);
    expect(stdout).toContain(`npm run ${script}`);
    for (const flag of flags) expect(stdout).toContain(flag);
  });

  test("stands in a block of which every line is checked", () => {
    const known = /^(?:npx wrangler |npm run (?:deploy|undeploy|sign-in)\b|git pull && npm ci && npm run deploy$)/;
    const lines = deploying.flatMap(({ code }) => code.split("\n").filter((line) => line !== ""));
    expect(lines.length).toBeGreaterThan(4);
    expect(lines.filter((line) => !known.test(line))).toEqual([]);
  });
});

/** Runs a block as its reader would, its variables set; an answer of 400 or more fails it. Returns all it printed. */
async function run({ file, code }: Block, more: Record<string, string> = {}): Promise<string> {
  const own = code
    .replaceAll("http://127.0.0.1:8787", gateway.url)
    .replaceAll("YOUR_API_KEY", known.KEY ?? "")
    .replaceAll("{messageId}", known.MESSAGE_ID ?? "");
  const script = `set -euo pipefail\ncurl() { command curl --fail-with-body -sS "$@"; }\n${own}\n`;
  // The sandbox's people answer a test key alone.
  const key = file === "docs/agents.md" ? { KEY: gateway.testKey } : {};
  const { stdout, stderr } = await promisify(execFile)("bash", ["-c", script], {
    env: { ...process.env, ...known, ...more, ...key },
  });
  return stdout + stderr;
}

/** What the docs subscribe lies outside: nothing may be posted there. */
async function forgetForeignWebhooks(): Promise<void> {
  const client = clientOf(gateway, known.KEY ?? "");
  const { body } = await client("GET", "/webhooks");
  for (const { webhook_id, webhook_url } of body.webhooks as { webhook_id: string; webhook_url: string }[]) {
    if (!webhook_url.startsWith(receiver.url)) await client("DELETE", `/webhooks/${webhook_id}`);
  }
}

function readBlocks(file: string): Block[] {
  return [...readFileSync(file, "utf8").matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", code = ""]) => {
    const title = code.split("\n").find((line) => line !== "" && !line.startsWith("#")) ?? "";
    return { file, language, code, title };
  });
}
