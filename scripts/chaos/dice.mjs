import { createHash } from "node:crypto";
import { latestAcceptanceMs } from "./times.mjs";

/** The fates of a call that fails, each by its weight. `taken`: Twilio has the message all the same; `acceptedAfterMs`: only so much later. */
const createFaults = [
  [6, { kind: "rate_limit" }],
  [2, { kind: "rate_limit", retryAfter: "1" }],
  [5, { kind: "error", status: 500, taken: false }],
  [5, { kind: "error", status: 503, taken: true }],
  [4, { kind: "reset", taken: false }],
  [4, { kind: "reset", taken: true }],
  [2, { kind: "hang", taken: false }],
  [1, { kind: "hang", taken: true }],
  [1, { kind: "hang", taken: true, acceptedAfterMs: latestAcceptanceMs }],
  [2, { kind: "refuse", status: 400, code: 21614, message: "'To' number is not a valid mobile number" }],
  [1, { kind: "refuse", status: 400, code: 21408, message: "Permission to send an SMS has not been enabled" }],
  [1, { kind: "bad_sid", sid: null }],
  [1, { kind: "truncated" }],
  [2, { kind: "callback_first", answerAfterMs: 150 }],
].flatMap(repeat);
const readFaults = [{ kind: "error", status: 500, taken: false }, { kind: "rate_limit" }];
const sinkFaults = [
  [8, { kind: "status", status: 500 }],
  [6, { kind: "status", status: 429 }],
  [5, { kind: "reset" }],
  [1, { kind: "hang" }],
].flatMap(repeat);
/** A receiver fails the first attempts of an event at most: all that is owed must arrive. */
const sinkFailsAtMost = 3;

/** How a taken message's life is told: the callbacks' words, how often each comes, and the end that is true. */
const lives = [
  { words: ["sent", "delivered"] },
  { words: ["sent", "delivered"] },
  { words: ["sent", "delivered"], times: 3 },
  { words: ["delivered", "sent", "queued"], end: "delivered" },
  { words: ["sent", "delivered"], afterMs: 1_500 },
  { words: [], end: "delivered" },
  { words: ["sent"], end: "delivered" },
  { words: ["sent", "undelivered"], errorCode: 30003, times: 2 },
  { words: ["undelivered", "delivered"], errorCode: 30003, end: "delivered" },
];

function repeat([weight, fault]) {
  return Array.from({ length: weight }, () => fault);
}

/** Returns a number in 0..1 that depends on the seed and the name alone, whatever order things happen in. */
export function roll(seed, name) {
  return createHash("sha256").update(`${seed} ${name}`).digest().readUInt32BE() / 2 ** 32;
}

/** Returns one of the values by the seed and a name. */
export function pick(seed, name, values) {
  return values[Math.floor(roll(seed, name) * values.length)];
}

/** Returns what becomes of a call that sends, by its text and how often it came: a fault with the probability `share`, else null. */
export function createFault(seed, share, text, attempt) {
  if (text.startsWith("Doomed")) return { kind: "error", status: 500, taken: false };
  return roll(seed, `fails ${text} ${attempt}`) < share ? pick(seed, `how ${text} ${attempt}`, createFaults) : null;
}

/** Returns what becomes of a call that lists or fetches: fewer of them fail. */
export function readFault(seed, share, index) {
  return roll(seed, `read ${index}`) < share / 2 ? pick(seed, `read how ${index}`, readFaults) : null;
}

/** What Twilio did with a call of this fate: took it (at once, or late), refused it, asked to wait, or lost it. */
export function outcomeOf(fault) {
  if (fault === null || ["bad_sid", "truncated", "callback_first"].includes(fault.kind)) return "taken";
  if (fault.kind === "rate_limit") return "wait";
  if (fault.kind === "refuse") return "refused";
  if (!fault.taken) return "lost";
  return fault.acceptedAfterMs === undefined ? "taken" : "late";
}

/** Returns how a taken message's life is told. */
export function lifeOf(seed, text) {
  const life = pick(seed, `life ${text}`, lives);
  return { times: 1, afterMs: 0, end: life.words.at(-1), errorCode: null, ...life };
}

/** Returns how the receiver answers a delivery, by its event and how often it came; null: as ever. */
export function sinkFault(seed, share, eventId, attempt) {
  if (attempt > sinkFailsAtMost || roll(seed, `sink ${eventId} ${attempt}`) >= share) return null;
  return pick(seed, `sink how ${eventId} ${attempt}`, sinkFaults);
}
