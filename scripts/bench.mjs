// Measures what must not grow with a pool: choosing a sender, and reading lists. Prints medians and ratios; docs/benchmarks.md says how to read them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";

const rounds = Number(process.env.BENCH_ROUNDS ?? 15);
const sendsPerCall = 200;
const listedMessages = Number(process.env.BENCH_MESSAGES ?? 100_000);
const pageSize = 50;
const yearMs = 365 * 24 * 60 * 60 * 1000;
const monthMs = 30 * 24 * 60 * 60 * 1000;
const begin = Date.now();

const folder = mkdtempSync(join(tmpdir(), "trunkline-bench-"));
const mf = await startGateway(folder);
try {
  await measureChoices();
  await measureLists();
  console.log(`\nTook ${Math.round((Date.now() - begin) / 1000)} s.`);
} finally {
  await mf.dispose();
  rmSync(folder, { recursive: true, force: true });
}

/** Bundles the Worker as a deployment would and runs it on workerd without a proxy between. */
async function startGateway(outdir) {
  const bin = resolve("node_modules", ".bin");
  const built = spawnSync(join(bin, "wrangler"), ["deploy", "--dry-run", "--outdir", outdir], {
    encoding: "utf8",
    env: {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      CI: "true",
      ADMIN_TOKEN: "",
      MASTER_KEYS: "",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_WRITE_LOGS: "false",
    },
  });
  if (built.status !== 0) throw new Error(`The Worker could not be bundled:\n${built.stdout}${built.stderr}`);
  return new Miniflare(
    convertV4MiniflareOptions({
      log: new Log(LogLevel.ERROR),
      cf: false,
      handleRuntimeStdio: (stdout, stderr) => {
        stdout.resume();
        stderr.resume();
      },
      modules: [{ type: "ESModule", path: join(outdir, "index.js") }],
      modulesRoot: outdir,
      compatibilityDate: "2026-10-01",
      bindings: {
        ADMIN_TOKEN: "a".repeat(64),
        MASTER_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
        PUBLIC_URL: "https://gateway.invalid",
        TWILIO_API_URL: "https://twilio.invalid",
        ALLOW_LOCAL_WEBHOOKS: "",
      },
      d1Databases: { DB: "bench" },
      durableObjects: {
        POOLS: { className: "NumberPool", useSQLite: true },
        SANDBOX: { className: "Sandbox", useSQLite: true },
      },
      queueProducers: { BELL: { queueName: "bell" }, BELL_SLOW: { queueName: "bell-slow" } },
    }),
  );
}

/** Opens a pool of its own with this many numbers; nothing of it ever leaves, because every message is scheduled far ahead. */
async function openPool(name, count, strategy) {
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
async function timeSends(pool, contactAt) {
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

async function measureChoices() {
  console.log(`Sends, microseconds each (median of ${rounds} calls of ${sendsPerCall})`);
  console.log("strategy      contact    3 numbers, 100 sticky   1,000 numbers, 100,000 sticky   ratio");
  let name = 0;
  for (const strategy of ["round_robin", "weighted", "geographic", "least_busy"]) {
    const sizes = [
      { numbers: 3, contacts: 100 },
      { numbers: 1_000, contacts: 100_000 },
    ];
    const results = [];
    for (const size of sizes) {
      name += 1;
      const { pool, numbers } = await openPool(`bench${name}`, size.numbers, strategy);
      await tieContacts(pool, numbers, size.contacts);
      const known = await timeSends(pool, (index) => contactOf((index * 7919) % size.contacts));
      const fresh = await timeSends(pool, (index) => `+1917${2_000_000 + index}`);
      results.push({ known, fresh });
    }
    for (const kind of ["known", "fresh"]) row(strategy, kind, results[0][kind], results[1][kind]);
  }
}

async function measureLists() {
  const { pool } = await openPool("benchlists", 3, "round_robin");
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
  console.log(
    `\nLists of a pool with ${listedMessages.toLocaleString("en")} messages, milliseconds (median of ${rounds}, pages of ${pageSize})`,
  );
  console.log("list                     page 1   far page   ratio");
  const inChat = { chatId: contactOf(0), sort: "desc", direction: null, since: null, until: null, limit: pageSize };
  const ofChats = { q: null, sort: "recent", limit: pageSize };
  const messages = (offset) => pool.listMessages(credential, { ...inChat, offset });
  const chats = (offset) => pool.listChats(credential, { ...ofChats, offset });
  await listRow("messages of a chat", messages, Math.min(lastPage, listedMessages / 2 - pageSize));
  await listRow("chats", chats, Math.min(lastPage, people / 2 - pageSize));
}

async function listRow(label, read, offset) {
  const [near, far] = [await timeList(read, 0), await timeList(read, offset)];
  const page = `(page ${offset / pageSize + 1})`;
  console.log(
    `${label.padEnd(22)} ${near.toFixed(2).padStart(8)} ${far.toFixed(2).padStart(10)} ${(far / near).toFixed(1).padStart(7)}x ${page}`,
  );
}

async function timeList(read, offset) {
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
  console.log(
    `${strategy.padEnd(13)} ${contact.padEnd(8)} ${small.toFixed(0).padStart(23)} ${large.toFixed(0).padStart(31)} ${(large / small).toFixed(1).padStart(7)}x`,
  );
}

function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
