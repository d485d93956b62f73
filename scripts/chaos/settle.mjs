import { setTimeout as pause } from "node:timers/promises";
import { inPlaces } from "../bench/rig.mjs";
import { judge } from "./judge.mjs";
import { mending } from "./rules.mjs";
import { insist } from "./setting.mjs";

/** Nothing has come for so long: then it is judged, ever more seldom. */
const quietMs = 1_500;
const longestPauseMs = 10_000;
/** After the storm, what is open must be settled within the patience, and a second more for so many messages. */
const messagesPerSecond = 20;
const readers = 4;
/** So many chats of others are asked for with each key. */
const foreignChats = 300;
const storiesAtMost = 20;

/**
 * Judges again and again until nothing is open any more, or time is up, or something is broken that no time mends. Every chat is read at first and at last; in between only
 * those that something was said of. Resolves to what broke each rule, and to the logs. `times` are those that the gateway runs by; `isPatient`: every repeat is waited for.
 */
export async function settle(world, keys, { plan, log, times, isPatient = true, onStep }) {
  const until = Date.now() + (plan.patience + plan.messages / messagesPerSecond) * 1000;
  const shown = new Map();
  let again = null;
  for (let round = 0; ; round += 1) {
    await readQuietly(world, keys, log, { shown, again, until });
    const outside = { keys, sends: log.sends, seen: [...log.seen], inbound: log.inbound, ...readLogs(world), times };
    const logs = { ...outside, shown, ...(isPatient ? {} : { endedAt: Date.now() }) };
    const broken = judge(logs);
    const open = Object.entries(broken).filter(([, found]) => found.length > 0);
    onStep(`open: ${open.map(([rule, found]) => `${rule} ${found.length}`).join(", ") || "nothing"}`);
    const isHopeless = open.some(([rule]) => !mending.has(rule));
    const isOver = open.length === 0 || Date.now() > until;
    if (isHopeless || (isOver && again === null)) return { broken, logs };
    again = isOver ? null : chatsOf(open, log);
    await pause(Math.min(quietMs * 1.2 ** round, longestPauseMs));
  }
}

/** The chats of the messages that broken rules name by an id or a text, each with its key. */
function chatsOf(open, { sends, inbound }) {
  const said = open.flatMap(([, found]) => found);
  const named = new Set(
    said.flatMap((what) => [...(what.match(/\b(?:msg_\w+|[SM]M[0-9a-f]{32})\b/g) ?? []), what.split(" was ")[0]]),
  );
  const mine = sends.filter(({ asks, text }) => named.has(text) || asks.some(({ id }) => named.has(id)));
  const theirs = inbound.filter(({ sid }) => named.has(sid));
  return new Set([...mine.map(({ key, to }) => `${key} ${to}`), ...theirs.map(({ key, from }) => `${key} ${from}`)]);
}

/** What the gateway itself says of the first messages that broken rules name: nothing is judged by it, it helps to find out why. */
export async function readStories(world, keys, broken, { accepted }) {
  const said = Object.values(broken).flat().join(" ");
  const named = new Map(accepted.filter(({ id }) => said.includes(id)).map((one) => [one.id, one]));
  const stories = [];
  for (const { id, key } of [...named.values()].slice(0, storiesAtMost)) {
    const { id: keyId } = keys.find(({ name }) => name === key.name);
    const answer = await world.admin("GET", `/api-keys/${keyId}/messages/${id}`).catch(() => null);
    stories.push(answer?.body ?? null);
  }
  return stories;
}

/** Reads the chats when all is quiet, and once more where something came meanwhile, which would stand in some logs and not in others. */
async function readQuietly(world, keys, log, { shown, again, until }) {
  for (;;) {
    await untilQuiet(world, until);
    const before = lengthOf(world);
    await readShown(keys, log, { shown, again });
    if (lengthOf(world) === before || Date.now() > until) return;
  }
}

/** How much has come: it grows with whatever happens outside. */
function lengthOf({ twilio, sink, told, creates }) {
  return twilio.messages.length + sink.deliveries.length + told.length + creates.length;
}

async function untilQuiet(world, until) {
  for (let before = -1; before !== lengthOf(world) && Date.now() < until; await pause(quietMs))
    before = lengthOf(world);
}

function readLogs({ creates, told, cuts, twilio, sink }) {
  const taken = new Set(twilio.accepted().map(({ sid }) => sid));
  return {
    creates,
    told,
    cuts,
    messages: twilio.messages.map((message) => ({ ...message, taken: taken.has(message.sid) })),
    violations: twilio.violations,
    deliveries: sink.deliveries.map(readDelivery),
  };
}

const deliveriesRead = new WeakMap();

/** A delivery as the judge wants it, the same one whenever it is asked for. */
function readDelivery(delivery) {
  const { at, path, headers, raw, answer } = delivery;
  const status = answer.kind === "status" ? answer.status : null;
  const read = deliveriesRead.get(delivery) ?? { at, path, headers, raw: raw.toString("utf8"), status };
  deliveriesRead.set(delivery, read);
  return read;
}

/** Reads chats as a client does: of each key its own, and in its own words some of the others', which it must not know; `again` names those that alone are read. */
async function readShown(keys, { sends, inbound }, { shown, again }) {
  const talks = [
    ...sends.map(({ key, to }) => ({ key, chat: to })),
    ...inbound.map(({ key, from }) => ({ key, chat: from })),
  ];
  const own = new Set(talks.map(({ key, chat }) => `${key} ${chat}`));
  const chats = [...new Set(talks.map(({ chat }) => chat))];
  const open = keys.flatMap((key) => {
    const foreign = chats.filter((chat) => !own.has(`${key.name} ${chat}`)).slice(0, foreignChats);
    const all = [...chats.filter((chat) => own.has(`${key.name} ${chat}`)), ...foreign];
    return all.map((chat) => ({ key, chat, name: `${key.name} ${chat}` }));
  });
  const wanted = open.filter(({ name }) => again?.has(name) ?? true);
  await inPlaces(wanted.length, readers, async (index) => {
    const { key, chat, name } = wanted[index];
    const page = await insist(
      () => key.client("GET", `/chats/${encodeURIComponent(chat)}/messages?limit=100`),
      [200, 404],
    );
    shown.set(name, page.body.messages ?? []);
  });
}
