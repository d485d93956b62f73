import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningMac, startFakeMac } from "../../../test/support/node/fake-bluebubbles.ts";
import type { FakeMacOptions } from "../../../test/support/node/fake-bluebubbles-mac.ts";
import { line, loginTo, macOptions, openCarrier, person } from "../../../test/support/node/mac-carrier.ts";
import type { Act } from "../carrier.ts";
import { capabilitiesOf } from "./look.ts";

let running: RunningMac;

beforeEach(async () => {
  running = await startFakeMac(macOptions);
});

afterEach(async () => {
  await running.stop();
});

async function restart(change: Partial<FakeMacOptions>): Promise<void> {
  await running.stop();
  running = await startFakeMac({ ...macOptions, ...change });
}

function carrier(change: Parameters<typeof loginTo>[1] = {}) {
  return openCarrier(loginTo(running.url, change));
}

const did = () => running.mac.log.filter((entry) => entry.kind === "did").map(({ what, value }) => [what, value]);

describe("in a chat", () => {
  test("read, typing and the contact card are passed on", async () => {
    const chat = running.mac.receive({ from: person, text: "Hi" }).chat?.guid ?? "";
    for (const kind of ["read", "start_typing", "share_contact"] as const) {
      expect(await carrier().act({ kind, chat })).toEqual({ ok: true, value: { providerId: null, warning: null } });
    }
    expect(did().map(([what]) => what)).toEqual(["read", "typing", "share_contact"]);
    expect(running.mac.violations).toEqual([]);
  });

  test("typing is stopped only by a server that can, and else nothing is sent but a warning", async () => {
    const chat = "iMessage;-;+1";
    const old = await carrier().act({ kind: "stop_typing", chat });
    expect(old).toMatchObject({ ok: true, value: { warning: expect.any(String) } });
    expect(did()).toEqual([]);
    await restart({ version: "1.9.10" });
    const looked = await carrier().look();
    if (!looked.ok) throw new Error("The stand-in was not seen.");
    const { capabilities } = looked.value;
    expect((await carrier({ capabilities }).act({ kind: "stop_typing", chat })).ok).toBe(true);
    expect(did()).toEqual([["stop_typing", ""]]);
    expect(running.mac.violations).toEqual([]);
  });

  test.each([
    ["love", false, "love"],
    ["👍", false, "like"],
    ["!!", true, "-emphasize"],
  ])("the reaction %s (taken back: %s) is the tapback %s", async (reaction, remove, sent) => {
    const message = running.mac.receive({ from: person, text: "Hi" });
    const target = { providerId: message.guid, partIndex: 0 };
    const acted = await carrier().act({ kind: "react", chat: message.chat?.guid ?? "", target, reaction, remove });
    const made = running.mac.log.find((entry) => entry.kind === "reaction");
    expect(made).toMatchObject({ target: message.guid, reaction: sent });
    expect(acted).toEqual({ ok: true, value: { providerId: made?.guid, warning: null } });
  });

  test("another emoji, and a reaction in an SMS chat, are not sent at all", async () => {
    const target = { providerId: "X", partIndex: 0 };
    const react = (reaction: string, chat: string) =>
      carrier().act({ kind: "react", chat, target, reaction, remove: false });
    expect(await react("🦊", "iMessage;-;+1")).toMatchObject({ ok: false, refusal: { code: "not_supported" } });
    expect(await react("love", "SMS;-;+1")).toMatchObject({ ok: false, refusal: { code: "not_supported" } });
    expect(running.mac.log).toEqual([]);
  });

  test("a message is edited and taken back", async () => {
    const { guid } = running.mac.receive({ from: person, text: "Teh", isFromMe: true });
    const target = { providerId: guid, partIndex: 0 };
    expect(await carrier().act({ kind: "edit", target, text: "The" })).toMatchObject({
      ok: true,
      value: { providerId: guid },
    });
    expect(await carrier().act({ kind: "unsend", target })).toMatchObject({ ok: true });
    expect(did()).toEqual([
      ["edit", "The"],
      ["unsend", guid],
    ]);
    const gone = { providerId: "GONE", partIndex: 0 };
    expect(await carrier().act({ kind: "unsend", target: gone })).toMatchObject({
      ok: false,
      refusal: { code: "refused" },
    });
  });
});

