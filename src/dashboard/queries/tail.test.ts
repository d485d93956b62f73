import { describe, expect, test } from "vitest";
import { type FoundList, isMoving, joinTail, type Listed, tailCursor } from "./tail.ts";

const now = 1_800_000_000_000;

function message(id: number, status: string | null, more: Partial<Listed> = {}): Listed {
  return { message_id: `msg_${id}`, direction: "outbound", status, time_sent: now - 1_000, ...more };
}

function listOf(...messages: Listed[]): FoundList<Listed> {
  return { messages, nextBefore: null, searchedUntil: null, nextAfter: "msg_99" };
}

describe("a message", () => {
  test.each([
    [true, message(1, "queued")],
    [true, message(1, "sent")],
    [false, message(1, "delivered")],
    [false, message(1, "failed")],
    [false, message(1, null, { direction: "inbound" })],
    [false, message(1, "queued", { internal_status: "scheduled" })],
    [false, message(1, "sent", { time_sent: now - 3_600_000 })],
  ])("is about to change: %s for %o", (moves, one) => {
    expect(isMoving(one, now)).toBe(moves);
  });
});

describe("a live list", () => {
  test("that stands still asks for what is newer than everything", () => {
    expect(tailCursor(listOf(message(3, "delivered"), message(2, "failed")), now)).toBe("msg_99");
    expect(tailCursor(listOf(), now)).toBe("msg_99");
  });

  test("with something that moves asks again from below it", () => {
    const list = listOf(message(5, "delivered"), message(4, "queued"), message(3, "delivered"), message(2, "failed"));
    expect(tailCursor(list, now)).toBe("msg_3");
    expect(tailCursor(listOf(message(5, "queued")), now)).toBeNull();
  });

  test("watches the newest fifty alone", () => {
    const many = Array.from({ length: 60 }, (_, index) => message(90 - index, index === 55 ? "queued" : "delivered"));
    expect(tailCursor(listOf(...many), now)).toBe("msg_99");
  });

  test("takes what was read just now in place of what stood there, and keeps what is older", () => {
    const list = [message(5, "queued"), message(4, "queued"), message(3, "delivered")];
    const fresh = [message(6, "queued"), message(5, "delivered")];
    expect(joinTail(list, "msg_3", fresh).map(({ message_id, status }) => `${message_id} ${status}`)).toEqual([
      "msg_6 queued",
      "msg_5 delivered",
      "msg_3 delivered",
    ]);
    expect(joinTail(list, "msg_5", [])).toEqual(list);
  });
});
