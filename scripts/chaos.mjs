// Loses answers, kills the gateway and repeats callbacks, all on loopback, and then compares every log: npm run chaos -- --seed 7
import { setTimeout as pause } from "node:timers/promises";
import { clientOf, makeLivePool } from "../test/support/node/client.ts";
import { startFakeTwilio } from "../test/support/node/fake-twilio.ts";
import { startSink } from "../test/support/node/sink.ts";
import { startGateway } from "../test/support/node/start-gateway.ts";
import { readArguments } from "./arguments.mjs";
import { judge } from "./chaos/compare.mjs";
import { makeFates, roll } from "./chaos/dice.mjs";

const usage = "Usage: npm run chaos -- [--messages N] [--kills K] [--faults 0..1] [--seed S]";
const values = readArguments(
  {
    messages: { type: "string", default: "300" },
    kills: { type: "string", default: "4" },
    faults: { type: "string", default: "0.3" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
  usage,
);
const { seed } = values;
const [messages, kills, faults] = [values.messages, values.kills, values.faults].map(Number);
if (!(messages > 0 && kills >= 0 && faults >= 0 && faults <= 1)) {
  console.error(usage);
  process.exit(2);
}
const numbers = ["+15559876541", "+15559876542", "+15559876543"];
const senders = 6;
const sinkOutageMs = 1_000;
/** A third of the messages hears nothing for so long after it was taken: no callback hides that an answer was lost. */
const latenessMs = 4_000;
const isLate = ({ body }) => roll(seed, `late ${body}`) < 1 / 3;
const startedAt = Date.now();
const deadline = startedAt + 240_000;
console.log(
  `Chaos with seed ${seed}: ${messages} messages, ${kills} kills, ${faults} of the calls to the carrier fail`,
);

const fates = makeFates(seed, faults);
const sink = await startSink();
const twilio = await startFakeTwilio({
  accountSid: `AC${"a1".repeat(16)}`,
  authToken: "token-of-the-stand-in",
  numbers,
  lifeCycle: (message) => (isLate(message) ? [] : [{ status: "sent" }, { status: "delivered" }]),
});
const env = { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1" };
let starting = startGateway({ env });
let gateway = await starting;
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => end(1));
setTimeout(
  () => {
    console.error("Something hung: time was up half a minute ago.");
    void end(1);
  },
  deadline + 30_000 - Date.now(),
);
let creates = 0;
let killed = 0;
let stormy = true;
let stormed = 0;
let repeated = 0;
const promised = new Map();

try {
  const { key } = await makeLivePool(gateway, twilio);
  const client = (...args) => clientOf(gateway, key)(...args);
  const hook = await client("POST", "/webhooks", { webhook_url: `${sink.url}/hook`, events: ["message.*"] });
  sink.trust(String(hook.body.signing_secret));
  twilio.faultBy((seen) => {
    if (seen.call === "create") creates += 1;
    return fates.choose(seen);
  });
  void tellLate();
  const storm = Promise.all([1, 2].map(() => raiseStorm()));
  await Promise.all([sendAll(client), killOften(), failTheSinkOnce()]);
  stormy = false;
  await storm;
  await end(report(await settle(client)));
} catch (error) {
  console.error(error);
  await end(1);
}

/** Sends every text until it is answered 202, each under one idempotency key: an answer that a kill took away is asked for again. */
async function sendAll(client) {
  let next = 0;
  const work = async () => {
    for (let index = next++; index < messages; index = next++) promised.set(index, await sendOne(client, index));
  };
  await Promise.all(Array.from({ length: senders }, work));
}

/** Three messages to each person, so that order within a chat is part of it. */
function personOf(index) {
  return `+1555777${String(index % Math.ceil(messages / 3)).padStart(4, "0")}`;
}

async function sendOne(client, index) {
  const to = personOf(index);
  const path = `/chats/${encodeURIComponent(to)}/messages`;
  const headers = { "idempotency-key": `chaos-${seed}-${index}` };
  for (;;) {
    inTime("sending");
    const sent = await client("POST", path, { text: `Text ${index} of ${seed}` }, headers).catch(() => null);
    // A repeat of what was accepted is answered 200 with the same id.
    if (sent?.status === 202 || sent?.status === 200) {
      repeated += sent.status === 200 ? 1 : 0;
      return String(sent.body.message_id);
    }
    if (sent !== null && sent.status < 500 && sent.status !== 409) {
      throw new Error(`A send was refused with ${sent.status}: ${JSON.stringify(sent.body)}`);
    }
    await pause(100);
  }
}

/** Kills every process of the gateway while the carrier is being asked, at even parts of the way, and starts it again on the same state. */
async function killOften() {
  for (let kill = 1; kill <= kills; kill += 1) {
    while (creates < (kill * messages) / (kills + 1)) {
      inTime("waiting for the next kill");
      await pause(1);
    }
    await pause(Math.floor(roll(seed, `kill ${kill}`) * 50));
    await gateway.kill9();
    killed += 1;
    starting = startGateway({ env, stateDir: gateway.stateDir, port: Number(new URL(gateway.url).port) });
    gateway = await starting;
  }
}

/** Repeats what the carrier last said of recent messages, several times at once, whether anybody listens or not. */
async function raiseStorm() {
  while (stormy) {
    const taken = twilio.messages.slice(-30).filter((one) => !isMute(one));
    const message = taken[Math.floor(Math.random() * taken.length)];
    if (message === undefined) await pause(50);
    else await Promise.all([1, 2, 3].map(() => twilio.sendStatus(message.sid, message.status)));
    stormed += message === undefined ? 0 : 3;
    await pause(10);
  }
}

/** Says of whom nothing was told yet. */
function isMute(message) {
  return isLate(message) && message.status === "queued";
}

async function tellLate() {
  for (;;) {
    const due = twilio.messages.filter((one) => isMute(one) && one.createdAt + latenessMs < Date.now());
    for (const { sid } of due) void twilio.sendStatus(sid, "sent").then(() => twilio.sendStatus(sid, "delivered"));
    await pause(50);
  }
}

async function failTheSinkOnce() {
  while (creates < messages / 4) await pause(20);
  sink.answerAlways("/hook", { kind: "status", status: 500 });
  await pause(sinkOutageMs);
  sink.answerAlways("/hook", { kind: "status", status: 200 });
}

/** Reads everything until nothing is open but what only time settles, and until every event came; or until time is up. */
async function settle(client) {
  for (;;) {
    const verdict = judge({ promised: [...promised.values()], ...readLogs(), ...(await readGateway(client)) });
    const waits =
      verdict.rules["neither settled nor explained"].length + verdict.rules["event that never arrived"].length;
    const moving = twilio.messages.some(isMute) || Date.now() - lastWord() < 3_000;
    if ((waits === 0 && !moving) || Date.now() > deadline) return verdict;
    await pause(500);
  }
}

function lastWord() {
  return Math.max(twilio.log.at(-1)?.at ?? 0, sink.deliveries.at(-1)?.at ?? 0);
}

function readLogs() {
  const taken = twilio.accepted().map(({ sid, statusCallback }) => ({
    sid,
    messageId: new URL(statusCallback).searchParams.get("message"),
  }));
  const told = twilio.log.filter(({ kind }) => kind === "callback");
  const callbacks = told.map(({ sid, status, delivered }) => ({ sid, word: status, status: delivered.status }));
  const deliveries = sink.deliveries.map(({ headers, raw, payload }) => ({
    eventId: headers["webhook-id"],
    messageId: payload?.message_id,
    event: payload?.event,
    body: raw.toString("utf8"),
  }));
  return { taken, callbacks, deliveries };
}

async function readGateway(client) {
  const feed = [];
  for (let after = ""; ; ) {
    const page = await client("GET", `/events?limit=100${after}`);
    if (page.status !== 200) throw new Error(`The feed answered ${page.status}: ${JSON.stringify(page.body)}`);
    feed.push(...page.body.events.map((event) => ({ eventId: event.event_id, body: JSON.stringify(event) })));
    if (page.body.events.length === 0) break;
    after = `&after=${page.body.next_after}`;
  }
  const shown = new Map();
  for (const [index, id] of promised) {
    const chat = encodeURIComponent(personOf(index));
    const { status, body } = await client("GET", `/chats/${chat}/messages/${id}/status`);
    shown.set(id, status === 200 ? { status: body.status, outcomeUnknown: body.outcome_unknown } : null);
  }
  return { feed, shown };
}

/** Prints what was done and found; returns the exit code. */
function report({ rules, left }) {
  const all = {
    ...rules,
    "signature that does not hold": sink.forgeries(),
    "wrong use of the carrier": twilio.violations,
  };
  const faultsMade = [...fates.counts].sort().map(([name, count]) => `${count} ${name}`);
  const facts = {
    "answered 202": `${promised.size} (${repeated} of the answers were lost and asked for again)`,
    "kills with SIGKILL": killed,
    "calls to the carrier": `${creates} (failed: ${faultsMade.join(", ") || "none"})`,
    "taken by the carrier": twilio.accepted().length,
    callbacks: `${twilio.log.filter(({ kind }) => kind === "callback").length} (${stormed} of them the storm)`,
    deliveries: `${sink.deliveries.length}, ${new Set(sink.deliveries.map(({ headers }) => headers["webhook-id"])).size} events`,
    "unknown, settled by the ten-minute look": left.unknown.length,
    "callback given up, settled by the hourly poll": left.callbackLost.length,
  };
  for (const [name, value] of Object.entries(facts)) console.log(`  ${name.padEnd(46)} ${value}`);
  if (left.unknown.length > 0) console.log(`\n  Unknown: ${left.unknown.join(" ")}`);
  if (left.callbackLost.length > 0) console.log(`\n  Callback given up: ${left.callbackLost.join(" ")}`);
  console.log("");
  for (const [name, found] of Object.entries(all)) {
    console.log(
      `  ${name.padEnd(46)} ${found.length}${found.length > 0 ? `  FAILED: ${found.slice(0, 5).join(", ")}` : ""}`,
    );
  }
  const wrong = Object.values(all).filter((found) => found.length > 0).length;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `\n${wrong === 0 ? "Nothing was lost and nothing was doubled" : `${wrong} rules were broken`}; ${seconds} s, seed ${seed}.`,
  );
  return wrong === 0 ? 0 : 1;
}

function inTime(what) {
  if (Date.now() > deadline) throw new Error(`Time was up while ${what}.`);
}

async function end(code) {
  stormy = false;
  const last = await starting.catch(() => gateway);
  await last.kill9();
  await last.forget();
  await twilio.stop();
  await sink.stop();
  process.exit(code);
}
