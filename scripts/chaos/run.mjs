import { setTimeout as pause } from "node:timers/promises";
import { campaign } from "./campaign.mjs";
import { roll } from "./dice.mjs";
import { killOften } from "./kills.mjs";
import { tellLives } from "./lives.mjs";
import { assign, connect, keyPlans, makeKey } from "./setting.mjs";
import { readStories, settle } from "./settle.mjs";
import { times } from "./times.mjs";
import { lookOn, sendAll, stopSome, writeAll } from "./traffic.mjs";
import { startWorld } from "./world.mjs";

/** People do not write quicker than this to one key: the machine has kills to carry, too. */
const leastPaceMs = 40;

/**
 * Runs one storm and judges it; resolves to what broke each rule, to the figures, to the logs that were judged, and to when nothing was open any more. `messages` are shared by the keys, `inbound` is what people
 * write for each of them, `kills` come at even parts of the way; what is open after the storm has `patience` seconds; `changes` are mutations of the product; `onStep` hears
 * where the run is. `campaign` (0) people get a message by a list, `hooks` (1) are the webhooks of each key, and every `lookEveryMs` (20) a client asks for a status; how the receiver fails, and the calls that send, is told to `cast`.
 */
export async function runChaos(plan) {
  const startedAt = Date.now();
  const log = { sends: [], inbound: [], seen: [], accepted: [] };
  const onStep = (words) => plan.onStep?.(`${((Date.now() - startedAt) / 1000).toFixed(0)} s: ${words}`);
  const world = await startWorld(plan);
  try {
    const keys = await setUp(world, plan);
    onStep("the keys have their numbers");
    const talks = [tellLives(world), lookOn(world, log, plan.lookEveryMs)];
    await storm(world, keys, plan, log);
    const stormMs = Date.now() - startedAt;
    onStep("the storm is over");
    const { broken, logs } = await settle(world, keys, { plan, log, times, onStep });
    const settledAt = Date.now();
    const stories = await readStories(world, keys, broken, log);
    world.over = true;
    await Promise.all(talks);
    return { broken, facts: factsOf(world, log, { stormMs, startedAt }), logs: { ...logs, stories }, settledAt };
  } finally {
    await world.stop();
  }
}

/** From two kills on, the import is cut off by one of its own, and so is the assignment of the late key's numbers. */
function cutIn(world, { kills }, name) {
  return kills < 2 ? null : 10 + roll(world.seed, name) * 100;
}

async function setUp(world, plan) {
  await connect(world, cutIn(world, plan, "import"));
  const keys = [];
  for (const one of keyPlans.slice(0, plan.keys)) keys.push(await makeKey(world, one, plan.hooks));
  for (const key of keys) if (!key.isLate) await assign(world, key);
  return keys;
}

async function storm(world, keys, plan, log) {
  world.stormy = true;
  const { stops = 4 } = plan;
  const traffic = keys.map((key, group) =>
    (key.isLate ? comeLate : comeAtOnce)(world, key, { ...plan, group, keys }, log),
  );
  const clients = Promise.all([
    ...traffic,
    stopSome(world, keys[0], stops, log),
    campaign(world, keys[0], plan.campaign ?? 0, log),
  ]);
  await Promise.all([clients, killOften(world, plan, log, clients)]);
  world.stormy = false;
}

async function comeAtOnce(world, key, { messages, inbound, keys, doomed, group }, log) {
  const count = Math.ceil(messages / keys.length);
  const written = Math.round(count * inbound);
  const paceMs = Math.min(200, Math.max(leastPaceMs, 10_000 / (written + 1)));
  await Promise.all([
    sendAll(world, key, { count, doomed: key.resends ? doomed : 0 }, log),
    writeAll(world, key, { count: written, paceMs, group }, log),
  ]);
}

/** People write to numbers that no key holds; then one gets them, while more are written to. */
async function comeLate(world, key, plan, log) {
  const early = writeAll(world, key, { count: 30, paceMs: 20, group: 6, mayAnswer: false }, log);
  await pause(300);
  await assign(world, key, cutIn(world, plan, "assign"));
  await early;
  await comeAtOnce(world, key, { ...plan, doomed: 0 }, log);
}

/** The figures of a run. */
export function factsOf({ creates, told, cuts, twilio, sink }, { sends, inbound, seen }, { stormMs, startedAt }) {
  const outcomes = Object.entries(countBy(creates, ({ outcome }) => outcome)).map(
    ([name, times]) => `${times} ${name}`,
  );
  const failed = sink.deliveries.filter(({ answer }) => answer.kind !== "status" || answer.status !== 200).length;
  const events = new Set(sink.deliveries.map(({ headers }) => headers["webhook-id"])).size;
  return {
    "texts accepted": sends.filter(({ asks }) => asks.some(({ id }) => id !== null)).length,
    "calls to Twilio that send": `${creates.length}: ${outcomes.join(", ")}`,
    "taken by Twilio": twilio.accepted().length,
    callbacks: `${told.length}, ${told.filter(({ forged }) => forged).length} of them forged`,
    "written by people": `${inbound.length}, ${inbound.filter(({ forged }) => forged).length} of them forged`,
    "kills with SIGKILL": cuts.length,
    deliveries: `${sink.deliveries.length} of ${events} events, ${failed} failed by the receiver`,
    "statuses looked at": seen.length,
    "seconds of storm, and in all": `${(stormMs / 1000).toFixed(1)}, ${((Date.now() - startedAt) / 1000).toFixed(1)}`,
  };
}

function countBy(items, nameOf) {
  const counts = {};
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
}
