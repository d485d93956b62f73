import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeWire, wires } from "../../scripts/sdk/make-wire.mjs";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const bin = (name: string) => join(process.cwd(), "node_modules/.bin", name);
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
  return execFileSync("node", ["main.mjs"], { cwd: project, env, encoding: "utf8" });
}

/** The JavaScript blocks of a page that import the package. */
function blocksOf(page: string): string[] {
  const blocks = [...readFileSync(page, "utf8").matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
  return blocks.filter((block) => block.includes('from "trunkline-sdk'));
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
});
