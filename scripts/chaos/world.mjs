import { setTimeout as pause } from "node:timers/promises";
import { call } from "../../test/support/node/client.ts";
import { root, startRig } from "../bench/rig.mjs";
import { alter } from "./alter.mjs";
import { createFault, outcomeOf, readFault, roll, sinkFault } from "./dice.mjs";
import { shortTimes } from "./times.mjs";

const patienceMs = 300_000;
/** Cron does not fire locally: what it does every minute is done so often here. */
const cronEveryMs = 2_000;
/** Twilio's clock is so far ahead of the gateway's. */
const clockAheadMs = 20_000;

export const numbers = [1, 2, 3, 4, 5, 6].map((digit) => `+1555987654${digit}`);

/**
 * Starts the Worker as it is deployed, with short times, beside a stand-in for Twilio and a receiver, and keeps the outside's own logs: `creates` (every call
 * that asked Twilio to send, and what Twilio did with it), `told` (every callback and its answer) and `cuts` (when the gateway was down). `changes` are mutations of its sources.
 */
export async function startWorld({ seed, changes = [], ...fate }) {
  const rig = await startRig({
    lifeCycle: [],
    settings: { LOG_SHARE: "0" },
    plugins: [alter(root, [...shortTimes, ...changes])],
    account: { clockAheadMs },
    numbers,
  });
  const world = { ...rig, seed, creates: [], told: [], cuts: [], stormy: false, over: false };
  world.admin = (method, path, body) => call(rig, rig.adminToken, method, `/admin/api${path}`, body);
  world.kill = inTurn((againAfterMs) => kill(world, rig, againAfterMs));
  cast(world, fate);
  world.cron = runCron(world);
  world.stop = async () => {
    world.over = true;
    await world.cron;
    await rig.stop();
  };
  return world;
}

/** Lets fate decide over every call to Twilio, as long as the world is stormy, and over every delivery: those come late, and each fails a few times at most. */
export function cast(world, { faults, sinkFaults = faults, sinkFailsAtMost = 3, hangs = 1, fates = "all" }) {
  const { seed, twilio, sink, creates } = world;
  const attempts = new Map();
  const count = (name) => attempts.set(name, (attempts.get(name) ?? 0) + 1).get(name);
  let reads = 0;
  twilio.faultBy(({ call: name, body: text, to, from }) => {
    if (name !== "create") {
      reads += 1;
      return world.stormy && (name === "list" || name === "fetch") ? readFault(seed, faults, reads) : null;
    }
    const attempt = count(text);
    const fault = createFault({ seed, share: world.stormy ? faults : 0, fates }, text, attempt);
    creates.push({ at: Date.now(), text, to, from, outcome: outcomeOf(fault), code: fault?.code ?? null });
    return fault;
  });
  sink.answerBy(({ path, headers }) => {
    const name = `${path} ${headers["webhook-id"]}`;
    return sinkFault({ seed, share: sinkFaults, atMost: sinkFailsAtMost, hangs }, name, count(name));
  });
}

/** Lets a kill wait for the one before it: a runtime that has not read its configuration yet cannot be killed as a gateway is. */
function inTurn(kill) {
  let before = Promise.resolve();
  return (againAfterMs) => {
    const own = before.then(() => kill(againAfterMs));
    before = own.catch(() => {});
    return own;
  };
}

/** Kills the runtime, and once more in its first moments where a time is given; resolves when it answers again. */
async function kill(world, rig, againAfterMs = null) {
  const cut = { at: Date.now(), upAt: Number.POSITIVE_INFINITY };
  world.cuts.push(cut);
  await rig.kill();
  await untilUp(world);
  cut.upAt = Date.now();
  if (againAfterMs === null) return;
  await pause(againAfterMs);
  await kill(world, rig);
}

async function untilUp(world) {
  const until = Date.now() + patienceMs;
  while (!(await isUp(world))) {
    if (Date.now() > until) throw new Error("The gateway did not come up again.");
    await pause(30);
  }
}

async function isUp({ url }) {
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(20_000) }).catch(() => null);
  return answer?.ok === true;
}

/** Fires the cron until the world ends. One that fails though the gateway was up is a fault of the run. */
async function runCron(world) {
  while (!world.over) {
    await pause(cronEveryMs * (0.5 + roll(world.seed, `cron ${Date.now()}`)));
    const at = Date.now();
    try {
      const worker = await world.miniflare.getWorker();
      await worker.scheduled({ cron: "* * * * *" });
    } catch (error) {
      const wasDown = world.cuts.some((cut) => cut.upAt >= at - 1_000);
      if (!wasDown && !world.over) world.twilio.violations.push(`the cron failed: ${error}`);
    }
  }
}
