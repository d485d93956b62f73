import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeWire, wires } from "../../scripts/sdk/make-wire.mjs";
import { startBrowser } from "../support/node/browser.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const bin = (name: string) => join(process.cwd(), "node_modules/.bin", name);
/** The Node that runs npm, 20 or newer; `node` itself may be the newer one that the tools bring along. */
const nodeOfNpm = process.env.npm_node_execpath ?? "node";
let project: string;
let gateway: Gateway;

/** A project of somebody else: strict, NodeNext, types of libraries checked too, and nothing installed but the package. */
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "trunkline-sdk-"));
  execFileSync("npm", ["run", "--silent", "sdk"], { stdio: "pipe" });
  const packed = execFileSync("npm", ["pack", "--silent", `--pack-destination=${project}`], { cwd: "dist/sdk" });
  const installed = join(project, "node_modules/trunkline-sdk");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(project, packed.toString().trim()), "--strip-components=1", "-C", installed]);
  writeFileSync(join(project, "package.json"), '{"type":"module"}');
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        ...{ module: "nodenext", target: "es2022", lib: ["es2023", "dom", "dom.iterable"], types: [], noEmit: true },
        ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
      },
      include: ["*.ts"],
    }),
  );
  gateway = await startGateway();
});

afterAll(async () => {
  rmSync(project, { recursive: true, force: true });
  await gateway?.stop();
  await gateway?.forget();
});

/** Returns the compiler's complaints about a file of the project. */
function compile(source: string): string[] {
  writeFileSync(join(project, "main.ts"), source);
  try {
    execFileSync(bin("tsc"), ["-p", project], { stdio: "pipe" });
    return [];
  } catch (error) {
    const said = String((error as { stdout: Buffer }).stdout);
    return said.split("\n").filter((line) => line.includes("error TS"));
  } finally {
    rmSync(join(project, "main.ts"));
  }
}

function runInProject(source: string): string {
  writeFileSync(join(project, "main.mjs"), source);
  const env = { ...process.env, TRUNKLINE_API_KEY: gateway.testKey, TRUNKLINE_URL: gateway.url };
  return execFileSync(nodeOfNpm, ["main.mjs"], { cwd: project, env, encoding: "utf8" });
}

