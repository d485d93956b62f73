import { setTimeout as pause } from "node:timers/promises";
import { startRig } from "../../bench/rig.mjs";
import { makeTenant, percentile, subscribe } from "./tenants.mjs";

const minutes = 10;
const endpointsOfEach = 50;
const neighbours = 5;
const everyMs = 1_000;
const limits = { medianMs: 2_000, lateMs: 10_000 };
/** One event a message. */
const events = ["message.queued"];
const lookEveryMs = 100;

/** D12: a hundred endpoints that hang, of two tenants, and what their neighbours notice of it. */
export async function hangingEndpoints({ scaled, onStep }) {
  const log = [];
  const onLog = (line) => line.includes('"event":"delivery"') && log.push(JSON.parse(line));
  const rig = await startRig({ lifeCycle: [], settings: { LOG_SHARE: "1" }, onLog });
  try {
    const slow = [await makeTenant(rig, "slow-0"), await makeTenant(rig, "slow-1")];
    const quick = [];
    for (let index = 0; index < neighbours; index += 1) quick.push(await makeTenant(rig, `quick-${index}`));
    rig.sink.answerBy(({ path }) => (path.startsWith("/slow") ? { kind: "hang" } : null));
    for (const tenant of slow) {
      for (let index = 0; index < endpointsOfEach; index += 1)
        await subscribe(rig, tenant, `/${tenant.name}/${index}`, events);
    }
    for (const tenant of quick) await subscribe(rig, tenant, `/${tenant.name}`, events);
    onStep("the endpoints stand");
    const end = Date.now() + scaled(minutes * 60_000);
    const accepted = new Map();
    const pulse = watchOwnPauses();
    await Promise.all([...slow, ...quick].map((tenant) => sendUntil(end, tenant, accepted)));
    await pause(limits.lateMs);
    const ids = new Set(quick.map(({ id }) => id));
    const slowMs = Math.max(...log.filter(({ api_key_id }) => ids.has(api_key_id)).map((one) => one.duration_ms));
    return report(rig, accepted, { pause: pulse.stop(), attempt: slowMs });
  } finally {
    await rig.stop();
  }
}

/** How long this process itself stood still at most: its receiver answers nobody meanwhile, and so it hangs, too. */
function watchOwnPauses() {
  let [last, longest] = [Date.now(), 0];
  const timer = setInterval(() => {
    longest = Math.max(longest, Date.now() - last - lookEveryMs);
    last = Date.now();
  }, lookEveryMs);
  return {
    stop() {
      clearInterval(timer);
      return longest;
    },
  };
}

async function sendUntil(end, { name, client }, accepted) {
  for (let index = 0; Date.now() < end; index += 1) {
    const next = pause(everyMs);
    const to = encodeURIComponent(`+1555701${String(index).padStart(4, "0")}`);
    const { body } = await client("POST", `/chats/${to}/messages`, { text: `From ${name}` });
    if (name.startsWith("quick")) accepted.set(body.message_id, Date.now());
    await next;
  }
}

function report({ sink }, accepted, longest) {
  const hung = sink.deliveries.filter(({ path }) => path.startsWith("/slow"));
  const arrived = sink.deliveries.filter(({ path }) => path.startsWith("/quick"));
  const waits = arrived.map(({ at, payload }) => at - payload.timestamp);
  const told = new Set(arrived.map(({ payload }) => payload.message_id));
  const missing = [...accepted.keys()].filter((id) => !told.has(id));
  const [median, late] = [percentile(waits, 0.5), percentile(waits, 0.99)];
  const seen = `${new Set(hung.map(({ path }) => path)).size} endpoints hung ${hung.length} times; ${waits.length} deliveries of ${neighbours} neighbours: median ${median} ms, p99 ${late} ms; their receiver stood still for ${longest.pause} ms at most, and the gateway waited ${longest.attempt} ms at most for it`;
  const wrong = missing.map((id) => `${id} was not told to its own endpoint.`);
  if (!(median <= limits.medianMs)) wrong.push(`The neighbours' median is ${median} ms.`);
  if (!(late <= limits.lateMs)) wrong.push(`The neighbours' p99 is ${late} ms.`);
  return { seen, wrong };
}
