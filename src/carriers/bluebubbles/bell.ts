import * as z from "zod";
import { plainAddress } from "./words.ts";

/** What a webhook of the server says, as far as its body is used at all: rows are never taken from it. `edits` says that something that is already known may have changed. */
export type BellNews =
  | { kind: "ring"; edits: boolean }
  | { kind: "typing"; chat: string; isTyping: boolean }
  | { kind: "call"; callId: string | null; address: string; status: string; isOutgoing: boolean }
  | { kind: "aliases_removed"; aliases: string[] }
  | { kind: "new_server"; url: string }
  | { kind: "nothing" };

const nothing: BellNews = { kind: "nothing" };
const envelope = z.object({ type: z.string(), data: z.unknown().optional() });
const typing = z.object({ display: z.boolean(), guid: z.string().min(1) });
const aliases = z.object({ aliases: z.array(z.string()) });
const call = z.object({
  uuid: z.string().nullish(),
  status: z.string(),
  address: z.string().nullish(),
  is_outgoing: z.boolean().nullish(),
});
const oldCall = z.object({ caller: z.string().regex(/^\+?\d|@/), timestamp: z.union([z.number(), z.string()]) });
const rings = new Set([
  "new-message",
  "updated-message",
  "message-send-error",
  "chat-read-status-changed",
  "participant-added",
  "participant-removed",
  "participant-left",
  "group-name-change",
  "group-icon-changed",
  "group-icon-removed",
  "hello-world",
  "new-findmy-location",
]);

/** Returns what a webhook's body says; one that cannot be read says nothing. Source: BlueBubbles Server, webhooks: `{type, data}`, no signature. */
export function readBell(body: string): BellNews {
  const read = envelope.safeParse(parseJson(body));
  if (!read.success) return nothing;
  const { type, data } = read.data;
  if (rings.has(type)) return { kind: "ring", edits: type === "updated-message" };
  switch (type) {
    case "typing-indicator":
      return readTyping(data);
    case "ft-call-status-changed":
    case "incoming-facetime":
      return readCall(data);
    // Sent under the plural, listed by the server under the singular.
    case "imessage-aliases-removed":
    case "imessage-alias-removed": {
      const removed = aliases.safeParse(data);
      return removed.success ? { kind: "aliases_removed", aliases: removed.data.aliases } : nothing;
    }
    case "new-server":
      return typeof data === "string" && /^https?:\/\//.test(data) ? { kind: "new_server", url: data } : nothing;
    default:
      return nothing;
  }
}

function readTyping(data: unknown): BellNews {
  const read = typing.safeParse(data);
  return read.success ? { kind: "typing", chat: read.data.guid, isTyping: read.data.display } : nothing;
}

/** The older notice is a JSON text within the JSON; its call is known by who called when, and a caller without an address is nobody. */
function readCall(data: unknown): BellNews {
  const old = oldCall.safeParse(typeof data === "string" ? parseJson(data) : data).data;
  if (old !== undefined) {
    const callId = `${old.caller}@${old.timestamp}`;
    return { kind: "call", callId, address: plainAddress(old.caller), status: "incoming", isOutgoing: false };
  }
  const read = call.safeParse(data);
  if (!read.success) return nothing;
  const { uuid, status, address, is_outgoing } = read.data;
  const from = plainAddress(address ?? "");
  return { kind: "call", callId: uuid ?? null, address: from, status, isOutgoing: is_outgoing ?? false };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
