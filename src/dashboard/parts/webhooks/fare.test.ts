import { describe, expect, it } from "vitest";
import { fareOf, hearsOf } from "./fare.ts";

const now = 1_000_000;
const well = {
  disabled_at: null,
  disabled_because: null,
  deprecated_at: null,
  valid_until: -1,
  last_triggered: 5,
  last_status: 204,
  failing_since: null,
};

describe("how a webhook fares, in a word", () => {
  it.each([
    ["healthy", {}],
    ["not called yet", { last_triggered: null, last_status: null }],
    ["failing", { last_status: 500, failing_since: 4 }],
    ["failing", { last_status: null }],
    ["failing", { last_status: 302 }],
    ["paused", { deprecated_at: 3, last_status: 500 }],
    ["ended", { valid_until: now }],
    ["ended", { valid_until: 0 }],
    ["healthy", { valid_until: now + 1 }],
    ["switched off", { disabled_at: 3, disabled_because: "gone", deprecated_at: 2 }],
  ])("is %s: %o", (word, more) => {
    expect(fareOf({ ...well, ...more }, now).word).toBe(word);
  });

  it("says that others wait while one at a time is tried", () => {
    const failing = { ...well, last_status: 500, failing_since: 4 };
    expect(fareOf({ ...failing, circuit_open_until: now + 1 }, now).why).toContain("others wait");
    expect(fareOf(failing, now).why).not.toContain("others wait");
  });

  it("says why it was switched off, also where the reason is one that nobody knows", () => {
    expect(fareOf({ ...well, disabled_at: 3, disabled_because: "gone" }, now).why).toContain("410");
    expect(fareOf({ ...well, disabled_at: 3, disabled_because: "new" }, now).why).toBe("It was switched off.");
  });

  it("names the events where they were chosen, else what its type hears", () => {
    expect(hearsOf({ events: ["message.failed", "number.*"], webhook_type: "all" })).toBe("message.failed, number.*");
    expect(hearsOf({ events: null, webhook_type: "status" })).toContain("became of");
  });
});
