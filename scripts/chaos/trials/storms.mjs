import { groupBy } from "../group.mjs";
import { mutations } from "../mutations.mjs";
import { rules } from "../rules.mjs";
import { runChaos } from "../run.mjs";

const common = { faults: 0.3, inbound: 0, keys: 3, doomed: 0, patience: 300, lookEveryMs: 250 };
/** So many deliveries may be doubled, all around kills. */
const doubledAtMost = 0.03;

/** A01: messages through faults of Twilio and kills. */
export async function mixedFaults({ scaled, ...more }) {
  const plan = {
    ...common,
    ...more,
    messages: scaled(10_000),
    kills: 20,
    sinkFaults: 0.05,
    hangs: 0.2,
    inbound: 0.02,
    doomed: 1,
  };
  const { broken, facts, logs, settledAt } = await runChaos(plan);
  const seconds = Math.round((settledAt - Math.max(...logs.cuts.map(({ upAt }) => upAt))) / 1000);
  const seen = `${pickFacts(facts, ["texts accepted", "calls to Twilio that send", "kills with SIGKILL"])}; all settled ${seconds} s after the last kill`;
  return { seen, wrong: nameBroken(broken), logs };
}

/** A05: answers that are lost and messages that are taken later. A grace above the latest acceptance doubles nothing; one below it does, and the judge sees it. */
export async function lateAcceptance({ scaled, ...more }) {
  const plan = { ...common, ...more, fates: "late", kills: 0, keys: 2, stops: 0, sinkFaults: 0 };
  const sound = await runChaos({ ...plan, messages: scaled(3_000) });
  const late = sound.logs.creates.filter(({ outcome }) => outcome === "late").length;
  const { changes } = mutations["grace-too-short"];
  const short = await runChaos({ ...plan, messages: scaled(300, 60), changes });
  const doubled = short.broken.S3.length;
  const seen = `${sound.logs.creates.length} calls, ${late} of them taken late: ${sound.broken.S3.length} doubled; with a grace below the latest acceptance ${doubled} of ${short.logs.messages.length}`;
  const blind = doubled === 0 ? ["The judge saw no message doubled by a grace that is too short."] : [];
  return { seen, wrong: [...nameBroken(sound.broken), ...blind], logs: sound.logs };
}

/** B01: what people write, through kills. */
export async function inboundKilled({ scaled, ...more }) {
  const words = scaled(2_000);
  const plan = {
    ...common,
    ...more,
    messages: 60,
    inbound: words / 60,
    kills: 20,
    faults: 0.1,
    sinkFaults: 0.05,
    hangs: 0.2,
  };
  const { broken, facts, logs } = await runChaos(plan);
  const posts = logs.inbound.reduce((sum, { answers }) => sum + answers.length, 0);
  const unanswered = logs.inbound.flatMap(({ answers }) => answers).filter(({ status }) => status === null).length;
  const seen = `${pickFacts(facts, ["written by people", "kills with SIGKILL"])}; ${posts} posts, ${unanswered} of them cut off`;
  return { seen, wrong: nameBroken(broken), logs };
}

/** D01: events to failing receivers, three for each key, through kills. */
export async function failingReceivers({ scaled, ...more }) {
  const plan = {
    ...common,
    ...more,
    messages: scaled(2_500),
    inbound: 0.1,
    kills: 20,
    faults: 0.05,
    sinkFaults: 0.4,
    hangs: 0.2,
    hooks: 3,
  };
  const { broken, facts, logs } = await runChaos(plan);
  const taken = groupBy(
    logs.deliveries.filter(({ status }) => status === 200),
    ({ path, headers }) => `${path} ${headers["webhook-id"]}`,
  );
  const events = new Set(logs.deliveries.map(({ headers }) => headers["webhook-id"])).size;
  const doubled = [...taken.values()].filter((all) => all.length > 1).length;
  const share = doubled / taken.size;
  const seen = `${events} events, ${taken.size} pairs of event and receiver delivered in ${logs.deliveries.length} posts, ${doubled} of them twice (${(share * 100).toFixed(2)} %), ${pickFacts(facts, ["kills with SIGKILL"])}`;
  const many = share > doubledAtMost ? [`${doubled} of ${taken.size} deliveries came twice.`] : [];
  return { seen, wrong: [...nameBroken(broken), ...many], logs };
}

function pickFacts(facts, names) {
  return names.map((name) => `${facts[name]} ${name}`).join("; ");
}

function nameBroken(broken) {
  return Object.entries(broken).flatMap(([rule, found]) => found.map((what) => `${rule} (${rules[rule][0]}): ${what}`));
}
