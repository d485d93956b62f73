import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { findFreePort, type Gateway, listProcesses, startGateway } from "../support/node/start-gateway.ts";

let gateway: Gateway | undefined;
afterEach(async () => {
  await gateway?.kill9();
  await gateway?.forget();
  gateway = undefined;
});

describe("npm start", () => {
  test("prints a curl line that can be pasted and whose message is delivered", async () => {
    gateway = await startGateway();
    const [send, read] = await waitForCurlLines(gateway);
    const sent = JSON.parse(await runShell(send));
    expect(sent).toMatchObject({ status: "queued", from_number: expect.stringMatching(/^\+1500555/) });
    await expect.poll(async () => runShell(read), { timeout: 30_000, interval: 500 }).toContain('"delivered"');
  });

  test("keeps its secrets and its test key over a restart, and says where the admin token is", async () => {
    gateway = await startGateway();
    const first = gateway;
    await first.stop();
    gateway = await startGateway({ stateDir: first.stateDir });
    expect(gateway.adminToken).toBe(first.adminToken);
    expect(gateway.testKey).toBe(first.testKey);
    await expect.poll(() => gateway?.output()).toContain(first.testKey);
    expect(gateway.output()).toContain("ADMIN_TOKEN in ");
    expect(gateway.output()).not.toContain(gateway.adminToken);
  });

  test("takes settings from the environment as they are, whatever characters they hold", async () => {
    const adminToken = "a$HOME'b'#c\\n$PATH-d".padEnd(64, "e");
    gateway = await startGateway({ env: { ADMIN_TOKEN: adminToken } });
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

  test("keeps its temporary files in its state, and clears what a kill left at the next start", async () => {
    const temporary = await mkdtemp(join(tmpdir(), "trunkline-tmp-of-test-"));
    const stateDir = await mkdtemp(join(tmpdir(), "trunkline-"));
    await mkdir(join(stateDir, "tmp"));
    await writeFile(join(stateDir, "tmp", "foreign.txt"), "mine");
    gateway = await startGateway({ stateDir, env: { TMPDIR: temporary } });
    const ours = join(stateDir, "trunkline-tmp");
    await gateway.kill9();
    const left = await readdir(ours);
    expect(left).toContainEqual(expect.stringMatching(/^miniflare-/));
    gateway = await startGateway({ stateDir, env: { TMPDIR: temporary } });
    expect((await readdir(ours)).filter((name) => left.includes(name))).toEqual([]);
    expect((await readdir(temporary)).filter((name) => name !== "node-compile-cache")).toEqual([]);
    expect(await readFile(join(stateDir, "tmp", "foreign.txt"), "utf8")).toBe("mine");
    await rm(temporary, { recursive: true });
  });

  test.each(["SIGTERM", "SIGINT", "SIGKILL"] as const)("leaves no process behind after %s", async (signal) => {
    gateway = await startGateway();
    const { stateDir } = gateway;
    expect(await countProcesses(stateDir)).toBeGreaterThan(0);
    const running = JSON.parse(await readFile(join(stateDir, "running.json"), "utf8"));
    process.kill(running.pid, signal);
    await expect.poll(() => countProcesses(stateDir), { timeout: 10_000 }).toBe(0);
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

async function countProcesses(stateDir: string): Promise<number> {
  return (await listProcesses()).filter((line) => line.includes(stateDir)).length;
}
