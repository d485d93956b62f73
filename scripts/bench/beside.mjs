import { clientOf, eventually, makeLivePool } from "../../test/support/node/client.ts";
import { inPlaces, median } from "./rig.mjs";

const places = 16;
const monthMs = 30 * 24 * 60 * 60 * 1000;
const bulk = 50;

/**
 * Measures the gateway beside the yardstick, round by round in turn, and prints medians: rate, CPU of the runtime for one, and that beside the yardstick.
 * `rigs` are gateways by name: the one of this checkout, and perhaps another to compare it with; `peers` what a user would take instead, beside the first of them.
 */
export async function measureBeside(rigs, yard, { peers = {}, rounds, count, log }) {
  const steps = [
    { name: "hello", cpu: yard.cpu, run: () => repeat(count * 5, () => ask(yard.url)) },
    { name: "three rows", cpu: yard.cpu, run: () => repeat(count * 2, () => post(yard.url)) },
    {
      name: "bare cycle",
      cpu: yard.cpu,
      beside: "three rows",
      run: () => runBare(yard, Object.values(rigs)[0], count),
    },
  ];
  for (const [name, rig] of Object.entries(rigs)) steps.push(...(await stepsOf(name, rig, count)));
  for (const [name, peer] of Object.entries(peers)) steps.push(stepOf(name, peer, Object.values(rigs)[0], count));
  const results = await inRounds(steps, rounds, log);
  log(`Beside a bare yardstick on the same runtime (median of ${rounds} rounds in turn, ${places} at a time)`);
  log(`${"step".padEnd(28)}   rate/s   CPU µs   beside`);
  for (const { name, beside } of steps.filter(({ name }) => results.has(name))) {
    const { micros, rate } = results.get(name);
    const ratio = beside === undefined ? "" : `${(micros / results.get(beside).micros).toFixed(1)}x of ${beside}`;
    log(`${name.padEnd(28)} ${rate.toFixed(0).padStart(8)} ${micros.toFixed(0).padStart(8)}   ${ratio}`);
  }
  const own = results.get("whole cycle").micros;
  const perSecond = (micros) => (1e6 / micros).toFixed(0);
  const bare = results.get("bare cycle").micros;
  log(`\nWhole cycles a CPU second: ${perSecond(own)} here, ${(own / bare).toFixed(2)}x the CPU of a bare one`);
  for (const name of Object.keys(peers)) {
    const { micros } = results.get(`whole cycle, ${name}`) ?? {};
    if (micros === undefined) continue;
    log(`${perSecond(micros).padStart(33)} of ${name}: ${(micros / own).toFixed(2)} times as many here`);
  }
}

function stepOf(name, peer, rig, count) {
  return {
    name: `whole cycle, ${name}`,
    isPeer: true,
    cpu: peer.cpu,
    beside: "three rows",
    run: () => runPeer(peer, rig, count),
  };
}

/** The same calls, commits and requests with nothing in between. */
function runBare(yard, { sink }, count) {
  return runCycles(sink, "/bare", () => post(`${yard.url}/send`, nextPerson()), count);
}

function runPeer(peer, { sink }, count) {
  return runCycles(sink, "/peer", () => peer.send(nextPerson(), "Your parcel is here"), count);
}

async function stepsOf(name, rig, count) {
  const { key } = await makeLivePool(rig, rig.twilio);
  const client = clientOf(rig, key);
  const hook = await client("POST", "/webhooks", { webhook_url: `${rig.sink.url}/hook`, webhook_type: "status" });
  rig.sink.trust(String(hook.body.signing_secret));
  const send = sender(client);
  const later = new Date(Date.now() + monthMs).toISOString();
  await runCycles(rig.sink, "/hook", send, 1);
  const { sid } = rig.twilio.accepted()[0];
  const { cpu } = rig;
  const step = (what, beside, run) => ({ name: `${what}${name}`, cpu, beside, run });
  return [
    step("healthz", "hello", () => repeat(count * 5, () => ask(`${rig.url}/healthz`))),
    step("accept", "three rows", () => repeat(count * 2, () => send({ send_at: later }))),
    step("bulk of 50, a message", "three rows", () => sendInBulk(client, 4 * count, later)),
    step("repeated callback", "three rows", () => repeat(count * 2, () => rig.twilio.sendStatus(sid, "delivered"))),
    step("whole cycle", "three rows", () => runCycles(rig.sink, "/hook", send, count)),
  ];
}

/** Every round takes each step once, so that what disturbs the machine disturbs all alike; the first is not counted. A peer that fails is left out from then on. */
async function inRounds(steps, rounds, log) {
  const results = new Map(steps.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, cpu, run, isPeer = false } of steps.filter(({ name }) => results.has(name))) {
      const [before, startedAt] = [cpu(), performance.now()];
      const done = await run().catch((error) => {
        if (!isPeer) throw error;
        log(`${name}: left out, for it fails: ${error.message}`);
        results.delete(name);
      });
      if (done === undefined) continue;
      const seconds = (performance.now() - startedAt) / 1_000;
      if (round > 0) results.get(name).push({ micros: ((cpu() - before) * 1e6) / done, rate: done / seconds });
    }
  }
  return new Map(
    [...results].map(([name, all]) => [
      name,
      {
        micros: median(all.map(({ micros }) => micros)),
        rate: median(all.map(({ rate }) => rate)),
      },
    ]),
  );
}

let person = 0;

/** A person whom nobody has written to. */
export function nextPerson() {
  person += 1;
  return `+1646${String(2_000_000 + person)}`;
}

/** A sender of texts to ever new people. */
export function sender(client) {
  return async (more = {}) => {
    const to = nextPerson();
    const sent = await client("POST", `/chats/${encodeURIComponent(to)}/messages`, {
      text: "Your parcel is here",
      ...more,
    });
    if (sent.status !== 202) throw new Error(`A send was refused: ${JSON.stringify(sent.body)}`);
    return to;
  };
}

async function sendInBulk(client, count, later) {
  const calls = Math.ceil(count / bulk);
  await repeat(calls, async () => {
    const messages = Array.from({ length: bulk }, () => ({
      chat_id: nextPerson(),
      text: "Your parcel is here",
      send_at: later,
    }));
    const { status, body } = await client("POST", "/messages/bulk", { messages });
    const refused = status === 202 ? body.results.find((one) => one.status !== "queued") : body;
    if (refused !== undefined) throw new Error(`A send was refused: ${JSON.stringify(refused)}`);
  });
  return calls * bulk;
}

/** Sends, and waits until the receiver heard on this path that all of them were delivered. */
async function runCycles(sink, at, send, count) {
  const heard = () =>
    sink.deliveries.filter(({ path, payload }) => path === at && payload?.event === "message.delivered").length;
  const before = heard();
  await inPlaces(count, places, () => send());
  await eventually(async () => heard() - before >= count, 120_000);
  return count;
}

async function repeat(count, work) {
  await inPlaces(count, places, work);
  return count;
}

async function ask(url) {
  await (await fetch(url)).arrayBuffer();
}

async function post(url, to) {
  const body = JSON.stringify({ to, text: "Your parcel is here" });
  await (await fetch(url, { method: "POST", body })).arrayBuffer();
}
