import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { movedTables } from "../../../src/directory/transfer.ts";
import { exportLines, importLines } from "../../../src/flows/transfer.ts";
import { cutAt, freshDeps, type Moment } from "../../support/workers/cut.ts";
import { call, makeTestKey } from "../../support/workers/gateway.ts";

async function emptyDirectory() {
  const tables = [...movedTables.toReversed(), "import_progress"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}

async function exportAll(): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLines(freshDeps())) lines.push(line);
  return lines;
}

it("an import that is cut off anywhere takes the rest when it is repeated, its end too", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  await emptyDirectory();
  const key = await makeTestKey();
  await call("/v2/api/contacts", { body: { identifier: "+14155550123", name: "Ada" }, token: key.token });
  const lines = await exportAll();
  /** The same export, of a gateway whose key is another: its ledger is new here. */
  const under = (nth: number) => lines.map((line) => line.replaceAll(key.id, `${key.id.slice(0, -3)}${100 + nth}`));

  async function runCut(moment: Moment | null, given: string[]): Promise<string[]> {
    await emptyDirectory();
    const way = cutAt(moment);
    const story = importLines(way.deps, 1, given);
    const ended = await story.catch(() => null);
    expect(ended?.ok === true).toBe(moment === null);
    await way.over();
    return way.calls;
  }

  const { length } = await runCut(null, under(0));
  for (let nth = 1; nth <= length; nth += 1) {
    const given = under(nth);
    await runCut({ nth, when: "after" }, given);
    const again = await importLines(freshDeps(), 1, given);
    expect(again, `cut after call ${nth}`).toMatchObject({ ok: true, value: { done: true } });
    expect((await exportAll()).slice(1), `cut after call ${nth}`).toEqual(given.slice(1));
  }
});
