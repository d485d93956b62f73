import type { Capabilities } from "../carrier.ts";
import type { MacAccount, MacLogin, MacOptions } from "./account.ts";
import { act } from "./act.ts";
import type { Wire } from "./call.ts";
import { readChangesSince } from "./changes.ts";
import { describeGroup, findChat } from "./chats.ts";
import { contactCard, isReachable, locations, makeFaceTimeLink } from "./line.ts";
import { look, probe } from "./look.ts";
import { openMedia } from "./media.ts";
import { newestRow } from "./rows.ts";
import { sendMessage } from "./send.ts";
import { settleByRows } from "./settle.ts";
import { readStates } from "./states.ts";
import { hangBell, takeBell } from "./webhooks.ts";

/** The server waits up to three minutes for Messages, which has stalled for two; five cover them. */
const capabilities: Capabilities = { settling: { graceMs: 5 * 60_000, secondLookMs: 60_000 } };

/** Returns BlueBubbles Server: given a Mac's address and password, that Mac as a carrier. */
export function macCarrier(options: MacOptions): (login: MacLogin) => MacAccount {
  const { fetch, openFile, now = Date.now } = options;
  const wire: Wire = {
    fetch,
    now,
    readMs: options.readMs ?? 15_000,
    sendMs: options.sendMs ?? 150_000,
    uploadMs: options.uploadMs ?? 600_000,
    typingMs: options.typingMs ?? 1_500,
  };
  return (login) => ({
    capabilities,
    send: (outgoing) => sendMessage({ wire, login, openFile }, outgoing),
    mark: () => null,
    askMark: () => askMark(wire, login),
    settle: (sought, watermark) => settleByRows(wire, login, sought, watermark),
    states: (ids) => readStates(wire, login, ids),
    changes: (cursor, asked) => readChangesSince(wire, login, cursor, asked),
    act: (asked) => act(wire, login, asked),
    openMedia: (file) => openMedia(wire, login, file),
    probe: (capability) => probe(wire, login, capability),
    look: () => look(wire, login),
    findChat: (address) => findChat(wire, login, address),
    describeGroup: (chat) => describeGroup(wire, login, chat),
    isReachable: (address, by) => isReachable(wire, login, address, by),
    contactCard: () => contactCard(wire, login),
    makeFaceTimeLink: () => makeFaceTimeLink(wire, login),
    locations: (refresh) => locations(wire, login, refresh),
    hangBell: (url, isOurs) => hangBell(wire, login, url, isOurs),
    takeBell: (isOurs) => takeBell(wire, login, isOurs),
  });
}

async function askMark(wire: Wire, login: MacLogin): ReturnType<MacAccount["askMark"]> {
  const newest = await newestRow(wire, login);
  return newest.ok ? { ok: true, value: String(newest.value?.originalROWID ?? 0) } : newest;
}