test("a group is named, joined, left, and given a picture, which goes again", async () => {
  const chat = running.mac.receive({ from: person, text: "Hi", group: [person, "+15550003333"] }).chat?.guid ?? "";
  const address = "+15550004444";
  const acts: Act[] = [
    { kind: "rename", chat, name: "Team" },
    { kind: "add_member", chat, address },
    { kind: "remove_member", chat, address: "+15550003333" },
    { kind: "set_icon", chat, icon: { bytes: new Uint8Array([1, 2, 3]), type: "image/png" } },
    { kind: "remove_icon", chat },
  ];
  for (const act of acts) expect(await carrier().act(act)).toMatchObject({ ok: true });
  const group = { members: [person, address], name: "Team" };
  expect(await carrier().describeGroup(chat)).toEqual({ ok: true, value: group });
  expect(await carrier().act({ kind: "leave", chat })).toMatchObject({ ok: true });
  expect(did().map(([what]) => what)).toEqual([...acts.map(({ kind }) => kind), "leave"]);
  const direct = running.mac.receive({ from: person, text: "Hi" }).chat?.guid ?? "";
  const refused = await carrier().act({ kind: "rename", chat: direct, name: "No" });
  expect(refused).toMatchObject({ ok: false, refusal: { message: "Chat is not a group chat!" } });
  expect(running.mac.violations).toEqual([]);
});

describe("what cannot be done", () => {
  test("by the line is not asked of the Mac", async () => {
    const ground = { serverVersion: "1.9.9", macosVersion: "12.7", smsForwarding: false, mayUseAppleScript: false };
    const old = { capabilities: capabilitiesOf({ ...ground, privateApi: true }) };
    const target = { providerId: "X", partIndex: 0 };
    expect(await carrier(old).act({ kind: "edit", target, text: "x" })).toMatchObject({
      refusal: { code: "not_supported" },
    });
    const off = { capabilities: capabilitiesOf({ ...ground, privateApi: false }) };
    expect(await carrier(off).act({ kind: "read", chat: "x" })).toMatchObject({ refusal: { code: "not_supported" } });
    expect(running.mac.log).toEqual([]);
  });

  test.each<[string, (mac: RunningMac["mac"]) => void, string]>([
    ["with the helper gone", (mac) => Object.assign(mac, { helperConnected: false }), "private_api_off"],
    ["with the tunnel down", (mac) => Object.assign(mac, { tunnel: { status: 530, body: "1033" } }), "line_offline"],
    ["with the connection lost", (mac) => Object.assign(mac, { tunnel: "reset" }), "outcome_unknown"],
    [
      "in time",
      (mac) => mac.faults.add({ route: "react" }, { kind: "error", message: "Transaction timeout", taken: true }, 1),
      "outcome_unknown",
    ],
  ])("%s says what is known of it", async (_, break_, code) => {
    const message = running.mac.receive({ from: person, text: "Hi" });
    break_(running.mac);
    const target = { providerId: message.guid, partIndex: 0 };
    const act: Act = { kind: "react", chat: message.chat?.guid ?? "", target, reaction: "love", remove: false };
    expect(await carrier().act(act)).toMatchObject({ ok: false, refusal: { code } });
  });

  test("with a wrong password says so, and the password stands nowhere", async () => {
    const wrong = await carrier({ password: "s3cret&x" }).act({ kind: "read", chat: "x" });
    expect(wrong).toMatchObject({ ok: false, refusal: { code: "login_refused" } });
    expect(JSON.stringify(wrong)).not.toContain("s3cret");
  });
});

