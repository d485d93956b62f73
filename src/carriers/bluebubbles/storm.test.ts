import { afterEach, beforeEach, expect, test } from "vitest";
import { type RunningMac, startFakeMac } from "../../../test/support/node/fake-bluebubbles.ts";
import { type MacFault, macWords } from "../../../test/support/node/fake-bluebubbles-faults.ts";
import { loginTo, macOptions, openCarrier, outgoingTo, soughtOf } from "../../../test/support/node/mac-carrier.ts";

let running: RunningMac;

beforeEach(async () => {
  running = await startFakeMac(macOptions);
});

afterEach(async () => {
  await running.stop();
});

const page = { kind: "page", body: "<html></html>" } as const;
const faults: (MacFault | null)[] = [
  null,
  ...[true, false].flatMap((taken): MacFault[] => [
    { kind: "error", message: macWords.transactionTimeout, taken },
    { kind: "error", message: macWords.notInDatabase, taken },
    { kind: "reset", taken },
    { kind: "hang", taken },
    { ...page, status: 524, taken },
    { ...page, status: 502, taken },
  ]),
  { kind: "error", message: macWords.helperOff, taken: false },
  { ...page, status: 530, taken: false },
  { kind: "wrong_guid" },
  { kind: "failed", error: 22, afterMs: 0 },
];

type End = { name: string; id: string | null };

/** Sends one message through a fault, and looks for it where its outcome is unknown. */
async function sendThrough(fault: MacFault | null, to: string, text: string, isOurs: (id: string) => boolean) {
  const carrier = openCarrier(loginTo(running.url), fault?.kind === "hang" ? { sendMs: 150 } : {});
  const mark = await carrier.askMark();
  if (!mark.ok) throw new Error("The stand-in gave no mark.");
  const watermark = { at: Date.now(), mark: mark.value };
  const message = outgoingTo({ to, text, watermark });
  if (fault !== null) running.mac.faults.add({ to }, fault, 1);
  const sent = await carrier.send(message);
  const ended = async (): Promise<End> => {
    if (sent.kind !== "unknown") return { name: sent.kind, id: sent.kind === "accepted" ? sent.providerId : null };
    const settled = await carrier.settle(soughtOf(message, { isOurs }), watermark);
    if (!settled.ok) throw new Error(settled.refusal.message);
    const { value } = settled;
    return { name: value.kind, id: value.kind === "found" ? value.state.providerId : null };
  };
  return { tempGuid: message.reference.messageId, end: await ended() };
}

test("through every fault, equal texts to few people are each accounted for: found where they reached a person, absent where they did not, and never another's", async () => {
  const people = Array.from({ length: 6 }, (_, n) => `+1555000${1000 + n}`);
  for (const from of people) running.mac.receive({ from, text: "Hi" });
  const owned = new Set<string>();
  const ends = new Map<string, number>();
  const writeTo = async (to: string, lane: number) => {
    for (const [turn, fault] of [...faults, ...faults.toReversed()].entries()) {
      const text = turn % 2 === lane % 2 ? "Same" : "Other";
      const { tempGuid, end } = await sendThrough(fault, to, text, (id) => owned.has(id));
      const reached = running.mac.reached().filter((entry) => entry.tempGuid === tempGuid);
      const isLost = end.id === null || fault?.kind === "failed";
      expect(reached.map(({ guid }) => guid)).toEqual(isLost ? [] : [end.id]);
      expect(owned.has(end.id ?? "")).toBe(false);
      owned.add(end.id ?? `none ${tempGuid}`);
      ends.set(end.name, (ends.get(end.name) ?? 0) + 1);
    }
  };
  await Promise.all(people.map(writeTo));
  const times = 2 * people.length;
  expect(Object.fromEntries(ends)).toEqual({
    accepted: 2 * times,
    found: 7 * times,
    absent: 6 * times,
    wait: 2 * times,
  });
  expect(running.mac.violations).toEqual([]);
});
