// Runs the trials of the catalogue in their full sizes, one after another, and prints a table: npm run chaos:full, or npm run chaos:full -- --only A01,D26
import { cpus, totalmem } from "node:os";
import { readArguments } from "../arguments.mjs";
import { keepLogs } from "./report.mjs";
import { drainBacklog } from "./trials/backlog.mjs";
import { mixedTenants } from "./trials/canaries.mjs";
import { hangingEndpoints } from "./trials/hanging.mjs";
import { reportsInDisorder } from "./trials/receipts.mjs";
import { failingReceivers, inboundKilled, lateAcceptance, mixedFaults } from "./trials/storms.mjs";

/** Each resolves to what was `seen`, and to what was `wrong` with it; `scaled` says how much of a size is run. */
const trials = {
  A01: mixedFaults,
  A05: lateAcceptance,
  B01: inboundKilled,
  C02: reportsInDisorder,
  D01: failingReceivers,
  D12: hangingEndpoints,
  D26: drainBacklog,
  H06: mixedTenants,
};
const usage = "Usage: npm run chaos:full -- [--only ID,ID] [--scale 0..1] [--seed S]";
const values = readArguments(
  {
    only: { type: "string", default: Object.keys(trials).join(",") },
    scale: { type: "string", default: "1" },
    seed: { type: "string", default: "7" },
  },
  usage,
);
const ids = values.only.split(",");
const scale = Number(values.scale);
if (ids.some((id) => trials[id] === undefined) || !(scale > 0 && scale <= 1)) {
  console.error(usage);
  process.exit(2);
}
const shownOfEach = 10;
/** Programs that a trial runs: they end with this one. */
const children = new Set();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
process.on("exit", () => {
  for (const child of children) child.kill();
});

const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}`;
console.log(
  `${new Date().toISOString()}, ${machine}, seed ${values.seed}${scale === 1 ? "" : `, ${scale} of the sizes`}`,
);
const rows = [];
for (const id of ids) {
  console.log(`\n${id}`);
  rows.push(await runOne(id));
}
console.log("");
for (const { id, verdict, seconds, seen } of rows) console.log(`| ${id} | ${verdict} | ${seconds} s | ${seen} |`);
process.exit(rows.every(({ verdict }) => verdict === "holds") ? 0 : 1);

async function runOne(id) {
  const startedAt = Date.now();
  const took = () => Math.round((Date.now() - startedAt) / 1000);
  const onStep = (words) => console.log(`  … ${words}`);
  const scaled = (size, least = 1) => Math.max(least, Math.round(size * scale));
  try {
    const { seen, wrong, logs } = await trials[id]({ seed: values.seed, scaled, onStep, children });
    console.log(`  ${seen}`);
    for (const what of wrong.slice(0, shownOfEach)) console.log(`  WRONG: ${what}`);
    if (wrong.length > 0 && logs !== undefined) keepLogs({ wrong, ...logs }, `${values.seed}-${id}`);
    return { id, verdict: wrong.length === 0 ? "holds" : `BROKEN ${wrong.length} times`, seconds: took(), seen };
  } catch (error) {
    console.error(error);
    return { id, verdict: "FELL OVER", seconds: took(), seen: String(error) };
  }
}
