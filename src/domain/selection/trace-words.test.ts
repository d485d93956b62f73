import { describe, expect, test } from "vitest";
import { countSends, MemoryPool, sender, senders } from "../../../test/model/memory-pool.ts";

const [a, b, c] = ["+15550000001", "+15550000002", "+15550000003"];
const contact = "+17770000000";

describe("a trace", () => {
  test("says in words why each number was or was not taken", () => {
    const capabilities = { sms: true, mms: false, voice: false, whatsapp: false };
    const pool = new MemoryPool([sender(a), sender(b, { capabilities }), sender(c, { isActive: false })]);
    const choice = pool.send({ contact, media: true });
    expect(choice.ok && choice.trace).toEqual({
      reason: "round_robin",
      considered: [
        { phoneNumber: a, eligible: true, why: "chosen: next in the rotation" },
        { phoneNumber: b, eligible: false, why: "skipped: it cannot send MMS" },
        { phoneNumber: c, eligible: false, why: "skipped: it is paused" },
      ],
      note: null,
    });
  });

  test("says so when only unhealthy numbers can send", () => {
    const pool = new MemoryPool([sender(a), sender(b), sender(c)], { strategy: "first" });
    pool.unhealthy = new Set([a, b]);
    pool.change(c, { isActive: false });
    const choice = pool.send({ contact });
    expect(choice.ok && choice.trace).toMatchObject({
      considered: [
        { why: "chosen: first in the pool's order" },
        { eligible: true, why: "not chosen: comes later in the pool's order" },
        { eligible: false },
      ],
      note: "Unhealthy, but no better number can send this message.",
    });
    pool.change(c, { isActive: true });
    const healthy = pool.send({ contact });
    expect(healthy.ok && healthy.trace.considered[0]?.why).toBe("not chosen: unhealthy, and others can send");
  });

  test("of a large pool keeps eight candidates and counts, while a preview lists all", () => {
    const pool = new MemoryPool(senders(1000, (index) => ({ isActive: index % 10 !== 0 })));
    countSends(pool, 500);
    const kept = pool.preview({ contact }, "compact");
    const full = pool.preview({ contact }, "full");
    if (!kept.ok || !full.ok) throw new Error("a pool of 900 active numbers has a sender");
    expect(kept.trace.considered).toHaveLength(8);
    expect(kept.trace.considered.filter(({ why }) => why.startsWith("chosen"))).toHaveLength(1);
    expect(kept.trace.note).toBe("8 of 1000 numbers are listed; 900 could send, 100 skipped (it is paused).");
    expect(full.trace.considered).toHaveLength(1000);
    expect(full.number).toBe(kept.number);
  });
});
