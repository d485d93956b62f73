// Runs the gateway as `npm start` does and sends at a steady pace for half an hour, with faults and people who write; then the judge of chaos looks, and memory must have stayed flat: npm run soak
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { reconcileMs, webhookDelaysMs } from "../src/domain/retry.ts";
import { readArguments } from "./arguments.mjs";
import { cpuOf, median, memoryOf } from "./bench/rig.mjs";
import { pick } from "./chaos/dice.mjs";
import { startGatewayWorld } from "./chaos/gateway-world.mjs";
import { groupBy } from "./chaos/group.mjs";
import { isOwedStill } from "./chaos/judge-events.mjs";
import { tellLives } from "./chaos/lives.mjs";
import { sayBroken } from "./chaos/report.mjs";
import { factsOf } from "./chaos/run.mjs";
import { assign, connect, keyPlans, makeKey } from "./chaos/setting.mjs";
import { readStories, settle } from "./chaos/settle.mjs";
import { lookOn, person, send, write } from "./chaos/traffic.mjs";

const usage = "Usage: npm run soak -- [--minutes M] [--rate MESSAGES_PER_SECOND] [--faults 0..1] [--seed S]";
const values = readArguments(
  {
    minutes: { type: "string", default: "30" },
    rate: { type: "string", default: "5" },
    faults: { type: "string", default: "0.05" },
    seed: { type: "string", default: "1" },
  },
  usage,
);
const { seed } = values;
const [minutes, rate, faults] = [values.minutes, values.rate, values.faults].map(Number);
if (!(minutes > 0 && rate > 0 && faults >= 0 && faults <= 1)) {
  console.error(usage);
  process.exit(2);
}
const MINUTE_MS = 60_000;
const MIB = 1024 * 1024;
const people = 500;
const wordsPerMessage = 0.2;
const lookEveryMs = 500;
/** Memory is flat where the last third of the run holds less than so much more than the middle one. */
const growthAllowed = 0.1;
/** What the gateway runs by; a lost send is decided ten minutes after it, and a delivery that failed twice comes again after five. */
const times = { graceMs: reconcileMs.grace, callTimeoutMs: 20_000, attemptsAtMost: 5, delaysMs: webhookDelaysMs };
const patienceSeconds = 20 * 60;
/** Of fewer minutes nothing is said: whatever starts grows first. */
const samplesAtLeast = 12;

const world = await startGatewayWorld({ seed, faults, sinkFailsAtMost: 2 });
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => world.stop().finally(() => process.exit(1)));
const log = { sends: [], inbound: [], seen: [], accepted: [] };
const samples = [];
let failed = true;
try {
  const keys = await setUp();
  const startedAt = Date.now();
  const end = startedAt + minutes * MINUTE_MS;
  const talks = [tellLives(world), lookOn(world, log, lookEveryMs)];
  world.stormy = true;
  await Promise.all([
    steadily(rate, end, sendOne(keys)),
    steadily(rate * wordsPerMessage, end, writeOne(keys)),
    sample(startedAt, end),
  ]);
  world.stormy = false;
  const stormMs = Date.now() - startedAt;
  const onStep = (words) => console.log(`  … ${((Date.now() - startedAt) / MINUTE_MS).toFixed(1)} min: ${words}`);
  onStep("all is sent; what is unknown is waited for");
  const { broken, logs } = await settle(world, keys, {
    plan: { patience: patienceSeconds, messages: 0 },
    log,
    times,
    isPatient: false,
    onStep,
  });
  await take(startedAt);
  const stories = await readStories(world, keys, broken, log);
  world.over = true;
  await Promise.all(talks);
  failed = report(broken, { ...logs, stories }, { stormMs, startedAt });
} catch (error) {
  console.error(error);
} finally {
  await world.stop();
}
process.exit(failed ? 1 : 0);

async function setUp() {
  await connect(world);
  const keys = [];
  for (const plan of keyPlans.filter(({ isLate }) => !isLate)) keys.push(await makeKey(world, plan));
  for (const key of keys) await assign(world, key);
  return keys;
}

