// Puts one fault after another into the product and looks whether the judge of `npm run chaos` finds it: npm run chaos:mutations
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { readArguments } from "../arguments.mjs";
import { inPlaces } from "../bench/rig.mjs";
import { mutations } from "./mutations.mjs";

const usage = "Usage: npm run chaos:mutations -- [--only NAME,NAME] [--messages N] [--at-once N] [--seed S]";
const values = readArguments(
  {
    only: { type: "string", default: Object.keys(mutations).join(",") },
    messages: { type: "string", default: "60" },
    "at-once": { type: "string", default: "3" },
    seed: { type: "string", default: "7" },
  },
  usage,
);
const names = values.only.split(",");
const unknown = names.find((name) => mutations[name] === undefined);
const atOnce = Number(values["at-once"]);
if (unknown !== undefined || !(Number(values.messages) > 0 && atOnce >= 1)) {
  console.error(unknown === undefined ? usage : `There is no mutation ${unknown}.\n\n${usage}`);
  process.exit(2);
}
const chaos = join(import.meta.dirname, "..", "chaos.mjs");
const common = [
  "--messages",
  values.messages,
  "--inbound",
  "0.6",
  "--keys",
  "2",
  "--campaign",
  "0",
  "--doomed",
  "0",
  "--seed",
  values.seed,
];
const startedAt = Date.now();

/** The runs that are under way: they end with this one, by a signal and by themselves where there is no time for one. */
const children = new Set();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
process.on("exit", () => {
  for (const child of children) child.kill();
});

const sound = await run(["--kills", "1"]);
const isSound = sound.code === 0;
say(isSound ? "sound" : "NOT SOUND", "(none)", "the product as it is", sound);
let survivors = 0;
await inPlaces(names.length, atOnce, async (index) => {
  const name = names[index];
  const { what, kills = 1, fates = "all" } = mutations[name];
  const found = await run(["--kills", String(kills), "--fates", fates, "--patience", "75", "--mutation", name]);
  const isCaught = found.code === 1 && found.broken.length > 0;
  if (!isCaught) survivors += 1;
  say(isCaught ? "caught" : "SURVIVED", name, what, found);
});
const seconds = Math.round((Date.now() - startedAt) / 1000);
console.log(
  `\n${names.length - survivors} of ${names.length} mutations caught, the product itself ${isSound ? "passes" : "FAILS"}; ${seconds} s.`,
);
process.exit(isSound && survivors === 0 ? 0 : 1);

/** Runs one storm; resolves to its exit code and the rules that it broke, with how often. */
async function run(args) {
  const child = spawn(process.execPath, [chaos, ...common, ...args], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  children.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (output += bytes));
  const [code] = await once(child, "close");
  children.delete(child);
  const broken = [...output.matchAll(/^ {2}(\w+) BROKEN (\d+) times/gm)].map(([, rule, times]) => `${rule} ${times}`);
  return { code, broken, output };
}

function say(verdict, name, what, { broken, output, code }) {
  console.log(`${verdict.padEnd(10)} ${name.padEnd(22)} ${what.padEnd(78)} ${broken.join(", ")}`);
  const isUnexplained = (broken.length === 0 && code !== 0) || verdict === "NOT SOUND";
  if (isUnexplained) console.log(output.split("\n").slice(-20).join("\n"));
}
