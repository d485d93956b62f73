// Counts what a message costs on Cloudflare in a real run, and what that is in US dollars: npm run cost
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultLogShare } from "../src/domain/log-share.ts";
import { clientOf, eventually, makeLivePool } from "../test/support/node/client.ts";
import { readArguments } from "./arguments.mjs";
import { inPlaces, reachByName, root, startRig } from "./bench/rig.mjs";
import { readWranglerToml } from "./bundle.mjs";
import { priceOf, wallsOf } from "./cost/prices.mjs";

const usage = "Usage: npm run cost -- [--messages N] [--log-share 0..1]";
const values = readArguments(
  { messages: { type: "string", default: "200" }, "log-share": { type: "string", default: String(defaultLogShare) } },
  usage,
);
const [messages, logShare] = [Number(values.messages), Number(values["log-share"])];
if (!(Number.isInteger(messages) && messages >= 10 && logShare >= 0 && logShare <= 1)) {
  console.error(usage);
  process.exit(2);
}
const lifeCycle = [{ status: "sending" }, { status: "sent" }, { status: "delivered" }];
const places = 8;
const lone = 24;
/** A million a month, all of one key, are so far apart. */
const apartMs = 2_600;
/** Longer than whoever promised a pool to come back takes to do so. */
const visitedWithinMs = 8_000;
// At a share next to all, every healthy line is there and says that it is one: what a smaller share writes of them is then no matter of luck.
const nearlyAll = 0.999999;
// The platform's own line of each request and call is billed like ours (developers.cloudflare.com/workers/observability/logs/workers-logs).
const { invocation_logs: platformLogs = true } = readWranglerToml(root).observability?.logs ?? {};
const around = readFileSync(join(root, "scripts", "cost", "counted.js"), "utf8");

const publicUrl = "https://gateway.example";
const rig = await startRig({ lifeCycle, around, settings: { LOG_SHARE: String(nearlyAll), PUBLIC_URL: publicUrl } });
reachByName(publicUrl, rig.url);
try {
  const { key } = await makeLivePool(rig, rig.twilio);
  const client = clientOf(rig, key);
  const hook = await client("POST", "/webhooks", { webhook_url: `${rig.sink.url}/hook`, webhook_type: "status" });
  rig.sink.trust(String(hook.body.signing_secret));
  await play(client, "+1555600", 5, 1);
  const alone = await count(client, "+1555700", lone, 1);
  const campaign = await count(client, "+1555800", messages, places);
  report(alone, campaign);
} finally {
  await rig.stop();
}

/** Sends `count` messages, `places` at a time, each to a person of its own, and waits until every webhook has heard of every end. */
async function play(client, prefix, count, places) {
  const before = rig.sink.deliveries.length;
  const events = () =>
    rig.sink.deliveries.slice(before).filter(({ payload }) => payload?.event === "message.delivered");
  await inPlaces(count, places, async (index) => {
    const to = `${prefix}${String(1_000 + index)}`;
    const sent = await client("POST", `/chats/${encodeURIComponent(to)}/messages`, {
      text: "Your parcel is on its way",
    });
    if (sent.status !== 202) throw new Error(`A send was refused: ${JSON.stringify(sent.body)}`);
    if (places > 1) return;
    await eventually(async () => events().some(({ payload }) => payload.external_id === to));
    await new Promise((resolve) => setTimeout(resolve, apartMs));
  });
  await eventually(async () => events().length >= count, 120_000);
  // What is written behind the end of a message, and the last bell's answer.
  await new Promise((resolve) => setTimeout(resolve, visitedWithinMs));
  return rig.sink.deliveries.length - before;
}

/** What each message took, by Cloudflare's own units. */
async function count(client, prefix, messages, places) {
  const [before, cpu] = [await readCounts(), rig.cpu()];
  const deliveries = await play(client, prefix, messages, places);
  const after = await readCounts();
  const each = (name) => (after[name] - before[name]) / messages;
  const requests = each("requests") + each("batches");
  const objectCalls = each("calls") + each("alarms");
  return {
    requests,
    objectCalls,
    rowsWritten: each("written") + each("alarmsSet"),
    rowsRead: each("read"),
    queueOperations: 3 * each("bells"),
    logLines: each("logs") + each("healthyLogs") * logShare + (platformLogs ? requests + objectCalls : 0),
    directoryQueries: each("queries"),
    cpuMs: ((rig.cpu() - cpu) * 1_000) / messages,
    deliveries: deliveries / messages,
  };
}

async function readCounts() {
  return await (await fetch(`${rig.url}/counts`)).json();
}

function report(alone, campaign) {
  console.log(
    `A message with ${lifeCycle.length} status callbacks and ${alone.deliveries} webhook deliveries, counted; LOG_SHARE=${logShare}.`,
  );
  console.log(
    `"Alone": each is over before the next, ${apartMs / 1_000} s apart. "Campaign": ${messages}, ${places} at a time.\n`,
  );
  const [left, right] = [priceOf(alone), priceOf(campaign)];
  console.log(`${"".padEnd(26)}${"alone".padStart(18)}${"campaign".padStart(22)}`);
  console.log(`${"".padEnd(26)}${"count      USD/M".padStart(20)}${"count      USD/M".padStart(22)}`);
  for (const name of Object.keys(left.parts)) {
    const cells = [left, right].map(({ parts }) => {
      const { count, usd } = parts[name];
      return `${count.toFixed(2).padStart(11)}${usd.toFixed(2).padStart(10)} `;
    });
    console.log(`${name.padEnd(26)}${cells.join("")}`);
  }
  console.log(
    `${"USD per million messages".padEnd(26)}${left.total.toFixed(2).padStart(21)}${right.total.toFixed(2).padStart(22)}\n`,
  );
  console.log("Free plan, messages a day before each wall:");
  const [narrow, wide] = [wallsOf(alone), wallsOf(campaign)];
  for (const [name, day] of Object.entries(narrow)) {
    console.log(`${name.padEnd(26)}${dayOf(day).padStart(21)}${dayOf(wide[name]).padStart(22)}`);
  }
}

function dayOf(messages) {
  return Number.isFinite(messages) ? Math.floor(messages).toLocaleString("en") : "no wall";
}