describe("the line", () => {
  test("asks who can be reached, for its card, a FaceTime link and places", async () => {
    await restart({ notOnIMessage: ["+15550009999"], macos: "13.6" });
    expect(await carrier().isReachable(person, "imessage")).toEqual({ ok: true, value: true });
    expect(await carrier().isReachable("+15550009999", "facetime")).toEqual({ ok: true, value: false });
    expect(await carrier().contactCard()).toEqual({ ok: true, value: { name: "Owner", avatar: "AAAA" } });
    expect(await carrier().makeFaceTimeLink()).toMatchObject({ ok: true, value: expect.stringMatching(/^https:/) });
    const place = {
      handle: "+15550001111",
      coordinates: [37.3, -122],
      status: "live",
      address: "1 Loop",
      lastUpdated: 1,
    };
    for (const refresh of [false, true]) {
      expect(await carrier().locations(refresh)).toEqual({ ok: true, value: [place] });
    }
    expect(running.mac.violations).toEqual([]);
  });

  test.each([
    [
      "15.5",
      "1.9.9",
      true,
      { send: true, replies: true, edit: true, stop_typing: false, find_my: "unknown", rcs: "unknown" },
    ],
    ["26.0", "1.9.9", true, { replies: false, reactions: true, facetime_link: "unknown" }],
    ["13.6", "1.9.10", true, { stop_typing: true, find_my: true, rcs: false }],
    ["11.7", "1.9.9", true, { edit: false, unsend: false, facetime_link: false }],
    ["15.5", "1.9.9", false, { send: false, start_conversation: false, reactions: false, sms: false, find_my: false }],
  ])("on macOS %s with server %s and the Private API %s can", async (macos, version, privateApi, abilities) => {
    await restart({ macos, version, privateApi, smsForwarding: true, aliases: [line, "Owner@Example.com"] });
    const looked = await carrier().look();
    const aliases = privateApi ? [line, "owner@example.com"] : [line];
    expect(looked).toMatchObject({
      ok: true,
      value: { macosVersion: macos, serverVersion: version, privateApi, aliases },
    });
    expect(looked).toMatchObject({
      ok: true,
      value: { activeAlias: line, proxy: "cloudflare", capabilities: abilities },
    });
  });

  test("is tried capability by capability", async () => {
    for (const capability of ["credentials", "numbers", "messages"] as const) {
      expect(await carrier().probe(capability)).toMatchObject({ ok: true });
    }
    running.mac.helperConnected = false;
    expect(await carrier().probe("numbers")).toMatchObject({ ok: false, refusal: { code: "private_api_off" } });
    expect(await carrier().probe("credentials")).toMatchObject({ ok: true });
    expect(await carrier({ url: "not a url" }).probe("credentials")).toMatchObject({ ok: false });
  });
});

describe("the bell", () => {
  const url = "https://gateway.test/bluebubbles/mac_1/secret";
  const isOurs = (other: string) => /\/bluebubbles\/mac_1\//.test(other);

  test("is hung once for everything, and is left alone when it hangs well", async () => {
    running.mac.addHook("https://somebody.else/hook", ["new-message"]);
    expect(await carrier().hangBell(url, isOurs)).toEqual({ ok: true, value: { changed: true } });
    expect(await carrier().hangBell(url, isOurs)).toEqual({ ok: true, value: { changed: false } });
    expect(running.mac.hooks.map((hook) => [hook.url, hook.events])).toEqual([
      ["https://somebody.else/hook", ["new-message"]],
      [url, ["*"]],
    ]);
  });

  test("is hung anew where it rings for less, rings twice, or hangs at a former address", async () => {
    running.mac.addHook(url, ["new-message"]);
    running.mac.addHook(url, ["*"]);
    running.mac.addHook("https://old.test/bluebubbles/mac_1/secret", ["*"]);
    expect(await carrier().hangBell(url, isOurs)).toMatchObject({ ok: true });
    expect(running.mac.hooks.map((hook) => [hook.url, hook.events])).toEqual([[url, ["*"]]]);
    expect(await carrier().takeBell(isOurs)).toEqual({ ok: true, value: { changed: true } });
    expect(running.mac.hooks).toEqual([]);
    expect(running.mac.violations).toEqual([]);
  });
});

describe("a file of a message", () => {
  test("is opened as it lies on the Mac, when it has come down", async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const [file] = running.mac.receive({ from: person, files: [{ name: "a.heic", type: "image/heic", bytes }] }).files;
    if (file === undefined) throw new Error("The stand-in kept no file.");
    const opened = await carrier().openMedia({ message: "X", file: file.guid });
    if (!opened.ok) throw new Error(opened.refusal.message);
    expect(new Uint8Array(await opened.value.arrayBuffer())).toEqual(bytes);
    file.transferState = 0;
    expect(await carrier().openMedia({ message: "X", file: file.guid })).toMatchObject({
      refusal: { code: "not_ready" },
    });
    running.mac.tunnel = "reset";
    expect(await carrier().openMedia({ message: "X", file: file.guid })).toMatchObject({
      refusal: { code: "line_offline" },
    });
  });

  test("is not fetched from where the Mac redirects to", async () => {
    running.mac.tunnel = { status: 302, body: "" };
    expect(await carrier().openMedia({ message: "X", file: "Y" })).toMatchObject({ ok: false });
    expect(await carrier().act({ kind: "read", chat: "x" })).toMatchObject({ ok: false });
  });
});
