import * as z from "zod";
import type { LineAbility } from "../../domain/line.ts";
import type { Act, Acted, CarrierResult } from "../carrier.ts";
import type { MacLogin, OpenFile } from "./account.ts";
import { type Call, type Called, call, readAnswer, refuse, type Wire } from "./call.ts";
import { postForm } from "./files.ts";
import { channelOf, tapbackOf } from "./words.ts";

/** The server waits this long for what it did to show. */
const waitsMs = 45_000;
const abilities: Readonly<Record<Act["kind"], LineAbility>> = {
  read: "read",
  start_typing: "typing",
  stop_typing: "stop_typing",
  share_contact: "contact_share",
  react: "reactions",
  edit: "edit",
  unsend: "unsend",
  leave: "group_manage",
  add_member: "group_manage",
  remove_member: "group_manage",
  rename: "group_manage",
  set_icon: "group_manage",
  remove_icon: "group_manage",
};
const made = z.object({ guid: z.string() });
const done: Acted = { providerId: null, warning: null };

/** Does something in a conversation, once. What the line cannot do is refused, or left with a warning where the public API has one. */
export async function act(wire: Wire, login: MacLogin, asked: Act): Promise<CarrierResult<Acted>> {
  const ability = login.capabilities?.[abilities[asked.kind]];
  // Below 1.9.10 the server starts typing where it is asked to stop.
  if (asked.kind === "stop_typing" && ability !== true) {
    const warning = "This Mac's server cannot stop the typing indicator: it ends with the next message, or by itself.";
    return { ok: true, value: { ...done, warning } };
  }
  if (ability === false) return refuse("not_supported", `This line's Mac cannot do this: ${abilities[asked.kind]}.`);
  if (asked.kind === "set_icon") return setIcon(wire, login, asked);
  const described = describe(asked);
  if ("ok" in described) return described;
  const called = await call(wire, login, { timeoutMs: waitsMs, ...described });
  return asked.kind === "react" || asked.kind === "edit" ? readMade(called) : readDone(called);
}

/** Returns the one call of an act. */
function describe(asked: Exclude<Act, { kind: "set_icon" }>): Call | ReturnType<typeof refuse> {
  switch (asked.kind) {
    case "read":
      return { method: "POST", path: `${chatPath(asked.chat)}/read` };
    case "start_typing":
      return { method: "POST", path: `${chatPath(asked.chat)}/typing`, timeoutMs: 3_000 };
    case "stop_typing":
      return { method: "DELETE", path: `${chatPath(asked.chat)}/typing`, timeoutMs: 3_000 };
    case "share_contact":
      return { method: "POST", path: `${chatPath(asked.chat)}/share/contact` };
    case "leave":
      return { method: "POST", path: `${chatPath(asked.chat)}/leave` };
    case "remove_icon":
      return { method: "DELETE", path: `${chatPath(asked.chat)}/icon` };
    case "add_member":
      return { method: "POST", path: `${chatPath(asked.chat)}/participant/add`, body: { address: asked.address } };
    case "remove_member":
      return { method: "POST", path: `${chatPath(asked.chat)}/participant/remove`, body: { address: asked.address } };
    case "rename":
      return { method: "PUT", path: chatPath(asked.chat), body: { displayName: asked.name } };
    default:
      return describeForMessage(asked);
  }
}

function describeForMessage(
  asked: Extract<Act, { kind: "react" | "edit" | "unsend" }>,
): Call | ReturnType<typeof refuse> {
  const { providerId, partIndex } = asked.target;
  const path = `message/${encodeURIComponent(providerId)}`;
  switch (asked.kind) {
    case "unsend":
      return { method: "POST", path: `${path}/unsend`, body: { partIndex } };
    case "edit": {
      const body = { editedMessage: asked.text, backwardsCompatibilityMessage: `Edited to “${asked.text}”`, partIndex };
      return { method: "POST", path: `${path}/edit`, body };
    }
    case "react": {
      const tapback = tapbackOf(asked.reaction);
      if (tapback === null)
        return refuse(
          "not_supported",
          "A line can send six reactions: love, like, dislike, laugh, emphasize, question.",
        );
      const channel = channelOf(null, asked.chat);
      if (channel === "sms" || channel === "rcs") {
        return refuse("not_supported", "In this chat a reaction would become a text message.");
      }
      const reaction = asked.remove ? `-${tapback}` : tapback;
      const body = { chatGuid: asked.chat, selectedMessageGuid: providerId, reaction, partIndex };
      return { method: "POST", path: "message/react", body };
    }
  }
}

async function setIcon(
  wire: Wire,
  login: MacLogin,
  { chat, icon }: Extract<Act, { kind: "set_icon" }>,
): Promise<CarrierResult<Acted>> {
  const file = { url: "", name: `icon.${icon.type.split("/")[1] ?? "png"}` };
  const headers = { "content-type": icon.type };
  const openFile: OpenFile = async () => ({ ok: true, value: new Response(icon.bytes as BodyInit, { headers }) });
  const form = { openFile, file, path: `${chatPath(chat)}/icon`, field: "icon", fields: {} };
  const sent = await postForm(wire, login, form);
  if (sent.kind === "called") return readDone(sent.called);
  return sent.code === "line_offline" ? refuse(sent.code, sent.message) : refuse("refused", sent.message);
}

function chatPath(chat: string): string {
  return `chat/${encodeURIComponent(chat)}`;
}

function readDone(called: Called): CarrierResult<Acted> {
  const read = readAnswer(called, z.unknown());
  return read.ok ? { ok: true, value: done } : read;
}

function readMade(called: Called): CarrierResult<Acted> {
  const read = readAnswer(called, made);
  return read.ok ? { ok: true, value: { ...done, providerId: read.value.guid } } : read;
}
