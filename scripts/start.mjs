import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { readArguments } from "./arguments.mjs";
import { signInLink } from "./claim.mjs";
import { takePort } from "./local/front.mjs";
import { holdState } from "./local/lock.mjs";
import { keyWorks, seed } from "./local/seed.mjs";
import { clearTemporaryFiles, StartError } from "./local/temporary.mjs";
import {
  completeSecrets,
  openNotebook,
  readSettings,
  resolvePublicUrl,
  SettingError,
  shortPath,
  WORKER_NAMES,
} from "./settings.mjs";

const { dev } = readArguments({ dev: { type: "boolean", default: false } }, "Usage: npm start, or npm run dev");
const MINUTE_MS = 60_000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const parent = process.ppid;
let front;
let run;
let open = false;
let ending = false;

process.stdout.on("error", () => {});
process.stderr.on("error", () => {});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => end(0));
// npm may be killed without a chance to pass the signal on.
setInterval(() => process.ppid === parent || end(0), 500).unref();

try {
  await start();
} catch (error) {
  await fail(error);
}

async function start() {
  const { port: wanted, stateDir, settings } = readSettings(root, process.env);
  front = await takePort(wanted);
  const publicUrl = resolvePublicUrl(settings, front.port);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const lock = await holdState(stateDir, front.port);
  const notebook = openNotebook(stateDir);
  clearTemporaryFiles(stateDir);
  completeSecrets(settings, notebook);
  // On one's own machine a line costs nothing.
  const values = { PUBLIC_URL: publicUrl, LOG_SHARE: "1" };
  for (const name of WORKER_NAMES) if (name !== "PUBLIC_URL" && settings[name]) values[name] = settings[name].value;
  console.log("Starting Trunkline …");
  const worker = await startEngine(stateDir, values, lock);
  void run.ended.then(() => ending || fail(new StartError("The Worker stopped by itself.")));
  const inner = `http://127.0.0.1:${worker.port}`;
  const key = await seed(inner, values.ADMIN_TOKEN, notebook);
  const works = await keyWorks(inner, key);
  front.openTo(worker.port);
  open = true;
  welcome({ publicUrl, stateDir, settings, key: works ? key : undefined });
  setInterval(() => ringTheClock(worker), MINUTE_MS).unref();
  await ringTheClock(worker);
  worker.settle();
}

/** `npm start` runs the Worker as it is deployed; `npm run dev` leaves it to wrangler, which follows every change of a source. */
async function startEngine(stateDir, values, lock) {
  await import("./make-assets.mjs");
  const { startWorker } = await (dev ? import("./local/wrangler.mjs") : import("./local/runtime.mjs"));
  return await startWorker({
    root,
    stateDir,
    values,
    // Until the port is open only this script calls, and a newcomer reads what it says.
    onLog: (line) => (open || !line.includes('"event":"request"')) && console.log(line),
    onComplaint: (line) => console.error(line),
    onRun: (started) => {
      run = started;
      lock.keep(run.keeper);
    },
  });
}

/** Cron does not fire locally: it is rung at the start, so that what was cut off is finished at once, and every minute; one that is missed is made up by the next. */
async function ringTheClock(worker) {
  try {
    await worker.ringTheClock();
  } catch (error) {
    if (!ending) console.error(`The scheduled handler could not be called: ${error.message}`);
  }
}

function welcome({ publicUrl, stateDir, settings, key }) {
  const url = `http://127.0.0.1:${front.port}`;
  const { source } = settings.ADMIN_TOKEN;
  const lines = ["", "Trunkline is ready.", ""];
  lines.push(`  Dashboard     ${signInLink(url, settings.ADMIN_TOKEN.value)}`);
  lines.push("                (opens once, within 15 minutes; another: npm run sign-in)");
  lines.push(`  API           ${url}/v2/api`);
  if (publicUrl !== url) lines.push(`  Public URL    ${publicUrl}`);
  lines.push(`  Test key      ${key ?? "(the first key is no longer valid)"}`);
  lines.push(`  Admin token   ADMIN_TOKEN in ${shortPath(root, source)}`);
  lines.push(`  State         ${shortPath(root, stateDir)}`);
  if (key) lines.push("", ...firstSteps(url, key));
  if (publicUrl.startsWith("http:")) {
    lines.push(
      "",
      `Warning: PUBLIC_URL is ${publicUrl}; callbacks of a real Twilio account need a public https address (this setting, or PUT /admin/api/public-url).`,
    );
  }
  console.log(`${lines.join("\n")}\n`);
}

function firstSteps(url, key) {
  const messages = `${url}/v2/api/chats/%2B15551234567/messages`;
  const authorization = `-H "Authorization: Bearer ${key}"`;
  return [
    "Send a message; the sandbox delivers it within seconds, at no cost:",
    "",
    `  curl -sS -X POST ${messages} ${authorization} -H "Content-Type: application/json" -d '{"text":"Hello from Trunkline"}'`,
    "",
    "See how it went:",
    "",
    `  curl -sS "${messages}?limit=1" ${authorization}`,
  ];
}

async function fail(error) {
  if (error.code === "EADDRINUSE") {
    console.error(`Port ${error.port} is busy. Stop what listens there, or choose another: PORT=8788 npm start`);
  } else if (error instanceof SettingError) {
    console.error(error.message);
  } else if (!ending) {
    console.error(
      error.details ? `${error.message}\n${error.details}` : `Trunkline could not be started: ${error.message}`,
    );
  }
  await end(1);
}

async function end(code) {
  if (ending) return;
  ending = true;
  front?.close();
  await run?.end();
  process.exit(code);
}
