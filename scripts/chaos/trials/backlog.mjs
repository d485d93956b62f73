import { setTimeout as pause } from "node:timers/promises";
import { inPlaces } from "../../bench/rig.mjs";
import { assign, connect, insist, makeKey } from "../setting.mjs";
import { numbers, startWorld } from "../world.mjs";
import { percentile } from "./tenants.mjs";

const messages = 10_000;
const hooksOfEach = 5;
/** Twilio refuses what is sent: two events a message, and nothing more comes of it. */
const eventsOfMessage = 2;
const places = 12;
const answerAfterMs = 5;
const quietEveryMs = 500;
const stalledMs = 60_000;
const limits = { atOnce: 24, perSecond: 100, lateMs: 10_000 };
/** The circuit opens within seconds, so that what is owed piles up untried. */
const changes = [
  { file: "src/domain/endpoint-health.ts", from: "circuitSpanMs = 10 * minute", to: "circuitSpanMs = 2_000" },
  { file: "src/domain/endpoint-health.ts", from: "probeIntervalMs = 5 * minute", to: "probeIntervalMs = 10_000" },
];

/** D26: two keys owe a hundred thousand deliveries to receivers that come back, while a third key's own go on. */
export async function drainBacklog({ seed, scaled, onStep }) {
  const world = await startWorld({ seed, faults: 0, changes });
  try {
    const refusal = { kind: "refuse", status: 400, code: 21614, message: "'To' number is not a valid mobile number" };
    world.twilio.faultBy(({ call }) => (call === "create" ? refusal : null));
    const sink = watchSink(world);
    const keys = await setUp(world);
    const count = scaled(messages);
    await Promise.all(keys.slice(0, 2).map((key) => sendMany(key, count / 2)));
    const owed = count * eventsOfMessage * hooksOfEach;
    onStep(`${owed} deliveries are owed`);
    sink.isDown = false;
    const backAt = Date.now();
    const quiet = { ids: [], over: false };
    const talk = sendQuietly(keys[2], quiet);
    await drained(sink, owed);
    quiet.over = true;
    const seconds = (sink.lastAt - backAt) / 1000;
    await talk;
    await pause(limits.lateMs);
    return report(world, { sink, owed, seconds, quiet });
  } finally {
    await world.stop();
  }
}

async function setUp(world) {
  await connect(world);
  const keys = [];
  for (const [index, name] of ["busy-0", "busy-1", "quiet"].entries()) {
    const plan = { name, numbers: [numbers[index]], resends: false, events: ["message.queued", "message.failed"] };
    const key = await makeKey(world, plan, name === "quiet" ? 1 : hooksOfEach);
    await assign(world, key);
    keys.push(key);
  }
  return keys;
}

/** What the receiver saw: which deliveries it took, how often each, and how many of one endpoint were open at once. */
function watchSink({ sink }) {
  const seen = { isDown: true, taken: new Map(), open: new Map(), most: 0, lastAt: 0 };
  sink.answerBy(({ path, headers }) => {
    if (!path.startsWith("/busy")) return null;
    if (seen.isDown) return { kind: "status", status: 503 };
    const open = (seen.open.get(path) ?? 0) + 1;
    seen.open.set(path, open);
    seen.most = Math.max(seen.most, open);
    setTimeout(() => seen.open.set(path, seen.open.get(path) - 1), answerAfterMs);
    const name = `${path} ${headers["webhook-id"]}`;
    seen.taken.set(name, (seen.taken.get(name) ?? 0) + 1);
    seen.lastAt = Date.now();
    return { kind: "status", status: 200, delayMs: answerAfterMs };
  });
  return seen;
}

async function sendMany(key, count) {
  await inPlaces(count, places, async (index) => {
    const to = `+1555${key.name.endsWith("0") ? 66 : 67}${String(index).padStart(5, "0")}`;
    await insist(
      () => key.client("POST", `/chats/${encodeURIComponent(to)}/messages`, { text: `Owed ${index}` }),
      [202],
    );
  });
}

async function sendQuietly(key, quiet) {
  for (let index = 0; !quiet.over; index += 1) {
    const to = `+155568${String(index).padStart(5, "0")}`;
    const { body } = await insist(
      () => key.client("POST", `/chats/${encodeURIComponent(to)}/messages`, { text: `Now ${index}` }),
      [202],
    );
    quiet.ids.push(body.message_id);
    await pause(quietEveryMs);
  }
}

/** Resolves when all that is owed was taken, or nothing has come for a minute. */
async function drained(sink, owed) {
  sink.lastAt = Date.now();
  while (sink.taken.size < owed && Date.now() - sink.lastAt < stalledMs) await pause(100);
}

function report({ sink: { deliveries } }, { sink, owed, seconds, quiet }) {
  const arrived = deliveries.filter(({ path }) => path === "/quiet");
  const waits = arrived.map(({ at, payload }) => at - payload.timestamp);
  const told = new Set(arrived.map(({ payload }) => `${payload.message_id} ${payload.event}`));
  const missing = quiet.ids.filter((id) => !told.has(`${id} message.queued`) || !told.has(`${id} message.failed`));
  const twice = [...sink.taken.values()].filter((times) => times > 1).length;
  const [rate, late] = [sink.taken.size / seconds, percentile(waits, 0.99)];
  const seen = `${sink.taken.size} of ${owed} owed deliveries taken in ${seconds.toFixed(0)} s (${rate.toFixed(0)}/s), ${twice} twice, at most ${sink.most} at once at one endpoint; ${waits.length} of a third key meanwhile: median ${percentile(waits, 0.5)} ms, p99 ${late} ms`;
  const wrong = missing.map((id) => `${id} of the third key was not told.`);
  if (sink.taken.size !== owed) wrong.push(`${owed - sink.taken.size} deliveries never came.`);
  if (twice > 0) wrong.push(`${twice} deliveries came twice.`);
  if (sink.most > limits.atOnce) wrong.push(`${sink.most} requests were open at one endpoint.`);
  if (rate < limits.perSecond) wrong.push(`Only ${rate.toFixed(0)} deliveries a second.`);
  if (!(late <= limits.lateMs)) wrong.push(`The third key's p99 is ${late} ms.`);
  return { seen, wrong };
}
