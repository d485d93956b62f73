import { createHash } from "node:crypto";

const kinds = [
  { kind: "rate_limit" },
  { kind: "error", status: 500, taken: false },
  { kind: "error", status: 500, taken: true },
  { kind: "reset", taken: false },
  { kind: "reset", taken: true },
];

/** Returns a number in 0..1 that depends on the seed and the name alone, whatever order things happen in. */
export function roll(seed, name) {
  return createHash("sha256").update(`${seed} ${name}`).digest().readUInt32BE() / 2 ** 32;
}

/** Returns a chooser of the fate of each create call: with probability `share` one of five faults, by the text and how often it came. */
export function makeFates(seed, share) {
  const tries = new Map();
  const counts = new Map();
  const choose = ({ call, body }) => {
    if (call !== "create") return null;
    const attempt = (tries.get(body) ?? 0) + 1;
    tries.set(body, attempt);
    if (roll(seed, `fails ${body} ${attempt}`) >= share) return null;
    const fault = kinds[Math.floor(roll(seed, `how ${body} ${attempt}`) * kinds.length)];
    const name = [fault.kind, fault.status, "taken" in fault && (fault.taken ? "taken" : "not taken")].filter(Boolean);
    counts.set(name.join(" "), (counts.get(name.join(" ")) ?? 0) + 1);
    return fault;
  };
  return { choose, counts };
}
