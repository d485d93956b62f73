import { clientOf, eventually, makeLivePool } from "../../test/support/node/client.ts";
import { nextPerson, sender } from "./beside.mjs";
import { inPlaces, median } from "./rig.mjs";

const places = 16;
const monthMs = 30 * 24 * 60 * 60 * 1000;
const filledAtOnce = 1_000;
const messagesOfOne = 10;

/**
 * Measures what each step costs the runtime as a pool grows: through the doors, in CPU, in one pool among a hundred that holds 1,000 messages, then `most`, then 40,000 that
 * wait besides, then among a thousand keys; medians of `rounds` of `count` each.
 */
export async function measureSteps(rig, { rounds, count, most, log }) {
  const { key, keyId, integrationId } = await makeLivePool(rig, rig.twilio);
  const pools = await rig.miniflare.getDurableObjectNamespace("POOLS");
  const pool = pools.get(pools.idFromName(keyId));
  const client = clientOf(rig, key);
  const hook = await client("POST", "/webhooks", { webhook_url: `${rig.sink.url}/steps`, webhook_type: "status" });
  rig.sink.trust(String(hook.body.signing_secret));
  const held = { people: 0 };
  const steps = stepsOf(rig, { client, keyId, held });
  const columns = [];
  const measure = async (name) => columns.push({ name, micros: await inRounds(rig, steps, { rounds, count }) });
  const fill = (size) => fillWith(pool, rig.twilio.numbers[0].phoneNumber, { integrationId, held, size });
  await addKeys(rig, 99);
  await fill(1_000);
  await measure("1,000 messages");
  await fill(most);
  await measure(`${most.toLocaleString("en")} messages`);
  await hold(pool, 40_000);
  await measure("and 40,000 that wait");
  await addKeys(rig, 900);
  await measure("and 1,000 keys");
  table(steps, columns, { rounds, count, log });
}

function table(steps, columns, { rounds, count, log }) {
  const [first] = columns;
  log(`\nCPU of each step as a pool grows, microseconds (median of ${rounds} rounds of ${count})`);
  log(`${"step".padEnd(22)}${columns.map(({ name }) => name.padStart(22)).join("")}`);
  for (const { name } of steps) {
    const cells = columns.map(({ micros }) => {
      const own = micros.get(name);
      return `${own.toFixed(0)}  ${(own / first.micros.get(name)).toFixed(2)}x`.padStart(22);
    });
    log(`${name.padEnd(22)}${cells.join("")}`);
  }
}

function stepsOf(rig, { client, keyId, held }) {
  const later = () => new Date(Date.now() + monthMs - 60_000).toISOString();
  const send = sender(client);
  const read = async (path) => {
    const { status, body } = await client("GET", path);
    if (status !== 200) throw new Error(`${path} was refused: ${JSON.stringify(body)}`);
  };
  const [{ phoneNumber: to }] = rig.twilio.numbers;
  const somebody = () => personOf(Math.floor(Math.random() * held.people));
  const preview = () =>
    admin(rig, "POST", `/api-keys/${keyId}/pool/preview`, { to: nextPerson(), text: "Your parcel is here" });
  return [
    { name: "accept", run: (count) => repeat(count, () => send({ send_at: later() })) },
    { name: "whole cycle", run: (count) => cycles(rig, send, Math.ceil(count / 4)) },
    {
      name: "inbound",
      run: (count) => repeat(count, () => rig.twilio.sendInbound({ from: somebody(), to, text: "Yes" })),
    },
    { name: "preview", run: (count) => repeat(count, preview) },
    { name: "chats, page 1", run: (count) => repeat(count, () => read("/chats?limit=50")) },
    {
      name: "a chat's, page 1",
      run: (count) => repeat(count, () => read(`/chats/${encodeURIComponent(personOf(0))}/messages?limit=50`)),
    },
    {
      name: "a chat's, of the hour",
      run: (count) =>
        repeat(count, () =>
          read(`/chats/${encodeURIComponent(personOf(0))}/messages?limit=50&since=${Date.now() - 3_600_000}`),
        ),
    },
    { name: "who am I", run: (count) => repeat(count, () => read("/me")) },
    { name: "keys, page 1", run: (count) => repeat(Math.ceil(count / 4), () => admin(rig, "GET", "/api-keys")) },
  ];
}

async function addKeys(rig, count) {
  await repeat(count, () => admin(rig, "POST", "/api-keys", { name: "Another key" }));
}

async function admin(rig, method, path, body) {
  const answer = await fetch(`${rig.url}/admin/api${path}`, {
    method,
    headers: { authorization: `Bearer ${rig.adminToken}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path} was refused: ${await answer.text()}`);
  await answer.arrayBuffer();
}

async function cycles(rig, send, count) {
  const ended = () =>
    rig.sink.deliveries.filter(({ path, payload }) => path === "/steps" && payload?.event === "message.delivered")
      .length;
  const before = ended();
  await repeat(count, () => send());
  await eventually(async () => ended() - before >= count, 120_000);
  return count;
}

async function repeat(count, work) {
  await inPlaces(count, places, work);
  return count;
}

/** Every round takes each step once; the first is not counted. */
async function inRounds(rig, steps, { rounds, count }) {
  const results = new Map(steps.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, run } of steps) {
      const before = rig.cpu();
      const done = await run(count);
      if (round > 0) results.get(name).push(((rig.cpu() - before) * 1e6) / done);
    }
  }
  return new Map([...results].map(([name, all]) => [name, median(all)]));
}

function personOf(index) {
  return `+1718${2_000_000 + index}`;
}

/** Fills a pool up to `size` messages that people wrote, ten each, one of them fifty more. */
async function fillWith(pool, number, { integrationId, held, size }) {
  const people = size / messagesOfOne;
  for (let start = held.people * messagesOfOne; start < size; start += filledAtOnce) {
    const messages = Array.from({ length: Math.min(filledAtOnce, size - start) }, (_, index) => ({
      providerId: `SM${(start + index).toString(16).padStart(32, "0")}`,
      accountId: integrationId,
      from: personOf((start + index) % 20 === 0 ? 0 : Math.floor((start + index) / messagesOfOne)),
      to: number,
      channel: "sms",
      text: "Is it here yet?",
      attachments: [],
      verified: true,
      optOutType: null,
      detail: {},
    }));
    const taken = await pool.receiveAll(messages);
    if (!taken.ok) throw new Error(`A message was not taken in: ${JSON.stringify(taken)}`);
  }
  held.people = people;
}

/** Adds so many messages that wait for a time far ahead. */
async function hold(pool, count) {
  for (let start = 0; start < count; start += filledAtOnce) {
    const requests = Array.from({ length: filledAtOnce }, (_, index) => ({
      drafts: [
        {
          to: `+1929${2_000_000 + start + index}`,
          channel: "sms",
          text: "Hello",
          attachments: [],
          fromNumber: null,
          metadata: null,
          extras: {},
          sendAt: Date.now() + monthMs - 1,
        },
      ],
      idempotency: null,
    }));
    const answer = await pool.acceptAsAdmin(requests);
    const refused = answer.ok ? answer.value.find((one) => !one.ok) : answer;
    if (refused !== undefined) throw new Error(`A send was refused: ${JSON.stringify(refused)}`);
  }
}
