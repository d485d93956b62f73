import { describe, expect, it } from "vitest";
import type { SenderNumber } from "../domain/snapshot.ts";
import { Roster } from "./roster.ts";

function numberOf(index: number): SenderNumber {
  return {
    address: `${index === 7 ? "whatsapp:" : ""}+1212${2_000_000 + index}`,
    allocationId: `num_${index}`,
    channel: index === 7 ? "whatsapp" : "sms",
    accountId: `int_${index % 3}`,
    type: "dedicated",
    weight: 1,
    messagesPerSecond: null,
    isActive: index % 3 !== 2,
    capabilities: { sms: true, mms: true, voice: false, whatsapp: false },
    messagingServiceSid: null,
  };
}

/** A pool of a thousand numbers that counts how often one of them is looked at. */
function watched() {
  let looks = 0;
  const numbers = new Proxy(
    Array.from({ length: 1_000 }, (_, index) => numberOf(index)),
    {
      get(list, name, self) {
        if (typeof name === "string" && /^\d+$/.test(name)) looks += 1;
        return Reflect.get(list, name, self);
      },
    },
  );
  const organization = { id: "org_1", name: "One", countryCode: "DE", createdAt: 0 };
  return { roster: new Roster({ organization, numbers, accounts: [] }), looks: () => looks };
}

describe("What every send asks of a pool of a thousand numbers", () => {
  it("is answered without a look at its numbers, once it was asked", () => {
    const { roster, looks } = watched();
    expect(roster.home).toEqual(new Set(["DE", "US", "CA"]));
    const before = looks();
    for (let send = 0; send < 100; send += 1) {
      expect(roster.home.has("US")).toBe(true);
      expect(roster.owns("+12122000007")).toBe(true);
      expect(roster.owns("whatsapp:+12122000008")).toBe(true);
      expect(roster.owns("+12133000008")).toBe(false);
      expect(roster.findNumber("+12122000001")?.allocationId).toBe("num_1");
      expect(roster.findNumber("+12122000007")).toBeNull();
      expect(roster.findAccount("int_9")).toBeNull();
      expect(roster.activeAccounts).toEqual(["int_0", "int_1"]);
      expect(roster.paused).toHaveLength(333);
    }
    expect(looks()).toBe(before);
  });
});
