// Sends at a steady pace for half an hour, with faults and inbound, and looks whether memory stays flat: npm run soak -- --minutes 30
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { clientOf, eventually, makeLivePool } from "../test/support/node/client.ts";
import { readArguments } from "./arguments.mjs";
import { startRig } from "./bench/rig.mjs";
import { roll } from "./chaos/dice.mjs";

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
const [minutes, rate, faults] = [values.minutes, values.rate, values.faults].map(Number);
if (!(minutes > 0 && rate > 0 && faults >= 0 && faults <= 1)) {
  console.error(usage);
  process.exit(2);
}
const people = 500;
const MINUTE_MS = 60_000;
const MIB = 1024 * 1024;
const personOf = (index) => `+1555777${String(index % people).padStart(4, "0")}`;

const rig = await startRig({
  lifeCycle: [{ status: "sent" }, { status: "delivered" }],
  settings: { LOG_SHARE: "0" },
});
const counts = { promised: 0, refused: 0, inbound: 0 };
const taken = new Map();
const samples = [];
let failed = true;
try {
  const { key } = await makeLivePool(rig, rig.twilio);
  const client = clientOf(rig, key);
  await client("POST", "/webhooks", { webhook_url: `${rig.sink.url}/hook`, events: ["message.*"] });
  rig.twilio.faultBy(({ call, index }) => {
    const fails = call === "create" && roll(values.seed, `fails ${index}`) < faults;
    return fails ? { kind: "error", status: 500, taken: roll(values.seed, `how ${index}`) < 0.5 } : null;
  });
  const worker = await rig.miniflare.getWorker();
  const clock = setInterval(() => void worker.scheduled({ cron: "* * * * *" }), MINUTE_MS);
  const end = Date.now() + minutes * MINUTE_MS;
  const begin = Date.now();
  await Promise.all([sendSteadily(client, begin, end), write(end), sample(begin, end)]);
  clearInterval(clock);
  // What was sent in the last eleven minutes may wait for its look: here only what is known is waited for.
  const distinct = () => new Set(rig.sink.deliveries.map(({ headers }) => headers["webhook-id"])).size;
  await eventually(async () => rig.twilio.messages.every(({ status }) => status === "delivered"), MINUTE_MS);
  for (let before = -1; before !== distinct(); await pause(3_000)) before = distinct();
  failed = report(distinct());
} catch (error) {
  console.error(error);
} finally {
  await rig.stop();
}
process.exit(failed ? 1 : 0);

async function sendSteadily(client, begin, end) {
  const under = new Set();
  for (let index = 0; Date.now() < end; index += 1) {
    await pause(Math.max(0, begin + (index * 1000) / rate - Date.now()));
    const path = `/chats/${encodeURIComponent(personOf(index))}/messages`;
    const sent = client("POST", path, { text: `Soak ${index}` }, { "idempotency-key": `soak-${index}` })
      .then(({ status }) => {
        counts[status === 202 ? "promised" : "refused"] += 1;
      })
      .finally(() => under.delete(sent));
    under.add(sent);
  }
  await Promise.all(under);
}

async function write(end) {
  const [number] = rig.twilio.numbers;
  for (let index = 0; Date.now() < end; index += 1) {
    const from = personOf(index * 7);
    await rig.twilio.sendInbound({ from, to: number.phoneNumber, text: `Reply ${index}`, times: 2 });
    counts.inbound += 1;
    await pause(1_000);
  }
}

async function sample(begin, end) {
  for (;;) {
    const minute = (Date.now() - begin) / MINUTE_MS;
    const one = { minute, messages: counts.promised, memory: rig.memory(), state: sizeOf(join(rig.folder, "state")) };
    samples.push(one);
    console.log(
      `  ${minute.toFixed(1).padStart(5)} min  ${String(one.messages).padStart(6)} messages  ${(one.memory / MIB).toFixed(1).padStart(6)} MiB memory  ${(one.state / MIB).toFixed(2).padStart(7)} MiB state`,
    );
    if (Date.now() >= end) return;
    await pause(Math.min(MINUTE_MS, Math.max(1, end - Date.now())));
  }
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Prints what was found; returns whether a rule was broken. Memory is flat where the second half grows by less than a tenth. */
function report(events) {
  for (const { body } of rig.twilio.accepted()) taken.set(body, (taken.get(body) ?? 0) + 1);
  const doubled = [...taken.values()].filter((times) => times > 1).length;
  const middle = samples[Math.floor(samples.length / 2)];
  const last = samples.at(-1);
  const growth = last.memory / middle.memory - 1;
  const perMessage = (last.state - samples[0].state) / Math.max(1, counts.promised + counts.inbound);
  const facts = {
    "answered 202": counts.promised,
    "answered otherwise": counts.refused,
    "written by people, each posted twice": counts.inbound,
    "taken by the carrier": rig.twilio.accepted().length,
    "taken twice": doubled,
    "events that arrived": events,
    "memory in the middle, at the end": `${(middle.memory / MIB).toFixed(1)}, ${(last.memory / MIB).toFixed(1)} MiB (${(growth * 100).toFixed(1)} %)`,
    "state on disk for a message": `${Math.round(perMessage)} bytes`,
  };
  for (const [name, value] of Object.entries(facts)) console.log(`  ${name.padEnd(38)} ${value}`);
  return doubled > 0 || counts.refused > 0 || growth > 0.1;
}
