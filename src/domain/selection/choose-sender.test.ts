import { describe, expect, test } from "vitest";
import { countSends, MemoryPool, outcomeOf, sender } from "../../../test/model/memory-pool.ts";
import type { Selection } from "../snapshot.ts";
import { type Choice, chooseSender } from "./choose-sender.ts";
import { RotationState } from "./rotation.ts";

const [a, b, c] = ["+15550000001", "+15550000002", "+15550000003"];
const contact = "+17770000000";
const sticky: Partial<Selection> = { strategy: "round_robin", sticky: true };

function failureOf(choice: Choice) {
  if (choice.ok) throw new Error(`${choice.number.address} was chosen`);
  return choice.failure;
}

function poolOf(selection: Partial<Selection> = {}): MemoryPool {
  return new MemoryPool([sender(a), sender(b), sender(c)], selection);
}

describe("an empty pool", () => {
  test.each([
    ["twilio", "No Twilio numbers assigned to this API key"],
    ["blooio", "No numbers assigned to this API key"],
    [null, "No numbers assigned to this API key"],
  ] as const)("of protocol %s answers in the seeds' words", (protocol, message) => {
    const pool = new MemoryPool([]);
    pool.protocol = protocol;
    for (const requested of [null, a]) {
      expect(failureOf(pool.send({ contact, requested }))).toEqual({ code: "no_numbers_assigned", message });
    }
  });

  test("fills and empties again between sends, a thousand times", () => {
    const pool = new MemoryPool([], sticky);
    for (let round = 0; round < 1000; round++) {
      expect(outcomeOf(pool.send({ contact }))).toBe("no_numbers_assigned");
      pool.edit([sender(a)]);
      expect(outcomeOf(pool.send({ contact }))).toBe(a);
      pool.edit([]);
    }
  });

  test("is not a pool whose numbers are all paused", () => {
    const pool = new MemoryPool([sender(a, { isActive: false })]);
    expect(failureOf(pool.send({ contact })).code).toBe("no_active_number");
  });
});

describe("a requested number", () => {
  test("is used, whatever strategy, conversation and health say", () => {
    const pool = poolOf(sticky);
    pool.send({ contact });
    pool.unhealthy.add(c);
    const choice = pool.send({ contact, requested: c });
    expect(choice).toMatchObject({ ok: true, stick: false, handover: false, trace: { reason: "requested" } });
    expect(outcomeOf(choice)).toBe(c);
    expect(outcomeOf(pool.send({ contact }))).toBe(a);
  });

  test("begins the conversation when it is the first send", () => {
    const pool = poolOf(sticky);
    pool.send({ contact, requested: c });
    expect(outcomeOf(pool.send({ contact }))).toBe(c);
  });

  test.each(["+15559999999", "", "whatsapp:+15550000001", "15550000001", "__proto__", "+1555000000"])(
    "of another key or malformed (%j) is refused in the seeds' words",
    (requested) => {
      expect(failureOf(poolOf().send({ contact, requested }))).toEqual({
        code: "from_number_not_owned",
        message: "This API key does not own the specified from_number",
        context: { numbers: [a, b, c], totalNumbers: 3 },
      });
    },
  );

  test("that is paused or cannot send pictures is refused with what to do", () => {
    const noPictures = { sms: true, mms: false, voice: false, whatsapp: false };
    const pool = new MemoryPool([sender(a, { isActive: false }), sender(b, { capabilities: noPictures }), sender(c)]);
    const paused = failureOf(pool.send({ contact, requested: a }));
    expect(paused.code).toBe("no_active_number");
    expect(paused.message).toContain(`${a} is paused`);
    const unable = failureOf(pool.send({ contact, requested: b, media: true }));
    expect(unable.code).toBe("capability_missing");
    expect(unable.message).toContain("cannot send MMS");
  });
});

describe("capability before preference", () => {
  const none = { sms: false, mms: false, voice: false, whatsapp: false };
  const sms = sender(a, { capabilities: { ...none, sms: true } });
  const mms = sender(b, { capabilities: { ...none, sms: true, mms: true } });
  const whatsapp = sender(`whatsapp:${c}`, { channel: "whatsapp", capabilities: { ...none, whatsapp: true } });
  const imessage = sender(c, { channel: "imessage", capabilities: none });
  const all = [sms, mms, whatsapp, imessage];

  test.each([
    ["a text", "sms", false, all, a],
    ["a picture", "sms", true, all, b],
    ["a WhatsApp text", "whatsapp", false, all, `whatsapp:${c}`],
    ["a WhatsApp picture", "whatsapp", true, all, `whatsapp:${c}`],
    ["an iMessage picture", "imessage", true, all, c],
    ["a picture from SMS numbers", "sms", true, [sms, whatsapp], "MMS"],
    ["a text from WhatsApp senders", "sms", false, [whatsapp], "SMS"],
    ["WhatsApp from long codes", "whatsapp", false, [sms, mms], "WhatsApp"],
  ] as const)("%s", (_name, channel, media, numbers, expected) => {
    const choice = chooseSender({
      selection: { strategy: "first", sticky: false, stickyDays: null },
      numbers,
      recipient: { chatId: contact, channel, e164: contact },
      needs: { media },
      requested: null,
      sticky: null,
      repliedTo: null,
      hasWrittenTo: () => false,
      blocked: new Set(),
      accountHold: () => null,
      rotation: new RotationState(),
      queueDepth: () => 0,
      unhealthy: new Set(),
      now: 0,
      proximity: () => "none",
      placeOf: (number) => number,
      protocol: "twilio",
    });
    if (choice.ok) expect(choice.number.address).toBe(expected);
    else expect(choice.failure).toMatchObject({ code: "capability_missing", context: { missing: expected } });
  });

  test("a paused number that could send it is named", () => {
    const pool = new MemoryPool([sms, { ...mms, isActive: false }]);
    expect(failureOf(pool.send({ contact, media: true })).message).toBe(
      `No active number of this pool can send MMS. Assign one that can, or resume ${b}.`,
    );
  });
});

describe("strategies", () => {
  test("first follows the pool's order", () => {
    const pool = poolOf({ strategy: "first" });
    expect(countSends(pool, 10)).toEqual([10, 0, 0]);
    pool.edit([...pool.numbers].reverse());
    expect(countSends(pool, 10)).toEqual([10, 0, 0]);
  });

  test("geographic takes the nearest, in turn among equals, and the whole pool when none is near", () => {
    const pool = poolOf({ strategy: "geographic" });
    pool.proximity = (from) => (from === a ? "country" : "region");
    expect(countSends(pool, 10)).toEqual([0, 5, 5]);
    pool.proximity = (from) => (from === b ? "overlay" : from === c ? "area_code" : "region");
    expect(countSends(pool, 10)).toEqual([0, 0, 10]);
    pool.proximity = () => "none";
    expect(countSends(pool, 9)).toEqual([3, 3, 3]);
  });

  test("least_busy takes the shortest queue, in turn among equals", () => {
    const pool = poolOf({ strategy: "least_busy" });
    pool.queues = new Map([[a, 5]]);
    expect(countSends(pool, 10)).toEqual([0, 5, 5]);
  });

  test("unhealthy numbers are passed over while others can send, and used when none can", () => {
    const pool = poolOf({ strategy: "first" });
    pool.unhealthy = new Set([a, b]);
    expect(outcomeOf(pool.send({ contact }))).toBe(c);
    pool.unhealthy.add(c);
    expect(outcomeOf(pool.send({ contact }))).toBe(a);
  });
});
