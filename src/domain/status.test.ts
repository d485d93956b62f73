import { describe, expect, it } from "vitest";
import type { MessageStatus } from "./message.ts";
import { decideStatus, isFinal, publicStatus } from "./status.ts";

function permutations<T>(items: T[]): T[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

function play(reports: MessageStatus[]): { end: MessageStatus; applied: MessageStatus[] } {
  let end: MessageStatus = "sending";
  const applied: MessageStatus[] = [];
  for (const report of reports) {
    if (decideStatus(end, report) !== "apply") continue;
    end = report;
    applied.push(report);
  }
  return { end, applied };
}

describe("the rank rule", () => {
  it("ends every order of queued, sending, sent, delivered and a repeat at delivered, and never goes back", () => {
    for (const order of permutations<MessageStatus>(["queued", "sending", "sent", "delivered", "delivered"])) {
      const { end, applied } = play(order);
      expect(end).toBe("delivered");
      expect(new Set(applied).size).toBe(applied.length);
      expect(applied.filter((status) => isFinal(status))).toEqual(["delivered"]);
    }
  });

  it("keeps the first end and calls another a contradiction", () => {
    expect(decideStatus("delivered", "failed")).toBe("contradiction");
    expect(decideStatus("undelivered", "delivered")).toBe("contradiction");
    expect(decideStatus("failed", "read")).toBe("contradiction");
    expect(decideStatus("failed", "sent")).toBe("ignore");
    expect(decideStatus("failed", "failed")).toBe("ignore");
  });

  it("takes read as delivered and more, whichever comes first", () => {
    expect(play(["sent", "read", "delivered"]).end).toBe("read");
    expect(play(["sent", "delivered", "read"]).end).toBe("read");
  });
});

describe("the contract's words", () => {
  it("say queued for all that is on its way, failed for both ways to fail, and nothing for inbound", () => {
    expect((["scheduled", "queued", "sending"] as const).map(publicStatus)).toEqual(["queued", "queued", "queued"]);
    expect((["failed", "undelivered"] as const).map(publicStatus)).toEqual(["failed", "failed"]);
    expect(publicStatus("read")).toBe("delivered");
    expect(publicStatus("received")).toBeNull();
  });
});
