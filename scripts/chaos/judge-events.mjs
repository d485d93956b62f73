import { createHmac } from "node:crypto";
import { groupBy } from "./group.mjs";
import { isDisputed } from "./judge-sends.mjs";

const toleranceMs = 300_000;
/** What was answered at a kill may be posted again: the answer was not written down. */
const unwrittenMs = 10_000;
/** A schedule's waits are spread by a fifth, and the clocks of two processes are read. */
const earliest = 0.75;
const latest = 1.25;
const order = ["message.queued", "message.sending", "message.sent", "message.delivered"];
/** What a pool says of its numbers and webhooks depends on shares of many messages: it may be told. */
const ofPool = new Set(["number.unhealthy", "number.recovered", "webhook.failing"]);

/** Judges what the receiver got of every key. */
export function judgeEvents(logs, facts, ends, blame) {
  const paths = new Set(logs.keys.flatMap(({ hooks }) => hooks.map(({ path }) => path)));
  const all = logs.deliveries.map(open);
  const byPath = groupBy(all, ({ path }) => path);
  for (const { path, id } of all) if (!paths.has(path)) blame("E5", `${id} came to ${path}`);
  for (const key of logs.keys) {
    for (const hook of key.hooks) judgeHook(key, hook, byPath.get(hook.path) ?? [], { logs, facts, ends }, blame);
  }
}

/** Judges what came to one webhook, which gets every event of its key. */
function judgeHook(key, { secret }, deliveries, { logs, facts, ends }, blame) {
  const byId = groupBy(deliveries, ({ id }) => id);
  const events = [...byId.values()].map(([first]) => first);
  for (const delivery of deliveries) if (!holds(delivery, secret)) blame("E4", delivery.id);
  for (const [id, attempts] of byId) judgeAttempts(id, attempts, { facts, ...logs }, blame);
  judgeSequence(key, events, blame);
  judgeSteps(key, events, { logs, facts, ends }, blame);
}

/** A run is judged again and again by the process that receives, too: what came is read, and its signatures are computed, once. */
const opened = new WeakMap();
const signed = new WeakMap();

function open(delivery) {
  const known = opened.get(delivery) ?? {
    ...delivery,
    id: delivery.headers["webhook-id"],
    payload: parse(delivery.raw),
  };
  opened.set(delivery, known);
  return known;
}

function holds(delivery, secret) {
  if (!signed.has(delivery)) signed.set(delivery, isSigned(delivery, secret));
  return signed.get(delivery);
}

function parse(raw) {
  try {
    return JSON.parse(raw);
  } catch {
    return {};
  }
}

function judgeAttempts(id, attempts, { facts: { cutWithin }, times, endedAt }, blame) {
  if (new Set(attempts.map(({ raw }) => raw)).size > 1) blame("E3", id);
  const answered = attempts.findIndex(({ status }) => status === 200);
  const after = answered === -1 ? 0 : attempts.length - answered - 1;
  const at = attempts[answered]?.at;
  if (isOverdue(attempts, times, endedAt)) blame("E7", `${id} was never answered 2xx`);
  else if (after > 0 && !cutWithin(at - unwrittenMs, at + unwrittenMs))
    blame(
      "E7",
      `${id} was posted again: ${attempts.map((one) => `${one.status} after ${one.at - attempts[0].at} ms`).join(", ")}`,
    );
  for (const [index, attempt] of attempts.entries()) {
    const before = attempts[index - 1];
    if (before === undefined || before.status === 200 || cutWithin(attempts[0].at - unwrittenMs, attempt.at)) continue;
    const least = (times.delaysMs[index] ?? 0) * earliest;
    if (attempt.at - before.at < least)
      blame("E9", `${id}: attempt ${index + 1} came after ${attempt.at - before.at} ms, not ${least}`);
  }
}

/** Says whether the run ended before the schedule has the next attempt: its waits are spread, and longer for who asks for time. */
export function isOwedStill(attempts, { delaysMs }, endedAt = Number.POSITIVE_INFINITY) {
  const isTaken = attempts.some(({ status }) => status === 200);
  return !isTaken && endedAt < attempts.at(-1).at + (delaysMs[attempts.length] ?? 0) * latest;
}

function isOverdue(attempts, times, endedAt) {
  return attempts.every(({ status }) => status !== 200) && !isOwedStill(attempts, times, endedAt);
}

/** A webhook that names every event gets every number of every chat. */
function judgeSequence({ name }, events, blame) {
  const ofChats = events.filter(({ payload }) => payload.external_id != null && !ofPool.has(payload.event));
  for (const [chat, all] of groupBy(ofChats, ({ payload }) => payload.external_id)) {
    const given = all.map(({ payload }) => payload.sequence).sort((left, right) => left - right);
    const wrong = given.findIndex((sequence, index) => sequence !== index + 1);
    if (wrong !== -1) blame("E6", `${name} ${chat}: ${given.slice(Math.max(0, wrong - 2), wrong + 3).join(", ")}`);
  }
}

