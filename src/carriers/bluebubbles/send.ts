import type { LineAbility } from "../../domain/line.ts";
import type { CarrierResult, Outcome, Outgoing, Refusal } from "../carrier.ts";
import type { MacLogin, OpenFile } from "./account.ts";
import { compareRow } from "./alike.ts";
import { type Called, call, type Wire } from "./call.ts";
import { findChat, findRenamed, findSmsChat, readChat } from "./chats.ts";
import { nameOfFile, postForm, type SendableFile, uploadFile } from "./files.ts";
import { isReachable } from "./line.ts";
import { type Method, readSend, type SendReading } from "./outcome.ts";
import { readState } from "./states.ts";
import { channelOf, effectId, plainAddress } from "./words.ts";

/** What a send needs beside the wire. */
export type Sending = { wire: Wire; login: MacLogin; openFile: OpenFile };
type Content = { words: Part[]; files: SendableFile[]; parts: Part[] };
type Part = { text: string; mention?: string } | SendableFile;

/** What was not taken, or may have been. */
type Held = Exclude<Outcome, { kind: "accepted" }>;

const typingMs = 3_000;
const requestId = null;

/**
 * Sends one message, once, as one row on the Mac: words alone, one file alone, or a bubble of several parts whose files were put there before. It goes to the chat that
 * the Mac has with these people, else a new one is begun. What fails before the one call that sends is known not to be taken.
 */
export async function sendMessage(sending: Sending, outgoing: Outgoing): Promise<Outcome> {
  const { login } = sending;
  const method = methodOf(login);
  const content = contentOf(outgoing);
  const refused = findRefusal(login, method, outgoing, content);
  if (refused !== null) return refused;
  const known = isSmsOnly(outgoing) ? null : (outgoing.chat?.id ?? null);
  const chat = known === null ? await lookUp(sending, outgoing) : { id: known };
  if ("kind" in chat) return chat;
  const first = await sendTo(sending, { outgoing, content, method, chat: chat.id });
  if (first.kind !== "no_chat") return settleReading(outgoing, first, chat.id);
  // Messages does not know the chat under this name, so nothing was sent: its name now, or a new chat.
  const renamed = await lookUp(sending, outgoing, chat.id);
  if ("kind" in renamed) return renamed;
  const next = renamed.id === chat.id ? null : renamed.id;
  return settleReading(outgoing, await sendTo(sending, { outgoing, content, method, chat: next }), next);
}

/** Only the Private API sends at most once; AppleScript does where the owner gave leave, and there is nothing else. */
function methodOf({ privateApi, mayUseAppleScript }: MacLogin): Method {
  return privateApi === false && mayUseAppleScript ? "apple-script" : "private-api";
}

function contentOf({ text, mediaUrls, extras }: Outgoing): Content {
  const parts: Part[] = extras.parts?.map((part) =>
    "text" in part ? part : { url: part.url, name: part.name ?? nameOfFile(part.url) },
  ) ?? [
    ...(text === null || text === "" ? [] : [{ text }]),
    ...mediaUrls.map((url) => ({ url, name: nameOfFile(url) })),
  ];
  return {
    parts,
    words: parts.filter((part) => "text" in part),
    files: parts.filter((part) => "url" in part),
  };
}

function findRefusal(login: MacLogin, method: Method, { extras }: Outgoing, content: Content): Held | null {
  const lacks = (ability: LineAbility) => login.capabilities?.[ability] === false;
  if (content.parts.length === 0) return refuse("empty_message", "The message has neither text nor a file.");
  if (lacks("send")) {
    return refuse("line_receives_only", "The Mac's Private API is off: this line receives only.");
  }
  if (extras.replyTo !== undefined && lacks("replies")) {
    return refuse("reply_not_supported", "This line's Mac cannot send replies.");
  }
  if (method === "private-api") return null;
  const isPlain = content.parts.length === 1 && extras.replyTo === undefined && extras.parts === undefined;
  return isPlain ? null : refuse("private_api_needed", "Only text or one file leaves without the Private API.");
}

/** It was tried by iMessage before: it goes to the chat that is SMS by its name, else begins one. */
function isSmsOnly({ extras }: Pick<Outgoing, "extras">): boolean {
  return extras.lineSms === "only";
}

/** Returns the chat's name, null for a new one; or why it cannot be known, and so nothing is sent. */
async function lookUp(
  { wire, login }: Sending,
  { to, chat, extras }: Outgoing,
  former: string | null = null,
): Promise<{ id: string | null } | Held> {
  if (chat?.members != null && former === null) return { id: null };
  const found = await (former !== null && chat?.members != null
    ? findRenamed(wire, login, former)
    : isSmsOnly({ extras })
      ? findSmsChat(wire, login, to)
      : findChat(wire, login, to));
  return found.ok ? { id: found.value } : postpone(found.refusal);
}

