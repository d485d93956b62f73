import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { reconcileMs } from "../../../../src/domain/retry.ts";
import { verifyTwilioSignature } from "../../../../src/domain/twilio-signature.ts";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { computeSignature } from "../../../support/node/fake-twilio-webhooks.ts";
import { call, eventually } from "../../../support/workers/gateway.ts";
import {
  acceptedBy,
  type LiveKey,
  makeLiveKey,
  type Outside,
  readMessage,
  sendTaken,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";
import { takeNoPromises } from "../../../support/workers/visits.ts";

const asked = inject("fuzzRuns");
const patience = 120_000 + asked * 2_000;
const to = "+15551234567";
const hour = 60 * 60_000;
const soonMs = 3_000;
const customer = "https://customer.example/status";

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
  await call("/v2/api/webhooks", { body: { webhook_url: customer }, token: key.token });
});

afterEach(() => {
  expect(twilio.violations).toEqual([]);
  vi.useRealTimers();
});

function pool() {
  return env.POOLS.getByName(key.id);
}

/** Lets time pass, and the alarm ring as it would by itself. */
async function pass(ms: number) {
  vi.setSystemTime(Date.now() + ms);
  await runDurableObjectAlarm(pool());
  await outside.calm();
}

function callbackOf(sid: string): string {
  return twilio.messages.find((message) => message.sid === sid)?.statusCallback ?? "";
}

/** Posts a callback with a word of one's own, whatever the stand-in's message has come to; `signed` is the URL that the signature is over. */
async function post(sid: string, status: string, signed = callbackOf(sid).split("#")[0] ?? ""): Promise<number> {
  const message = twilio.messages.find((one) => one.sid === sid);
  const form = {
    MessageSid: sid,
    SmsSid: sid,
    MessageStatus: status,
    SmsStatus: status,
    To: message?.to ?? "",
    From: message?.from ?? "",
    AccountSid: twilio.options.accountSid,
    ApiVersion: "2010-04-01",
    ...(status === "undelivered" ? { ErrorCode: "30003" } : {}),
  };
  const response = await exports.default.fetch(callbackOf(sid).split("#")[0] ?? "", {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": computeSignature(signed, Object.entries(form), twilio.options.authToken),
    },
    body: new URLSearchParams(form).toString(),
  });
  return response.status;
}

/** Posts a callback as its fragment asks Twilio to: up to three repeats where it was not answered with success. */
async function postAsAsked(sid: string, status: string): Promise<number> {
  let answer = 0;
  for (let attempt = 0; attempt < 4 && answer !== 204; attempt += 1) {
    answer = await post(sid, status).catch(() => 0);
  }
  return answer;
}

/** The names of the events that are owed for a message; one that was told twice (at least once is promised) counts once. */
function eventsOf(id: string): string[] {
  const told = outside.told.filter(({ url, body }) => url === customer && body.message_id === id);
  return [...new Map(told.map(({ body }) => [body.event_id, String(body.event)])).values()];
}

/** Where each status stands on a message's way; the ends stand alike, and none may follow another. */
const places = new Map([
  ["queued", 0],
  ["sending", 1],
  ["sent", 2],
  ["delivered", 3],
  ["failed", 3],
]);

type Step = { status: string; at: number; copies: number; copiesAt: number[] };

const share = fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((millionths) => millionths / 1e6);

/** What happens to a message at the carrier and how its callbacks come: a fifth of them twice, one in twenty never, each up to 96 hours late. */
const fate = fc
  .record({
    way: fc.constantFrom(
      ["queued", "sent", "delivered"],
      ["queued", "sending", "sent", "delivered"],
      ["sent", "undelivered"],
      ["sending", "failed"],
      ["queued", "sent"],
    ),
    times: fc.array(share, { minLength: 4, maxLength: 4 }),
    luck: fc.array(fc.noBias(fc.integer({ min: 0, max: 99 })), { minLength: 4, maxLength: 4 }),
    delays: fc.array(share, { minLength: 8, maxLength: 8 }),
  })
  .map(({ way, times, luck, delays }): Step[] => {
    const sorted = times.slice(0, way.length).sort((left, right) => left - right);
    return way.map((status, index) => {
      const at = (sorted[index] ?? 0) * 95 * hour;
      const copies = copiesBy(luck[index] ?? 0);
      const copiesAt = delays.slice(index * 2, index * 2 + copies).map((delay) => at + delay * (95.9 * hour - at));
      return { status, at, copies, copiesAt };
    });
  });

function copiesBy(luck: number): number {
  if (luck < 5) return 0;
  return luck < 25 ? 2 : 1;
}

type Sent = { id: string; sid: string; to: string; seen: string; fate: Step[] };

async function sendAll(fates: Step[][]): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const [index, fate] of fates.entries()) {
    const person = `+1212555${String(index).padStart(4, "0")}`;
    sent.push({ ...(await sendTaken(twilio, key, `Storm ${index}`, person)), to: person, seen: "queued", fate });
  }
  return sent;
}

