import { macWords } from "./fake-bluebubbles-faults.ts";
import type { FakeMac } from "./fake-bluebubbles-mac.ts";
import { BadStatement, queryMessages, readJoins } from "./fake-bluebubbles-query.ts";
import {
  editRules,
  fileRules,
  findComplaint,
  newChatRules,
  partsRules,
  queryRules,
  reactRules,
  textRules,
  unsendRules,
} from "./fake-bluebubbles-rules.ts";
import { send, type Wanted } from "./fake-bluebubbles-send.ts";
import { type MacFile, newGuid, renderMessage, type Service } from "./fake-bluebubbles-store.ts";
import {
  type Context,
  guardPrivateApi,
  type MacReply,
  type MaybeReply,
  ok,
  refuse,
  serverError,
} from "./fake-bluebubbles-words.ts";

const appleScriptNeedsId = "A 'tempGuid' is required when sending via AppleScript";

export async function sendText(context: Context): Promise<MaybeReply> {
  const { mac, json } = context;
  const complaint = findComplaint(json, textRules);
  if (complaint !== null) return refuse(400, complaint);
  const wanted = readWanted(mac, json, "text");
  if ("status" in wanted) return wanted;
  if (wanted.text === "") return refuse(400, "A message is required when sending via the Private API");
  return send(mac, wanted, context.breakConnection);
}

export async function sendAttachment(context: Context): Promise<MaybeReply> {
  const { mac } = context;
  const form = await context.form();
  if (form === null) return refuse(400, "Unexpected end of form");
  const { fields, files } = form;
  const complaint = findComplaint(fields, fileRules);
  if (complaint !== null) return refuse(400, complaint);
  const file = files.attachment;
  if (file === undefined) return refuse(400, "Attachment not provided or was empty!");
  const wanted = readWanted(mac, fields, "attachment");
  if ("status" in wanted) return wanted;
  return send(mac, { ...wanted, text: "", files: [{ ...file, name: String(fields.name) }] }, context.breakConnection);
}

export async function upload(context: Context): Promise<MaybeReply> {
  const guarded = guardPrivateApi(context.mac);
  if (guarded !== null) return guarded;
  const file = (await context.form())?.files.attachment;
  if (file === undefined) return refuse(400, "Attachment not provided or was empty!");
  const path = `${newGuid()}/${file.name}`;
  context.mac.uploads.set(path, file);
  return ok({ path });
}

export async function sendParts(context: Context): Promise<MaybeReply> {
  const { mac, json } = context;
  const guarded = guardPrivateApi(mac);
  if (guarded !== null) return guarded;
  const complaint = findComplaint(json, partsRules);
  if (complaint !== null) return refuse(400, complaint);
  const wanted = readWanted(mac, { ...json, method: "private-api" }, "multipart");
  if ("status" in wanted) return wanted;
  const parts = json.parts as Record<string, unknown>[];
  const fault = parts.map((part) => findPartFault(mac, part)).find((one) => one !== null);
  if (fault !== undefined) return refuse(400, fault);
  const text = parts.map((part) => String(part.text ?? "")).join("");
  const files = parts.flatMap(({ attachment, name }) => {
    const file = mac.uploads.get(String(attachment));
    return file === undefined ? [] : [{ ...file, name: String(name) }];
  });
  return send(mac, { ...wanted, text, files }, context.breakConnection);
}

function findPartFault(mac: FakeMac, part: Record<string, unknown>): string | null {
  if (typeof part.partIndex !== "number") return "Each part must have a partIndex";
  if (!part.text && !part.attachment) return "Each part must have either a text or attachment";
  if (part.mention && !part.text) return "A mention must have text";
  if (!part.attachment) return null;
  if (!part.name) return "Each attachment must have a name";
  return mac.uploads.has(String(part.attachment)) ? null : `Attachment '${part.attachment}' does not exist`;
}

