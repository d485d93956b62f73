// Measures the gateway beside a bare yardstick, through a kill, and as its pools grow: npm run bench. docs/benchmarks.md says how to read it.
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readArguments } from "./arguments.mjs";
import { measureBeside } from "./bench/beside.mjs";
import { endOnSignals } from "./bench/children.mjs";
import { writeFigures } from "./bench/figures.mjs";
import { measureGrowth } from "./bench/growth.mjs";
import { measureKill, measurePeersKill } from "./bench/kill.mjs";
import { startPeers } from "./bench/peers.mjs";
import { reachByName, root, startRig } from "./bench/rig.mjs";
import { startYardstick } from "./bench/start-yardstick.mjs";
import { measureSteps } from "./bench/steps.mjs";
import { drawGrowth } from "./bench/svg.mjs";

const usage =
  "Usage: npm run bench -- [--rounds N] [--count N] [--messages N] [--svg FILE] [--against CHECKOUT] [--no-peers] [--docs]";
const values = readArguments(
  {
    rounds: { type: "string", default: "5" },
    count: { type: "string", default: "100" },
    messages: { type: "string", default: "100000" },
    svg: { type: "string" },
    against: { type: "string" },
    "no-peers": { type: "boolean", default: false },
    docs: { type: "boolean", default: false },
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
endOnSignals();
const lifeCycle = [{ status: "sent" }, { status: "delivered" }];
const begin = Date.now();
const lines = [];
const log = (line = "") => {
  console.log(line);
  lines.push(...String(line).split("\n"));
};

const settings = { LOG_SHARE: "0" };
const rig = await startNamed("https://gateway.example", {});
const yard = await startYardstick(rig);
const other = values.against && (await startNamed("https://other.example", { from: resolve(values.against) }));
const peers = values["no-peers"] ? {} : await startPeers({ ...rig, log });
try {
  const rigs = { "": rig, ...(other ? { ", the other": other } : {}) };
  await measureBeside(rigs, yard, { peers, rounds, count, log });
  await other?.stop();
  log(`\nThrough a SIGKILL   promised   lost   unknown   doubled`);
  const told = (name, { promised, lost, unknown, doubled }) =>
    log(
      `${name.padEnd(17)} ${String(promised).padStart(10)} ${String(lost).padStart(6)} ${String(unknown).padStart(9)} ${String(doubled).padStart(9)}`,
    );
  told("Trunkline", await measureKill(rig, 3 * count));
  for (const [name, peer] of Object.entries(peers)) {
    const measured = await measurePeersKill(rig, peer, 3 * count).catch((error) => error);
    if (measured instanceof Error) {
      log(`${name.padEnd(17)} does not come up again`);
      console.error(measured.message);
    } else told(name, measured);
  }
} finally {
  for (const peer of Object.values(peers)) await peer.stop();
  await rig.stop();
  await yard.stop();
}
const bare = await startRig({ lifeCycle });
try {
  log();
  const points = await measureGrowth(bare.miniflare, { rounds: 3 * rounds, listedMessages, log });
  const picture = values.docs ? join(root, "docs", "growth.svg") : values.svg;
  if (picture !== undefined) writeFileSync(picture, drawGrowth(points));
} finally {
  await bare.stop();
}
const growing = await startRig({ lifeCycle, settings });
try {
  await measureSteps(growing, { rounds, count: 2 * count, most: listedMessages, log });
} finally {
  await growing.stop();
}
log(`\nTook ${Math.round((Date.now() - begin) / 1000)} s.`);
if (values.docs) writeFigures(lines, process.argv.slice(2));

async function startNamed(publicUrl, more) {
  const started = await startRig({ lifeCycle, settings: { ...settings, PUBLIC_URL: publicUrl }, ...more });
  reachByName(publicUrl, started.url);
  return started;
}
