import { describe, expect, test } from "vitest";
import { furthestMs, judgeSendAt } from "./send-time.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const messageOf = (sendAt: number) => {
  const verdict = judgeSendAt(sendAt, now);
  return verdict.ok ? null : verdict.failure.message;
};

describe("when to send", () => {
  test("is what was asked up to 35 days ahead, and at once when nothing was asked or the time has just come", () => {
    expect(judgeSendAt(null, now)).toEqual({ ok: true, value: null });
    expect(judgeSendAt(now + 1, now)).toEqual({ ok: true, value: now + 1 });
    expect(judgeSendAt(now + furthestMs, now)).toEqual({ ok: true, value: now + furthestMs });
    expect(judgeSendAt(now, now)).toEqual({ ok: true, value: null });
    expect(judgeSendAt(now - 30_000, now)).toEqual({ ok: true, value: null });
  });

  test("in the past is refused with what it means", () => {
    expect(messageOf(now - 30_001)).toContain("in the past");
    expect(messageOf(now - 3_600_000)).toContain("2026-03-01T11:00:00Z");
  });

  test("in epoch seconds is refused with the milliseconds that were likely meant", () => {
    const seconds = now / 1000 + 3600;
    expect(messageOf(seconds)).toContain(`Did you mean ${seconds * 1000} (2026-03-01T13:00:00Z)?`);
    expect(messageOf(0)).toContain("epoch seconds");
  });

  test("too far ahead is refused with what it means, microseconds too", () => {
    expect(messageOf(now + furthestMs + 1)).toContain("more than 35 days ahead");
    expect(messageOf(now + furthestMs + 1)).toContain("Send it at most 35 days before.");
    expect(messageOf(now * 1000)).toContain("more than 35 days ahead");
    expect(messageOf(Number.MAX_SAFE_INTEGER)).toContain("no date");
  });
});
