import { setTimeout as pause } from "node:timers/promises";
import { newSid } from "../../test/support/node/fake-twilio-store.ts";
import { pick, roll } from "./dice.mjs";

const perChat = 3;
const senders = 6;
const patienceMs = 240_000;
const file = "https://files.test/cat.png";
const picture = { contentType: "image/png", bytes: Buffer.alloc(64, 1) };

/** Returns a number of a person, of one group of people. */
export function person(group, index) {
  return `+15557${group}${String(index).padStart(5, "0")}`;
}

/** Sends a key's messages, three to a person one after another; a doomed one is lost at every try. */
export async function sendAll(world, key, { count, doomed = 0 }, log) {
  const chats = Math.ceil(count / perChat);
  let next = 0;
  const work = async () => {
    for (let chat = next++; chat < chats; chat = next++) {
      for (let turn = 0; turn < perChat && chat * perChat + turn < count; turn += 1) {
        await send(world, key, { to: person(7, chat), name: `Text ${key.name} ${chat} ${turn}` }, log);
      }
    }
  };
  const lost = Array.from({ length: doomed }, (_, index) =>
    send(world, key, { to: person(4, index), name: `Doomed ${key.name} ${index}` }, log),
  );
  await Promise.all([...lost, ...Array.from({ length: senders }, work)]);
}

/** Sends one text until it is answered, or patience ends; a fifth is asked for twice at once under one idempotency key, a tenth has a file. */
export async function send(world, key, { to, name }, log) {
  const media = roll(world.seed, `file ${name}`) < 0.1 ? [file] : [];
  const entry = { key: key.name, to, text: `${name} of ${world.seed}`, media, asks: [] };
  log.sends.push(entry);
  const isTwice = roll(world.seed, `twice ${name}`) < 0.2;
  await Promise.all(Array.from({ length: isTwice ? 2 : 1 }, () => askFor(key, entry, log)));
  return entry;
}

async function askFor(key, entry, log) {
  const path = `/chats/${encodeURIComponent(entry.to)}/messages`;
  const body = { text: entry.text, ...(entry.media.length > 0 ? { attachments: entry.media } : {}) };
  const patient = Date.now() + patienceMs;
  for (;;) {
    const ask = { at: Date.now(), until: Number.POSITIVE_INFINITY, status: null, id: null };
    entry.asks.push(ask);
    const answer = await key
      .client("POST", path, body, { "idempotency-key": entry.text.replaceAll(" ", "-") })
      .catch(() => null);
    Object.assign(ask, { until: Date.now(), status: answer?.status ?? null, id: answer?.body.message_id ?? null });
    if (ask.id !== null) log.accepted.push({ key, to: entry.to, id: ask.id });
    if (ask.status !== null && ask.status < 500) return;
    if (Date.now() > patient) return;
    await pause(100);
  }
}

/** Looks at statuses of what was accepted lately, as a client that polls would, until the world ends. */
export async function lookOn(world, log, everyMs = 20) {
  for (let turn = 0; !world.over; turn += 1) {
    const recent = log.accepted.slice(-200);
    const one = pick(world.seed, `look ${turn}`, recent);
    if (one !== undefined) {
      const path = `/chats/${encodeURIComponent(one.to)}/messages/${one.id}/status`;
      const askedAt = Date.now();
      const answer = await one.key.client("GET", path).catch(() => null);
      if (answer?.status === 200)
        log.seen.push({ key: one.key.name, id: one.id, status: answer.body.status, askedAt, at: Date.now() });
    }
    await pause(everyMs);
  }
}

/** Lets people write to a key's numbers, each message posted twice at once until somebody takes it: a tenth has a file, a twentieth is forged, a third is answered. */
export async function writeAll(world, key, { count, paceMs, group, mayAnswer = true }, log) {
  const running = [];
  for (let index = 0; index < count; index += 1) {
    running.push(converse(world, key, { index, group, mayAnswer }, log));
    await pause(paceMs);
  }
  await Promise.all(running);
}

async function converse(world, key, { index, group, mayAnswer }, log) {
  const name = `${key.name} ${group} ${index}`;
  const from = person(group, index);
  const to = pick(world.seed, `to ${name}`, key.numbers);
  const files = roll(world.seed, `file ${name}`) < 0.1 ? 1 : 0;
  const said = await write(world, key, { from, to, text: `Word ${name}`, files, forged: index % 20 === 19 }, log);
  const isAnswered = mayAnswer && isTaken(said) && roll(world.seed, `answer ${name}`) < 0.3;
  if (isAnswered) await send(world, key, { to: from, name: `Answer ${name}` }, log);
}

function isTaken({ answers }) {
  return answers.some(({ status }) => status === 200);
}

/** Posts one message of a person until it is answered 200; a forged one once. */
export async function write(world, key, { from, to, text, files = 0, forged = false }, log) {
  const sid = newSid(files > 0 ? "MM" : "SM");
  const entry = { key: key.name, sid, from, to, text, files, forged, at: Date.now(), answers: [] };
  log.inbound.push(entry);
  const media = Array.from({ length: files }, () => picture);
  const inbound = { from, to, text, sid, media, times: 2, signing: forged ? "wrong" : "valid" };
  const patient = Date.now() + patienceMs;
  do {
    const at = Date.now();
    const answers = await world.twilio.sendInbound(inbound);
    entry.answers.push(...answers.map(({ status }) => ({ at, until: Date.now(), status })));
    if (forged || isTaken(entry)) return entry;
    await pause(200);
  } while (Date.now() < patient);
  return entry;
}

/** People say STOP after a first message, and are written to again; of one the STOP is forged, and counts for nothing. */
export async function stopSome(world, key, count, log) {
  for (let index = 0; index < count; index += 1) {
    const to = person(5, index);
    const forged = index === 0;
    const before = await send(world, key, { to, name: `Before STOP ${key.name} ${index}` }, log);
    await write(world, key, { from: to, to: key.numbers[0], text: "STOP", forged }, log);
    if (before.asks.length > 0) await send(world, key, { to, name: `After STOP ${key.name} ${index}` }, log);
  }
}
