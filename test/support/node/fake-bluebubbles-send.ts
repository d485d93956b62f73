import { setTimeout as sleep } from "node:timers/promises";
import { type MacFault, type MacRoute, macWords } from "./fake-bluebubbles-faults.ts";
import type { FakeMac } from "./fake-bluebubbles-mac.ts";
import {
  type MacChat,
  type MacFile,
  type MacMessage,
  renderChat,
  renderMessage,
  type Service,
} from "./fake-bluebubbles-store.ts";
import { type MacReply, type MaybeReply, ok, refuse, serverError } from "./fake-bluebubbles-words.ts";

/** A message as a route has read it. */
export type Wanted = {
  route: MacRoute;
  chat: MacChat;
  text: string;
  files: MacFile[];
  method: string;
  tempGuid: string | null;
  effectId: string | null;
  selectedMessageGuid: string | null;
  service: Service;
  isNewChat: boolean;
};

/** Sends one message as the server does: in flight once by its `tempGuid`, then what Messages makes of it, then the answer. */
export async function send(mac: FakeMac, wanted: Wanted, breakConnection: () => void): Promise<MaybeReply> {
  const { tempGuid, chat, route } = wanted;
  if (route !== "new" && tempGuid !== null) {
    if (mac.sending.has(tempGuid)) return refuse(400, `Message is already queued to be sent! (Temp GUID: ${tempGuid})`);
    mac.sending.add(tempGuid);
  }
  if (mac.busyChats.has(chat.guid)) mac.violate(`two sends at once to ${chat.guid}`);
  mac.busyChats.add(chat.guid);
  try {
    const to = chat.style === 45 ? chat.identifier : chat.guid;
    const fault = mac.faults.take({ route, index: mac.sends++, text: wanted.text, to });
    return await sendThrough(mac, wanted, fault, breakConnection);
  } finally {
    mac.busyChats.delete(chat.guid);
    if (tempGuid !== null) mac.sending.delete(tempGuid);
  }
}

async function sendThrough(
  mac: FakeMac,
  wanted: Wanted,
  fault: MacFault | null,
  breakConnection: () => void,
): Promise<MaybeReply> {
  const before = mac.db.messages.filter(({ chat, isFromMe }) => isFromMe && chat?.guid === wanted.chat.guid).at(-1);
  if (fault === null) return describe(mac, wanted, take(mac, wanted));
  switch (fault.kind) {
    case "slow": {
      const message = take(mac, wanted);
      await sleep(fault.answerAfterMs);
      return describe(mac, wanted, message);
    }
    case "late":
      mac.later(fault.afterMs, () => void take(mac, wanted));
      return serverError(macWords.transactionTimeout, "Failed to send message!");
    case "wrong_guid": {
      const message = take(mac, wanted);
      return describe(mac, wanted, before ?? message);
    }
    case "not_joined": {
      const message = take(mac, wanted);
      const { chat } = message;
      message.chat = null;
      if (fault.joinedAfterMs !== null) mac.later(fault.joinedAfterMs, () => Object.assign(message, { chat }));
      return serverError(macWords.transactionTimeout);
    }
    case "failed":
      return fail(mac, wanted, fault);
    default:
      return breakDown(mac, wanted, fault, breakConnection);
  }
}

/** The row stands, and nobody was reached. */
function fail(mac: FakeMac, wanted: Wanted, { error, afterMs }: Extract<MacFault, { kind: "failed" }>): MacReply {
  const message = take(mac, wanted, afterMs > 0 ? 0 : error, false);
  if (afterMs > 0) {
    mac.later(afterMs, () => void mac.change(message.guid, { error }));
    return describe(mac, wanted, message);
  }
  const data = renderMessage(message, new Set());
  return serverError("Message failed to send!", "Message sent with an error. See attached message", data);
}

function breakDown(
  mac: FakeMac,
  wanted: Wanted,
  fault: Extract<MacFault, { taken: boolean }>,
  breakConnection: () => void,
): MaybeReply {
  if (fault.taken) take(mac, wanted);
  switch (fault.kind) {
    case "reset":
      breakConnection();
      return null;
    case "hang":
      return null;
    case "page":
      return { status: fault.status, body: fault.body, headers: { "content-type": "text/html", ...fault.headers } };
    case "error":
      return fault.status === undefined
        ? serverError(fault.message, "Failed to send message!")
        : refuse(fault.status, fault.message, "Failed to send message!", "iMessage Error");
  }
}

/** Messages takes it: a row is written, and the person has it. Who is not on iMessage never gets it, and nobody is told. */
function take(mac: FakeMac, wanted: Wanted, error = 0, reaches = true): MacMessage {
  const { chat, text, files, service } = wanted;
  const address = chat.style === 45 ? chat.identifier : null;
  const isLost = service === "iMessage" && address !== null && mac.notOnIMessage.has(address);
  const message = mac.db.add({
    tempGuid: wanted.tempGuid,
    text: text === "" ? null : text.trim(),
    chat,
    handle: address === null ? null : mac.db.handleOf(address, service),
    service,
    date: mac.clock(),
    isFromMe: true,
    destinationCallerId: chat.lastAddressedHandle,
    files,
    effectId: wanted.effectId,
    threadOriginatorGuid: wanted.selectedMessageGuid,
    threadOriginatorPart: wanted.selectedMessageGuid === null ? null : "0:0:5",
    error: isLost ? 22 : error,
  });
  if (reaches && !isLost) reach(mac, wanted, message);
  mac.announce("new-message", { ...message, tempGuid: null });
  mac.announce("new-message", message);
  return message;
}

function reach(
  mac: FakeMac,
  { chat, text, files, service, tempGuid }: Wanted,
  { guid, ROWID: place }: MacMessage,
): void {
  for (const to of chat.style === 45 ? [chat.identifier] : chat.members) {
    mac.note({ kind: "reached", to, text, files: files.map(({ name }) => name), guid, place, service, tempGuid });
  }
}

function describe(mac: FakeMac, { isNewChat, chat, tempGuid, route }: Wanted, message: MacMessage): MacReply {
  const joins = new Set(mac.options.answersWithChats === true ? ["chat"] : []);
  const data = { ...renderMessage(message, joins), ...(tempGuid === null ? {} : { tempGuid }) };
  if (!isNewChat) return ok(data, route === "attachment" ? "Attachment sent!" : "Message sent!");
  return ok({ ...renderChat(chat, true), messages: [data] }, "Successfully executed chat create command!");
}
