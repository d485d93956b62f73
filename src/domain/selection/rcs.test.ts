import { describe, expect, test } from "vitest";
import { MemoryPool, outcomeOf, sender } from "../../../test/model/memory-pool.ts";
import { chooseSender } from "./choose-sender.ts";
import { findObstacle } from "./eligibility.ts";
import { RotationState } from "./rotation.ts";

const number = "+15550000001";
const contact = "+17770000000";
const rcs = { sms: false, mms: true, voice: false, whatsapp: false, rcs: true };
const agent = sender("rcs:brand_agent", { channel: "rcs", capabilities: rcs });
const withService = { ...agent, messagingServiceSid: `MG${"5".repeat(32)}` };

/** What a message to a person's RCS asks of a sender. */
const demand = (channel: "sms" | "rcs" | "whatsapp") => ({
  recipient: { chatId: contact, channel, e164: contact },
  needs: { media: false },
  hasWrittenTo: () => false,
  blocked: new Set<string>(),
});

describe("an RCS agent in a pool", () => {
  test("that falls back is a number among the others, in the pool's order", () => {
    expect(outcomeOf(new MemoryPool([withService, sender(number)]).send({ contact }))).toBe(agent.address);
    expect(outcomeOf(new MemoryPool([sender(number), withService]).send({ contact }))).toBe(number);
  });

  test("that does not is passed over for what SMS must reach, and refused where nothing else is there", () => {
    expect(outcomeOf(new MemoryPool([agent, sender(number)]).send({ contact }))).toBe(number);
    expect(outcomeOf(new MemoryPool([agent]).send({ contact }))).toBe("capability_missing");
  });

  test.each([
    ["sms", agent, "rcs_alone"],
    ["sms", withService, null],
    ["rcs", agent, null],
    ["rcs", withService, null],
    ["rcs", { ...agent, capabilities: { ...rcs, rcs: false } }, "no_rcs"],
    ["whatsapp", withService, "other_channel"],
    ["rcs", sender(number), "other_channel"],
  ] as const)("for a message by %s meets what it must (%#)", (channel, one, obstacle) => {
    expect(findObstacle(one, demand(channel))).toBe(obstacle);
  });

  test("is the one that a message to a person's RCS takes, wherever it stands", () => {
    const pool = new MemoryPool([sender(number), agent]);
    const choice = chooseSender({
      ...demand("rcs"),
      selection: pool.selection,
      numbers: pool.numbers,
      requested: null,
      sticky: null,
      repliedTo: null,
      rotation: new RotationState(),
      queueDepth: () => 0,
      unhealthy: new Set(),
      accountHold: () => null,
      now: 0,
      proximity: () => "none",
      placeOf: (address) => address,
      protocol: "twilio",
    });
    expect(outcomeOf(choice)).toBe(agent.address);
  });
});