/** Does `work` so many times a second until the end, however long each takes; resolves when all have ended. */
async function steadily(perSecond, end, work) {
  const begin = Date.now();
  const under = new Set();
  for (let index = 0; Date.now() < end; index += 1) {
    await pause(Math.max(0, begin + (index * 1000) / perSecond - Date.now()));
    const one = work(index).finally(() => under.delete(one));
    under.add(one);
  }
  await Promise.all(under);
}

function sendOne(keys) {
  return (index) => {
    const key = keys[index % keys.length];
    return send(
      world,
      key,
      { to: person(7, Math.floor(index / keys.length) % people), name: `Soak ${key.name} ${index}` },
      log,
    );
  };
}

function writeOne(keys) {
  return (index) => {
    const key = keys[index % keys.length];
    const to = pick(seed, `to ${index}`, key.numbers);
    const from = person(7, (index * 7) % people);
    return write(world, key, { from, to, text: `Reply ${index}`, files: index % 10 === 0 ? 1 : 0 }, log);
  };
}

async function sample(begin, end) {
  for (;;) {
    await take(begin);
    if (Date.now() >= end) return;
    await pause(Math.min(MINUTE_MS, Math.max(1, end - Date.now())));
  }
}

async function take(begin) {
  const { start, runtimes } = await world.gateway.processes();
  const one = {
    minute: (Date.now() - begin) / MINUTE_MS,
    messages: log.accepted.length + log.inbound.length,
    runtime: runtimes.reduce((sum, pid) => sum + memoryOf(pid), 0),
    script: memoryOf(start),
    cpu: runtimes.reduce((sum, pid) => sum + cpuOf(pid), 0),
    state: sizeOf(world.gateway.stateDir),
  };
  samples.push(one);
  console.log(
    `  ${one.minute.toFixed(1).padStart(5)} min  ${String(one.messages).padStart(6)} messages  ${mib(one.runtime)} runtime  ${mib(one.script)} start script  ${mib(one.state)} state`,
  );
}

function mib(bytes) {
  return `${(bytes / MIB).toFixed(1).padStart(6)} MiB`;
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}

/** A delivery that failed twice comes again after minutes, and then after half an hour: that is not waited for. */
function countOwed({ deliveries, endedAt }) {
  const byEvent = groupBy(deliveries, ({ path, headers }) => `${path} ${headers["webhook-id"]}`);
  return [...byEvent.values()].filter((attempts) => isOwedStill(attempts, times, endedAt)).length;
}

/** Prints what was found; returns whether a rule was broken or memory grew. */
function report(broken, logs, took) {
  const running = samples.slice(0, -1);
  const third = Math.floor(running.length / 3);
  const [middle, last] = [running.slice(third, 2 * third), running.slice(-Math.max(1, third))].map((some) => ({
    runtime: median((third === 0 ? running : some).map(({ runtime }) => runtime)),
    script: median((third === 0 ? running : some).map(({ script }) => script)),
  }));
  const grown = (name) => last[name] / middle[name] - 1;
  const sayGrown = (name) =>
    `${mib(middle[name]).trim()}, ${mib(last[name]).trim()} (${(grown(name) * 100).toFixed(1)} %)`;
  const [first, final] = [samples[0], samples.at(-1)];
  const facts = {
    ...factsOf(world, log, took),
    "runtime, middle and last third": sayGrown("runtime"),
    "script, middle and last third": sayGrown("script"),
    "CPU of the runtime for a message": `${(((final.cpu - first.cpu) * 1000) / Math.max(1, final.messages - first.messages)).toFixed(1)} ms`,
    "owed still by the schedule": countOwed(logs),
    "state on disk for a message": `${Math.round((final.state - first.state) / Math.max(1, final.messages - first.messages))} bytes`,
  };
  const isFlat =
    running.length < samplesAtLeast || (grown("runtime") < growthAllowed && grown("script") < growthAllowed);
  if (!isFlat) console.log("\n  MEMORY GREW: see its figures below.");
  return sayBroken({ broken, facts, logs, seed: `soak-${seed}` }) || !isFlat;
}
