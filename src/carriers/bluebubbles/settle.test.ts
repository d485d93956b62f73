import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningMac, startFakeMac } from "../../../test/support/node/fake-bluebubbles.ts";
import { type MacFault, macWords } from "../../../test/support/node/fake-bluebubbles-faults.ts";
import type { Inbound } from "../../../test/support/node/fake-bluebubbles-mac.ts";
import {
  loginTo,
  macOptions,
  openCarrier,
  outgoingTo,
  person,
  soughtOf,
} from "../../../test/support/node/mac-carrier.ts";
import type { Outgoing, Settlement, Sought, Watermark } from "../carrier.ts";
import type { MacAccount } from "./account.ts";

let running: RunningMac;
let carrier: MacAccount;

beforeEach(async () => {
  running = await startFakeMac(macOptions);
  carrier = openCarrier(loginTo(running.url));
  running.mac.receive({ from: person, text: "Hi" });
});

afterEach(async () => {
  await running.stop();
});

async function markNow(): Promise<Watermark> {
  const mark = await carrier.askMark();
  if (!mark.ok) throw new Error("The stand-in gave no mark.");
  return { at: Date.now(), mark: mark.value };
}

async function settle(message: Outgoing, watermark: Watermark, change: Partial<Sought> = {}): Promise<Settlement> {
  const settled = await carrier.settle(soughtOf(message, change), watermark);
  if (!settled.ok) throw new Error(settled.refusal.message);
  return settled.value;
}

/** What the owner, or the answer that was lost, left on the Mac. */
function leave(text: string, change: Partial<Inbound> = {}): string {
  return running.mac.receive({ from: person, text, isFromMe: true, ...change }).guid;
}

describe("a send whose answer was lost", () => {
  const taken: [string, MacFault][] = [
    ["a timeout", { kind: "error", message: macWords.transactionTimeout, taken: true }],
    ["a row that never came", { kind: "error", message: macWords.notInDatabase, taken: true }],
    ["a reset", { kind: "reset", taken: true }],
    ["a hang", { kind: "hang", taken: true }],
    ["a tunnel that gave up", { kind: "page", status: 524, body: "<html></html>", taken: true }],
    ["a wrong id", { kind: "wrong_guid" }],
  ];
  test.each(taken)("is found after %s that sent it", async (_, fault) => {
    leave("Hello");
    const watermark = await markNow();
    running.mac.faults.add({}, fault, 1);
    const message = outgoingTo({ watermark });
    const impatient = openCarrier(loginTo(running.url), fault.kind === "hang" ? { sendMs: 100 } : {});
    expect((await impatient.send(message)).kind).toBe("unknown");
    const [reached] = running.mac.reached();
    expect(await settle(message, watermark)).toMatchObject({ kind: "found", state: { providerId: reached?.guid } });
    expect(running.mac.violations).toEqual([]);
  });

  test.each([
    ["a timeout", { kind: "error", message: macWords.transactionTimeout, taken: false }],
    ["a reset", { kind: "reset", taken: false }],
    ["a tunnel that gave up", { kind: "page", status: 524, body: "<html></html>", taken: false }],
  ] satisfies [string, MacFault][])("is absent after %s that did not, and only after its time", async (_, fault) => {
    const watermark = await markNow();
    running.mac.faults.add({}, fault, 1);
    const message = outgoingTo({ watermark });
    expect((await carrier.send(message)).kind).toBe("unknown");
    expect((await settle(message, watermark, { absentAfterMs: 300_000 })).kind).toBe("ambiguous");
    expect((await settle(message, watermark)).kind).toBe("absent");
    expect(running.mac.reached()).toEqual([]);
  });

  test("is found in a new group by its members", async () => {
    const members = [person, "+15550003333"];
    const watermark = await markNow();
    running.mac.faults.add({}, { kind: "reset", taken: true }, 1);
    const message = outgoingTo({ to: "grp_1", chat: { id: null, members }, watermark });
    expect((await carrier.send(message)).kind).toBe("unknown");
    expect((await settle(message, watermark)).kind).toBe("found");
    const other = { ...message, chat: { id: null, members: [person, "+15550004444"] } };
    expect((await settle(other, watermark)).kind).toBe("absent");
  });

  test("is not absent while the Mac could not have sent it", async () => {
    const watermark = await markNow();
    running.mac.helperConnected = false;
    expect((await settle(outgoingTo(), watermark)).kind).toBe("ambiguous");
  });

  test("is not decided by a Mac that cannot be read", async () => {
    const watermark = await markNow();
    running.mac.tunnel = "reset";
    expect((await carrier.settle(soughtOf(outgoingTo()), watermark)).ok).toBe(false);
    running.mac.tunnel = "open";
    running.mac.faults.add({ route: "query" }, { kind: "error", message: "SQLITE_BUSY", taken: false }, 1);
    expect((await carrier.settle(soughtOf(outgoingTo()), watermark)).ok).toBe(false);
  });
});

