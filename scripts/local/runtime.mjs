import childProcess from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bundleWorkerOnce, internetBinding, workerOptions } from "../bundle.mjs";
import { applyMigrations } from "./migrate.mjs";
import { watchRuntime } from "./runtime-process.mjs";
import { StartError, temporaryFolder } from "./temporary.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const here = dirname(fileURLToPath(import.meta.url));
// An import would first search its six megabytes for the names that it exports: a second of a start.
const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = createRequire(import.meta.url)("miniflare");

/**
 * Outside of Cloudflare nothing bounds an isolate, and V8 puts a full collection off for as long as the heap's own limit allows, 1.4 GB and more, while each request leaves native memory behind that only
 * a full collection frees (github.com/cloudflare/workerd/issues/6824): every collection is a full one here.
 */
const collectFully = "--gc-global";

/**
 * Runs the bundled Worker on workerd, its state below `stateDir`, on a free loopback port that answers nothing but the Worker.
 * Resolves once it serves and its directory is migrated; rejects with a StartError. `onLog` receives the Worker's own JSON lines,
 * `onComplaint` what the runtime complains of, and `onRun` at once what ends the run and tells that it has ended.
 */
export async function startWorker({ root, stateDir, values, onLog, onComplaint, onRun }) {
  process.env.TMPDIR = temporaryFolder(stateDir);
  process.env.MINIFLARE_WORKERD_V8_FLAGS ||= collectFully;
  const run = openRun(stateDir);
  onRun(run);
  const modules = await bundleWorkerOnce(root).catch((error) => {
    throw new StartError("The Worker could not be bundled.", error.message);
  });
  const miniflare = run.host(
    () =>
      new Miniflare(
        convertV4MiniflareOptions({
          ...workerOptions(root, modules, values),
          serviceBindings: internetBinding(),
          host: "127.0.0.1",
          port: 0,
          cf: false,
          log: new Log(LogLevel.ERROR),
          resourcePersistencePath: join(stateDir, "state", "v3"),
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
          handleStructuredLogs: ({ message }) => (message.startsWith("{") ? onLog(message) : onComplaint(message)),
        }),
      ),
  );
  const started = prepare(root, miniflare).catch((error) => {
    throw new StartError("The Worker did not start.", error.message);
  });
  return await Promise.race([
    started,
    run.ended.then(() => Promise.reject(new StartError("The Worker did not start."))),
  ]);
}

async function prepare(root, miniflare) {
  await miniflare.ready;
  await applyMigrations(await miniflare.getD1Database("DB"), join(root, "migrations"));
  const worker = await miniflare.getWorker();
  return {
    port: Number((await miniflare.unsafeGetDirectURL()).port),
    ringTheClock: () => worker.scheduled({ cron: "* * * * *" }),
    settle: giveMemoryBack,
  };
}

/** Starting takes five times the memory that running does, and an idle process would keep it. */
function giveMemoryBack() {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")({ type: "major", flavor: "last-resort" });
}

/** The processes of a run: the guard from the start, and the runtime as soon as `host` has it. */
function openRun(stateDir) {
  const guard = childProcess.spawn("sh", [join(here, "guard.sh"), temporaryFolder(stateDir)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.stdin.on("error", () => {});
  let miniflare;
  let finish;
  const ended = new Promise((resolve) => {
    finish = resolve;
  });
  guard.once("error", finish).once("exit", finish);
  return {
    keeper: guard.pid,
    ended,
    host: (make) => {
      watchRuntime((runtime) => {
        guard.stdin.write(`${runtime.pid}\n`);
        runtime.once("exit", () => {
          guard.stdin.write("0\n");
          finish();
        });
      });
      miniflare = withoutSignals(make);
      return miniflare;
    },
    end: async () => {
      const patience = new Promise((resolve) => setTimeout(resolve, 5_000).unref());
      await Promise.race([miniflare?.dispose().catch(() => {}), patience]);
    },
  };
}

/** miniflare would leave at a signal by itself, with a code of its own, while this process still ends in order. */
function withoutSignals(make) {
  const before = new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
  const made = make();
  for (const [signal, listeners] of before) {
    for (const one of process.listeners(signal)) if (!listeners.includes(one)) process.removeListener(signal, one);
  }
  return made;
}
