// Lets fate loose on the gateway and everything around it, all on loopback, and judges by the logs of the outside alone: npm run chaos -- --seed 7
import { readArguments } from "./arguments.mjs";
import { mutations } from "./chaos/mutations.mjs";
import { sayBroken } from "./chaos/report.mjs";
import { runChaos } from "./chaos/run.mjs";
import { keyPlans } from "./chaos/setting.mjs";

const usage =
  "Usage: npm run chaos -- [--messages N] [--kills K] [--faults 0..1] [--inbound 0..] [--keys 1..3] [--campaign N] [--doomed N] [--patience SECONDS] [--fates all|late] [--mutation NAME] [--keep] [--seed S]";
const values = readArguments(
  {
    messages: { type: "string", default: "300" },
    kills: { type: "string", default: "4" },
    faults: { type: "string", default: "0.3" },
    inbound: { type: "string", default: "0.3" },
    keys: { type: "string", default: String(keyPlans.length) },
    campaign: { type: "string", default: "100" },
    doomed: { type: "string", default: "1" },
    patience: { type: "string", default: "150" },
    fates: { type: "string", default: "all" },
    mutation: { type: "string" },
    keep: { type: "boolean", default: false },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
  usage,
);
const { seed, fates, mutation } = values;
const named = ["messages", "kills", "faults", "inbound", "keys", "campaign", "doomed", "patience"];
const [messages, kills, faults, inbound, keys, campaign, doomed, patience] = named.map((name) => Number(values[name]));
const isSound =
  messages > 0 &&
  kills >= 0 &&
  faults >= 0 &&
  faults <= 1 &&
  inbound >= 0 &&
  campaign >= 0 &&
  doomed >= 0 &&
  patience > 0;
const isKnown = ["all", "late"].includes(fates) && (mutation === undefined || mutations[mutation] !== undefined);
if (!isSound || !isKnown || !(keys >= 1 && keys <= keyPlans.length)) {
  console.error(usage);
  process.exit(2);
}
// Whoever began this run ends it with itself, also by a kill.
process.on("disconnect", () => process.exit(1));
/** Room for 10,000 messages and 20 kills, and for a machine that has other things to do. */
const deadlineMs = 600_000 + patience * 1000 + messages * 300 + kills * 30_000;
setTimeout(() => {
  console.error(`Something hung: nothing was decided in ${deadlineMs / 1000} s.`);
  process.exit(1);
}, deadlineMs).unref();

console.log(
  `Chaos with seed ${seed}: ${messages} messages, ${kills} kills, ${faults} of the calls to Twilio fail, ${keys} keys`,
);
try {
  const onStep = (words) => console.log(`  … ${words}`);
  const changes = mutation === undefined ? [] : mutations[mutation].changes;
  const plan = { messages, kills, faults, fates, inbound, keys, campaign, doomed, patience, seed, changes, onStep };
  const { broken, facts, logs } = await runChaos(plan);
  process.exit(sayBroken({ broken, facts, logs, seed, keep: values.keep }) ? 1 : 0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
