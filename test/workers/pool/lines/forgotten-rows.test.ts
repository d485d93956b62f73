import { expect, it, vi } from "vitest";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { ask } from "../../../support/workers/ledger.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { type Pool, ring } from "../../../support/workers/pool.ts";

const person = "+14155550131";
const other = "+14155550132";
const group = [person, other];
const day = 24 * 60 * 60_000;
const stage = stageLine({}, ["message.*", "group.*"]);

const rows = (query: string, ...values: string[]) => ask({ ...stage.key, numbers: [] }, query, ...values);
const texts = () => stage.told("message.received").map(({ text }) => text);

/** The Mac's database is another one, into which iCloud has brought what the former one had. */
function replaceDatabase(): void {
  const { db } = stage.mac;
  const kept = [...db.messages].reverse();
  db.messages = [];
  db.lastPlace = 0;
  for (const { ROWID: _, ...row } of kept) db.add(row);
}

it("an erased person's words stand on the Mac as before, and come back with no later row and no other database", async () => {
  await stage.receive({ from: person, text: "Forget me" });
  stage.mac.receive({ from: person, text: "Typed", isFromMe: true });
  await stage.receive({ from: other, text: "Not me" });
  await eventually(async () => stage.told("message.device_sent").length === 1);
  const path = `/api-keys/${stage.key.id}/contacts/${encodeURIComponent(person)}/erase`;
  expect((await admin(path, { method: "POST", body: {} })).status).toBe(200);
  await stage.receive({ from: other, text: "Next" });
  replaceDatabase();
  await stage.receive({ from: other, text: "After" });
  await stage.world.quiet();
  expect(texts()).toEqual(["Forget me", "Not me", "Next", "After"]);
  expect(stage.told("message.device_sent")).toHaveLength(1);
  expect(await rows("SELECT 1 FROM messages WHERE chat = ?", person)).toEqual([]);
});

it("what is forgotten after the days that it is kept is not told again by a quiet line's next row, nor a reaction or a group's former name", async () => {
  const { guid } = await stage.receive({ from: other, text: "Long ago" });
  stage.mac.react(other, guid, "love");
  const renamed = (name: string) => stage.mac.receive({ from: person, group, more: { itemType: 2, groupTitle: name } });
  await eventually(async () => stage.told("message.reaction").length === 1);
  renamed("First");
  renamed("Second");
  await stage.receive({ from: person, text: "In the group", group });
  const all = () => stage.world.told.map(({ body }) => [body.event, body.text ?? body.name ?? null]);
  const before = all();
  vi.setSystemTime(Date.now() + 40 * day);
  for (let alarm = 0; alarm < 20; alarm += 1) await ring({ id: stage.key.id } as Pool);
  expect(await rows("SELECT 1 FROM heeded")).toEqual([]);
  await stage.receive({ from: other, text: "Now" });
  await stage.world.quiet();
  expect(all().slice(before.length)).toEqual([["message.received", "Now"]]);
});
