import { describe, expect, test } from "vitest";
import { addUp } from "./add-up.ts";

const day = (name: string, sent: number | null, delivered = 0, failed = 0) => ({
  day: name,
  sent,
  delivered,
  failed,
  inbound: 1,
});

describe("the figures of several keys", () => {
  test("are added up by day, and by number over all days and keys", () => {
    const first = {
      days: [day("2026-11-25", 2, 1, 1), day("2026-11-26", 3, 3)],
      numbers: [{ phone_number: "+15550000001", days: [day("2026-11-25", 2, 1, 1), day("2026-11-26", 3, 3)] }],
      numbers_left_out: 0,
    };
    const second = {
      days: [day("2026-11-25", 0), day("2026-11-26", 7, 6)],
      numbers: [
        { phone_number: "+15550000001", days: [day("2026-11-26", 1, 1)] },
        { phone_number: "+15550000002", days: [day("2026-11-26", 6, 5)] },
      ],
      numbers_left_out: 0,
    };
    expect(addUp([first, second])).toEqual({
      days: [
        { day: "2026-11-25", sent: 2, delivered: 1, failed: 1, inbound: 2 },
        { day: "2026-11-26", sent: 10, delivered: 9, failed: 0, inbound: 2 },
      ],
      numbers: [
        { number: "+15550000001", total: { day: "", sent: 6, delivered: 5, failed: 1, inbound: 3 } },
        { number: "+15550000002", total: { day: "", sent: 6, delivered: 5, failed: 0, inbound: 1 } },
      ],
      isWhole: true,
    });
  });

  test("say so where something is not counted yet or left out", () => {
    expect(addUp([{ days: [day("2026-11-26", null)], numbers: [], numbers_left_out: 0 }]).isWhole).toBe(false);
    expect(addUp([{ days: [], numbers: [], numbers_left_out: 3 }]).isWhole).toBe(false);
  });
});