/** The chat must be there by its very name; AppleScript is not what a gateway should ask for. */
function readWanted(mac: FakeMac, body: Record<string, unknown>, route: Wanted["route"]): Wanted | MacReply {
  const method = readMethod(mac, body);
  if (typeof method !== "string") return method;
  const chat = mac.db.chatBy(String(body.chatGuid));
  if (chat === undefined) return serverError(macWords.noChat, "Failed to send message!");
  const service = serviceOf(mac, chat.guid, chat.identifier);
  const text = String(body.message ?? "");
  return { route, chat, method, service, text, files: [], isNewChat: false, ...readManners(body) };
}

function readMethod(mac: FakeMac, body: Record<string, unknown>): string | MacReply {
  const forced = ["effectId", "subject", "selectedMessageGuid", "ddScan"].some((name) => body[name] !== undefined);
  const method = forced ? "private-api" : String(body.method ?? "apple-script");
  if (body.method === undefined) mac.violate("a send names no method: AppleScript would send it, up to three times");
  if (method === "private-api") return guardPrivateApi(mac) ?? method;
  if (mac.options.mayUseAppleScript !== true) mac.violate("a send by AppleScript, which may send up to three times");
  return body.tempGuid === undefined ? refuse(400, appleScriptNeedsId) : method;
}

function readManners(body: Record<string, unknown>) {
  const word = (name: string) => (typeof body[name] === "string" && body[name] !== "" ? String(body[name]) : null);
  return {
    tempGuid: word("tempGuid"),
    effectId: word("effectId"),
    selectedMessageGuid: word("selectedMessageGuid"),
  };
}

function serviceOf(mac: FakeMac, guid: string, address: string): Service {
  const [prefix] = guid.split(";");
  if (prefix === "SMS" || prefix === "RCS" || prefix === "iMessage") return prefix;
  return mac.notOnIMessage.has(address) ? "SMS" : "iMessage";
}

export async function beginChat(context: Context): Promise<MaybeReply> {
  const { mac, json } = context;
  const complaint = findComplaint(json, newChatRules);
  if (complaint !== null) return refuse(400, complaint);
  const method = readMethod(mac, json);
  if (typeof method !== "string") return method;
  const addresses = (json.addresses as unknown[]).map(String);
  const service = (json.service ?? "iMessage") as Service;
  const isBad = addresses.some((address) => !/^(\+?\d{3,15}|[^@\s]+@[^@\s]+)$/.test(address));
  if (isBad || (service === "SMS" && mac.options.smsForwarding !== true)) {
    return serverError(macWords.noHandles, "An unhandled error has occurred!");
  }
  const [first = ""] = addresses;
  const chat =
    addresses.length === 1
      ? mac.db.directChat(first, service, mac.line)
      : (mac.db.groupWith(addresses) ?? mac.db.newGroup(addresses, mac.line));
  const wanted: Wanted = {
    route: "new",
    chat,
    method,
    service,
    text: String(json.message),
    files: [],
    isNewChat: true,
    ...readManners(json),
  };
  return send(mac, wanted, context.breakConnection);
}

export async function react({ mac, json, breakConnection }: Context): Promise<MaybeReply> {
  const guarded = guardPrivateApi(mac);
  if (guarded !== null) return guarded;
  const complaint = findComplaint(json, reactRules);
  if (complaint !== null) return refuse(400, complaint);
  const target = mac.db.find(String(json.selectedMessageGuid));
  if (target === undefined) return refuse(400, "Selected message does not exist!");
  const chat = mac.db.chatBy(String(json.chatGuid));
  if (chat === undefined) return serverError(macWords.noChat);
  const fault = mac.faults.take({ route: "react", index: 0, text: String(json.reaction), to: chat.identifier });
  const row = () => {
    const reaction = String(json.reaction);
    const associatedMessageGuid = `p:${json.partIndex ?? 0}/${target.guid}`;
    const made = mac.db.add({
      date: mac.clock(),
      isFromMe: true,
      destinationCallerId: mac.line,
      chat,
      text: `Reacted to “${target.text}”`,
      associatedMessageType: reaction,
      associatedMessageGuid,
    });
    mac.note({ kind: "reaction", target: target.guid, reaction, guid: made.guid });
    mac.announce("new-message", made);
    return made;
  };
  if (fault === null) return ok(renderMessage(row(), new Set()), "Reaction sent!");
  if ("taken" in fault && fault.taken) row();
  if (fault.kind === "reset") breakConnection();
  return fault.kind === "error" ? serverError(fault.message) : null;
}