describe("a row is not the message", () => {
  const other: [string, (watermark: Watermark) => void, Partial<Outgoing>][] = [
    ["when it came before the mark", () => {}, { text: "Before" }],
    ["when its words differ", () => leave("Hello!"), {}],
    ["when it is in another chat", () => leave("Hello", { from: "+15550009999" }), {}],
    ["when it is in a group with the person", () => leave("Hello", { group: [person, "+15550003333"] }), {}],
    ["when a person wrote it to us", () => running.mac.receive({ from: person, text: "Hello" }), {}],
    ["when it has an effect that ours has not", () => leave("Hello", { more: { effectId: "x" } }), {}],
    ["when it is a reply and ours is none", () => leave("Hello", { more: { threadOriginatorGuid: "X" } }), {}],
    ["when it was written an hour ago on a device that was offline", () => leave("Hello", { ageMs: 3_600_000 }), {}],
    [
      "when it is a tapback",
      () => leave("Hello", { more: { associatedMessageGuid: "X", associatedMessageType: "love" } }),
      {},
    ],
    ["when it changes the group", () => leave("Hello", { more: { itemType: 2 } }), {}],
  ];
  test.each(other)("%s", async (_, write, change) => {
    leave("Before");
    const watermark = await markNow();
    write(watermark);
    expect((await settle(outgoingTo(change), watermark)).kind).toBe("absent");
  });

  test("when another message of ours has it", async () => {
    const watermark = await markNow();
    const guid = leave("Hello");
    expect((await settle(outgoingTo(), watermark, { isOurs: (id) => id === guid })).kind).toBe("absent");
  });
});

describe("nobody can say", () => {
  test("when two rows may be it", async () => {
    const watermark = await markNow();
    leave("Hello");
    leave("Hello");
    expect((await settle(outgoingTo(), watermark)).kind).toBe("ambiguous");
  });

  test("when it left from another address of the Mac, which may be another key's", async () => {
    const other = "help@example.com";
    carrier = openCarrier(loginTo(running.url, { lines: ["+14155550100", other] }));
    const watermark = await markNow();
    leave("Hello", { more: { destinationCallerId: other } });
    expect((await settle(outgoingTo(), watermark)).kind).toBe("ambiguous");
    expect((await settle(outgoingTo({ from: other }), watermark)).kind).toBe("found");
    leave("Welcome", { more: { destinationCallerId: "" } });
    expect((await settle(outgoingTo({ text: "Welcome" }), watermark)).kind).toBe("found");
  });

  test("while the row belongs to no chat, or has not got its file yet", async () => {
    const watermark = await markNow();
    const row = running.mac.receive({ from: person, text: "Hello", isFromMe: true, joinedAfterMs: null });
    expect((await settle(outgoingTo(), watermark)).kind).toBe("ambiguous");
    Object.assign(row, { chat: running.mac.db.chats[0] });
    expect((await settle(outgoingTo(), watermark)).kind).toBe("found");
    const mediaUrls = ["https://example.com/a.png"];
    expect((await settle(outgoingTo({ mediaUrls }), watermark)).kind).toBe("ambiguous");
  });
});

test("two equal messages of ours that were both taken are told apart by their order", async () => {
  const watermark = await markNow();
  const [first, second] = [leave("Hello"), leave("Hello")];
  const peers = { count: 2, rank: 0 };
  const found = await settle(outgoingTo(), watermark, { peers });
  expect(found).toMatchObject({ kind: "found", state: { providerId: first } });
  const next = await settle(outgoingTo(), watermark, { peers: { count: 1, rank: 0 }, isOurs: (id) => id === first });
  expect(next).toMatchObject({ kind: "found", state: { providerId: second } });
});

test("a text is the same in another Unicode form, with spaces around it, or with a reply to a reply's thread in doubt", async () => {
  const watermark = await markNow();
  leave("Cafe\u0301 au lait\uFFFC");
  expect((await settle(outgoingTo({ text: " Café au lait\r\n" }), watermark)).kind).toBe("found");
  leave("Yes", { more: { threadOriginatorGuid: "ROOT" } });
  const replyTo = { messageId: null, providerId: "SECOND", partIndex: 0 };
  expect((await settle(outgoingTo({ text: "Yes", extras: { replyTo } }), watermark)).kind).toBe("ambiguous");
  const toRoot = { ...replyTo, providerId: "ROOT" };
  expect((await settle(outgoingTo({ text: "Yes", extras: { replyTo: toRoot } }), watermark)).kind).toBe("found");
});

test("a clock of the Mac that is wrong, and says so, hides nothing", async () => {
  await running.stop();
  running = await startFakeMac({ ...macOptions, clockAheadMs: -120_000 });
  carrier = openCarrier(loginTo(running.url));
  const watermark = await markNow();
  leave("Hello");
  expect((await settle(outgoingTo(), watermark)).kind).toBe("found");
});

test("without a mark, or in another database, dates decide", async () => {
  leave("Hello", { ageMs: 3_600_000 });
  const guid = leave("Hello");
  for (const mark of [null, "100000"]) {
    const settled = await settle(outgoingTo(), { at: Date.now(), mark });
    expect(settled).toMatchObject({ kind: "found", state: { providerId: guid } });
  }
});
