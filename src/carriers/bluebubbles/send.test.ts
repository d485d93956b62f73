import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningMac, startFakeMac } from "../../../test/support/node/fake-bluebubbles.ts";
import { type MacFault, macWords } from "../../../test/support/node/fake-bluebubbles-faults.ts";
import type { FakeMacOptions } from "../../../test/support/node/fake-bluebubbles-mac.ts";
import { line, loginTo, macOptions, openCarrier, outgoingTo, person } from "../../../test/support/node/mac-carrier.ts";
import type { Outcome, Outgoing } from "../carrier.ts";
import { capabilitiesOf } from "./look.ts";

let running: RunningMac;
let files: Server;

beforeEach(async () => {
  running = await startFakeMac(macOptions);
  files = createServer((request, response) => {
    if (request.url === "/gone.png") return response.writeHead(404).end();
    if (request.url === "/broken.png") {
      response.writeHead(200, { "content-length": "1000", "content-type": "image/png" });
      response.write("half");
      return setTimeout(() => response.destroy(), 20);
    }
    if (request.url === "/large.mov") return response.writeHead(200, { "content-length": "200000000" }).end();
    return response.writeHead(200, { "content-type": "image/png" }).end("picture");
  });
  await new Promise<void>((resolve) => files.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  await running.stop();
  files.close();
  files.closeAllConnections();
});

function fileUrl(name: string): string {
  return `http://127.0.0.1:${(files.address() as AddressInfo).port}/${name}`;
}

async function restart(change: Partial<FakeMacOptions>): Promise<void> {
  await running.stop();
  running = await startFakeMac({ ...macOptions, ...change });
}

function carrier(change: Parameters<typeof loginTo>[1] = {}, sendMs = 10_000) {
  return openCarrier(loginTo(running.url, change), { sendMs });
}

async function send(
  change: Partial<Outgoing> = {},
  login: Parameters<typeof loginTo>[1] = {},
  sendMs?: number,
): Promise<Outcome> {
  const mac = carrier(login, sendMs);
  const mark = await mac.askMark();
  if (!mark.ok) throw new Error("The stand-in gave no mark.");
  return mac.send(outgoingTo({ watermark: { at: Date.now(), mark: mark.value }, ...change }));
}

/** The person has written before: the chat is there. */
function know(address = person, service: "iMessage" | "SMS" = "iMessage"): string {
  return running.mac.receive({ from: address, text: "Hi", service }).chat?.guid ?? "";
}

describe("a message to a chat that is there", () => {
  test("is sent once by the Private API to the chat's own name, with our id", async () => {
    const chat = know();
    const sent = await send({ text: "Hello" });
    const [reached] = running.mac.reached();
    expect(sent).toMatchObject({ kind: "accepted", providerId: reached?.guid, chat, state: { status: "sent" } });
    expect(running.mac.reached()).toMatchObject([{ to: person, text: "Hello", files: [] }]);
    expect(reached?.tempGuid).toMatch(/^msg_/);
    expect(running.mac.violations).toEqual([]);
  });

  test.each(["15.5", "26.0"])("is found by its person on macOS %s, whatever its name begins with", async (macos) => {
    await restart({ macos });
    const chat = know();
    expect(chat).toMatch(macos === "26.0" ? /^any;/ : /^iMessage;/);
    expect(await send()).toMatchObject({ kind: "accepted", chat });
    expect(running.mac.violations).toEqual([]);
  });

  test("is found without any message in it", async () => {
    const { guid } = running.mac.db.directChat(person, "SMS", line);
    expect(await send()).toMatchObject({ kind: "accepted", chat: guid });
  });

  test("carries effect and reply, and SMS leaves the effect out", async () => {
    know();
    const parent = running.mac.receive({ from: person, text: "Question" }).guid;
    const replyTo = { messageId: null, providerId: parent, partIndex: 0 };
    expect((await send({ extras: { effect: "lasers", replyTo } })).kind).toBe("accepted");
    const row = running.mac.db.messages.at(-1);
    expect(row).toMatchObject({ effectId: "com.apple.messages.effect.CKLasersEffect", threadOriginatorGuid: parent });
    const chat = { id: know("+15550002222", "SMS"), members: null };
    expect((await send({ to: "+15550002222", chat, extras: { effect: "slam" } })).kind).toBe("accepted");
    expect(running.mac.db.messages.at(-1)?.effectId).toBeNull();
    expect(running.mac.violations).toEqual([]);
  });

  test("is looked up again where Messages does not know the name any more, and reaches the person once", async () => {
    const chat = know();
    const stale = { id: `iMessage;-;${person}x`, members: null };
    expect(await send({ chat: stale })).toMatchObject({ kind: "accepted", chat });
    expect(running.mac.reached()).toHaveLength(1);
  });

  test("in a group whose name has another beginning since the system was changed goes to that group, and makes none anew", async () => {
    const members = [person, "+15550003333"];
    const made = await send({ to: "grp_1", chat: { id: null, members } });
    const name = made.kind === "accepted" ? (made.chat ?? "") : "";
    const [chat] = running.mac.db.chats;
    if (chat !== undefined) chat.guid = name.replace("iMessage;", "any;");
    const sent = await send({ to: "grp_1", text: "Still here", chat: { id: name, members } });
    expect(sent).toMatchObject({ kind: "accepted", chat: name.replace("iMessage;", "any;") });
    expect(running.mac.db.chats).toHaveLength(1);
  });

  test("shows typing and the contact card first where that is asked for, and goes out also when neither can be had", async () => {
    const chat = know();
    await send({ extras: { typingFirst: true, shareContact: true } });
    const did = running.mac.log.filter((entry) => entry.kind === "did").map(({ what }) => what);
    expect(did).toEqual(["share_contact", "typing"]);
    expect(running.mac.reached()).toHaveLength(1);
    expect(chat).not.toBe("");
  });
});

describe("files", () => {
  test("one file alone is streamed as one message with its own name", async () => {
    know();
    expect((await send({ text: null, mediaUrls: [fileUrl("a%20b.png")] })).kind).toBe("accepted");
    expect(running.mac.reached()).toMatchObject([{ text: "", files: ["a b.png"] }]);
    expect(new TextDecoder().decode(running.mac.db.messages.at(-1)?.files[0]?.bytes)).toBe("picture");
    expect(running.mac.violations).toEqual([]);
  });

  test("words and files, and parts with a mention, are one message", async () => {
    know();
    const mediaUrls = [fileUrl("1.png"), fileUrl("2.png")];
    expect((await send({ text: "Look", mediaUrls })).kind).toBe("accepted");
    const parts = [{ text: "Hello " }, { text: "Ann", mention: person }, { url: fileUrl("3.png"), name: "three.png" }];
    expect((await send({ text: null, extras: { parts } })).kind).toBe("accepted");
    expect(running.mac.reached()).toMatchObject([
      { text: "Look", files: ["1.png", "2.png"] },
      { text: "Hello Ann", files: ["three.png"] },
    ]);
    expect(running.mac.violations).toEqual([]);
  });

  test.each([
    ["gone.png", "attachment_unreachable"],
    ["broken.png", "attachment_unreachable"],
    ["large.mov", "attachment_too_large"],
  ])("%s fails the message and reaches nobody, alone or with words", async (name, code) => {
    know();
    const mediaUrls = [fileUrl(name)];
    expect(await send({ text: null, mediaUrls })).toMatchObject({ kind: "refused", code });
    expect(await send({ text: "With words", mediaUrls })).toMatchObject({ kind: "refused", code });
    expect(running.mac.reached()).toEqual([]);
  });

  test("a file cannot begin a chat", async () => {
    const sent = await send({ mediaUrls: [fileUrl("a.png")] });
    expect(sent).toMatchObject({ kind: "refused", code: "attachment_first_message_not_allowed" });
    expect(running.mac.reached()).toEqual([]);
  });
});

describe("a new chat", () => {
  test("begins with a person who is on iMessage", async () => {
    expect(await send()).toMatchObject({ kind: "accepted", chat: `iMessage;-;${person}` });
    expect(running.mac.reached()).toMatchObject([{ to: person, text: "Hello" }]);
    expect(running.mac.violations).toEqual([]);
  });

  test("is refused for one who is not, or is SMS where the line has it and it is asked for", async () => {
    await restart({ notOnIMessage: [person], smsForwarding: true });
    expect(await send()).toMatchObject({ kind: "refused", code: "recipient_not_on_imessage" });
    expect(running.mac.reached()).toEqual([]);
    expect(await send({ extras: { lineSms: true } })).toMatchObject({ kind: "accepted", state: { channel: "sms" } });
    expect(running.mac.reached()).toMatchObject([{ to: person, service: "SMS" }]);
  });

  test("with several people is a group, whose name goes back", async () => {
    const members = [person, "+15550003333", "ann@example.com"];
    const sent = await send({ to: "grp_1", chat: { id: null, members } });
    expect(sent).toMatchObject({ kind: "accepted", chat: expect.stringMatching(/^iMessage;\+;chat/) });
    expect(running.mac.reached().map(({ to }) => to)).toEqual(members);
    expect(running.mac.violations).toEqual([]);
  });

  test("is refused from an address that the Mac does not begin chats from", async () => {
    const other = "other@example.com";
    const sent = await send({ from: other }, { lines: [line, other] });
    expect(sent).toMatchObject({ kind: "refused", code: "inbound_only_no_prior_inbound" });
    expect(running.mac.reached()).toEqual([]);
  });
});

test("a line never speaks from another address of its Mac", async () => {
  const other = "other@example.com";
  running.mac.receive({ from: person, text: "Hi", to: other });
  const lines = [line, other];
  expect(await send({ from: line }, { lines })).toMatchObject({ kind: "refused", code: "line_not_addressed" });
  expect(await send({ from: other }, { lines })).toMatchObject({ kind: "accepted" });
  expect(running.mac.reached()).toHaveLength(1);
});

describe("what the answer means", () => {
  const timeout: MacFault = { kind: "error", message: macWords.transactionTimeout, taken: true };
  test.each<[string, MacFault, string, number]>([
    ["a timeout that sent", timeout, "unknown", 1],
    ["a timeout that did not", { ...timeout, taken: false }, "unknown", 0],
    ["a row that never came", { kind: "error", message: macWords.notInDatabase, taken: true }, "unknown", 1],
    ["no id from the helper", { kind: "error", message: macWords.noGuid, taken: false }, "unknown", 0],
    ["a reset that sent", { kind: "reset", taken: true }, "unknown", 1],
    ["a hang that sent", { kind: "hang", taken: true }, "unknown", 1],
    ["a tunnel that gave up", { kind: "page", status: 524, body: "<html>524</html>", taken: true }, "unknown", 1],
    ["a gateway's 502", { kind: "page", status: 502, body: "<html>502</html>", taken: true }, "unknown", 1],
    ["a tunnel that is down", { kind: "page", status: 530, body: "error code: 1033", taken: false }, "wait", 0],
    ["a refused address", { kind: "error", message: macWords.noHandles, taken: false }, "refused", 0],
    ["the helper gone", { kind: "error", message: macWords.helperOff, taken: false }, "wait", 0],
    ["the Private API off", { kind: "error", message: macWords.privateApiOff, taken: false }, "wait", 0],
    ["late", { kind: "late", afterMs: 2_000 }, "unknown", 0],
    [
      "an equal call under way",
      { kind: "error", status: 400, message: "Message is already queued to be sent! (Temp GUID: x)", taken: true },
      "unknown",
      1,
    ],
    [
      "a bad request",
      { kind: "error", status: 400, message: "The chatGuid field is required.", taken: false },
      "refused",
      0,
    ],
  ])("%s", async (_, fault, kind, reached) => {
    know();
    running.mac.faults.add({ route: "text" }, fault, 1);
    expect((await send({}, {}, fault.kind === "hang" ? 100 : undefined)).kind).toBe(kind);
    expect(running.mac.reached()).toHaveLength(reached);
    expect(running.mac.violations).toEqual([]);
  });

  test("a message that Messages tried and lost is taken, and failed with Apple's number", async () => {
    know();
    running.mac.faults.add({}, { kind: "failed", error: 22, afterMs: 0 }, 1);
    const sent = await send();
    const guid = running.mac.db.messages.at(-1)?.guid;
    expect(sent).toMatchObject({ kind: "accepted", providerId: guid, state: { status: "failed", errorCode: "22" } });
  });

  test("an answer that names an older message is not believed", async () => {
    know();
    expect((await send({ text: "Same" })).kind).toBe("accepted");
    running.mac.faults.add({}, { kind: "wrong_guid" }, 1);
    expect((await send({ text: "Same" })).kind).toBe("unknown");
    expect(running.mac.reached()).toHaveLength(2);
  });

  test("a wrong password refuses the account, and stands in no result", async () => {
    const sent = await carrier({ password: "wr ong" }).send(outgoingTo());
    expect(sent.kind).toBe("account_refused");
    expect(JSON.stringify(sent)).not.toContain("ong");
  });

  test("a Mac that is not there waits, and so does one whose tunnel is down", async () => {
    const unreachable = carrier({ url: "http://127.0.0.1:1" });
    expect(await unreachable.send(outgoingTo())).toMatchObject({ kind: "wait", offline: expect.any(String) });
    running.mac.tunnel = { status: 530, body: "<html>Error 1033</html>" };
    expect(await carrier().send(outgoingTo())).toMatchObject({ kind: "wait", offline: expect.any(String) });
    running.mac.tunnel = "reset";
    expect(await carrier().send(outgoingTo())).toMatchObject({ kind: "wait" });
    running.mac.tunnel = "open";
    running.mac.helperConnected = false;
    expect(await carrier().send(outgoingTo())).toMatchObject({ kind: "wait" });
    expect(running.mac.reached()).toEqual([]);
  });
});

describe("what the line cannot", () => {
  const without = (change: object) => ({ capabilities: { ...capabilities, ...change } });
  const ground = { serverVersion: "1.9.9", macosVersion: "15.5", smsForwarding: false, mayUseAppleScript: false };
  const capabilities = capabilitiesOf({ ...ground, privateApi: true });

  test("is refused before anything is asked of the Mac", async () => {
    know();
    const replyTo = { messageId: null, providerId: "X", partIndex: 0 };
    const sent = await send({ extras: { replyTo } }, without({ replies: false }));
    expect(sent).toMatchObject({ kind: "refused", code: "reply_not_supported" });
    const off = { privateApi: false, capabilities: capabilitiesOf({ ...ground, privateApi: false }) };
    expect(await send({}, off)).toMatchObject({ kind: "refused", code: "line_receives_only" });
    expect(running.mac.reached()).toEqual([]);
  });

  test("goes by AppleScript only with the owner's leave, and then plain", async () => {
    await restart({ privateApi: false, mayUseAppleScript: true });
    know();
    const mayUseAppleScript = true;
    const leave = {
      privateApi: false,
      mayUseAppleScript,
      capabilities: capabilitiesOf({ ...ground, privateApi: false, mayUseAppleScript }),
    };
    expect((await send({}, leave)).kind).toBe("accepted");
    expect(await send({ mediaUrls: [fileUrl("a.png")] }, leave)).toMatchObject({ code: "private_api_needed" });
    running.mac.faults.add({}, { kind: "error", message: "execution error -1700", taken: true }, 1);
    expect((await send({}, leave)).kind).toBe("unknown");
  });
});