const allBlocksOf = (page: string) =>
  [...readFileSync(page, "utf8").matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");

/** The JavaScript blocks of a page that import the package. */
const blocksOf = (page: string) => allBlocksOf(page).filter((block) => block.includes('from "trunkline-sdk'));

/** The one block of docs/sdk.md that has these words. */
function blockWith(words: string): string {
  const found = allBlocksOf("docs/sdk.md").filter((block) => block.includes(words));
  expect(found).toHaveLength(1);
  return found[0] ?? "";
}

describe("the packed SDK", () => {
  test("has what it needs and nothing else", () => {
    const manifest = JSON.parse(readFileSync(join(project, "node_modules/trunkline-sdk/package.json"), "utf8"));
    expect(manifest.dependencies).toBeUndefined();
    const files = execFileSync("find", [".", "-type", "f"], {
      cwd: join(project, "node_modules/trunkline-sdk"),
      encoding: "utf8",
    });
    expect(
      files
        .trim()
        .split("\n")
        .filter((file) => !/\.(?:js|d\.ts)$/.test(file))
        .sort(),
    ).toEqual(["./LICENSE", "./README.md", "./package.json"]);
  });

  test.each(["v2", "admin"] as const)("knows what the table of operations says today of %s", async (base) => {
    expect(readFileSync(`src/sdk/${wires[base].file}`, "utf8")).toBe(await makeWire(base));
  });

  test("asks the admin API by the same names, with the admin token", () => {
    const said = runInProject(`
      import { TrunklineAdmin } from "trunkline-sdk/admin";
      const admin = new TrunklineAdmin({ adminToken: ${JSON.stringify(gateway.adminToken)} });
      const { api_keys } = await admin.call("listApiKeys", { query: {} });
      const { code } = await new TrunklineAdmin({ adminToken: "wrong" }).call("getStatus", {}).catch((error) => error);
      console.log(api_keys.length, code);`);
    expect(said.trim()).toBe("1 unauthorized");
  });

  test("is taken by a strict project that checks the types of its libraries", () => {
    expect(
      compile(`
        import { Trunkline, TrunklineError, verifyWebhook, type Message } from "trunkline-sdk";
        import { verifyWebhook as same } from "trunkline-sdk/webhooks";
        const trunkline = new Trunkline({ apiKey: "k", baseUrl: "https://a.example", fetch });
        export async function main(): Promise<string> {
          const sent = await trunkline.messages.send("+15551234567", { text: "Hi", metadata: { order: 7 } });
          const all: Message[] = [];
          for await (const message of trunkline.messages.list(sent.chat_id, { limit: 10 })) all.push(message);
          const event = await verifyWebhook(new Uint8Array(), new Headers(), ["whsec_a", "whsec_b"], { tolerance: 60 });
          if (event.event === "message.received") return event.sender.toUpperCase();
          for await (const told of trunkline.events.follow())
            if (told.event === "message.received") return told.sender.toUpperCase() + told.event_id;
          if (same !== verifyWebhook) throw new TrunklineError({ status: null, code: "a", message: "b" });
          return (await trunkline.messages.waitUntilFinal(sent)).status ?? all[0]?.message_id ?? "";
        }
      `),
    ).toEqual([]);
  });

  test.each([
    ["a body that the API does not take", 'trunkline.messages.send("+1", { txt: "Hi" })'],
    ["a wrong type", 'trunkline.messages.send("+1", { text: 7 })'],
    ["an unknown call", 'trunkline.call("sendMesage", {})'],
    ["a call without what it needs", 'trunkline.call("getMessage", {})'],
    ["a field that the answer does not have", "trunkline.me().then((me) => me.numbrs)"],
  ])("refuses %s before it runs", (_, statement) => {
    const source = `import { Trunkline } from "trunkline-sdk";\nconst trunkline = new Trunkline();\nvoid ${statement};\n`;
    expect(compile(source)).toHaveLength(1);
  });

  test("does what the docs' first example says, against a gateway", () => {
    const [first = ""] = blocksOf("docs/sdk.md");
    expect(runInProject(first)).toMatch(/^msg_\w+ from \+1500555\d{4}: delivered\n$/);
  });

  test("does what the README's example says", () => {
    const examples = blocksOf("README.md");
    expect(examples).toHaveLength(1);
    expect(runInProject(examples[0] ?? "")).toMatch(/delivered/);
  });

  test("follows events and reads lists of a gateway", () => {
    const said = runInProject(`
      import { Trunkline } from "trunkline-sdk";
      const trunkline = new Trunkline();
      const { next_after } = await trunkline.events.list({ after: "latest" });
      const sent = await trunkline.messages.send("+15551239876", "Follow me");
      const seen = [];
      for await (const event of trunkline.events.follow({ after: next_after ?? "latest", everyMs: 50 })) {
        if (event.message_id === sent.message_id) seen.push(event.event);
        if (event.event === "message.delivered" && event.message_id === sent.message_id) break;
      }
      const texts = [];
      for await (const message of trunkline.messages.list("+15551239876")) texts.push(message.text);
      const failure = await trunkline.messages.get({ ...sent, message_id: "msg_none" }).catch((error) => error.code);
      console.log(JSON.stringify({ seen, texts, failure }));
    `);
    expect(JSON.parse(said)).toEqual({
      seen: ["message.sent", "message.delivered"],
      texts: ["Follow me"],
      failure: "not_found",
    });
  });

  test("lists and follows as the docs show it: the answer of the person whom it wrote to comes by", () => {
    const said = runInProject(`
      import { Trunkline } from "trunkline-sdk";
      const trunkline = new Trunkline();
      await trunkline.messages.waitUntilFinal(await trunkline.messages.send("+15551234567", "Listed"));
      const lastSeen = (await trunkline.events.list({ after: "latest" })).next_after;
      const kept = [];
      const keep = async (id) => void kept.push(id);
      const answer = async (sender, text) => {
        console.log(JSON.stringify({ sender, text, kept: kept.every((id) => id.startsWith("evt_")) && kept.length > 0 }));
        process.exit();
      };
      await trunkline.messages.send("+15005556001", "Hello");
      ${blockWith("events.follow")}`);
    const lines = said.trim().split("\n");
    expect(lines).toContain("outbound Listed");
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({ sender: "+15005556001", text: "Hello back", kept: true });
  });

  test("verifies a webhook as the docs show it", () => {
    const said = runInProject(`
      ${blockWith("verifyWebhook(").replace("import {", "import { createHmac } from 'node:crypto';\nimport {")}
      const secret = "whsec_" + Buffer.from("a secret of the test").toString("base64");
      const body = JSON.stringify({ event: "message.failed", message_id: "msg_1", error_message: "Phone is off" });
      const time = Math.floor(Date.now() / 1000);
      const signature = createHmac("sha256", secret).update(time + "." + body).digest("hex");
      const post = (signed) => receive(new Request("https://a.example", {
        method: "POST", body, headers: { "X-Blooio-Signature": "t=" + time + ",v1=" + signed },
      }));
      console.error = console.log;
      console.log((await post(signature)).status);
      console.log(await post(signature.replace(/./g, "0")).catch((error) => error.code ?? error.message));`);
    const [told, status, refused] = said.trim().split("\n");
    expect([told, status]).toEqual(["msg_1 Phone is off", "204"]);
    expect(refused).toMatch(/signature/i);
  });

  test("works in a browser, on a page of the gateway's own origin", async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: 'import { Trunkline } from "trunkline-sdk"; globalThis.Trunkline = Trunkline;',
        resolveDir: project,
      },
      ...({ bundle: true, write: false, format: "iife", platform: "browser", logLevel: "silent" } as const),
    });
    const { browser, close } = await startBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`${gateway.url}/docs`);
      await page.evaluate(outputFiles[0]?.text ?? "");
      const status = await page.evaluate(`(async () => {
        const trunkline = new Trunkline(${JSON.stringify({ apiKey: gateway.testKey, baseUrl: gateway.url })});
        const sent = await trunkline.messages.send("+15551234567", "Hello from a browser");
        return (await trunkline.messages.waitUntilFinal(sent)).status;
      })()`);
      expect(status).toBe("delivered");
    } finally {
      await close();
    }
  });
});
