import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { judge } from "../../scripts/chaos/compare.mjs";

test("C10: lost answers, a SIGKILL and a storm of callbacks lose nothing that was promised and double nothing", async () => {
  // With this seed the answers of three messages are lost that were taken and whose callbacks come late: sending again would show.
  const args = ["--messages", "36", "--kills", "1", "--faults", "0.2", "--seed", "10"];
  const said = await promisify(execFile)("npm", ["run", "--silent", "chaos", "--", ...args]).then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => `exit code 1\n${error.stdout}${error.stderr}`,
  );
  expect(said).toContain("Nothing was lost and nothing was doubled");
  expect(said).not.toContain("exit code 1");
  expect(said).toMatch(/answered 202 +36 /);
  expect(said).toMatch(/kills with SIGKILL +1\n/);
  expect(said).toMatch(/failed: \d/);
});

describe("what the comparison sees", () => {
  const delivered = (messageId: string, eventId: string, body: string) => ({
    eventId,
    messageId,
    event: "message.delivered",
    body,
  });
  const sound = () => ({
    promised: ["msg_1", "msg_2"],
    taken: [{ sid: "SM1", messageId: "msg_1" }],
    callbacks: [{ sid: "SM1", word: "delivered", status: 204 as number | null }],
    deliveries: [delivered("msg_1", "evt_1", "one"), delivered("msg_1", "evt_1", "one")],
    shown: new Map<string, { status: string; outcomeUnknown: boolean } | null>([
      ["msg_1", { status: "delivered", outcomeUnknown: false }],
      ["msg_2", { status: "queued", outcomeUnknown: true }],
    ]),
    feed: [{ eventId: "evt_1", body: "one" }],
  });
  type Logs = ReturnType<typeof sound>;
  const brokenBy = (change: (logs: Logs) => void) => {
    const logs = sound();
    change(logs);
    const { rules } = judge(logs) as { rules: Record<string, unknown[]> };
    return Object.keys(rules).filter((name) => (rules[name]?.length ?? 0) > 0);
  };

  test("nothing in sound logs, where an event came twice and an outcome is unknown", () => {
    expect(brokenBy(() => {})).toEqual([]);
    expect(judge(sound()).left).toEqual({ unknown: ["msg_2"], callbackLost: [], stuck: [] });
  });

  test.each<[string, (logs: Logs) => void]>([
    ["answered 202 and lost", (logs) => logs.shown.set("msg_2", null)],
    ["one id for two promises", (logs) => logs.promised.push("msg_1")],
    ["taken twice", (logs) => logs.taken.push({ sid: "SM2", messageId: "msg_1" })],
    ["taken but never promised", (logs) => logs.taken.push({ sid: "SM2", messageId: "msg_3" })],
    ["shown as sent, never taken", (logs) => logs.shown.set("msg_2", { status: "sent", outcomeUnknown: true })],
    [
      "shown as failed, nothing refused",
      (logs) => logs.shown.set("msg_2", { status: "failed", outcomeUnknown: false }),
    ],
    [
      "callback answered 2xx and forgotten",
      (logs) => logs.shown.set("msg_1", { status: "sent", outcomeUnknown: true }),
    ],
    ["callback refused", (logs) => logs.callbacks.push({ sid: "SM1", word: "sent", status: 403 })],
    ["neither settled nor explained", (logs) => logs.shown.set("msg_2", { status: "queued", outcomeUnknown: false })],
    ["event that never arrived", (logs) => logs.feed.push({ eventId: "evt_2", body: "two" })],
    [
      "event told under two ids",
      (logs) => {
        logs.deliveries.push(delivered("msg_1", "evt_2", "two"));
        logs.feed.push({ eventId: "evt_2", body: "two" });
      },
    ],
    ["event with two bodies", (logs) => logs.deliveries.push(delivered("msg_1", "evt_1", "other"))],
    ["event that the feed does not have", (logs) => logs.deliveries.push(delivered("msg_2", "evt_2", "two"))],
  ])("%s", (rule, change) => {
    expect(brokenBy(change)).toEqual([rule]);
  });
});
