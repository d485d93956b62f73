import { runInDurableObject } from "cloudflare:test";
import { triedQuery } from "./ledger.ts";
import type { LedgerWorld } from "./ledger-world.ts";

type Message = {
  seq: number;
  status: string;
  outcome_unknown: number;
  sid: string | null;
  text: string;
  detail: string;
};
type Event = { seq: number; name: string; message: number | null; chat: string; n: number };
type Tried = { webhook: string; event: number; taken: number };

/** Returns what of a settled world is not as it must be, by what stood outside: every message, what was told of it, and the log of that. */
export async function judge(world: LedgerWorld): Promise<unknown[]> {
  await world.stub.keepAll(false);
  await world.stub.exportRows({ table: 0, after: null });
  const found = await runInDurableObject(world.stub, (_pool, { storage: { sql } }) => ({
    messages: sql
      .exec<Message>(
        "SELECT seq, status, outcome_unknown, sid, text, detail FROM messages WHERE direction = 'outbound' ORDER BY seq",
      )
      .toArray(),
    events: sql
      .exec<Event>(
        "SELECT seq, name, message, body ->> '$.external_id' AS chat, body ->> '$.sequence' AS n FROM events WHERE original IS NULL ORDER BY seq",
      )
      .toArray(),
    tried: sql
      .exec<Tried>(
        `SELECT webhook, event, sum(status BETWEEN 200 AND 299) AS taken FROM (${triedQuery}) GROUP BY webhook, event`,
      )
      .toArray(),
  }));
  return [
    ...world.wrong,
    ...judgeAccepted(world, found.messages),
    ...found.messages.flatMap((message) => judgeMessage(world, message, found.events)),
    ...judgeNumbers(found.events),
    ...judgeDeliveries(world, found.events, found.tried),
  ];
}

/** All that was accepted stands, what was taken back never left, and nothing left twice. */
function judgeAccepted(world: LedgerWorld, messages: readonly Message[]): unknown[] {
  const texts = messages.map(({ text }) => text);
  const left = world.pool.carrier.departures.map(({ body }) => body);
  const lost = world.accepted.filter(({ text }) => !texts.includes(text)).map(({ text }) => ({ lost: text }));
  const doubled = left.filter((body, index) => left.indexOf(body) !== index).map((body) => ({ doubled: body }));
  const strange = left.filter((body) => !texts.includes(body)).map((body) => ({ strange: body }));
  const recalled = world.accepted.filter(({ text, cancelled }) => cancelled && left.includes(text));
  return [...lost, ...doubled, ...strange, ...recalled.map(({ text }) => ({ leftAlthoughCancelled: text }))];
}

function judgeMessage(world: LedgerWorld, message: Message, events: readonly Event[]): unknown[] {
  const { seq, status, sid, text, detail } = message;
  const wrong: unknown[] = [];
  const departure = world.pool.carrier.departures.find(({ body }) => body === text);
  const names = (JSON.parse(detail).life as [string, number][]).map(([name]) => name);
  if (names.includes("sent") && names.lastIndexOf("unknown") > names.indexOf("sent")) wrong.push({ text, life: names });
  const once = names.filter((name) => !["unknown", "queued", "sending"].includes(name));
  if (new Set(once).size !== once.length) wrong.push({ text, life: names });
  if (departure === undefined) {
    if (!["failed", "cancelled"].includes(status)) wrong.push({ text, status, left: false });
    return wrong;
  }
  const way = world.wayOf(departure.sid);
  const end = way[world.placeOf(departure.sid)];
  if (sid !== departure.sid || status !== end || message.outcome_unknown !== 0)
    wrong.push({ text, status, sid, wanted: end, of: departure.sid, names });
  const told = events.filter((event) => event.message === seq).map(({ name }) => name.replace("message.", ""));
  const wanted = way
    .slice(1, world.placeOf(departure.sid) + 1)
    .map((name) => (name === "undelivered" ? "failed" : name));
  const steps = told.filter((name) => name !== "sending" && name !== "queued");
  // What ends badly need not have been told to be sent before.
  const isTold = steps.join() === wanted.join() || (steps.join() === "failed" && wanted.at(-1) === "failed");
  if (!isTold) wrong.push({ text, told, wanted });
  return wrong;
}

/** The events of a chat are numbered 1, 2, 3, in their order. */
function judgeNumbers(events: readonly Event[]): unknown[] {
  const ofChat = Map.groupBy(events, ({ chat }) => chat);
  return [...ofChat].flatMap(([chat, own]) => {
    const numbers = own.map(({ n }) => n);
    return numbers.every((n, index) => n === index + 1) ? [] : { chat, numbers };
  });
}

/** Each event was taken once at each webhook by the log; it came again only around a cut, with the same bytes. */
function judgeDeliveries({ outside, cuts }: LedgerWorld, events: readonly Event[], tried: readonly Tried[]): unknown[] {
  const wrong: unknown[] = tried.filter(({ taken }) => taken !== 1);
  if (tried.length !== 2 * events.length) wrong.push({ tried: tried.length, events: events.length });
  const came = Map.groupBy(outside.told, ({ url, body }) => `${body.event_id} ${url}`);
  if (came.size !== 2 * events.length) wrong.push({ came: came.size, events: events.length });
  for (const [event, posts] of came) {
    if (new Set(posts.map(({ raw }) => raw)).size !== 1) wrong.push({ event, bytes: posts.map(({ raw }) => raw) });
    if (posts.length > 4 + cuts) wrong.push({ event, posts: posts.length, cuts });
  }
  return wrong;
}