export async function edit({ mac, json, args }: Context): Promise<MaybeReply> {
  const guarded = guardPrivateApi(mac);
  if (guarded !== null) return guarded;
  const complaint = findComplaint(json, editRules);
  if (complaint !== null) return refuse(400, complaint);
  const message = mac.db.find(args[0] ?? "");
  if (message === undefined) return refuse(404, "Message does not exist!", "Message does not exist!", "Database Error");
  mac.change(message.guid, { text: String(json.editedMessage), dateEdited: mac.clock() });
  mac.note({ kind: "did", what: "edit", chat: message.chat?.guid ?? "", value: String(json.editedMessage) });
  return ok(renderMessage(message, new Set()), "Message edited!");
}

export async function unsend({ mac, json, args }: Context): Promise<MaybeReply> {
  const guarded = guardPrivateApi(mac);
  if (guarded !== null) return guarded;
  const complaint = findComplaint(json, unsendRules);
  if (complaint !== null) return refuse(400, complaint);
  const message = mac.db.find(args[0] ?? "");
  if (message === undefined) return refuse(404, "Message does not exist!", "Message does not exist!", "Database Error");
  mac.change(message.guid, { text: null, partCount: 0, retractedParts: [0], dateEdited: mac.clock() });
  mac.note({ kind: "did", what: "unsend", chat: message.chat?.guid ?? "", value: message.guid });
  return ok(renderMessage(message, new Set()), "Message unsent!");
}

export async function query({ mac, json, breakConnection }: Context): Promise<MaybeReply> {
  const fault = mac.faults.take({ route: "query", index: 0, text: "", to: "" });
  if (fault?.kind === "reset") breakConnection();
  if (fault?.kind === "error") return serverError(fault.message);
  if (fault?.kind === "page")
    return { status: fault.status, body: fault.body, headers: { "content-type": "text/html" } };
  if (fault !== null) return null;
  const complaint = findComplaint(json, queryRules) ?? findWhereComplaint(json.where);
  if (complaint !== null) return refuse(400, complaint);
  try {
    const { data, metadata } = queryMessages(mac, json);
    return { status: 200, body: { status: 200, message: "Success", data, metadata } };
  } catch (error) {
    if (!(error instanceof BadStatement)) throw error;
    mac.violate(error.message);
    return serverError(error.message, "An unhandled error has occurred!");
  }
}

function findWhereComplaint(where: unknown): string | null {
  for (const [index, item] of (Array.isArray(where) ? where : []).entries()) {
    if (!item?.statement) return `The where.${index}.statement field is required.`;
    if (item.args === undefined) return `The where.${index}.args field must be present (but can be empty).`;
  }
  return null;
}

export async function readMessage({ mac, args, query: asked }: Context): Promise<MaybeReply> {
  const message = mac.db.find(args[0] ?? "");
  if (message === undefined) return refuse(404, "Message does not exist!", "Message does not exist!", "Database Error");
  return ok(renderMessage(message, readJoins((asked.get("with") ?? "").split(","))));
}

export async function download({ mac, args, query: asked }: Context): Promise<MaybeReply> {
  const id = (args[0] ?? "").slice(-36);
  const file = mac.db.messages.flatMap(({ files }) => files).find(({ guid }) => guid.slice(-36) === id);
  if (file === undefined) return serverError("Cannot read properties of null");
  if (file.transferState !== 5) return serverError("Attachment does not exist in disk!");
  if (asked.get("original") !== "true") mac.violate("a download without original=true, which changes the file");
  return { status: 200, body: file.bytes, headers: { "content-type": file.type } };
}

/** A file of a form, as it lies on the Mac before it belongs to a message. */
export function makeFile(name: string, type: string, bytes: Uint8Array): MacFile {
  return { guid: newGuid(), name, type, bytes, transferState: 5 };
}
