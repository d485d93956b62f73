import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningMac, startFakeMac } from "../../../test/support/node/fake-bluebubbles.ts";
import type { FakeMacOptions } from "../../../test/support/node/fake-bluebubbles-mac.ts";
import { line, loginTo, macOptions, openCarrier, person } from "../../../test/support/node/mac-carrier.ts";
import type { Change, Changes, ChangesAsked } from "../carrier.ts";
import { cursorAt, markOf } from "./cursor.ts";

let running: RunningMac;
/** How far the gateway's clock has been moved on. */
let passedMs = 0;

beforeEach(async () => {
  passedMs = 0;
  running = await startFakeMac(macOptions);
});

afterEach(async () => {
  await running.stop();
});

async function replaceMac(change: Partial<FakeMacOptions> = {}): Promise<void> {
  await running.stop();
  running = await startFakeMac({ ...macOptions, ...change });
}

async function look(cursor: string | null, asked: ChangesAsked = {}, lines: string[] = [line]): Promise<Changes> {
  const carrier = openCarrier(loginTo(running.url, { lines }), { now: () => Date.now() + passedMs });
  const read = await carrier.changes(cursor, asked);
  if (!read.ok) throw new Error(read.refusal.message);
  return read.value;
}

/** Looks until nothing more is to come. */
async function lookAll(cursor: string): Promise<Changes> {
  let last = await look(cursor);
  const changes = [...last.changes];
  while (last.more) {
    last = await look(last.cursor);
    changes.push(...last.changes);
  }
  return { ...last, changes };
}

const textsOf = (changes: Change[]) => changes.flatMap((change) => ("text" in change ? [change.text] : []));

describe("a look", () => {
  test("begins now, and tells each message that came since, in the order of places", async () => {
    running.mac.receive({ from: person, text: "Before" });
    const begun = await look(null);
    expect(begun).toMatchObject({ changes: [], more: false });
    running.mac.receive({ from: person, text: "One" });
    running.mac.receive({ from: "+15550002222", text: "Two", service: "SMS" });
    const { changes, cursor } = await look(begun.cursor);
    const chat = { id: `iMessage;-;${person}`, key: person, kind: "direct", address: person };
    expect(changes.filter(({ row }) => row > 1)).toMatchObject([
      { kind: "received", text: "One", sender: person, line, channel: "imessage", chat, files: [], replyTo: null },
      { kind: "received", text: "Two", sender: "+15550002222", channel: "sms" },
    ]);
    expect((await look(cursor)).changes).toEqual([]);
    expect(running.mac.violations).toEqual([]);
  });

  test("sees rows that are dated in the past, which no bell tells of", async () => {
    const from = cursorAt("0", Date.now() - 86_400_000, Date.now());
    const { cursor } = await look(from);
    running.mac.receive({ from: person, text: "Late", ageMs: 3_600_000 });
    expect(textsOf((await look(cursor)).changes)).toEqual(["Late"]);
  });

  test("never tells what is older than the line's beginning, however late it comes, nor loses what a slow clock dates before it", async () => {
    const begun = await look(null);
    running.mac.receive({ from: person, text: "Slow", ageMs: 60_000 });
    for (let day = 1; day < 4; day += 1)
      running.mac.receive({ from: person, text: "History", ageMs: day * 86_400_000 });
    running.mac.receive({ from: person, text: "New" });
    expect(textsOf((await look(begun.cursor)).changes)).toEqual(["Slow", "New"]);
  });

  test("takes a long gap in closed steps, and misses and doubles nothing", async () => {
    const from = cursorAt("0", 0, Date.now());
    for (let n = 0; n < 1_300; n += 1) running.mac.receive({ from: person, text: `n${n}`, ageMs: (n * 7919) % 90_000 });
    const { changes, cursor } = await lookAll(from);
    const ids = new Set(changes.map(({ providerId }) => providerId));
    expect(ids.size).toBe(1_300);
    expect(markOf(cursor)).toBe("1300");
    expect(running.mac.violations).toEqual([]);
  });

  test("takes a mark for a cursor, and tells all behind it", async () => {
    running.mac.receive({ from: person, text: "One" });
    running.mac.receive({ from: person, text: "Two" });
    expect(textsOf((await look("1")).changes)).toContain("Two");
  });

  test("is refused where the Mac cannot be read whole, and the cursor stays", async () => {
    const { cursor } = await look(null);
    running.mac.receive({ from: person, text: "One" });
    const carrier = openCarrier(loginTo(running.url));
    for (let failing = 0; failing < 3; failing += 1) {
      running.mac.faults.add({ route: "query" }, { kind: "error", message: "SQLITE_BUSY", taken: false }, 1);
      expect((await carrier.changes(cursor)).ok).toBe(false);
    }
    expect(textsOf((await look(cursor)).changes)).toEqual(["One"]);
  });
});

