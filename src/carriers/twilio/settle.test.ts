import { beforeEach, describe, expect, test } from "vitest";
import type { Carrier, CarrierResult, Settlement, Sought, Watermark } from "../carrier.ts";
import { twilioCarrier } from "./client.ts";

const minute = 60_000;
const accountSid = `AC${"a".repeat(32)}`;
const login = { accountSid, apiKeySid: null, apiKeySecret: null, authToken: "t", region: null, edge: null };
const sentAt = Date.UTC(2026, 0, 1, 12);
const sought: Sought = {
  to: "+15551234567",
  from: "+14155550100",
  text: "Hello",
  mediaUrls: [],
  extras: {},
  isOurs: () => false,
  peers: { count: 1, rank: 0 },
  absentAfterMs: 10 * minute,
};

type Listed = { at: number; body?: string; status?: string; direction?: string; from?: string; service?: string };
let listed: Listed[];
/** Twilio's true time, how far our clock is ahead of it, and whether Twilio tells the time. */
let now: number;
let aheadMs: number;
let tellsTime: boolean;
let carrier: Carrier;

beforeEach(() => {
  listed = [];
  now = sentAt + 10 * minute + 1_000;
  aheadMs = 0;
  tellsTime = true;
  carrier = openCarrier();
});

function sidOf(index: number): string {
  return `SM${String(index).padStart(32, "0")}`;
}

function openCarrier(): Carrier {
  return twilioCarrier({ apiUrl: "http://twilio.test", now: () => now + aheadMs, fetch: async () => showList() })(
    login,
  );
}

function showList(): Response {
  const messages = listed.map(
    (
      { at, body = "Hello", status = "sent", direction = "outbound-api", from = sought.from, service = null },
      index,
    ) => {
      const date_created = new Date(at).toUTCString();
      return {
        sid: sidOf(index),
        from,
        to: sought.to,
        body,
        status,
        direction,
        date_created,
        messaging_service_sid: service,
        num_media: "0",
      };
    },
  );
  const headers = { date: tellsTime ? new Date(now).toUTCString() : "" };
  return Response.json({ messages: messages.reverse(), next_page_uri: null }, { headers });
}

/** Looks for a message that left at `sentAt`, by Twilio's time. */
async function settle(change: Partial<Sought> = {}, mark: string | null = null): Promise<Settlement> {
  const watermark: Watermark = { at: sentAt + aheadMs, mark };
  const settled: CarrierResult<Settlement> = await carrier.settle({ ...sought, ...change }, watermark);
  if (!settled.ok) throw new Error(settled.refusal.message);
  return settled.value;
}

const found = (index: number) => ({ kind: "found", state: { providerId: sidOf(index) } });

describe("a message is found", () => {
  test("by the oldest acceptance that nobody has claimed, a refused one last", async () => {
    listed = [{ at: sentAt, status: "failed" }, { at: sentAt + 1_000 }, { at: sentAt + 2_000 }];
    expect(await settle()).toMatchObject(found(1));
    expect(await settle({ isOurs: (id) => id === sidOf(1) })).toMatchObject(found(2));
    expect(await settle({ isOurs: (id) => id !== sidOf(0) })).toMatchObject(found(0));
  });

  test("by its place where its text was taken away and as many stand there as are sought", async () => {
    listed = [
      { at: sentAt, body: "" },
      { at: sentAt + 1_000, body: "" },
    ];
    expect(await settle({ peers: { count: 2, rank: 0 } })).toMatchObject(found(0));
    expect(await settle({ peers: { count: 2, rank: 1 } })).toMatchObject(found(1));
  });

  test("never in a message that came from the person", async () => {
    listed = [{ at: sentAt, direction: "inbound" }];
    expect(await settle()).toEqual({ kind: "absent" });
  });
});

describe("nobody can say", () => {
  test.each([
    ["fewer texts were taken away than are sought", [{ at: sentAt, body: "" }], 2],
    [
      "more texts were taken away than are sought",
      [
        { at: sentAt, body: "" },
        { at: sentAt, body: "" },
      ],
      1,
    ],
    ["another message to the person that nobody claims stands in the window", [{ at: sentAt, body: "Lunch?" }], 1],
    ["an equal one stands before the window", [{ at: sentAt - 20 * minute }], 1],
    ["an equal one stands behind the window", [{ at: sentAt + 20 * minute }], 1],
  ] satisfies [string, Listed[], number][])("when %s", async (_, messages, count) => {
    listed = messages;
    now = sentAt + 30 * minute;
    expect(await settle({ peers: { count, rank: 0 } })).toMatchObject({ kind: "ambiguous" });
  });

  test("but another number's messages to the person are another key's, or another system's", async () => {
    listed = [
      { at: sentAt, from: "+14155550199" },
      { at: sentAt, from: "+14155550199", body: "Lunch?" },
    ];
    expect(await settle()).toEqual({ kind: "absent" });
  });

  test("but what was refused reached nobody, and what was said long before is another", async () => {
    listed = [
      { at: sentAt, body: "Lunch?", status: "failed" },
      { at: sentAt - 20 * minute, body: "Breakfast?" },
    ];
    expect(await settle()).toEqual({ kind: "absent" });
  });
});

describe("a clock that differs from Twilio's", () => {
  test.each([20_000, -20_000, 3 * minute, -3 * minute, 60 * minute, -60 * minute])(
    "by %i ms hides no message and invents no absence",
    async (ahead) => {
      aheadMs = ahead;
      listed = [{ at: sentAt }];
      expect(await settle()).toMatchObject(found(0));
      listed = [];
      expect(await settle()).toEqual({ kind: "absent" });
      now = sentAt + 9 * minute;
      expect(await settle()).toMatchObject({ kind: "ambiguous" });
    },
  );

  test.each([20_000, -20_000])("by %i ms hides no message even where Twilio does not tell the time", async (ahead) => {
    tellsTime = false;
    aheadMs = ahead;
    listed = [{ at: sentAt }];
    expect(await settle()).toMatchObject(found(0));
    expect(carrier.mark()).toBeNull();
  });

  test("and jumps after the send is no proof of time gone by: the mark of the send is Twilio's own time", async () => {
    listed = [];
    now = sentAt;
    await settle();
    const mark = carrier.mark();
    expect(Math.abs(Number(mark) - sentAt)).toBeLessThan(1_000);
    now = sentAt + minute;
    aheadMs = 60 * minute;
    const jumped = await carrier.settle(sought, { at: sentAt, mark });
    expect(jumped).toMatchObject({ ok: true, value: { kind: "ambiguous" } });
  });
});

describe("a message that a Messaging Service sent by another number than its agent", () => {
  const agent = "rcs:brand_agent";
  const service = `MG${"5".repeat(32)}`;

  test.each([{}, { messagingServiceSid: `MG${"6".repeat(32)}` }])(
    "is found by the service that it left through, whatever its agent has now (%j)",
    async (extras) => {
      listed = [{ at: sentAt, from: "+15550001111", service }];
      await settle({ from: agent, extras });
      now = sentAt;
      const mark = carrier.mark(service);
      now = sentAt + 10 * minute + 1_000;
      for (const left of [mark, ` ${service}`]) {
        expect(await settle({ from: agent, extras }, left)).toMatchObject(found(0));
      }
      expect((await settle({ from: agent, extras })).kind).toBe("absent");
    },
  );
});
