import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { adminOf, clientOf, eventually } from "../support/node/client.ts";
import {
  findFreePort,
  type Gateway,
  type GatewayOptions,
  type Processes,
  startGateway,
} from "../support/node/start-gateway.ts";

const startByNpm = (options: GatewayOptions = {}) => startGateway({ npm: "start", ...options });
let gateway: Gateway | undefined;
afterEach(async () => {
  await gateway?.kill9();
  await gateway?.forget();
  gateway = undefined;
});

describe("npm start", () => {
  test("prints a curl line that can be pasted and whose message is delivered", async () => {
    gateway = await startByNpm();
    const [send, read] = await waitForCurlLines(gateway);
    const sent = JSON.parse(await runShell(send));
    expect(sent).toMatchObject({ status: "queued", from_number: expect.stringMatching(/^\+1500555/) });
    await expect.poll(async () => runShell(read), { timeout: 30_000, interval: 500 }).toContain('"delivered"');
  });

  test("keeps its secrets and its test key over a restart, and says where the admin token is", async () => {
    gateway = await startByNpm();
    const first = gateway;
    await first.stop();
    gateway = await startByNpm({ stateDir: first.stateDir });
    expect(gateway.adminToken).toBe(first.adminToken);
    expect(gateway.testKey).toBe(first.testKey);
    await expect.poll(() => gateway?.output()).toContain(first.testKey);
    expect(gateway.output()).toContain("ADMIN_TOKEN in ");
    expect(gateway.output()).not.toContain(gateway.adminToken);
  });

  test("takes settings from the environment as they are, whatever characters they hold", async () => {
    const adminToken = "a$HOME'b'#c\\n$PATH-d".padEnd(64, "e");
    gateway = await startByNpm({ env: { ADMIN_TOKEN: adminToken } });
    const answer = await fetch(`${gateway.url}/admin/api/organizations`, {
      headers: { authorization: `Bearer ${adminToken}` },
    });
    expect(answer.status).toBe(200);
  });

  test("says in one line that its port is busy", async () => {
    const port = await findFreePort();
    const squatter = createServer().listen(port, "127.0.0.1");
    const stateDir = await mkdtemp(join(tmpdir(), "trunkline-"));
    const { code, said } = await runStart({ PORT: String(port), STATE_DIR: stateDir });
    squatter.close();
    await rm(stateDir, { recursive: true });
    expect(code).toBe(1);
    expect(said.trim().split("\n")).toEqual([expect.stringContaining(`Port ${port} is busy`)]);
  });

  test("keeps its temporary files in its state, and leaves none behind, however it ends", async () => {
    const temporary = await mkdtemp(join(tmpdir(), "trunkline-tmp-of-test-"));
    const stateDir = await mkdtemp(join(tmpdir(), "trunkline-"));
    await mkdir(join(stateDir, "tmp"));
    await writeFile(join(stateDir, "tmp", "foreign.txt"), "mine");
    const ours = join(stateDir, "trunkline-tmp");
    await mkdir(join(ours, "miniflare-left-by-a-power-cut"), { recursive: true });
    gateway = await startByNpm({ stateDir, env: { TMPDIR: temporary } });
    expect(await readdir(ours)).toEqual([expect.stringMatching(/^miniflare-[0-9a-f]+$/)]);
    await gateway.kill9();
    expect((await readdir(stateDir)).sort()).toEqual(["running.json", "secrets.json", "state", "tmp"]);
    gateway = await startByNpm({ stateDir, env: { TMPDIR: temporary } });
    await gateway.stop();
    expect((await readdir(stateDir)).sort()).toEqual(["secrets.json", "state", "tmp"]);
    expect((await readdir(temporary)).filter((name) => name !== "node-compile-cache")).toEqual([]);
    await rm(temporary, { recursive: true });
  });

  test("runs one runtime, and answers nothing but the gateway on its port", async () => {
    gateway = await startByNpm();
    expect((await gateway.processes()).runtimes).toHaveLength(1);
    for (const path of [
      "/cdn-cgi/handler/scheduled",
      "/cdn-cgi/mf/scheduled",
      "/cdn-cgi/explorer/api",
      "/__scheduled",
    ]) {
      const answer = await fetch(gateway.url + path);
      expect([path, answer.status, await answer.json()]).toEqual([
        path,
        404,
        expect.objectContaining({ code: "not_found" }),
      ]);
    }
  });

  test.each(["SIGTERM", "SIGINT", "SIGKILL"] as const)("leaves no process behind after %s", async (signal) => {
    gateway = await startByNpm();
    const { start, guard, runtimes } = await gateway.processes();
    process.kill(start, signal);
    await expect.poll(() => [start, guard, ...runtimes].filter(lives), { timeout: 10_000 }).toEqual([]);
  });

  test.each([
    ["runtime", ({ runtimes }: Processes) => runtimes[0]],
    ["guard", ({ guard }: Processes) => guard],
  ])("ends whole, and says so, when its %s is killed", async (_, pick) => {
    gateway = await startByNpm();
    const processes = await gateway.processes();
    process.kill(pick(processes) ?? 0, "SIGKILL");
    const all = [processes.start, processes.guard, ...processes.runtimes];
    await expect.poll(() => all.filter(lives), { timeout: 10_000 }).toEqual([]);
    expect(gateway.output()).toContain("The Worker stopped by itself.");
  });
});