describe("a row that is not whole", () => {
  test("waits for its chat, and is told when it has one", async () => {
    const { cursor } = await look(null);
    const row = running.mac.receive({ from: person, text: "Soon", joinedAfterMs: null });
    const first = await look(cursor);
    expect(first.changes).toEqual([]);
    row.chat = running.mac.db.chats[0] ?? null;
    expect(textsOf((await look(first.cursor)).changes)).toEqual(["Soon"]);
  });

  test("is told without a chat two minutes later", async () => {
    const { cursor } = await look(null);
    running.mac.receive({ from: person, text: "Ghost", joinedAfterMs: null });
    const first = await look(cursor);
    passedMs = 119_000;
    const second = await look(first.cursor);
    expect(second.changes).toEqual([]);
    passedMs = 121_000;
    const third = await look(second.cursor);
    expect(third.changes).toMatchObject([{ kind: "received", text: "Ghost", chat: null, sender: person }]);
    expect((await look(third.cursor)).changes).toEqual([]);
  });

  test("waits for its words or its file", async () => {
    const { cursor } = await look(null);
    const empty = running.mac.receive({ from: person, text: null });
    const bytes = new Uint8Array([1, 2]);
    const files = [{ name: "a.heic", type: "image/heic", bytes, onDiskAfterMs: 60_000 }];
    const cloudy = running.mac.receive({ from: person, text: "Look", files });
    const first = await look(cursor);
    expect(first.changes).toEqual([]);
    empty.text = "Words";
    for (const file of cloudy.files) file.transferState = 5;
    const { changes } = await look(first.cursor);
    expect(textsOf(changes)).toEqual(["Words", "Look"]);
    const guid = cloudy.files[0]?.guid;
    expect(changes[1]).toMatchObject({ files: [{ file: guid, name: "a.heic", mimeType: "image/heic", size: 2 }] });
  });

  test("does not hold back what it stands before, and is held over many later rows", async () => {
    const { cursor } = await look(null);
    const row = running.mac.receive({ from: person, text: "Held", joinedAfterMs: null });
    for (let n = 0; n < 80; n += 1) running.mac.receive({ from: person, text: `n${n}` });
    const first = await look(cursor);
    expect(first.changes).toHaveLength(80);
    row.chat = running.mac.db.chats[0] ?? null;
    expect(textsOf((await look(first.cursor)).changes)).toEqual(["Held"]);
  });
});

