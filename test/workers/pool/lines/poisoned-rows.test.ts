import { expect, it, vi } from "vitest";
import { eventually } from "../../../support/workers/gateway.ts";
import { ask } from "../../../support/workers/ledger.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";

const person = "+14155550124";
const stage = stageLine();
/** What the storage refuses to keep stands for whatever cannot be kept. */
const refusal =
  "CREATE TRIGGER poison BEFORE INSERT ON messages WHEN new.text = 'Poison' BEGIN SELECT RAISE(ABORT, 'poison'); END";

it("a row that cannot be taken in holds back none behind it, and the log names it once and once more when it is given up", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const named = () => log.mock.calls.map(([line]) => String(line)).filter((line) => line.includes("row_failed"));
  await ask({ ...stage.key, numbers: [] }, refusal);
  const { guid } = stage.mac.receive({ from: person, text: "Poison" });
  await stage.receive({ from: person, text: "Behind it" });
  await stage.receive({ from: person, text: "Later" });
  expect(stage.told("message.received").map(({ text }) => text)).toEqual(["Behind it", "Later"]);
  expect(named().map((line) => JSON.parse(line))).toMatchObject([{ level: "error", guid, again: true }]);
  expect(named().join()).not.toContain(person.slice(1));
  vi.setSystemTime(Date.now() + 8 * 24 * 60 * 60_000);
  await stage.receive({ from: person, text: "A week later" });
  await stage.receive({ from: person, text: "And then" });
  await eventually(async () => named().length > 1);
  expect(named().map((line) => JSON.parse(line))).toMatchObject([{ again: true }, { guid, again: false }]);
  log.mockRestore();
});
