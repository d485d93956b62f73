import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../scripts/cli/commands.ts";
import { type FakeCloudflare, signedIn, startFakeCloudflare } from "../support/node/fake-cloudflare.ts";
import { type Sink, startSink } from "../support/node/sink.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

type Ended = { code: number; out: string; err: string };

const root = process.cwd();
const patience = { timeout: 60_000, interval: 100 };
let gateway: Gateway;
let cloud: FakeCloudflare;
let receiver: Sink;
let folder: string;
let environment: NodeJS.ProcessEnv;
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-cli-"));
  receiver = await startSink();
  cloud = await startFakeCloudflare();
  gateway = await startGateway({ env: { ALLOW_LOCAL_WEBHOOKS: "1" } });
  environment = {
    ...process.env,
    ...{ STATE_DIR: gateway.stateDir, TRUNKLINE_URL: "", TRUNKLINE_API_KEY: "", TRUNKLINE_KEY: "", ADMIN_TOKEN: "" },
    ...{ HOME: folder, XDG_CONFIG_HOME: folder, DEPLOY_DIR: join(folder, "kept"), CI: "", ...signedIn(cloud) },
  };
});

afterAll(async () => {
  for (const child of running) child.kill();
  await gateway?.stop();
  await gateway?.forget();
  await cloud?.stop();
  await receiver?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command as a person would from the project's folder. */
function trunkline(words: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: root, env: { ...environment, ...env } };
    execFile(process.execPath, ["scripts/cli.mjs", ...words], options, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** Runs a line of a shell as it is printed. */
function inShell(line: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    execFile("bash", ["-c", line], { cwd: root, env: { ...environment, ...env } }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const json = ({ out }: Ended) => JSON.parse(out);

describe("trunkline", () => {
  test("sends, follows, explains: a message's story from the terminal", async () => {
    const sent = await trunkline(["send", "+15551234567", "Your table is ready.", "--wait"]);
    expect(sent).toMatchObject({ code: 0, err: "" });
    expect(sent.out).toMatch(/^(msg_\w+) from \+1500555\d{4} to \+15551234567: queued\ndelivered\n$/);
    const [id = ""] = /msg_\w+/.exec(sent.out) ?? [];
    const story = await trunkline(["why", id]);
    expect(story.out).toContain(`${id}  +1500555`);
    expect(story.out).toMatch(/Why this number:\n {2}\+1500555\d{4} {2}chosen: /);
    expect(story.out).toContain("Accepted for +15551234567, in 1 part.");
    const asJson = json(await trunkline(["why", id, "--json"]));
    expect(asJson).toMatchObject({ message_id: id, status: "delivered" });
    expect(asJson.timeline.length).toBeGreaterThan(3);
    const tail = await trunkline(["tail", "--after", "0", "--contact", "+15551234567", "--count", "1"]);
    expect(tail).toMatchObject({ code: 0, out: expect.stringContaining(id) });
    expect(tail.err).toBe(`Connected to ${gateway.url}, waiting.\n`);
  });

  test("ends with 1 and the reason where a message is not delivered, as JSON where that is asked for", async () => {
    const failed = await trunkline(["send", "+15005550009", "Hello", "--wait", "--json"]);
    expect(failed.code).toBe(1);
    expect(json(failed)).toMatchObject({ status: "failed", error_code: expect.any(String) });
    const refused = await trunkline(["send", "12", "Hello", "--json"]);
    expect(refused.code).toBe(1);
    expect(json(refused).error).toMatchObject({ code: expect.any(String), message: expect.any(String) });
    expect(refused.err).toContain("/errors#");
  });

  test("makes, changes and lists keys, numbers and webhooks", async () => {
    const made = json(await trunkline(["keys", "create", "Shop", "--test", "--json"]));
    expect(made.key).toMatch(/^tl_test_/);
    const [number] = json(await trunkline(["numbers", "--json"])).numbers;
    const own = { TRUNKLINE_API_KEY: made.key };
    await trunkline(["numbers", "assign", number.phone_number, made.api_key_id]);
    const held = await trunkline(["numbers", "--key-id", made.api_key_id]);
    expect(held.out).toMatch(/^NUMBER +CHANNEL/);
    expect(held.out).toContain(`${number.phone_number}  sms`);
    expect((await trunkline(["numbers", "pause", number.phone_number])).out).toContain("paused");
    expect((await trunkline(["numbers", "resume", number.phone_number])).out).toContain("active");
    const hook = json(await trunkline(["webhooks", "add", `${receiver.url}/cli`, "--json"], own));
    expect(hook.signing_secret).toMatch(/^whsec_/);
    expect((await trunkline(["webhooks", "test", hook.webhook_id])).out).toContain("It answered 2");
    expect((await trunkline(["webhooks"], own)).out).toContain(`${receiver.url}/cli`);
    expect(
      await trunkline(["webhooks", "replay", hook.webhook_id, "--since", "2026-01-01T00:00:00Z"], own),
    ).toMatchObject({ code: 0, out: expect.stringMatching(/^0 events leave again\.\n.*older events are left out/) });
    expect((await trunkline(["webhooks", "remove", hook.webhook_id], own)).code).toBe(0);
    await trunkline(["numbers", "assign", number.phone_number, number.api_key_id]);
    const rotated = json(await trunkline(["keys", "rotate", made.api_key_id, "--overlap", "0", "--json"]));
    expect((await trunkline(["webhooks"], { TRUNKLINE_API_KEY: rotated.key })).code).toBe(0);
    expect(await trunkline(["webhooks"], own)).toMatchObject({ code: 1, err: expect.stringContaining("unauthorized") });
    expect((await trunkline(["keys", "pause", made.api_key_id])).out).toBe(`${made.api_key_id} is paused.\n`);
    expect((await trunkline(["keys", "revoke", made.api_key_id])).out).toContain("is revoked");
    const listed = await trunkline(["keys"]);
    expect(listed.out).toMatch(new RegExp(`${made.api_key_id} +Shop +test +- +0 +revoked`));
  });

  test("runs a campaign from a file to its results; a file that cannot be read makes none", async () => {
    const file = join(folder, "people.csv");
    writeFileSync(file, "phone,first_name\n+15557770001,Ann\n+15557770002,\n+15557770001,Ann again\n");
    const words = ["campaigns", "create", "Spring", "--text", "Hi {first_name|there}", "--file", file, "--pace", "600"];
    const made = json(await trunkline([...words, "--json"]));
    const id = made.campaign_id;
    expect(made).toMatchObject({ audience: { rows: 3, rejected: { duplicate: 1 } }, pace_per_minute: 600 });
    const preview = await trunkline(["campaigns", "preview", id]);
    expect(preview.out).toMatch(/2 +\+15557770001 +1 +\+1500555\d{4} +Hi Ann\n/);
    expect(preview.out).toContain("2 wait, 2 parts.");
    expect((await trunkline(["campaigns", "test", id, "+15557770009"])).out).toContain(": Hi Ann");
    const later = await trunkline(["campaigns", "start", id, "--at", new Date(Date.now() + 3_600_000).toISOString()]);
    expect(later.out).toContain(`${id}  Spring  scheduled`);
    expect((await trunkline(["campaigns", "pause", id])).out).toContain("paused");
    expect((await trunkline(["campaigns", "resume", id])).out).toContain("scheduled");
    expect((await trunkline(["campaigns", "cancel", id])).out).toContain("cancelled");
    const again = json(await trunkline(["campaigns", "create", "Now", "--text", "Hi", "--json"])).campaign_id;
    expect((await trunkline(["campaigns", "people", again, "--file", file])).out).toContain("rejected: 1 duplicate");
    const missing = ["--file", `${file}x`];
    const nothingRead = { code: 1, err: expect.stringMatching(/^\S+x cannot be read: ENOENT[^\n]*\n$/) };
    expect(await trunkline(["campaigns", "people", again, ...missing])).toMatchObject(nothingRead);
    expect(await trunkline(["campaigns", "create", "Never", "--text", "Hi", ...missing])).toMatchObject(nothingRead);
    expect((await trunkline(["campaigns"])).out).not.toContain("Never");
    expect((await trunkline(["campaigns", "start", again])).code).toBe(0);
    await expect
      .poll(async () => (await trunkline(["campaigns", "show", again])).out, patience)
      .toContain("2 delivered");
    const { out } = await trunkline(["campaigns", "results", again]);
    expect(out.trimEnd().split("\r\n")).toEqual([
      expect.stringMatching(/^line,to,result/),
      expect.stringMatching(/^2,\+15557770001,taken,,delivered/),
      expect.stringMatching(/^3,\+15557770002,taken,,delivered/),
      expect.stringMatching(/^4,\+15557770001,rejected,duplicate/),
    ]);
    expect((await trunkline(["campaigns"])).out).toMatch(new RegExp(`${again} +Now +completed +3 +2`));
  });

  test.each([
    [["sned"], 'There is no command "sned". Did you mean send?'],
    [["send"], "To whom?"],
    [["send", "+15551234567"], "What shall be sent?"],
    [["send", "+15551234567", "Hello", "World"], "put the text into quotes"],
    [
      ["send", "+15551234567", "Hello", "--at", "tomorrow"],
      '--at takes a time such as 2027-01-31T09:00:00Z, not "tomorrow".',
    ],
    [["send", "+15551234567", "Hello", "--nonsense"], "Unknown option '--nonsense'."],
    [["tail", "--count", "none"], '--count takes a whole number from 1 on, not "none".'],
    [["why", "1234"], '"1234" is no message\'s id'],
    [["numbers", "assgin", "+1"], "numbers takes list, assign, release, pause or resume"],
    [["keys", "create"], "Give the key a name."],
    [["webhooks", "replay", "wh_1"], "Since when?"],
    [["campaigns", "begin"], "campaigns takes list, create, people"],
    [["campaigns", "create"], "Give the campaign a name."],
    [["campaigns", "create", "Spring"], "What shall it say?"],
    [["campaigns", "people", "cmp_1"], "Give --file or --tag."],
    [["campaigns", "test", "cmp_1"], "To which number?"],
    [["campaigns", "start", "cmp_1", "--at", "soon"], "--at takes a time"],
    [["listen"], "--forward is missing"],
    [["keys", "--url", "nowhere"], "--url must be an http or https address"],
  ])("%j ends with 2, says what is wrong and shows the usage", async (words, sentence) => {
    const { code, err, out } = await trunkline(words, { ADMIN_TOKEN: "t".repeat(40) });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(sentence);
    expect(err).toContain("Usage: npx trunkline");
    expect(err).not.toContain("    at ");
  });

  test("says that no gateway runs here, and that one does not answer", async () => {
    const nobody = await trunkline(["keys"], { STATE_DIR: folder });
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining("start it with npm start") });
    const silent = await trunkline(["keys", "--url", "http://127.0.0.1:9"], { ADMIN_TOKEN: "t".repeat(40) });
    expect(silent).toMatchObject({ code: 1, err: expect.stringContaining("could not be reached") });
  });
});

describe("the help of trunkline", () => {
  /** What the examples name: a key, and a message that has come to its end. */
  let named: { KEY_ID: string; MESSAGE_ID: string };
  beforeAll(async () => {
    const keys = json(await trunkline(["keys", "--json"])).api_keys;
    const sent = json(await trunkline(["send", "+15551234568", "Hello", "--wait", "--json"]));
    named = { KEY_ID: keys[0].api_key_id, MESSAGE_ID: sent.message_id };
  });

  test("names every command, and so does docs/cli.md", async () => {
    const { out } = await trunkline(["--help"]);
    const page = readFileSync("docs/cli.md", "utf8");
    for (const { name } of commands) {
      expect(out).toContain(`  ${name} `);
      expect(page).toContain(`\`${name}\``);
    }
  });

  test.each(commands)("of $name has one example, which does what it says", async ({ name, example }) => {
    const help = await trunkline([name, "--help"]);
    expect(help).toMatchObject({ code: 0, err: "" });
    expect(help.out).toMatch(new RegExp(`^Usage: npx trunkline ${name}`));
    expect(help.out.trimEnd().endsWith(`For example:\n  ${example}`)).toBe(true);
    if (name === "listen") return; // it goes on for ever: below
    const line = example
      .replace("https://example.com/hook", `${receiver.url}/example`)
      .replace("trunkline.ndjson", join(folder, "trunkline.ndjson"));
    const { code, out, err } = await inShell(line, named);
    const [expected, says] = outcomes[name] ?? [];
    expect([code, out + err]).toEqual([expected, expect.stringContaining(says ?? "")]);
  });

  test("promises --json, and every command keeps it", async () => {
    for (const { name } of commands) {
      const { out } = await trunkline([name, "--help"]);
      expect([name, out]).toEqual([name, expect.stringContaining("--json")]);
    }
    expect(json(await trunkline(["sign-in", "--json"])).link).toContain(`${gateway.url}/app/sign-in#claim=`);
    expect(json(await trunkline(["doctor", "--json"])).checks.length).toBeGreaterThan(3);
    expect(json(await trunkline(["deploy", "--dry-run", "--json"]))).toMatchObject({ dry_run: true });
  });
});

/** What each example ends with, and a part of what it prints. */
const outcomes: Record<string, [code: number, says: string]> = {
  send: [0, "delivered"],
  tail: [0, "message."],
  why: [0, "Why this number:"],
  numbers: [0, "NUMBER"],
  keys: [0, "Shop, a test key, shown this once:\ntl_test_"],
  webhooks: [0, "Signed with whsec_"],
  campaigns: [0, "Spring  draft"],
  deploy: [0, "Nothing was changed: this was a dry run."],
  "sign-in": [0, "/app/sign-in#claim="],
  // A gateway on a machine of its own is not in every order: it has no Twilio account.
  doctor: [0, "All is in order."],
  export: [0, "lines are in"],
  // It is not as its first start left it, and says so.
  import: [1, "This deployment is in use"],
};

describe("trunkline listen", () => {
  test("says when it is connected, reconnecting and refused, by its example", async () => {
    const { example } = commands.find(({ name }) => name === "listen") ?? { example: "" };
    const line = example
      .replace("http://localhost:3000", `${receiver.url}/listened`)
      .replace("npx trunkline", "exec node scripts/cli.mjs");
    const child = spawn("bash", ["-c", line], { cwd: root, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    running.push(child);
    let said = "";
    child.stdout.on("data", (chunk) => (said += chunk));
    child.stderr.on("data", (chunk) => (said += chunk));
    await expect.poll(() => said, patience).toContain("Connected, waiting");
    const { message_id } = json(await trunkline(["send", "+15551234569", "Listen", "--json"]));
    await receiver.waitFor(({ payload }) => payload?.message_id === message_id, 20_000);
    const { port } = new URL(gateway.url);
    await gateway.stop();
    await expect.poll(() => said, patience).toContain("Reconnecting: the gateway at");
    gateway = await startGateway({
      stateDir: gateway.stateDir,
      port: Number(port),
      env: { ALLOW_LOCAL_WEBHOOKS: "1" },
    });
    await expect.poll(() => said, patience).toContain("Reconnected: the gateway answers again.");
    const { key, api_key_id } = json(await trunkline(["keys", "create", "Gone", "--test", "--json"]));
    await trunkline(["keys", "revoke", api_key_id]);
    const refused = await trunkline(["listen", "--forward", receiver.url], { TRUNKLINE_API_KEY: key });
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("The gateway refuses: 401") });
  });
});
