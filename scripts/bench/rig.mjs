import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startFakeTwilio } from "../../test/support/node/fake-twilio.ts";
import { startSink } from "../../test/support/node/sink.ts";
import { bundleWorker, internetBinding, workerOptions } from "../bundle.mjs";
import { applyMigrations } from "../local/migrate.mjs";
import { watchRuntime } from "../local/runtime-process.mjs";
import { endWithUs, removeWithUs } from "./children.mjs";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const adminToken = "a".repeat(64);
const masterKeys = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
const ticksPerSecond = 100;

/**
 * Runs the Worker as it is deployed on workerd without a proxy between, beside a stand-in for Twilio and a webhook receiver, all on loopback.
 * The files beside it are left out: serving them is Cloudflare's, and here they would put three hops before every request. `from` is another checkout to run.
 * `lifeCycle` is what Twilio reports of a message, `settings` are the Worker's beyond those that it needs; `around` may wrap the Worker in a module of its own, which imports it as `./index.js`.
 * `plugins` may change the Worker's sources, `account` is what else the stand-in for Twilio is told, and `onLog` hears every line that the Worker logs.
 */
export async function startRig({
  lifeCycle,
  around,
  plugins = [],
  account = {},
  settings = {},
  onLog = () => {},
  from = root,
  numbers = ["+15559876541", "+15559876542", "+15559876543"],
}) {
  const folder = removeWithUs(mkdtempSync(join(tmpdir(), "trunkline-bench-")));
  const temporary = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  const { default: miniflare } = await import("miniflare");
  const modules = await bundleWorker(from, plugins);
  const sink = await startSink();
  const twilio = await startFakeTwilio({
    accountSid: `AC${"a1".repeat(16)}`,
    authToken: "token-of-the-stand-in",
    numbers,
    lifeCycle: () => lifeCycle,
    ...account,
  });
  const runtimes = runtimesOfNext();
  const options = (publicUrl, port) => {
    const values = {
      ADMIN_TOKEN: adminToken,
      MASTER_KEYS: masterKeys,
      PUBLIC_URL: publicUrl,
      TWILIO_API_URL: twilio.url,
      ALLOW_LOCAL_WEBHOOKS: "1",
      ...settings,
    };
    const { assets: _, ...worker } = workerOptions(from, modules, values);
    if (around !== undefined)
      worker.modules.unshift({ type: "ESModule", path: join(root, "around.js"), contents: around });
    return miniflare.convertV4MiniflareOptions({
      ...worker,
      serviceBindings: internetBinding(),
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new miniflare.Log(miniflare.LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => onLog(message),
      resourcePersistencePath: join(folder, "state"),
      unsafeDirectSockets: [{ host: "127.0.0.1", port }],
    });
  };
  const mf = new miniflare.Miniflare(options("http://127.0.0.1", 0));
  await applyMigrations(await mf.getD1Database("DB"), join(from, "migrations"));
  const port = Number((await mf.unsafeGetDirectURL()).port);
  const url = `http://127.0.0.1:${port}`;
  await mf.setOptions(options(url, port));
  await mf.ready;
  return {
    url,
    twilio,
    sink,
    miniflare: mf,
    adminToken,
    /** CPU seconds that the runtime has used. */
    cpu: () => cpuOf(runtimes.at(-1).pid),
    /** Bytes of memory that the runtime holds. */
    memory: () => memoryOf(runtimes.at(-1).pid),
    /** Where the state is kept. */
    folder,
    /** Kills the runtime as a power cut would, and resolves when it is gone; miniflare starts another on the same state and port. */
    async kill() {
      while (hasEnded(runtimes.at(-1))) await pause(5);
      const runtime = runtimes.at(-1);
      const gone = once(runtime, "exit");
      runtime.kill("SIGKILL");
      await gone;
    },
    async stop() {
      await mf.dispose();
      await twilio.stop();
      await sink.stop();
      rmSync(folder, { recursive: true, force: true });
      process.env.TMPDIR = temporary ?? "";
      if (temporary === undefined) delete process.env.TMPDIR;
    },
  };
}

/** Returns the runtimes of the miniflare that is made next, as they come: what replaces a killed one stands last. */
export function runtimesOfNext() {
  const runtimes = [];
  let loopback;
  watchRuntime((child) => {
    // Every instance has an address of its own, which its runtimes are told, also those that replace a killed one.
    const address = child.spawnargs.find((argument) => argument.startsWith("--external-addr=loopback="));
    loopback ??= address;
    if (address === loopback) runtimes.push(endWithUs(child));
  });
  return runtimes;
}

/**
 * Has this process reach a rig by a public name (`https://gateway.example`), which is its PUBLIC_URL then, as a deployment has one: below an address that Twilio cannot
 * call, each message is asked after as well.
 */
export function reachByName(publicUrl, url) {
  const { fetch: plainFetch } = globalThis;
  globalThis.fetch = (input, init) =>
    plainFetch(input instanceof Request ? input : String(input).replace(publicUrl, url), init);
}

function hasEnded({ exitCode, signalCode }) {
  return exitCode !== null || signalCode !== null;
}

/** CPU seconds of a process, user and system; NaN where the system does not say. */
export function cpuOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}

/** Bytes of memory that a process holds; NaN where the system does not say. */
export function memoryOf(pid) {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}

export function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Runs `work` for each index below `count`, `places` at a time. */
export async function inPlaces(count, places, work) {
  let next = 0;
  const walk = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: places }, walk));
}