/** Reads a message, and holds it to its way: it never goes back, and an end is the last of it. */
async function look(message: Sent): Promise<Record<string, unknown>> {
  const answer = await readMessage(key, message.id, message.to);
  const status = String(answer.status);
  const [before, now] = [places.get(message.seen) ?? -1, places.get(status) ?? -1];
  expect(now, `${message.seen}, then ${status}`).toBeGreaterThanOrEqual(before);
  if (before === 3) expect(status).toBe(message.seen);
  message.seen = status;
  return answer;
}

/** Lets four days go by: what happens at the carrier, what it says of it, and the alarm, looked at every half hour. */
async function liveThrough(sent: Sent[]): Promise<void> {
  const start = Date.now();
  const happenings = sent.flatMap((message) =>
    message.fate.flatMap((step) => [
      {
        at: step.at,
        run: async () => {
          await twilio.sendStatus(message.sid, step.status, {
            silent: true,
            ...(step.status === "undelivered" ? { errorCode: 30003 } : {}),
          });
        },
      },
      ...step.copiesAt.map((at) => ({
        at,
        run: async () => {
          expect(await post(message.sid, step.status)).toBe(204);
          await look(message);
        },
      })),
    ]),
  );
  const rings = Array.from({ length: 200 }, (_, index) => ({ at: (index + 1) * (hour / 2), run: ringWhileDue }));
  for (const { at, run } of [...happenings, ...rings].sort((left, right) => left.at - right.at)) {
    vi.setSystemTime(Math.max(Date.now(), start + at));
    await run();
  }
}

/** Rings as often as the object asks for within seconds: what it has too much of for one ring goes on at the next. */
async function ringWhileDue(): Promise<void> {
  let dueAt: number | null = Date.now();
  while (dueAt !== null && dueAt <= Date.now() + soonMs) {
    await pass(1_000);
    dueAt = await runInDurableObject(pool(), (_, state) => state.storage.getAlarm());
  }
}

function truthOf(sid: string): string {
  const status = twilio.messages.find((message) => message.sid === sid)?.status ?? "";
  return status === "undelivered" ? "failed" : status;
}

describe("four days of callbacks in random order, some twice, some never", () => {
  it(
    "never lead a message back, end each where the carrier has it, and owe one event for each status",
    async () => {
      const count = asked || 40;
      const fates = fc.array(fate, { minLength: count, maxLength: count, size: "max" });
      const live = async (all: Step[][]) => {
        const sent = await sendAll(all);
        await liveThrough(sent);
        for (const message of sent) await judgeEnd(message);
      };
      await fc.assert(fc.asyncProperty(fates, live), { numRuns: 1, endOnFailure: true });
    },
    patience,
  );

  async function judgeEnd(message: Sent) {
    const { id, sid } = message;
    const truth = truthOf(sid);
    const end = `message.${truth}`;
    const answer = await look(message);
    expect(answer).toMatchObject({ status: truth, outcome_unknown: false });
    if (truth === "sent") expect(answer.delivery_report).toBe("missing");
    await eventually(async () => eventsOf(id).includes(end));
    const names = eventsOf(id);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name === "message.delivered" || name === "message.failed")).toHaveLength(
      end === "message.sent" ? 0 : 1,
    );
  }
});

describe("a callback that comes at a bad moment", () => {
  const rounds = asked || 25;
  const orders = fc.sample(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), { numRuns: rounds, seed: 7 });

  it(
    "is not lost while the object is evicted, its alarm runs or the carrier's list is read",
    async () => {
      for (const [round, order] of orders.entries()) {
        const known = await sendTaken(twilio, key, `Known ${round}`, to);
        const lost = await sendUnknown(`Unknown ${round}`);
        for (const { sid } of [known, lost]) await twilio.sendStatus(sid, "sent", { silent: true });
        vi.setSystemTime(Date.now() + reconcileMs.grace + 1_000);
        const moves = [
          () => evictDurableObject(pool()).then(() => 204),
          () => runDurableObjectAlarm(pool()).then(() => 204),
          () => postAsAsked(known.sid, "delivered"),
          () => postAsAsked(lost.sid, "undelivered"),
          () => postAsAsked(known.sid, "sent"),
        ];
        const answers = await Promise.all(order.map((index) => moves[index]?.()));
        expect(answers, `round ${round}, order ${order}`).toEqual([204, 204, 204, 204, 204]);
        expect(await readMessage(key, known.id, to)).toMatchObject({ status: "delivered" });
        expect(await readMessage(key, lost.id, to)).toMatchObject({ status: "failed", outcome_unknown: false });
      }
      expect(acceptedBy(twilio)).toHaveLength(2 * rounds);
    },
    patience,
  );

  it(
    "is not lost between the carrier's list, which says less, and its answer",
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { id, sid } = await sendUnknown(`Listed ${round}`);
        await twilio.sendStatus(sid, "sent", { silent: true });
        const told = tellDuringList(() => post(sid, "delivered"));
        await pass(reconcileMs.grace + 1_000);
        expect(await told).toBe(204);
        expect(await readMessage(key, id, to)).toMatchObject({ status: "delivered", outcome_unknown: false });
      }
      expect(acceptedBy(twilio)).toHaveLength(rounds);
    },
    patience,
  );

  async function sendUnknown(text: string): Promise<{ id: string; sid: string }> {
    twilio.faults.add({ body: text }, { kind: "error", status: 500, taken: true }, 1);
    const id = await sendText(key, text, to);
    await eventually(async () => (await readMessage(key, id, to)).outcome_unknown === true);
    return { id, sid: acceptedBy(twilio).find(({ body }) => body === text)?.sid ?? "" };
  }

  /** Calls back once, after the carrier has written its list and before the gateway has it. */
  function tellDuringList(tell: () => Promise<number>): Promise<number> {
    const spy = vi.mocked(globalThis.fetch);
    const before = spy.getMockImplementation() ?? globalThis.fetch;
    return new Promise((resolve) => {
      spy.mockImplementation(async (input, init) => {
        const answer = await before(input, init);
        const url = input instanceof Request ? input.url : String(input);
        if (!url.includes("/Messages.json?")) return answer;
        spy.mockImplementation(before);
        resolve(await tell());
        return answer;
      });
    });
  }
});

