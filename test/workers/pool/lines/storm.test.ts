import { env } from "cloudflare:workers";
import { expect, inject, it, vi } from "vitest";
import { type MacFault, macWords } from "../../../support/node/fake-bluebubbles-faults.ts";
import type { FakeMac, Inbound } from "../../../support/node/fake-bluebubbles-mac.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { ask } from "../../../support/workers/ledger.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { ringIn, v2 } from "../../../support/workers/mac.ts";
import { crash, type Pool } from "../../../support/workers/pool.ts";

const sends = inject("stormSends");
const minuteMs = 60_000;
const stage = stageLine({}, ["message.received", "message.device_sent"]);

const page = { kind: "page", body: "<html></html>" } as const;
/** Every fault of the stand-in, with the message taken and not, beside as many sends that go well. */
const faults: (MacFault | null)[] = [
  ...[true, false].flatMap((taken): MacFault[] => [
    { kind: "error", message: macWords.transactionTimeout, taken },
    { kind: "error", message: macWords.notInDatabase, taken },
    { kind: "error", message: macWords.noGuid, taken },
    { kind: "reset", taken },
    { kind: "hang", taken },
    { ...page, status: 524, taken },
    { ...page, status: 502, taken },
  ]),
  { kind: "error", message: macWords.helperOff, taken: false },
  { ...page, status: 530, taken: false },
  { kind: "late", afterMs: 30 },
  { kind: "wrong_guid" },
  { kind: "slow", answerAfterMs: 5 },
  { kind: "not_joined", joinedAfterMs: 20 },
  { kind: "failed", error: 22, afterMs: 0 },
  { kind: "failed", error: 4, afterMs: 20 },
  ...Array.from({ length: 22 }, () => null),
];

/** A step that has no divisor with the number of faults takes them all, each as often as any other. */
function failByTurns(): void {
  let reads = 0;
  stage.mac.faults.chooseBy(({ route, index }) => {
    if (route !== "query") return faults[(index * 31) % faults.length] ?? null;
    reads += 1;
    return reads % 199 === 0 ? { kind: "error", message: "SQLITE_BUSY", taken: false } : null;
  });
}

type Sent = { seq: number; chat: string; text: string; sid: string | null; status: string; error_code: string | null };

function rowsOf(query: string): Promise<Sent[]> {
  return ask<Sent>({ ...stage.key, numbers: [stage.key.line] }, query);
}

async function sendAll(people: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < sends; from += 50) {
    const messages = Array.from({ length: Math.min(50, sends - from) }, (_, n) => ({
      chat_id: people[(from + n) % people.length],
      text: (from + n) % 3 === 0 ? "Same" : `Text ${from + n}`,
    }));
    const { status, body } = await v2(stage.key, "/messages/bulk", { messages });
    expect(status).toBe(202);
    ids.push(...(body.results as { message_id: string }[]).map(({ message_id }) => message_id));
  }
  return ids;
}

/** Lets time pass, faster than it does, until a question has no more rows. */
async function passUntilNone(query: string): Promise<void> {
  const clock = setInterval(() => vi.setSystemTime(Date.now() + 5), 1);
  try {
    for (let turn = 0; (await rowsOf(query)).length > 0; turn += 1) {
      if (turn > 20 * sends) throw new Error(`There is no end to: ${query}`);
      await ringIn(stage.key, 20_000);
      await stage.world.quiet();
    }
  } finally {
    clearInterval(clock);
  }
}

/** How often each thing occurs. */
function tally(things: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const thing of [...things].sort()) counts[thing] = (counts[thing] ?? 0) + 1;
  return counts;
}

