import { expect, it, vi } from "vitest";
import { eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";

const person = "+14155550124";
const stage = stageLine();

it("a row whose chat never comes is told to nobody, and the log names it", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const named = () => log.mock.calls.map(([line]) => String(line)).filter((line) => line.includes("row_without_chat"));
  const { guid } = stage.mac.receive({ from: person, text: "Ghost", joinedAfterMs: null });
  await stage.world.quiet();
  expect(named()).toEqual([]);
  vi.setSystemTime(Date.now() + 3 * 60_000);
  await stage.receive({ from: person, text: "Whole" });
  await eventually(async () => named().length > 0);
  expect(JSON.parse(String(named()[0]))).toMatchObject({ level: "warn", guid, line: stage.key.line });
  await stage.world.quiet();
  expect(stage.told("message.received").map(({ text }) => text)).toEqual(["Whole"]);
  log.mockRestore();
});