describe("the StatusCallback that is given to Twilio", () => {
  it("is short and plain, and its signature covers all but the fragment", async () => {
    const { id, sid } = await sendTaken(twilio, key, "Where to call?", to);
    const url = callbackOf(sid);
    expect(url.length).toBeLessThan(2_000);
    expect(url).toMatch(/^https:\/\/[a-z0-9.-]+\/[\w/]+\?[\w=&]+#rc=3&rp=all$/);
    const [plain = ""] = url.split("#");
    for (const signed of [`${plain}&more=1`, plain.replace("https:", "http:"), url]) {
      expect(await post(sid, "delivered", signed)).toBe(403);
    }
    expect((await readMessage(key, id, to)).status).toBe("queued");
    expect(await post(sid, "delivered", plain)).toBe(204);
    expect((await readMessage(key, id, to)).status).toBe("delivered");
  });

  it("verifies as the message's own URL, fragment and all, and as what is left of it on the wire", async () => {
    const { sid } = await sendTaken(twilio, key, "Where to call?", to);
    const url = callbackOf(sid);
    const [plain = ""] = url.split("#");
    const params: [string, string][] = [["MessageSid", sid]];
    const { authToken } = twilio.options;
    const request = {
      params,
      rawBody: new Uint8Array(),
      contentType: "application/x-www-form-urlencoded",
      signature: computeSignature(plain, params, authToken),
      authTokens: [authToken],
    };
    for (const received of [plain, url]) expect(await verifyTwilioSignature({ ...request, url: received })).toBe(true);
    expect(await verifyTwilioSignature({ ...request, url: `${plain}1` })).toBe(false);
  });
});

describe("a storage that refuses to write the carrier's answer", () => {
  let takenText = "";
  let left = 0;

  /** Refuses so many writes, from the moment on at which the carrier has taken a message with this text. */
  function refuseWrites(text: string, times: number): void {
    takenText = text;
    left = times;
  }

  beforeEach(async () => {
    takeNoPromises();
    left = 0;
    await runInDurableObject(pool(), (_, state) => {
      const prototype = Object.getPrototypeOf(state.storage) as DurableObjectStorage;
      const write = prototype.transactionSync;
      vi.spyOn(prototype, "transactionSync").mockImplementation(function (this: DurableObjectStorage, work) {
        if (left === 0 || !acceptedBy(twilio).some(({ body }) => body === takenText)) return write.call(this, work);
        left -= 1;
        throw new Error("The storage is gone.");
      });
    });
  });

  it(
    "once leaves the message unknown, never sent again, and settled by its callback",
    async () => {
      for (let round = 0; round < (asked || 20); round += 1) {
        refuseWrites(`Refused ${round}`, 1);
        const { id, sid } = await sendTaken(twilio, key, `Refused ${round}`, to);
        await eventually(async () => (await readMessage(key, id, to)).outcome_unknown === true);
        expect(left).toBe(0);
        await pass(1_000);
        expect(await readMessage(key, id, to)).toMatchObject({ status: "queued", outcome_unknown: true });
        expect(await post(sid, "delivered")).toBe(204);
        expect(await readMessage(key, id, to)).toMatchObject({ status: "delivered", outcome_unknown: false });
        await pass(reconcileMs.grace + 1_000);
        expect(acceptedBy(twilio)).toHaveLength(round + 1);
      }
    },
    patience,
  );

  it("and the note that it is unknown, too, holds it until the object wakes: then it is unknown, and not sent again", async () => {
    refuseWrites("Refused twice", 2);
    const { id, sid } = await sendTaken(twilio, key, "Refused twice", to);
    await eventually(async () => left === 0);
    await pass(1_000);
    await evictDurableObject(pool());
    expect(await readMessage(key, id, to)).toMatchObject({ outcome_unknown: true });
    expect(await post(sid, "delivered")).toBe(204);
    expect(await readMessage(key, id, to)).toMatchObject({ status: "delivered", outcome_unknown: false });
    await pass(reconcileMs.grace + 1_000);
    expect(acceptedBy(twilio)).toHaveLength(1);
  });
});
