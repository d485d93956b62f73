import { setTimeout as pause } from "node:timers/promises";
import { startRig } from "../../bench/rig.mjs";
import { makeTenant, percentile, subscribe } from "./tenants.mjs";

const minutes = 10;
const endpointsOfEach = 50;
const neighbours = 5;
const everyMs = 1_000;
const limits = { medianMs: 2_000, lateMs: 10_000 };
/** The sandbox refuses this recipient at once: one event a message. */
const refused = "+15005550001";

/** D12: a hundred endpoints that hang, of two tenants, and what their neighbours notice of it. */
export async function hangingEndpoints({ scaled, onStep }) {
  const rig = await startRig({ lifeCycle: [], settings: { LOG_SHARE: "0" } });
  try {
    const slow = [await makeTenant(rig, "slow-0"), await makeTenant(rig, "slow-1")];
    const quick = [];
    for (let index = 0; index < neighbours; index += 1) quick.push(await makeTenant(rig, `quick-${index}`));
    rig.sink.answerBy(({ path }) => (path.startsWith("/slow") ? { kind: "hang" } : null));
    for (const tenant of slow) {
      for (let index = 0; index < endpointsOfEach; index += 1)
        await subscribe(rig, tenant, `/${tenant.name}/${index}`, ["message.failed"]);
    }
    for (const tenant of quick) await subscribe(rig, tenant, `/${tenant.name}`, ["message.failed"]);
    onStep("the endpoints stand");
    const end = Date.now() + scaled(minutes * 60_000);
    const accepted = new Map();
    await Promise.all([...slow, ...quick].map((tenant) => sendUntil(end, tenant, accepted)));
    await pause(limits.lateMs);
    return report(rig, accepted);
  } finally {
    await rig.stop();
  }
}

async function sendUntil(end, { name, client }, accepted) {
  while (Date.now() < end) {
    const next = pause(everyMs);
    const { body } = await client("POST", `/chats/${encodeURIComponent(refused)}/messages`, { text: `From ${name}` });
    if (name.startsWith("quick")) accepted.set(body.message_id, Date.now());
    await next;
  }
}

function report({ sink }, accepted) {
  const hung = sink.deliveries.filter(({ path }) => path.startsWith("/slow"));
  const arrived = sink.deliveries.filter(({ path }) => path.startsWith("/quick"));
  const waits = arrived.map(({ at, payload }) => at - payload.timestamp);
  const told = new Set(arrived.map(({ payload }) => payload.message_id));
  const missing = [...accepted.keys()].filter((id) => !told.has(id));
  const [median, late] = [percentile(waits, 0.5), percentile(waits, 0.99)];
  const seen = `${new Set(hung.map(({ path }) => path)).size} endpoints hung ${hung.length} times; ${waits.length} deliveries of ${neighbours} neighbours: median ${median} ms, p99 ${late} ms`;
  const wrong = missing.map((id) => `${id} was not told to its own endpoint.`);
  if (!(median <= limits.medianMs)) wrong.push(`The neighbours' median is ${median} ms.`);
  if (!(late <= limits.lateMs)) wrong.push(`The neighbours' p99 is ${late} ms.`);
  return { seen, wrong };
}
