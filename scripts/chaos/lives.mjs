import { setTimeout as pause } from "node:timers/promises";
import { lifeOf, roll } from "./dice.mjs";

const stepMs = 20;

/** Tells the life of every message that Twilio took, as its fate says, until the world ends; a tenth also hears a lie with a wrong signature. */
export async function tellLives(world) {
  const { twilio, seed } = world;
  const running = new Set();
  let next = 0;
  while (!world.over || running.size > 0) {
    for (; next < twilio.messages.length; next += 1) {
      const message = twilio.messages[next];
      if (message.status === "failed") continue;
      const life = tellLife(world, message, lifeOf(seed, message.body)).finally(() => running.delete(life));
      running.add(life);
    }
    await pause(stepMs);
  }
}

async function tellLife(world, message, { words, end, times, afterMs, errorCode }) {
  await pause(stepMs + afterMs);
  if (roll(world.seed, `lie ${message.body}`) < 0.1)
    await tell(world, message, "failed", { signing: "wrong", untrue: true });
  for (const word of words) {
    // What is said late, or is not so, does not change what Twilio shows.
    const isTrue = message.status !== end && (word === end || word === "sent");
    const extras = { ...(isTrue ? {} : { untrue: true }), ...(word === "undelivered" ? { errorCode } : {}) };
    await Promise.all(Array.from({ length: times }, () => tell(world, message, word, extras)));
    await pause(stepMs);
  }
  if (message.status !== end) await world.twilio.sendStatus(message.sid, end, { silent: true });
}

/** Posts one callback and keeps how it was answered. */
async function tell(world, { sid }, word, extras) {
  const at = Date.now();
  const answer = await world.twilio.sendStatus(sid, word, extras);
  world.told.push({
    sid,
    word,
    forged: extras.signing === "wrong",
    at,
    until: Date.now(),
    status: answer?.status ?? null,
  });
}
