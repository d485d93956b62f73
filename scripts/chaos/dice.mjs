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
/** Calls whose answer is lost at once and that are taken up to the latest acceptance later. */
const lateShares = Array.from({ length: 40 }, (_, index) => (index + 1) / 40);
const lateFaults = lateShares.map((share) => ({
  kind: "reset",
  taken: true,
  acceptedAfterMs: share * latestAcceptanceMs,
}));
const fatesByName = { all: createFaults, late: lateFaults };
const readFaults = [{ kind: "error", status: 500, taken: false }, { kind: "rate_limit" }];
const sinkFaults = [
  [8, { kind: "status", status: 500 }],
  [6, { kind: "status", status: 429 }],
  [5, { kind: "reset" }],
  [1, { kind: "hang" }],
].flatMap(repeat);

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

/** Returns what becomes of a call that sends, by its text and how often it came: a fault of these fates (`all` or `late`) with the probability `share`, else null. */
export function createFault({ seed, share, fates }, text, attempt) {
  if (text.startsWith("Doomed")) return { kind: "error", status: 500, taken: false };
  if (roll(seed, `fails ${text} ${attempt}`) >= share) return null;
  return pick(seed, `how ${text} ${attempt}`, fatesByName[fates]);
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

/** Returns how a receiver answers a delivery, by its path and event and how often it came; null: as ever. After so many failures it takes every event: all that is owed must arrive. Of the calls that would hang, `hangs` is the share that does; the others are reset. */
export function sinkFault({ seed, share, atMost, hangs }, name, attempt) {
  if (attempt > atMost || roll(seed, `sink ${name} ${attempt}`) >= share) return null;
  const fault = pick(seed, `sink how ${name} ${attempt}`, sinkFaults);
  return fault.kind === "hang" && roll(seed, `hangs ${name} ${attempt}`) >= hangs ? { kind: "reset" } : fault;
}
