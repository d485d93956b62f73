import { describe, expect, it } from "vitest";
import { type Sharer, sharesOf } from "./shares.ts";

const number = (phone_number: string, more: Partial<Sharer> = {}): Sharer => ({
  phone_number,
  channel: "sms",
  weight: 1,
  is_active: true,
  type: "dedicated",
  capabilities: { sms: true },
  health: null,
  ...more,
});
const shares = (numbers: Sharer[], strategy: Parameters<typeof sharesOf>[1]) =>
  Object.fromEntries(sharesOf(numbers, strategy) ?? []);

describe("the share of each number", () => {
  it("is by weight where weights count, and none for weight 0", () => {
    const pool = [number("a", { weight: 3 }), number("b"), number("c", { weight: 0 })];
    expect(shares(pool, "weighted")).toEqual({ a: 0.75, b: 0.25, c: 0 });
    expect(shares(pool, "round_robin")).toEqual({ a: 1 / 3, b: 1 / 3, c: 1 / 3 });
  });

  it("is equal where every weight is 0", () => {
    const pool = [number("a", { weight: 0 }), number("b", { weight: 0 })];
    expect(shares(pool, "weighted")).toEqual({ a: 0.5, b: 0.5 });
  });

  it("is all for the first that can send", () => {
    const pool = [number("a", { is_active: false }), number("b"), number("c")];
    expect(shares(pool, "first")).toEqual({ a: 0, b: 1, c: 0 });
  });

  it("is none for the unhealthy while a healthy one can send, and comes back where none can", () => {
    const sick = { health: { status: "unhealthy" } };
    expect(shares([number("a", sick), number("b")], "round_robin")).toEqual({ a: 0, b: 1 });
    expect(shares([number("a", sick), number("b", sick)], "round_robin")).toEqual({ a: 0.5, b: 0.5 });
    const spared = [number("a", { ...sick, weight: 5 }), number("b", { weight: 0 })];
    expect(shares(spared, "weighted")).toEqual({ a: 1, b: 0 });
  });

  it("is none for the paused, the reply-only and those that cannot send texts", () => {
    const pool = [
      number("a", { is_active: false }),
      number("b", { type: "inbound" }),
      number("c", { capabilities: { sms: false } }),
      number("d"),
    ];
    expect(shares(pool, "weighted")).toEqual({ a: 0, b: 0, c: 0, d: 1 });
  });

  it("is of its own channel: a WhatsApp sender takes nothing from those that text", () => {
    const pool = [
      number("a"),
      number("w", { channel: "whatsapp", capabilities: { sms: false, whatsapp: true } }),
      number("b"),
    ];
    expect(shares(pool, "round_robin")).toEqual({ a: 0.5, w: 1, b: 0.5 });
  });

  it("is not told where it depends on the recipient or on the queues, and of an empty pool nothing", () => {
    expect(sharesOf([number("a")], "geographic")).toBeNull();
    expect(sharesOf([number("a")], "least_busy")).toBeNull();
    expect(sharesOf([], "weighted")).toEqual(new Map());
  });
});
