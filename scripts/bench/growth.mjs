import { snapshotShape } from "../../src/domain/snapshot.ts";
import { median } from "./rig.mjs";

const sendsPerCall = 200;
const pageSize = 50;
const yearMs = 365 * 24 * 60 * 60 * 1000;
const monthMs = 30 * 24 * 60 * 60 * 1000;
const begin = Date.now();
let say = console.log;

/** Measures what must not grow with a pool, through calls of the object: choosing a sender, accepting, lists. Returns the points of the growth table. */
export async function measureGrowth(mf, { rounds, listedMessages, log }) {
  say = log;
  await measureChoices(mf, rounds);
  await measureLists(mf, rounds, listedMessages);
  return await measureAccepts(mf, rounds, listedMessages);
}

/** One accept in a pool that holds ever more messages. */
async function measureAccepts(mf, rounds, most) {
  const { pool } = await openPool(mf, "benchgrowth", 3, "round_robin");
  const points = [];
  let held = 0;
  for (let size = 1_000; size <= most; size *= 10) {
    for (; held < size; held += 1_000) {
      const requests = Array.from({ length: 1_000 }, (_, index) => requestTo(contactOf(held + index)));
      await pool.acceptAsAdmin(requests);
    }
    points.push({ held, micros: await timeSends(pool, (index) => `+1917${2_000_000 + held + index}`, rounds) });
    held += (rounds + 1) * sendsPerCall;
  }
  say(`\nAccepting, microseconds each, by the messages that the pool holds already`);
  for (const { held: size, micros } of points) {
    say(
      `${size.toLocaleString("en").padStart(9)} ${micros.toFixed(0).padStart(7)} ${(micros / points[0].micros).toFixed(2).padStart(7)}x`,
    );
  }
  return points;
}

/** Opens a pool of its own with this many numbers; nothing of it ever leaves, because every message is scheduled far ahead. */
async function openPool(mf, name, count, strategy) {
  const pools = await mf.getDurableObjectNamespace("POOLS");
  const id = `key_${name.padEnd(16, "0")}`;
  const pool = pools.get(pools.idFromName(id));
  const numbers = Array.from({ length: count }, (_, index) => numberOf(index));
  await pool.publish(snapshotOf(id, numbers, strategy));
  return { pool, numbers };
}

function numberOf(index) {
  const areaCodes = ["212", "305", "415", "503", "617", "702", "808", "907", "214", "312"];
  return {
    address: `+1${areaCodes[index % areaCodes.length]}${2_000_000 + index}`,
    allocationId: `num_${index}`,
    channel: "sms",
    accountId: "int_bench",
    type: "dedicated",
    weight: 1 + (index % 10),
    messagesPerSecond: null,
    isActive: true,
    capabilities: { sms: true, mms: true, voice: false, whatsapp: false },
    messagingServiceSid: null,
  };
}

function snapshotOf(id, numbers, strategy) {
  return {
    shape: snapshotShape,
    version: 1,
    organization: { id: "org_bench", name: "Bench", countryCode: "US", createdAt: begin },
    apiKey: {
      id,
      name: "Bench",
      hint: "",
      mode: "live",
      status: "active",
      createdAt: begin,
      allowedCountries: null,
      dailyCap: null,
      shortenLinks: false,
      resendUnknown: false,
      shortNumber: 1,
    },
    secrets: [],
    protocol: "twilio",
    selection: { strategy, sticky: true, stickyDays: null },
    numbers,
    accounts: [],
    webhooks: [],
  };
}

async function tieContacts(pool, numbers, count) {
  for (let start = 0; start < count; start += 1_000) {
    const wishes = Array.from({ length: Math.min(1_000, count - start) }, (_, index) => ({
      contact: contactOf(start + index),
      phoneNumber: numbers[(start + index) % numbers.length].address,
    }));
    await pool.importAssignments(wishes);
  }
}

function contactOf(index) {
  return `+1646${2_000_000 + index}`;
}

function requestTo(to) {
  const draft = { to, channel: "sms", text: "Hello", attachments: [], fromNumber: null, metadata: null, extras: {} };
  return { drafts: [{ ...draft, sendAt: Date.now() + monthMs - 1 }], idempotency: null };
}