/** Compares the steps that must have been told with those that were. */
function judgeSteps(key, events, { logs, facts, ends }, blame) {
  const steps = { must: new Map(), may: new Set() };
  for (const [id, end] of ends) if (end.send.key === key.name) expectSteps(id, end, facts, steps);
  expectWords(key, logs, facts, steps);
  const told = groupBy(
    events.filter(({ payload }) => !ofPool.has(payload.event)),
    ({ payload }) => `${payload.message_id ?? payload.external_id} ${payload.event}`,
  );
  for (const step of steps.must.keys()) if (!told.has(step)) blame("E1", `${key.name}: ${step}`);
  for (const [step, all] of told) judgeTold(`${key.name}: ${step}`, all, { step, ...steps }, blame);
  judgeOrder(events, { facts, ends }, blame);
}

function expectSteps(id, end, { wordsOf }, { must, may }) {
  const { to, text, media } = end.send;
  const said = { person: to, text, files: media.length, number: end.number };
  for (const step of stepsOf(end)) must.set(`${id} ${step}`, said);
  for (const step of mayOf(end, wordsOf)) may.add(`${id} ${step}`);
}

function judgeTold(what, all, { step, must, may }, blame) {
  if (all.length > 1) blame("E2", `${what} as ${all.map(({ id }) => id).join(", ")}`);
  if (!must.has(step) && !may.has(step)) blame("E5", what);
  const said = must.get(step);
  if (said?.text !== undefined && !all.every(({ payload }) => isToldAs(payload, said))) blame("E8", what);
}

/** What people wrote to a key's numbers, by the ids under which it is shown, and who said STOP. */
function expectWords(key, { inbound, shown }, { stops }, { must, may }) {
  for (const message of inbound.filter((one) => one.key === key.name && !one.forged)) {
    const { from, to, text, files, answers } = message;
    const row = (shown.get(`${key.name} ${from}`) ?? []).find(
      (one) => one.direction === "inbound" && one.text === text,
    );
    const step = `${row?.message_id ?? `${from} ${text}`} message.received`;
    const isTaken = answers.some(({ status }) => status === 200);
    if (isTaken) must.set(step, { person: from, text, files, number: to });
    else may.add(step);
  }
  for (const [stop, { answeredAt }] of stops) {
    const [owner, person] = stop.split(" ");
    const step = `${person} contact.opted_out`;
    if (owner === key.name && answeredAt !== null) must.set(step, { person });
    else if (owner === key.name) may.add(step);
  }
}

function isToldAs(payload, { person, text, files, number }) {
  const isAttached = payload.attachments?.length === files;
  return payload.external_id === person && payload.text === text && payload.internal_id === number && isAttached;
}

function stepsOf({ status, isOpen }) {
  if (isOpen) return ["message.queued"];
  if (status === "delivered") return order;
  return status === "failed" ? ["message.queued", "message.failed"] : ["message.queued"];
}

/** A failure may have been preceded by `sent`; a kill or a STOP may come before `sending`; of two ends that Twilio told, both may be told. */
function mayOf(end, wordsOf) {
  return [
    "message.sending",
    "message.sent",
    ...(isDisputed(end, wordsOf) ? ["message.delivered", "message.failed"] : []),
  ];
}

function judgeOrder(events, { facts, ends }, blame) {
  for (const [id, all] of groupBy(events, ({ payload }) => payload.message_id)) {
    if (!ends.has(id) || isDisputed(ends.get(id), facts.wordsOf)) continue;
    const steps = [...all]
      .sort((left, right) => left.payload.sequence - right.payload.sequence)
      .map(({ payload }) => payload.event);
    const places = steps.map((step) => (step === "message.failed" ? order.length : order.indexOf(step)));
    if (places.some((place, index) => index > 0 && place < places[index - 1]))
      blame("E10", `${id}: ${steps.join(", ")}`);
  }
}

/** Both signatures are computed here once more (standardwebhooks.com; `t=…,v1=…`). */
function isSigned({ headers, raw, at }, secret) {
  const id = headers["webhook-id"];
  const time = headers["webhook-timestamp"];
  if (!(Math.abs(Number(time) * 1000 - at) < toleranceMs)) return false;
  const bytes = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const standard = createHmac("sha256", bytes).update(`${id}.${time}.${raw}`).digest("base64");
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["x-blooio-signature"] ?? "") ?? [];
  const blooio = createHmac("sha256", secret).update(`${t}.${raw}`).digest("hex");
  return String(headers["webhook-signature"]).split(" ").includes(`v1,${standard}`) && blooio === v1;
}