describe("the state of a gateway", () => {
  test("is held by one gateway, also while that one is frozen, and free once it was killed", async () => {
    gateway = await startByNpm();
    const { stateDir } = gateway;
    const { start } = await gateway.processes();
    const second = () => runStart({ PORT: "0", STATE_DIR: stateDir });
    const refusal = {
      code: 1,
      said: expect.stringContaining(`in use by the gateway on port ${portOf(gateway)} (process ${start})`),
    };
    expect(await second()).toEqual(refusal);
    process.kill(start, "SIGSTOP");
    expect(await second()).toEqual(refusal);
    await gateway.kill9();
    gateway = await startByNpm({ stateDir });
    expect((await clientOf(gateway, gateway.testKey)("GET", "/me")).status).toBe(200);
  });

  test("is not touched where its secrets.json is missing", async () => {
    gateway = await startByNpm();
    const { stateDir } = gateway;
    await gateway.stop();
    await rm(join(stateDir, "secrets.json"));
    const { code, said } = await runStart({ PORT: "0", STATE_DIR: stateDir });
    expect({ code, lines: said.trim().split("\n") }).toEqual({
      code: 1,
      lines: [expect.stringContaining(`${join(stateDir, "secrets.json")} is missing`)],
    });
    expect(await readdir(stateDir)).toEqual(["state"]);
  });

  test("that the first release wrote is read whole", async () => {
    const stateDir = await mkdtemp(join(tmpdir(), "trunkline-"));
    await promisify(execFile)("tar", ["-xzf", "test/fixtures/state-0.1.0.tgz", "-C", stateDir]);
    gateway = await startByNpm({ stateDir });
    const [client, admin] = [clientOf(gateway, gateway.testKey), adminOf(gateway)];
    const { body: organizations } = await admin("GET", "/organizations");
    expect(organizations.organizations).toContainEqual(expect.objectContaining({ name: "Kept Ltd" }));
    expect((await client("GET", "/me/numbers")).body.numbers).toHaveLength(3);
    for (const n of [1, 2, 3]) {
      const { body } = await client("GET", `/chats/${encodeURIComponent(`+1555123456${n}`)}/messages`);
      expect(body.messages).toEqual([expect.objectContaining({ text: `Kept ${n}`, status: "delivered" })]);
    }
  });

  test("is the same for npm run dev, which follows the sources; both log every request", async () => {
    gateway = await startByNpm();
    const first = gateway;
    const [send] = await waitForCurlLines(first);
    const { message_id: sent } = JSON.parse(await runShell(send));
    await first.stop();
    gateway = await startByNpm({ stateDir: first.stateDir, npm: "dev" });
    const { body } = await clientOf(gateway, first.testKey)("GET", "/chats/%2B15551234567/messages");
    expect(body.messages).toEqual([expect.objectContaining({ message_id: sent })]);
    for (const { output } of [first, gateway]) {
      await eventually(async () => output().includes('"route":"/v2/api/chats/:chatId/messages"'));
      expect(output()).not.toContain('"share"');
    }
    await gateway.stop();
    gateway = await startByNpm({ stateDir: first.stateDir });
    expect((await clientOf(gateway, first.testKey)("GET", "/me")).status).toBe(200);
  });
});

/** The two commands that a start prints, once they are printed. */
async function waitForCurlLines({ output }: Gateway): Promise<[string, string]> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [send, read] = output().match(/^ +curl .*$/gm) ?? [];
    if (send && read) return [send, read];
    await pause(50);
  }
  throw new Error(`no curl lines were printed:\n${output()}`);
}

async function runShell(command: string): Promise<string> {
  return (await promisify(execFile)("sh", ["-c", command])).stdout;
}

/** Runs the start script to its end, without npm's own lines. */
async function runStart(environment: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const child = spawn("node", ["scripts/start.mjs"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const said: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, said: said.join("") };
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const portOf = ({ url }: Gateway) => new URL(url).port;
