import { setTimeout as pause } from "node:timers/promises";
import { roll } from "./dice.mjs";
import { judge } from "./judge.mjs";
import { tellLives } from "./lives.mjs";
import { mending } from "./rules.mjs";
import { assign, connect, insist, keyPlans, makeKey } from "./setting.mjs";
import { times } from "./times.mjs";
import { lookOn, sendAll, stopSome, writeAll } from "./traffic.mjs";
import { startWorld } from "./world.mjs";

const quietMs = 1_500;
/** After the storm, what is open must be settled within the patience, and a second more for so many messages. */
const messagesPerSecond = 20;
const readers = 4;

/**
 * Runs one storm and judges it; resolves to what broke each rule, and to the figures. `messages` are shared by the keys, `inbound` is what people write for each of them,
 * `kills` come at even parts of the way; what is open after the storm has `patience` seconds; `changes` are mutations of the product; `onStep` hears where the run is.
 */
export async function runChaos(plan) {
  const startedAt = Date.now();
  const log = { sends: [], inbound: [], seen: [], accepted: [] };
  const onStep = (words) => plan.onStep?.(`${((Date.now() - startedAt) / 1000).toFixed(0)} s: ${words}`);
  const world = await startWorld(plan);
  try {
    const keys = await setUp(world, plan);
    onStep("the keys have their numbers");
    const talks = [tellLives(world), lookOn(world, log)];
    await storm(world, keys, plan, log);
    const stormMs = Date.now() - startedAt;
    onStep("the storm is over");
    const broken = await settle(world, keys, { plan, log, onStep });
    world.over = true;
    await Promise.all(talks);
    return { broken, facts: factsOf(world, log, { stormMs, startedAt }) };
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
  for (const one of keyPlans.slice(0, plan.keys)) keys.push(await makeKey(world, one));
  for (const key of keys) if (!key.isLate) await assign(world, key);
  return keys;
}

async function storm(world, keys, plan, log) {
  world.stormy = true;
  const { stops = 4 } = plan;
  const traffic = keys.map((key, group) =>
    (key.isLate ? comeLate : comeAtOnce)(world, key, { ...plan, group, keys }, log),
  );
  await Promise.all([...traffic, stopSome(world, keys[0], stops, log), killOften(world, plan)]);
  world.stormy = false;
}

async function comeAtOnce(world, key, { messages, inbound, keys, doomed, group }, log) {
  const count = Math.ceil(messages / keys.length);
  const written = Math.round(count * inbound);
  const paceMs = Math.min(200, 10_000 / (written + 1));
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

/** Kills the runtime at even parts of the way, and every third time once more in its first moments. */
async function killOften(world, { messages, kills }) {
  for (let number = 1; number <= kills; number += 1) {
    while (world.creates.length < (number * messages) / (kills + 1)) await pause(5);
    await pause(roll(world.seed, `kill ${number}`) * 200);
    await world.kill(number % 3 === 2 ? roll(world.seed, `again ${number}`) * 100 : null);
  }
}

/** Judges again and again until nothing is open any more, or time is up, or something is broken that no time mends. */
async function settle(world, keys, { plan, log, onStep }) {
  const until = Date.now() + (plan.patience + plan.messages / messagesPerSecond) * 1000;
  for (;;) {
    await untilQuiet(world, until);
    const logs = { keys, sends: log.sends, seen: log.seen, inbound: log.inbound, ...readLogs(world), times };
    const broken = judge({ ...logs, shown: await readShown(keys, log) });
    const open = Object.entries(broken).filter(([, found]) => found.length > 0);
    onStep(`open: ${open.map(([rule, found]) => `${rule} ${found.length}`).join(", ") || "nothing"}`);
    const isHopeless = open.some(([rule]) => !mending.has(rule));
    if (open.length === 0 || isHopeless || Date.now() > until) return broken;
    await pause(quietMs);
  }
}

async function untilQuiet(world, until) {
  const length = () => world.twilio.log.length + world.sink.deliveries.length + world.told.length;
  for (let before = -1; before !== length() && Date.now() < until; await pause(quietMs)) before = length();
}

function readLogs({ creates, told, cuts, twilio, sink }) {
  const taken = new Set(twilio.accepted().map(({ sid }) => sid));
  return {
    creates,
    told,
    cuts,
    messages: twilio.messages.map((message) => ({ ...message, taken: taken.has(message.sid) })),
    violations: twilio.violations,
    deliveries: sink.deliveries.map(({ at, path, headers, raw, answer }) => {
      return { at, path, headers, raw: raw.toString("utf8"), status: answer.kind === "status" ? answer.status : null };
    }),
  };
}

/** Reads every chat of every key, as a client does, and in each key's own words the chats of the others, which it must not know. */
async function readShown(keys, { sends, inbound }) {
  const shown = new Map();
  const chats = [...new Set([...sends.map(({ to }) => to), ...inbound.map(({ from }) => from)])];
  const open = keys.flatMap((key) => chats.map((chat) => ({ key, chat })));
  const read = async () => {
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      const path = `/chats/${encodeURIComponent(one.chat)}/messages?limit=100`;
      const page = await insist(() => one.key.client("GET", path), [200, 404]);
      shown.set(`${one.key.name} ${one.chat}`, page.body.messages ?? []);
    }
  };
  await Promise.all(Array.from({ length: readers }, read));
  return shown;
}

function factsOf({ creates, told, cuts, twilio, sink }, { sends, inbound, seen }, { stormMs, startedAt }) {
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