it("a storm of sends through every fault of a Mac reaches every person at most once, and leaves no message without an end", async () => {
  const { mac, key } = stage;
  const caps = { per_second: 1_000, new_contacts_per_hour: null, new_contacts_per_day: null, unanswered: null };
  await admin(`/numbers/${encodeURIComponent(key.line)}`, { method: "PATCH", body: { caps } });
  failByTurns();
  mac.losesHook = (_type, count) => count % 10 !== 0;
  const people = Array.from({ length: Math.ceil(sends / 8) }, (_, n) => `+1415777${String(1000 + n)}`);
  const ids = await sendAll(people);
  expect(new Set(ids).size).toBe(sends);
  await passUntilNone("SELECT * FROM messages WHERE status IN ('queued', 'sending')");

  // The Mac's own rows are the judge: each was asked for by one message, and no message asked for two.
  const reached = mac.reached();
  expect(Object.values(tally(reached.map(({ tempGuid }) => String(tempGuid)))).filter((times) => times > 1)).toEqual(
    [],
  );
  const messages = await rowsOf("SELECT * FROM messages");
  expect(tally(messages.flatMap(({ sid }) => sid ?? []))).toEqual(tally(mac.db.messages.map(({ guid }) => guid)));
  const said = messages.filter(({ status }) => status === "sent");
  const place = ({ chat, text }: { chat: string; text: string | null }) => `${chat} ${text}`;
  expect(tally(said.map(place))).toEqual(tally(reached.map(({ to, text }) => place({ chat: to, text }))));
  const failed = messages.filter(({ status }) => status === "failed");
  expect(said.length + failed.length).toBe(sends);
  expect(Object.keys(tally(failed.map((row) => String(row.error_code))))).toEqual(["4", "22", "outcome_unknown"]);
  expect(stage.told("message.device_sent")).toEqual([]);

  // What then comes of them is heard of all, however many they are.
  for (const { guid, error } of mac.db.messages) if (error === 0) mac.deliver(guid);
  mac.faults.chooseBy(() => null);
  await passUntilNone("SELECT * FROM messages WHERE status = 'sent'");
  console.info(
    JSON.stringify({ sends, reached: reached.length, failed: tally(failed.map((row) => String(row.error_code))) }),
  );
}, 600_000);

const people = Array.from({ length: 10 }, (_, n) => `+1415778${String(1000 + n)}`);

/** What a Mac does about its bells. */
const bells: Pick<FakeMac, "isDeaf" | "hookTimes" | "losesHook">[] = [
  { isDeaf: false, hookTimes: 1, losesHook: () => false },
  { isDeaf: false, hookTimes: 1, losesHook: (_, count) => count % 3 !== 0 },
  { isDeaf: false, hookTimes: 2, losesHook: () => false },
  { isDeaf: true, hookTimes: 1, losesHook: () => false },
];

/** One message of the storm: of a person or in a group, now and then dated in the past, or before it belongs to its chat. */
function inboundAt(n: number): Inbound {
  return {
    from: people[n % people.length] ?? "",
    text: n % 3 === 0 ? "Same" : `Word ${n}`,
    ...(n % 7 === 0 ? { group: people.slice(0, 3) } : {}),
    ...(n % 5 === 0 ? { ageMs: 5 * minuteMs } : {}),
    ...(n % 11 === 0 ? { joinedAfterMs: 20 } : {}),
  };
}

it("a storm of what people write comes in once each, with bells missing, doubled and deaf, rows that come late, and the object killed", async () => {
  const { mac, key, world } = stage;
  const written = Math.ceil(sends / 2);
  for (let n = 0; n < written; n += 1) {
    Object.assign(mac, bells[Math.floor(n / 10) % bells.length]);
    mac.receive(inboundAt(n));
    if (n % 10 === 9) await ringIn(key, 2_000);
    if (n % 40 === 29) await crash({ id: key.id } as Pool);
  }
  const guids = tally(mac.db.messages.map(({ guid }) => guid));
  const taken = () => rowsOf("SELECT * FROM messages WHERE direction = 'inbound'");
  await eventually(async () => {
    await ringIn(key, minuteMs);
    await world.quiet();
    return (await taken()).length >= written;
  });
  for (let turn = 0; turn < 3; turn += 1) await ringIn(key, minuteMs);
  expect(tally((await taken()).map(({ sid }) => String(sid)))).toEqual(guids);
  // A kill may cut off the note that a webhook was told: it is told the same event again, by the same id, once its consumer's time is over.
  const toldOnce = () => new Set(stage.told("message.received").map(({ event_id }) => event_id)).size;
  for (let turn = 0; turn < written && toldOnce() < written; turn += 1) {
    await ringIn(key, minuteMs);
    const owed = async () => (await env.POOLS.getByName(key.id).stats())?.owedDeliveries;
    await eventually(async () => (await owed()) === 0 || toldOnce() === written).catch(() => {});
  }
  const told = stage.told("message.received");
  const messages = new Set(told.map(({ message_id }) => message_id));
  const events = new Set(told.map(({ event_id }) => event_id));
  expect([messages.size, events.size]).toEqual([written, written]);
}, 600_000);
