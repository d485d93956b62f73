// Measures the gateway beside a bare yardstick, through a kill, and as its pools grow: npm run bench. docs/benchmarks.md says how to read it.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { readArguments } from "./arguments.mjs";
import { measureBeside, startYardstick } from "./bench/beside.mjs";
import { measureGrowth } from "./bench/growth.mjs";
import { measureKill } from "./bench/kill.mjs";
import { startRig } from "./bench/rig.mjs";
import { drawGrowth } from "./bench/svg.mjs";

const usage = "Usage: npm run bench -- [--rounds N] [--count N] [--messages N] [--svg FILE] [--against CHECKOUT]";
const values = readArguments(
  {
    rounds: { type: "string", default: "5" },
    count: { type: "string", default: "100" },
    messages: { type: "string", default: "100000" },
    svg: { type: "string" },
    against: { type: "string" },
  },
  usage,
);
const [rounds, count, listedMessages] = [values.rounds, values.count, values.messages].map(Number);
if (
  ![rounds, count, listedMessages].every((value) => Number.isInteger(value) && value > 0) ||
  listedMessages < 10_000
) {
  console.error(usage);
  process.exit(2);
}
const lifeCycle = [{ status: "sent" }, { status: "delivered" }];
const begin = Date.now();

const yard = await startYardstick();
const settings = { LOG_SHARE: "0" };
const rig = await startRig({ lifeCycle, settings });
const other = values.against && (await startRig({ lifeCycle, settings, from: resolve(values.against) }));
try {
  const rigs = { "": rig, ...(other ? { ", the other": other } : {}) };
  await measureBeside(rigs, yard, { rounds, count, log: console.log });
  await other?.stop();
  const { promised, lost, unknown, doubled } = await measureKill(rig, 3 * count);
  console.log(
    `\nThrough a SIGKILL of the runtime: ${promised} promised, ${lost} lost, ${unknown} unknown, ${doubled} doubled`,
  );
} finally {
  await rig.stop();
  await yard.stop();
}
const bare = await startRig({ lifeCycle });
try {
  console.log();
  const points = await measureGrowth(bare.miniflare, { rounds: 3 * rounds, listedMessages });
  if (values.svg !== undefined) writeFileSync(values.svg, drawGrowth(points));
} finally {
  await bare.stop();
}
console.log(`\nTook ${Math.round((Date.now() - begin) / 1000)} s.`);
