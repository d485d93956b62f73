import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import type { InboundMessage } from "../../../../src/domain/calls/inbound.ts";
import { keepInbound } from "../../../../src/flows/messages/keep-inbound.ts";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { countCost } from "../../../support/workers/counts.ts";
import { cutAt, freshDeps, type Moment } from "../../../support/workers/cut.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import { ask, owed, ringAt, triedQuery } from "../../../support/workers/ledger.ts";
import {
  acceptedBy,
  type LiveKey,
  makeLiveKey,
  type Outside,
  sendTaken,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;
let bells: MockInstance;
let given = 0;

beforeEach(async () => {
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
  bells = vi.spyOn(env.BELL, "send");
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function subscribe(path: string, more: Record<string, unknown> = {}): Promise<string> {
  const url = `https://customer.example/${path}`;
  const body = { webhook_url: url, webhook_type: "all", ...more };
  expect((await call("/v2/api/webhooks", { body, token: key.token })).status).toBe(201);
  return url;
}

function newPerson(): string {
  given += 1;
  return `+1415777${String(1000 + given)}`;
}

async function write(from = newPerson(), text = "Hi") {
  const url = `${env.PUBLIC_URL}/twilio/${key.integrationId}/inbound`;
  const [answer] = await twilio.sendInbound({ from, to: key.numbers[0] ?? "", text, url });
  return answer?.status;
}

function inbound(): InboundMessage {
  given += 1;
  const [to = ""] = key.numbers;
  return {
    providerId: `SM${String(given).padStart(32, "0")}`,
    accountId: key.integrationId,
    from: newPerson(),
    to,
    channel: "sms",
    text: "Hi",
    attachments: [],
    verified: true,
    optOutType: null,
    detail: {},
  };
}

const toldAt = (url: string) => outside.told.filter((told) => told.url === url);
const sequencesOf = (url: string, person: string) =>
  toldAt(url)
    .filter(({ body }) => body.external_id === person)
    .map(({ body }) => body.sequence);
const nothingOwed = () => eventually(async () => (await owed(key)).length === 0);

/** An endpoint that answers nobody before it is let go. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: promise, letGo: resolve };
}

describe("the first delivery of an event", () => {
  it("leaves from the request that brought it: two object calls and one transaction in all, and no bell", async () => {
    const url = await subscribe("lone");
    const { sid } = await sendTaken(twilio, key, "Hello", newPerson());
    await outside.calm();
    await nothingOwed();
    bells.mockClear();
    const counter = await countCost(key.id);
    for (const bring of [() => twilio.sendStatus(sid, "sent"), () => write()]) {
      const before = toldAt(url).length;
      counter.since();
      await bring();
      await eventually(async () => toldAt(url).length === before + 1 && (await owed(key)).length === 0);
      const { calls, transactions } = counter.since();
      expect({ calls: calls.slice(1), transactions }).toEqual({ calls: ["recordDeliveries"], transactions: 1 });
    }
    counter.stop();
    expect(toldAt(url).map(({ body }) => body.event)).toEqual(["message.sent", "message.received"]);
    expect(bells).not.toHaveBeenCalled();
  });

  it("leaves so to every webhook that gets it, and of more than two to the others as well", async () => {
    const [first, second] = [await subscribe("a"), await subscribe("b")];
    await write();
    await eventually(async () => toldAt(first).length === 1 && toldAt(second).length === 1);
    await nothingOwed();
    expect(bells).not.toHaveBeenCalled();
    const others = [await subscribe("c"), await subscribe("d"), await subscribe("e")];
    await write();
    await eventually(async () => [first, second].every((url) => toldAt(url).length === 2));
    await eventually(async () => others.every((url) => toldAt(url).length === 1));
    await nothingOwed();
  });

  it("leaves so where the pool was given its snapshot first, and asked again", async () => {
    const url = await subscribe("again");
    await nothingOwed();
    const pool = env.POOLS.getByName(key.id);
    await runInDurableObject(pool, (_, { storage }) => storage.deleteAll());
    await evictDurableObject(pool);
    bells.mockClear();
    expect(await write()).toBe(200);
    await eventually(async () => toldAt(url).length === 1 && (await owed(key)).length === 0);
    expect(bells.mock.calls.filter(([body]) => (body as { lane?: string }).lane !== undefined)).toEqual([]);
  });

  it("is told by the lobby's pool too, where no key holds the number", async () => {
    await admin("/webhooks", {
      body: { organization_id: key.organizationId, webhook_url: "https://customer.example/all", events: ["*"] },
    });
    await admin(`/numbers/${encodeURIComponent(key.numbers[0] ?? "")}`, {
      method: "PATCH",
      body: { api_key_id: null },
    });
    bells.mockClear();
    expect(await write()).toBe(200);
    expect(await write()).toBe(200);
    await eventually(async () => toldAt("https://customer.example/all").length === 2);
    expect(bells.mock.calls.filter(([body]) => (body as { lane?: string }).lane !== undefined)).toEqual([]);
  });

  it("leaves so where somebody follows a link of a message", async () => {
    const url = await subscribe("clicks", { events: ["message.clicked"] });
    await sendText(key, "See https://example.com/page", newPerson(), { shorten_links: true });
    const { body } = await eventually(async () => acceptedBy(twilio)[0]);
    await outside.calm();
    bells.mockClear();
    const followed = await exports.default.fetch(String(/https:\S+/.exec(body)?.[0]), { redirect: "manual" });
    expect(followed.headers.get("Location")).toBe("https://example.com/page");
    await eventually(async () => toldAt(url).length === 1);
    await nothingOwed();
    expect(bells).not.toHaveBeenCalled();
  });

  it("leaves on a bell where nobody offered a hand, as a Worker of the release before does", async () => {
    const url = await subscribe("before");
    const answer = await env.POOLS.getByName(key.id).receive(inbound());
    expect(answer).toMatchObject({ ok: true });
    expect(answer).not.toHaveProperty("handed");
    expect(bells).toHaveBeenCalledOnce();
    await eventually(async () => toldAt(url).length === 1);
  });

  it("is told by the queue where the pool is of the release before, and hands over nothing", async () => {
    const url = await subscribe("older");
    const deps = freshDeps();
    const { pool } = deps;
    const older = {
      ...deps,
      pool: (id: string) => ({ ...pool(id), receive: (m: InboundMessage) => pool(id).receive(m) }),
    };
    const number = { organizationId: key.organizationId, apiKeyId: key.id };
    expect(await keepInbound(older, number, inbound())).toEqual({ ok: true, value: expect.stringMatching(/^msg_/) });
    expect(bells).toHaveBeenCalledOnce();
    await eventually(async () => toldAt(url).length === 1);
  });
});

describe("beside the queue", () => {
  it("a chat is told in its order, by hands and consumers in turn", async () => {
    const url = await subscribe("order", { events: ["message.*"] });
    outside.answerAs = async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
      return 200;
    };
    const people = [newPerson(), newPerson(), newPerson()];
    for (let turn = 0; turn < 5; turn += 1) {
      for (const person of people) {
        const { sid } = await sendTaken(twilio, key, `Turn ${turn}`, person);
        void write(person, `Answer ${turn}`);
        void twilio.sendStatus(sid, "sent");
        void twilio.sendStatus(sid, "delivered");
      }
    }
    await eventually(async () => toldAt(url).length === 75);
    await nothingOwed();
    const inOrder = Array.from({ length: 25 }, (_, index) => index + 1);
    expect(people.map((person) => sequencesOf(url, person))).toEqual(people.map(() => inOrder));
    expect(bells).toHaveBeenCalled();
  });

  it("an endpoint that hangs delays neither Twilio's answer nor what is owed to others", async () => {
    const [stuck, sound] = [await subscribe("stuck"), await subscribe("sound")];
    const held = gate();
    outside.answerAs = async (url) => {
      if (url === stuck) await held.open;
      return 200;
    };
    expect(await write()).toBe(200);
    await eventually(async () => toldAt(stuck).length === 1 && toldAt(sound).length === 1);
    for (let more = 0; more < 3; more += 1) expect(await write()).toBe(200);
    await eventually(async () => toldAt(sound).length === 4);
    expect((await owed(key)).length).toBeGreaterThan(0);
    held.letGo();
    await eventually(async () => toldAt(stuck).length === 4);
    await nothingOwed();
  });

  it("twenty callbacks at once hold no more than the places of their endpoint", async () => {
    const url = await subscribe("crowd");
    const held = gate();
    let [open, most] = [0, 0];
    outside.answerAs = async () => {
      open += 1;
      most = Math.max(most, open);
      await held.open;
      open -= 1;
      return 200;
    };
    const answers = await Promise.all(Array.from({ length: 20 }, () => write()));
    expect(answers).toEqual(Array.from({ length: 20 }, () => 200));
    await eventually(async () => open === 4);
    expect((await owed(key)).length).toBe(20);
    expect(most).toBe(4);
    held.letGo();
    await eventually(async () => toldAt(url).length === 20);
    await nothingOwed();
    expect(new Set(toldAt(url).map(({ body }) => body.event_id)).size).toBe(20);
  });

  it("an endpoint on the slow lane is left to the queue", async () => {
    const url = await subscribe("slow");
    outside.answerAs = () => 504;
    const counter = await countCost(key.id);
    await write();
    await eventually(async () => (await owed(key)).some(({ attempt }) => attempt === 2));
    // The bell that was rung as the endpoint changed its lane is answered: it would do for what comes next.
    await eventually(async () => counter.since().calls.includes("takeDeliveries"));
    counter.stop();
    const slow = vi.spyOn(env.BELL_SLOW, "send");
    outside.answerAs = () => 200;
    await write();
    await eventually(async () => toldAt(url).length === 2);
    expect(slow).toHaveBeenCalledOnce();
  });

  it("what came while a quick endpoint is told waits for that hand, and is rung for where it does not come back", async () => {
    const url = await subscribe("late");
    // Every answer comes at once by this clock, however busy the machine is.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    await write();
    await nothingOwed();
    bells.mockClear();
    const held = gate();
    outside.answerAs = async () => {
      await held.open;
      return 200;
    };
    await write();
    await eventually(async () => toldAt(url).length === 2);
    await write();
    expect(bells).not.toHaveBeenCalled();
    await eventually(async () => toldAt(url).length === 3);
    expect(bells).toHaveBeenCalledOnce();
    held.letGo();
    await nothingOwed();
  });
});

/** How often an event is told where everything ends at one of the calls that bring and tell it. */
const moments: (Moment & { times: number })[] = [
  { nth: 1, when: "before", times: 1 },
  { nth: 1, when: "after", times: 1 },
  { nth: 2, when: "before", times: 1 },
  { nth: 2, when: "after", times: 2 },
  { nth: 3, when: "before", times: 2 },
  { nth: 3, when: "after", times: 1 },
];

describe("a hand that dies", () => {
  const alarmAt = () => runInDurableObject(env.POOLS.getByName(key.id), (_, { storage }) => storage.getAlarm());

  it("leaves its delivery to the queue once its lease is over, also where the alarm rang meanwhile", async () => {
    const url = await subscribe("dead");
    const startedAt = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: startedAt });
    const answer = await env.POOLS.getByName(key.id).receive(inbound(), 2);
    expect(answer.handed).toHaveLength(1);
    for (const passed of [1_000, 11_000]) {
      await ringAt(key, startedAt + passed);
      expect(await alarmAt()).toBeLessThanOrEqual(startedAt + 30_000);
    }
    expect(bells).not.toHaveBeenCalled();
    await ringAt(key, startedAt + 30_000);
    expect(bells).toHaveBeenCalledOnce();
    await eventually(async () => toldAt(url).length === 1);
    await nothingOwed();
  });

  it("at any moment loses no event: it is told under the same id, and its log says so", async () => {
    const url = await subscribe("cut");
    const number = { organizationId: key.organizationId, apiKeyId: key.id };
    const whole = cutAt(null);
    await keepInbound(whole.deps, number, inbound());
    await whole.over();
    expect(whole.calls).toEqual(["pool receive", "endpoint POST", "pool recordDeliveries"]);
    let now = Date.now();
    for (const { nth, when, times } of moments) {
      const message = inbound();
      const way = cutAt({ nth, when });
      await keepInbound(way.deps, number, message).catch(() => {});
      await way.over();
      // Whoever was not answered tells it again.
      if (nth === 1) await keepInbound(freshDeps(), number, message);
      now += 31_000;
      vi.useFakeTimers({ toFake: ["Date"], now });
      await ringAt(key, now);
      await nothingOwed();
      const told = toldAt(url).filter(({ body }) => body.external_id === message.from);
      expect(told.length, `${when} ${whole.calls[nth - 1]}`).toBe(times);
      expect(new Set(told.map(({ raw }) => raw)).size).toBe(1);
    }
    expect(await ask(key, `SELECT * FROM (${triedQuery}) WHERE status = 200`)).toHaveLength(1 + moments.length);
  });
});