describe("what a row is", () => {
  async function tell(): Promise<Change[]> {
    return (await look("0")).changes;
  }

  test("a reply names its thread and part, an effect its word, junk its mark", async () => {
    const more = { threadOriginatorGuid: "ROOT", threadOriginatorPart: "1:0:5", isSpam: true };
    running.mac.receive({
      from: person,
      text: "Yes",
      more: { ...more, effectId: "com.apple.messages.effect.CKEchoEffect" },
    });
    const replyTo = { providerId: "ROOT", partIndex: 1 };
    expect(await tell()).toMatchObject([{ kind: "received", replyTo, effect: "echo", filtered: true }]);
  });

  test.each([
    ["love", "love", true],
    ["-laugh", "laugh", false],
    ["2003", "laugh", true],
    ["3001", "like", false],
    ["2006", "👨‍👩‍👧", true],
    ["2007", "sticker", true],
  ])("a tapback %s is a reaction, and no message", async (type, reaction, isAdded) => {
    const guid = running.mac.receive({ from: person, text: "Hi" }).guid;
    running.mac.react(person, guid, type, { text: "Reacted 👨‍👩‍👧 to “Hi”" });
    const target = { providerId: guid, partIndex: 0 };
    expect((await tell()).slice(1)).toMatchObject([{ kind: "reaction", reaction, isAdded, target, sender: person }]);
  });

  test.each(["4000", "1234"])("an associated row of kind %s is nothing", async (type) => {
    running.mac.react(person, "X", type);
    expect(await tell()).toEqual([]);
  });

  test("the preview of a link is not a second message, and a link alone is one", async () => {
    const balloonBundleId = "com.apple.messages.URLBalloonProvider";
    const guid = running.mac.receive({ from: person, text: "https://a.example", more: { balloonBundleId } }).guid;
    running.mac.receive({
      from: person,
      text: "https://a.example",
      more: { balloonBundleId, associatedMessageGuid: guid },
    });
    expect(textsOf(await tell())).toEqual(["https://a.example"]);
  });

  test.each([
    [{ itemType: 1, groupActionType: 0 }, "member_added", null],
    [{ itemType: 1, groupActionType: 1 }, "member_removed", null],
    [{ itemType: 3, groupActionType: 0 }, "member_left", null],
    [{ itemType: 2, groupTitle: "Team" }, "renamed", "Team"],
    [{ itemType: 3, groupActionType: 1 }, "icon_changed", null],
    [{ itemType: 3, groupActionType: 2 }, "icon_removed", null],
  ])("%j changes the group", async (more, change, name) => {
    running.mac.receive({ from: person, group: [person, "+15550003333"], more });
    expect(await tell()).toMatchObject([{ kind: "group", change, name, sender: person, chat: { kind: "group" } }]);
  });

  test("a message in a group has its sender, and the group's name", async () => {
    const row = running.mac.receive({ from: person, text: "All", group: [person, "+15550003333"] });
    Object.assign(row.chat ?? {}, { displayName: "Team" });
    expect(await tell()).toMatchObject([{ kind: "received", sender: person, chat: { kind: "group", name: "Team" } }]);
  });

  test("what the owner writes on a device is our own, with its state", async () => {
    const { guid } = running.mac.receive({ from: person, text: "From the phone", isFromMe: true });
    running.mac.deliver(guid);
    const state = { providerId: guid, status: "delivered" };
    expect(await tell()).toMatchObject([{ kind: "own", text: "From the phone", state }]);
  });
});

describe("edits", () => {
  test("are told once, when asked for or an hour later, also of messages of long ago", async () => {
    const { guid } = running.mac.receive({ from: person, text: "Teh" });
    for (let n = 0; n < 60; n += 1) running.mac.receive({ from: person, text: `n${n}` });
    const begun = await lookAll(cursorAt("0", 0, Date.now()));
    running.mac.change(guid, { text: "The", dateEdited: Date.now() + 5 });
    expect((await look(begun.cursor)).changes).toEqual([]);
    const edited = await look(begun.cursor, { edits: true });
    expect(edited.changes.at(-1)).toMatchObject({ kind: "edited", providerId: guid, text: "The", sender: person });
    expect((await look(edited.cursor, { edits: true })).changes).toEqual([]);
    passedMs = 3_601_000;
    expect((await look(begun.cursor)).changes.at(-1)).toMatchObject({ kind: "edited" });
  });

  test("a message that was taken back says so, and is no message for who never saw it", async () => {
    const { guid } = running.mac.receive({ from: person, text: "Oops" });
    running.mac.change(guid, { text: null, partCount: 0, retractedParts: [0], dateEdited: Date.now() });
    expect((await look("0")).changes).toMatchObject([{ kind: "unsent", whole: true, partIndexes: [0] }]);
  });
});