/** Returns the median microseconds that one send takes inside the object, many in one call so that the call itself hardly counts. */
async function timeSends(pool, contactAt, rounds) {
  const times = [];
  for (let round = 0; round <= rounds; round += 1) {
    const requests = Array.from({ length: sendsPerCall }, (_, index) =>
      requestTo(contactAt(round * sendsPerCall + index)),
    );
    const startedAt = performance.now();
    const answer = await pool.acceptAsAdmin(requests);
    const took = performance.now() - startedAt;
    const refused = answer.ok ? answer.value.find((one) => !one.ok) : answer;
    if (refused !== undefined) throw new Error(`A send was refused: ${JSON.stringify(refused)}`);
    if (round > 0) times.push((took * 1000) / sendsPerCall);
  }
  return median(times);
}

async function measureChoices(mf, rounds) {
  say(`Sends, microseconds each (median of ${rounds} calls of ${sendsPerCall})`);
  say("strategy      contact    3 numbers, 100 sticky   1,000 numbers, 100,000 sticky   ratio");
  let name = 0;
  for (const strategy of ["round_robin", "weighted", "geographic", "least_busy"]) {
    const sizes = [
      { numbers: 3, contacts: 100 },
      { numbers: 1_000, contacts: 100_000 },
    ];
    const results = [];
    for (const size of sizes) {
      name += 1;
      const { pool, numbers } = await openPool(mf, `bench${name}`, size.numbers, strategy);
      await tieContacts(pool, numbers, size.contacts);
      const known = await timeSends(pool, (index) => contactOf((index * 7919) % size.contacts), rounds);
      const fresh = await timeSends(pool, (index) => `+1917${2_000_000 + index}`, rounds);
      results.push({ known, fresh });
    }
    for (const kind of ["known", "fresh"]) row(strategy, kind, results[0][kind], results[1][kind]);
  }
}

async function measureLists(mf, rounds, listedMessages) {
  const { pool } = await openPool(mf, "benchlists", 3, "round_robin");
  const people = listedMessages / 10;
  for (let start = 0; start < listedMessages; start += 1_000) {
    const requests = Array.from({ length: 1_000 }, (_, index) => {
      const at = start + index;
      return requestTo(at % 2 === 0 ? contactOf(0) : contactOf(1 + (at % people)));
    });
    await pool.acceptAsAdmin(requests);
  }
  const credential = { keyId: "key_benchlists000000", hash: "0".repeat(64) };
  const snapshot = snapshotOf(credential.keyId, [numberOf(0), numberOf(1), numberOf(2)], "round_robin");
  await pool.publish({
    ...snapshot,
    version: 2,
    secrets: [{ hash: credential.hash, validUntil: Date.now() + yearMs }],
  });
  const lastPage = 999 * pageSize;
  say(
    `\nLists of a pool with ${listedMessages.toLocaleString("en")} messages, milliseconds (median of ${rounds}, pages of ${pageSize})`,
  );
  say("list                     page 1   far page   ratio");
  const inChat = { chatId: contactOf(0), sort: "desc", direction: null, since: null, until: null, limit: pageSize };
  const ofChats = { q: null, sort: "recent", limit: pageSize };
  const messages = (offset) => pool.listMessages(credential, { ...inChat, offset });
  const chats = (offset) => pool.listChats(credential, { ...ofChats, offset });
  await listRow(rounds, "messages of a chat", messages, Math.min(lastPage, listedMessages / 2 - pageSize));
  await listRow(rounds, "chats", chats, Math.min(lastPage, people / 2 - pageSize));
}

async function listRow(rounds, label, read, offset) {
  const [near, far] = [await timeList(rounds, read, 0), await timeList(rounds, read, offset)];
  const page = `(page ${offset / pageSize + 1})`;
  say(
    `${label.padEnd(22)} ${near.toFixed(2).padStart(8)} ${far.toFixed(2).padStart(10)} ${(far / near).toFixed(1).padStart(7)}x ${page}`,
  );
}

async function timeList(rounds, read, offset) {
  const times = [];
  for (let round = 0; round <= rounds; round += 1) {
    const startedAt = performance.now();
    const answer = await read(offset);
    if (!answer.ok) throw new Error(`The list was refused: ${JSON.stringify(answer)}`);
    if (round > 0) times.push(performance.now() - startedAt);
  }
  return median(times);
}

function row(strategy, kind, small, large) {
  const contact = kind === "known" ? "sticky" : "new";
  say(
    `${strategy.padEnd(13)} ${contact.padEnd(8)} ${small.toFixed(0).padStart(23)} ${large.toFixed(0).padStart(31)} ${(large / small).toFixed(1).padStart(7)}x`,
  );
}