type Leaving = { outgoing: Outgoing; content: Content; method: Method; chat: string | null };

async function sendTo(sending: Sending, leaving: Leaving): Promise<SendReading> {
  if (leaving.chat === null) return beginChat(sending, leaving);
  const held = await checkLine(sending, leaving.outgoing, leaving.chat);
  if (held !== null) return held;
  await announce(sending, leaving.outgoing, leaving.chat);
  return leaving.content.files.length === 0 && leaving.content.parts.length === 1 && !hasMention(leaving.content)
    ? sendText(sending, leaving, leaving.chat)
    : sendFiles(sending, leaving, leaving.chat);
}

/** A Mac sends from the address that the chat was last written to, or from its active alias: a message never leaves from another one than its line. */
async function checkLine({ wire, login }: Sending, { from }: Outgoing, chat: string): Promise<SendReading | null> {
  const { lines, activeAlias } = login;
  if (lines.length <= 1 && (activeAlias === null || same(activeAlias, from))) return null;
  const read = await readChat(wire, login, chat);
  if (!read.ok) return postpone(read.refusal);
  const speaker = read.value?.lastAddressedHandle || activeAlias;
  if (speaker === null || same(speaker, from)) return null;
  return refuse("line_not_addressed", "The Mac would send to this chat from another address than this line's.");
}

function same(one: string, other: string): boolean {
  return plainAddress(one) === plainAddress(other);
}

/** Neither may hold up or fail the message. */
async function announce({ wire, login }: Sending, { extras }: Outgoing, chat: string): Promise<void> {
  const path = `chat/${encodeURIComponent(chat)}`;
  const post = (what: string) => call(wire, login, { method: "POST", path: `${path}/${what}`, timeoutMs: typingMs });
  if (extras.shareContact === true && login.capabilities?.contact_share !== false) await post("share/contact");
  if (extras.typingFirst !== true || login.capabilities?.typing === false) return;
  await post("typing");
  await new Promise((resolve) => setTimeout(resolve, wire.typingMs));
}

async function sendText({ wire, login }: Sending, leaving: Leaving, chat: string): Promise<SendReading> {
  const { outgoing, content, method } = leaving;
  const body = { chatGuid: chat, message: textOf(content), ...mannersOf(leaving, chat), ...linkOf(content, method) };
  const called = await post(wire, login, "message/text", { ...body, tempGuid: tempGuidOf(outgoing) });
  return readSend(called, method);
}

async function sendFiles(sending: Sending, leaving: Leaving, chat: string): Promise<SendReading> {
  const { content, method } = leaving;
  const [file] = content.files;
  return file !== undefined && content.parts.length === 1
    ? sendFile(sending, leaving, chat, file)
    : sendBubble(sending, leaving, chat, method);
}

async function sendFile(sending: Sending, leaving: Leaving, chat: string, file: SendableFile): Promise<SendReading> {
  const { wire, login, openFile } = sending;
  const manners = Object.entries(mannersOf(leaving, chat)).map(([name, value]) => [name, String(value)]);
  const fields = {
    chatGuid: chat,
    name: file.name,
    tempGuid: tempGuidOf(leaving.outgoing),
    ...Object.fromEntries(manners),
  };
  const path = "message/attachment";
  const sent = await postForm(wire, login, { openFile, file, path, field: "attachment", fields });
  return sent.kind === "called" ? readSend(sent.called, leaving.method) : holdFile(sent);
}

/** A file that is not to be had fails the message; a Mac that is not to be had does not. */
function holdFile({ code, message }: { code: string | null; message: string }): Held {
  if (code === "line_offline" || code === null)
    return { kind: "wait", retryAfterSeconds: null, requestId, offline: message };
  return refuse(code, message);
}

async function sendBubble(sending: Sending, leaving: Leaving, chat: string, method: Method): Promise<SendReading> {
  const { wire, login, openFile } = sending;
  const parts: Record<string, unknown>[] = [];
  for (const [partIndex, part] of leaving.content.parts.entries()) {
    if ("text" in part) {
      parts.push({ partIndex, ...part });
      continue;
    }
    const uploaded = await uploadFile(wire, login, openFile, part);
    if (!uploaded.ok) return isFault(uploaded.refusal) ? holdFile(uploaded.refusal) : postpone(uploaded.refusal);
    parts.push({ partIndex, attachment: uploaded.value, name: part.name });
  }
  const { method: _, ...manners } = mannersOf(leaving, chat);
  const body = { chatGuid: chat, parts, tempGuid: tempGuidOf(leaving.outgoing), ...manners };
  return readSend(await post(wire, login, "message/multipart", body), method);
}