describe("another database", () => {
  test("whose places are lower is read by dates: nothing is lost, and ids say what is known", async () => {
    for (let n = 0; n < 5; n += 1) running.mac.receive({ from: person, text: `old ${n}` });
    const { cursor } = await look(cursorAt("0", 0, Date.now()));
    const known = running.mac.db.messages.slice(-2);
    await replaceMac();
    for (const { text, guid } of known) running.mac.receive({ from: person, text, more: { guid } });
    running.mac.receive({ from: person, text: "New" });
    const read = await look(cursor);
    expect(textsOf(read.changes)).toEqual(["old 3", "old 4", "New"]);
    expect(read.changes.slice(0, 2).map(({ providerId }) => providerId)).toEqual(known.map(({ guid }) => guid));
    running.mac.receive({ from: person, text: "Next" });
    expect(textsOf((await look(read.cursor)).changes)).toContain("Next");
  });

  test("is known by another id at a known place", async () => {
    running.mac.receive({ from: person, text: "Old" });
    const { cursor } = await look(cursorAt("0", 0, Date.now()));
    await replaceMac();
    running.mac.receive({ from: person, text: "New" });
    expect(textsOf((await look(cursor)).changes)).toEqual(["New"]);
  });

  test("brings up no history when iCloud fills it later, as far as it was not read by dates", async () => {
    for (let n = 0; n < 5; n += 1) running.mac.receive({ from: person, text: `old ${n}` });
    const { cursor } = await look(cursorAt("0", 0, Date.now()));
    await replaceMac();
    running.mac.receive({ from: person, text: "New" });
    const read = await look(cursor);
    running.mac.receive({ from: person, text: "Of last week", ageMs: 7 * 86_400_000 });
    running.mac.receive({ from: person, text: "Late", ageMs: 3_600_000 });
    expect(textsOf((await look(read.cursor)).changes)).toEqual(["Late"]);
  });

  test("is not suspected because the newest message was deleted", async () => {
    for (let n = 0; n < 5; n += 1) running.mac.receive({ from: person, text: `n${n}` });
    const { cursor } = await look(cursorAt("0", 0, Date.now()));
    running.mac.db.messages.pop();
    const read = await look(cursor);
    expect(read.changes).toEqual([]);
    running.mac.receive({ from: person, text: "Next" });
    expect(textsOf((await look(read.cursor)).changes)).toContain("Next");
  });
});

test("of several addresses of a Mac, each row is at the one that it was written to", async () => {
  const other = "other@example.com";
  running.mac.receive({ from: person, text: "To the number" });
  running.mac.receive({ from: person, text: "To the mail", to: other });
  running.mac.receive({ from: person, text: "Unsaid", to: other, more: { destinationCallerId: "" } });
  const { changes } = await look("0", {}, [line, other]);
  expect(changes.map((change) => change.line)).toEqual([line, other, other]);
  expect(running.mac.violations).toEqual([]);
});

test("what stands before the cursor is not told again, but for what was done to it since", async () => {
  const { guid } = running.mac.receive({ from: person, text: "Teh" });
  running.mac.receive({ from: person, text: "Two" });
  const { cursor } = await look(cursorAt("0", 0, Date.now()));
  running.mac.change(guid, { text: "The", dateEdited: Date.now() + 5 });
  running.mac.receive({ from: person, text: "Three" });
  const { changes } = await look(cursor);
  expect(changes.map(({ kind, row }) => [kind, row])).toEqual([
    ["edited", 1],
    ["received", 3],
  ]);
});

test("rows that the pool holds are told again, however far behind they are", async () => {
  const { guid } = running.mac.receive({ from: person, text: "Mine?", isFromMe: true });
  for (let n = 0; n < 60; n += 1) running.mac.receive({ from: person, text: `n${n}` });
  const { cursor } = await look(null);
  expect((await look(cursor, { again: [guid] })).changes).toMatchObject([{ kind: "own", providerId: guid }]);
});
