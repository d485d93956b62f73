import { inPlaces, startRig } from "../../bench/rig.mjs";
import { pick, roll } from "../dice.mjs";
import { makeTenant, subscribe } from "./tenants.mjs";

const requests = 100_000;
const tenants = 20;
const places = 16;
const people = 40;
const canary = /canary-(\d+)-/g;
const person = (index) => `+1555700${String(index).padStart(4, "0")}`;
const chatOf = (index) => encodeURIComponent(person(index));

/** What a tenant asks for, each with its weight: of its own, and of what it knows of another (`other`), whose ids it has got hold of. All write to the same people. */
const asks = [
  [
    4,
    ({ own, to, index }) => ["POST", `/chats/${chatOf(to)}/messages`, { text: `canary-${own.number}- text ${index}` }],
  ],
  [
    2,
    ({ own, to, index }) => [
      "POST",
      "/contacts",
      { identifier: person(to), name: `canary-${own.number}- name ${index}` },
    ],
  ],
  [14, ({ to }) => ["GET", `/chats/${chatOf(to)}/messages`]],
  [10, () => ["GET", "/chats"]],
  [10, ({ other }) => ["GET", `/chats?q=canary-${other.number}-`]],
  [10, ({ other }) => ["GET", `/contacts?q=canary-${other.number}-`]],
  [10, () => ["GET", "/events?limit=20"]],
  [
    10,
    ({ to, other, seed, index }) => [
      "GET",
      `/chats/${chatOf(to)}/messages/${pick(seed, `id ${index}`, other.ids) ?? "msg_none"}`,
    ],
  ],
  [
    5,
    ({ to, other, seed, index }) => [
      "GET",
      `/chats/${chatOf(to)}/messages/${pick(seed, `id ${index}`, other.ids) ?? "msg_none"}/status`,
    ],
  ],
  [5, ({ to }) => ["GET", `/contacts/${chatOf(to)}`]],
  [5, ({ other }) => ["GET", `/webhooks/${other.webhook}`]],
  [5, () => ["GET", "/webhooks"]],
  [5, () => ["GET", "/me"]],
  [5, ({ other, to }) => ["POST", `/chats/${chatOf(to)}/messages`, { text: "Not mine", from_number: other.sender }]],
].flatMap(([weight, make]) => Array.from({ length: weight }, () => make));

/** H06: mixed traffic of twenty tenants, each with words of its own that nobody else may ever read: not in an answer, not in a webhook, and nobody at all in the log. */
export async function mixedTenants({ seed, scaled, onStep }) {
  const wrong = [];
  let lines = 0;
  const onLog = (line) => {
    lines += 1;
    if (canary.test(line)) wrong.push(`The log says ${line}`);
    canary.lastIndex = 0;
  };
  const rig = await startRig({ lifeCycle: [], settings: { LOG_SHARE: "1" }, onLog });
  try {
    const all = [];
    for (let number = 0; number < tenants; number += 1) all.push(await settleIn(rig, number));
    onStep("the tenants have moved in");
    const count = scaled(requests);
    const answers = new Map();
    await inPlaces(count, places, async (index) => {
      const own = all[index % tenants];
      const status = await askOnce({ seed, index, own, all }, wrong);
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (index % 10_000 === 9_999) onStep(`${index + 1} requests`);
    });
    return report({ rig, answers, lines, count }, wrong);
  } finally {
    await rig.stop();
  }
}

async function settleIn(rig, number) {
  const tenant = await makeTenant(rig, `canary-${number}- tenant`);
  await subscribe(rig, tenant, `/${number}`, ["*"]);
  const { body } = await tenant.client("GET", "/webhooks");
  return { ...tenant, number, sender: tenant.number, webhook: body.webhooks?.[0]?.webhook_id, ids: [] };
}

async function askOnce({ seed, index, own, all }, wrong) {
  const other = all[(own.number + 1 + Math.floor(roll(seed, `other ${index}`) * (tenants - 1))) % tenants];
  const to = Math.floor(roll(seed, `to ${index}`) * people);
  const [method, path, body] = pick(seed, `ask ${index}`, asks)({ seed, index, own, other, to });
  const answer = await own.client(method, path, body);
  const said = JSON.stringify(answer.body);
  // A word that was asked for may be repeated in what says that it was not found.
  const asked = new Set([...path.matchAll(canary)].map(([, number]) => number));
  for (const [, number] of said.matchAll(canary)) {
    if (Number(number) !== own.number && !(asked.has(number) && answer.status >= 400))
      wrong.push(`${own.number} read ${number} by ${method} ${path}: ${said.slice(0, 200)}`);
  }
  if (answer.status >= 500) wrong.push(`${method} ${path} was answered ${answer.status}`);
  if (typeof answer.body.message_id === "string" && method === "POST") own.ids.push(answer.body.message_id);
  return answer.status;
}

function report({ rig: { sink }, answers, lines, count }, wrong) {
  for (const { path, raw } of sink.deliveries) {
    for (const [, number] of raw.toString("utf8").matchAll(canary)) {
      if (`/${number}` !== path) wrong.push(`${path} was told a word of ${number}`);
    }
  }
  const counts = [...answers].sort(([left], [right]) => left - right).map(([status, times]) => `${times} × ${status}`);
  const told = sink.deliveries.filter(({ raw }) => raw.includes("canary-")).length;
  if (told === 0 || !answers.has(200)) wrong.push("No word was ever told: nothing was tried.");
  return {
    seen: `${count} requests of ${tenants} tenants (${counts.join(", ")}), ${sink.deliveries.length} deliveries (${told} with words), ${lines} lines of the log: ${wrong.length} foreign words`,
    wrong,
  };
}
