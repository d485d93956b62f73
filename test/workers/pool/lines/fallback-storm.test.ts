import { afterEach, beforeEach, expect, inject, it, vi } from "vitest";
import { type MacFault, macWords } from "../../../support/node/fake-bluebubbles-faults.ts";
import type { Fault } from "../../../support/node/fake-twilio-faults.ts";
import { admin } from "../../../support/workers/gateway.ts";
import { ask } from "../../../support/workers/ledger.ts";
import { v2 } from "../../../support/workers/mac.ts";
import { crash, report, ring } from "../../../support/workers/pool.ts";
import { openTwoNetworks, type TwoNetworks } from "../../../support/workers/two-networks.ts";

const sends = inject("stormSends");
/** Twilio's ids of what was reported and heard. */
const heard = new Set<string>();
let stage: TwoNetworks;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  stage = await openTwoNetworks();
});
afterEach(() => {
  expect(stage.mac.violations).toEqual([]);
  vi.useRealTimers();
});

/** What a Mac does to those who are on iMessage: half of them have it. */
const macFaults: (MacFault | null)[] = [
  { kind: "failed", error: 22, afterMs: 0 },
  { kind: "failed", error: 22, afterMs: 15 },
  { kind: "failed", error: 4, afterMs: 0 },
  { kind: "error", message: macWords.transactionTimeout, taken: true },
  { kind: "error", message: macWords.transactionTimeout, taken: false },
  { kind: "error", message: macWords.noHandles, taken: false },
  { kind: "reset", taken: true },
  ...Array.from({ length: 7 }, () => null),
];
/** What Twilio does to what is handed on. */
const twilioFaults: (Fault | null)[] = [
  { kind: "error", status: 500, taken: true },
  { kind: "error", status: 500, taken: false },
  { kind: "reset", taken: true },
  { kind: "refuse", status: 400, code: 21614, message: "Not a mobile number" },
  ...Array.from({ length: 5 }, () => null),
];

type Sent = { seq: number; text: string; status: string; error_code: string | null };
const rowsOf = (id: string, query: string) => ask<Sent>({ ...stage.line, id, numbers: [] }, query);
const open =
  "SELECT * FROM messages WHERE direction = 'outbound' AND status IN ('queued', 'scheduled', 'sending', 'sent')";

/** What reached its person: by the line, or by Twilio, as often as it did. */
function reachedTimes(): Map<string, number> {
  const times = new Map<string, number>();
  const texts = [
    ...stage.mac.reached().map(({ text }) => text),
    ...stage.texts.carrier.departures.map(({ body }) => body),
  ];
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return times;
}

async function sendAll(): Promise<void> {
  for (let from = 0; from < sends; from += 50) {
    const messages = Array.from({ length: Math.min(50, sends - from) }, (_, n) => {
      const chat_id = `+1415779${String(1000 + from + n)}`;
      if ((from + n) % 3 === 0) stage.mac.notOnIMessage.add(chat_id);
      return { chat_id, text: `Text ${from + n}` };
    });
    expect((await v2(stage.line, "/messages/bulk", { messages })).status).toBe(202);
  }
}

/** Both networks fail by turns. */
function failByTurns(): void {
  stage.mac.faults.chooseBy(({ route, index }) =>
    route === "query" ? null : (macFaults[(index * 5) % macFaults.length] ?? null),
  );
  let asked = 0;
  stage.texts.carrier.twilio.faults.chooseBy(({ call }) => {
    if (call !== "create") return null;
    asked += 1;
    return twilioFaults[asked % twilioFaults.length] ?? null;
  });
}

/** Lets time pass until every message has its end; now and then an object of either key is killed. */
async function passUntilEnded(): Promise<void> {
  const clock = setInterval(() => vi.setSystemTime(Date.now() + 5), 1);
  try {
    for (let turn = 0; (await rowsOf(stage.line.id, open)).length > 0; turn += 1) {
      if (turn > 20 * sends) throw new Error("There is no end to it.");
      await passOn(turn);
    }
  } finally {
    clearInterval(clock);
  }
}

async function passOn(turn: number): Promise<void> {
  const { mac, line, texts, world } = stage;
  vi.setSystemTime(Date.now() + 20_000);
  await ring({ ...texts, id: line.id });
  await ring(texts);
  await world.quiet();
  if (turn % 7 === 3) await crash(turn % 2 === 0 ? { ...texts, id: line.id } : texts);
  for (const { guid, error, isDelivered } of mac.db.messages) if (error === 0 && !isDelivered) mac.deliver(guid);
  await reportNew();
}

/** What Twilio took comes to its person, and is reported until that was heard. */
async function reportNew(): Promise<void> {
  for (const departure of stage.texts.carrier.departures) {
    if (heard.has(departure.sid)) continue;
    if ((await report(stage.texts, departure, "delivered")) === 204) heard.add(departure.sid);
  }
}

it("a storm over two networks, with both keys' objects killed, reaches every person at most once by either, and leaves no message without an end", async () => {
  const { mac, line, texts } = stage;
  const caps = { per_second: 1_000, new_contacts_per_hour: null, new_contacts_per_day: null, unanswered: null };
  await admin(`/numbers/${encodeURIComponent(line.line)}`, { method: "PATCH", body: { caps } });
  await admin(`/api-keys/${texts.id}`, { method: "PATCH", body: { pause_itself: false } });
  failByTurns();
  await sendAll();
  await passUntilEnded();
  const times = reachedTimes();
  expect([...times].filter(([, count]) => count > 1)).toEqual([]);
  const messages = await rowsOf(line.id, "SELECT * FROM messages WHERE direction = 'outbound'");
  expect(messages).toHaveLength(sends);
  expect(messages.filter((message) => !isTold(message, times.has(message.text)))).toEqual([]);
  console.info(JSON.stringify({ sends, line: mac.reached().length, sms: texts.carrier.departures.length }));
}, 600_000);

/** What reached its person says so, or that nobody knows; anything else has failed. */
function isTold({ status, error_code }: Sent, reached: boolean): boolean {
  return reached ? status === "delivered" || error_code === "outcome_unknown" : status === "failed";
}