function isFault({ code }: Refusal): boolean {
  return code?.startsWith("attachment_") ?? false;
}

/** A new chat begins with words, from the address that the Mac begins chats with, and with people who can be reached. */
async function beginChat(sending: Sending, leaving: Leaving): Promise<SendReading> {
  const { wire, login } = sending;
  const { outgoing, content, method } = leaving;
  const { activeAlias } = login;
  if (content.files.length > 0) {
    return refuse("attachment_first_message_not_allowed", "The first message to a new contact cannot have a file.");
  }
  if (hasMention(content)) return refuse("bubble_first_message_not_allowed", "A new chat begins with plain text.");
  if (login.capabilities?.start_conversation === false || (activeAlias !== null && !same(activeAlias, outgoing.from))) {
    return refuse(
      "inbound_only_no_prior_inbound",
      "This line can only answer: the Mac begins chats from another address.",
    );
  }
  const service = await chooseService(sending, outgoing);
  if ("kind" in service) return service;
  const body = {
    addresses: outgoing.chat?.members ?? [outgoing.to],
    message: textOf(content),
    service: service.name,
    tempGuid: tempGuidOf(outgoing),
    ...mannersOf(leaving, `${service.name};`),
  };
  return readSend(await post(wire, login, "chat/new", body), method);
}

const notOn: CarrierResult<boolean> = { ok: true, value: false };

/** The server begins a chat with anybody and lets it fail in silence: who is on iMessage is asked before. */
async function chooseService(
  { wire, login }: Sending,
  { to, chat, extras, reachable }: Outgoing,
): Promise<{ name: "iMessage" | "SMS" } | Held> {
  if (extras.lineSms === "only") return { name: "SMS" };
  if (chat?.members != null || login.capabilities?.availability === false) return { name: "iMessage" };
  const reached = reachable === false ? notOn : await isReachable(wire, login, to, "imessage");
  if (!reached.ok) return postpone(reached.refusal);
  if (reached.value) return { name: "iMessage" };
  if (extras.lineSms !== undefined && login.capabilities?.sms === true) return { name: "SMS" };
  return refuse("recipient_not_on_imessage", "The recipient is not on iMessage.");
}

/** SMS knows no effects. */
function mannersOf({ outgoing, method }: Leaving, chat: string): Record<string, string | number> {
  const { effect, replyTo } = outgoing.extras;
  const channel = channelOf(null, chat);
  const isPlain = channel === "sms" || channel === "rcs" || method === "apple-script";
  return {
    method,
    ...(effect === undefined || isPlain ? {} : { effectId: effectId(effect) }),
    ...(replyTo === undefined ? {} : { selectedMessageGuid: replyTo.providerId, partIndex: replyTo.partIndex }),
  };
}

/** A link becomes a preview only where the Mac looks for one, which AppleScript cannot ask for. */
function linkOf(content: Content, method: Method): { ddScan?: true } {
  return method === "private-api" && /https?:\/\//i.test(textOf(content)) ? { ddScan: true } : {};
}

function textOf({ words }: Content): string {
  return words.map((part) => ("text" in part ? part.text : "")).join("");
}

function hasMention({ parts }: Content): boolean {
  return parts.some((part) => "mention" in part && part.mention !== undefined);
}

/** Each try has an id of its own: the first may have made a row. */
function tempGuidOf(outgoing: Outgoing): string {
  const { messageId } = outgoing.reference;
  return isSmsOnly(outgoing) ? `${messageId}_sms` : messageId;
}

function post(wire: Wire, login: MacLogin, path: string, body: unknown): Promise<Called> {
  return call(wire, login, { method: "POST", path, body, timeoutMs: wire.sendMs });
}

/** The answer names the chat's last message, which is ours only where it can be: it came after the mark, in this chat, with our words. */
function settleReading(outgoing: Outgoing, reading: SendReading, used: string | null): Outcome {
  if (reading.kind === "no_chat") return { kind: "unknown", cause: "the Mac does not know the chat", requestId };
  if (reading.kind !== "row") return reading;
  const { row } = reading;
  const { watermark } = outgoing;
  if (watermark !== undefined && compareRow(outgoing, row, watermark, null) === "other") {
    return { kind: "unknown", cause: "the answer named another message", requestId };
  }
  const chat = reading.chat ?? used;
  const accepted = { providerId: row.guid, from: outgoing.from, requestId, state: readState(row) };
  return { kind: "accepted", ...accepted, ...(chat === null ? {} : { chat }) };
}

function postpone({ code, message }: Refusal): Held {
  if (code === "login_refused") return { kind: "account_refused", because: message, requestId };
  return { kind: "wait", retryAfterSeconds: null, requestId, offline: message };
}

function refuse(code: string, message: string): Held {
  return { kind: "refused", code, message, requestId };
}
