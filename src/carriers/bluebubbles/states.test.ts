import { afterEach, beforeEach, expect, test } from "vitest";
import { type RunningMac, startFakeMac } from "../../../test/support/node/fake-bluebubbles.ts";
import type { MacMessage } from "../../../test/support/node/fake-bluebubbles-store.ts";
import { loginTo, macOptions, openCarrier, person } from "../../../test/support/node/mac-carrier.ts";

let running: RunningMac;

beforeEach(async () => {
  running = await startFakeMac(macOptions);
});

afterEach(async () => {
  await running.stop();
});

function own(more: Partial<MacMessage>, service: "iMessage" | "SMS" = "iMessage"): string {
  return running.mac.receive({ from: person, text: "Hello", isFromMe: true, service, more }).guid;
}

test.each<[string, Partial<MacMessage>, object]>([
  ["stands", {}, { status: "sent", errorCode: null }],
  ["was delivered", { isDelivered: true, dateDelivered: 5 }, { status: "delivered", at: 5 }],
  ["was delivered at no known time", { isDelivered: true }, { status: "delivered" }],
  ["was read", { isDelivered: true, dateRead: 9 }, { status: "read", at: 9 }],
  [
    "failed for one not on iMessage",
    { error: 22 },
    { status: "failed", errorCode: "22", errorMessage: "The recipient is not on iMessage." },
  ],
  ["timed out", { error: 4 }, { status: "failed", errorCode: "4" }],
  [
    "failed as nobody knows",
    { error: 1002 },
    { status: "failed", errorCode: "1002", errorMessage: expect.stringContaining("1002") },
  ],
])("a row that %s says so", async (_, more, state) => {
  const id = own(more);
  const states = await openCarrier(loginTo(running.url)).states([id]);
  expect(states.get(id)).toMatchObject({ providerId: id, channel: "imessage", ...state });
});

test("a failure goes again when a person presses Try again", async () => {
  const id = own({ error: 22 });
  const carrier = openCarrier(loginTo(running.url));
  expect((await carrier.states([id])).get(id)?.status).toBe("failed");
  running.mac.deliver(id);
  expect((await carrier.states([id])).get(id)?.status).toBe("delivered");
});

test("six hundred are asked for in three calls; one that is gone is missing, and all are where the Mac cannot be read", async () => {
  const ids = Array.from({ length: 600 }, () => own({}, "SMS"));
  const carrier = openCarrier(loginTo(running.url));
  const states = await carrier.states([...ids, "GONE"]);
  expect(states.size).toBe(600);
  expect(states.get(ids[599] ?? "")?.channel).toBe("sms");
  expect(running.mac.log.filter((entry) => entry.kind === "request")).toHaveLength(3);
  running.mac.tunnel = "reset";
  expect((await carrier.states(ids)).size).toBe(0);
});
