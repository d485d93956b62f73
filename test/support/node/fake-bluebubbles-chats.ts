import type { FakeMac } from "./fake-bluebubbles-mac.ts";
import { addressRules, findComplaint, renameRules, webhookEvents, webhookRules } from "./fake-bluebubbles-rules.ts";
import { type MacChat, renderChat } from "./fake-bluebubbles-store.ts";
import {
  type Context,
  guardPrivateApi,
  type MacReply,
  type MaybeReply,
  ok,
  type Route,
  refuse,
  serverError,
} from "./fake-bluebubbles-words.ts";

export const serverInfo: Route = ({ mac }) =>
  ok({
    computer_id: "stand-in",
    os_version: mac.options.macos ?? "15.5",
    server_version: mac.options.version ?? "1.9.9",
    private_api: mac.privateApi,
    helper_connected: mac.privateApi && mac.helperConnected,
    proxy_service: "cloudflare",
    detected_icloud: "owner@example.com",
    detected_imessage: mac.options.detected === undefined ? mac.line : mac.options.detected,
    macos_time_sync: -(mac.options.clockAheadMs ?? 0) / 1000,
    local_ipv4s: [],
    local_ipv6s: [],
  });

export const account: Route = ({ mac }) =>
  guardPrivateApi(mac) ??
  ok({
    apple_id: "owner@example.com",
    account_name: "Owner",
    active_alias: mac.line,
    aliases: mac.options.aliases.map((Alias) => ({ Alias })),
    vetted_aliases: mac.options.aliases.map((Alias) => ({ Alias })),
    login_status_message: "Connected",
    sms_forwarding_enabled: mac.options.smsForwarding ?? false,
    sms_forwarding_capable: true,
  });

export const contactCard: Route = ({ mac }) => guardPrivateApi(mac) ?? ok({ name: "Owner", avatar: "AAAA" });

export const friends: Route = ({ mac }) => ok(Number.parseInt(mac.options.macos ?? "15", 10) >= 14 ? [] : mac.friends);

export const faceTime: Route = ({ mac }) =>
  guardPrivateApi(mac) ?? ok({ link: "https://facetime.apple.com/join#v=1&p=stand-in" });

export const availability: Route = ({ mac, args, query }) => {
  const address = query.get("address") ?? "";
  if (address === "") return refuse(400, "The address field is required.");
  const guarded = args[0] === "imessage" ? guardPrivateApi(mac) : null;
  return guarded ?? ok({ available: !mac.notOnIMessage.has(address) });
};

const noChat = refuse(404, "Chat does not exist!", "Chat does not exist!", "Database Error");

export const readChat: Route = ({ mac, args, query }) => {
  const chat = mac.db.chatBy(args[0] ?? "");
  return chat === undefined ? noChat : ok(renderChat(chat, (query.get("with") ?? "").includes("participants")));
};

/** These answer 200 whatever comes of them, also for a chat that is not there. */
export function fireAndForget(what: string): Route {
  return ({ mac, args }) => {
    const guarded = guardPrivateApi(mac);
    if (guarded !== null) return guarded;
    mac.note({ kind: "did", what, chat: args[0] ?? "", value: "" });
    if (what === "read") mac.emit("chat-read-status-changed", { chatGuid: args[0], read: true });
    return ok(undefined);
  };
}

/** Up to 1.9.9 this starts typing. */
export const stopTyping: Route = ({ mac, args }) => {
  const [major = 0, minor = 0, patch = 0] = (mac.options.version ?? "1.9.9").split(".").map(Number);
  const isMended = major * 10_000 + minor * 100 + patch > 10_909;
  if (!isMended) mac.violate("a stop of typing, which this server takes for a start");
  mac.note({ kind: "did", what: isMended ? "stop_typing" : "typing", chat: args[0] ?? "", value: "" });
  return guardPrivateApi(mac) ?? ok(undefined);
};

type OnGroup = (mac: FakeMac, group: MacChat, context: Context) => MaybeReply;

/** Returns a route for a group: 404 without the chat, and the server's words for a chat with one person. */
function forGroup(work: OnGroup): Route {
  return (context) => {
    const { mac, args } = context;
    const guarded = guardPrivateApi(mac);
    if (guarded !== null) return guarded;
    const chat = mac.db.chatBy(args[0] ?? "");
    if (chat === undefined) return noChat;
    if (chat.style !== 43) return serverError("Chat is not a group chat!");
    return work(mac, chat, context);
  };
}

export const rename = forGroup((mac, chat, { json }) => {
  const complaint = findComplaint(json, renameRules);
  if (complaint !== null) return refuse(400, complaint);
  chat.displayName = String(json.displayName);
  tellOfGroup(mac, chat, "group-name-change", { itemType: 2, groupTitle: chat.displayName });
  mac.note({ kind: "did", what: "rename", chat: chat.guid, value: chat.displayName });
  return ok(renderChat(chat, true));
});

export const addMember = forGroup((mac, chat, { json }) => {
  const address = readAddress(json);
  if (typeof address !== "string") return address;
  if (!chat.members.includes(address)) chat.members.push(address);
  tellOfGroup(mac, chat, "participant-added", { itemType: 1, groupActionType: 0 });
  mac.note({ kind: "did", what: "add_member", chat: chat.guid, value: address });
  return ok(renderChat(chat, true));
});

export const removeMember = forGroup((mac, chat, { json }) => {
  const address = readAddress(json);
  if (typeof address !== "string") return address;
  if (!chat.members.includes(address)) {
    return serverError("Failed to remove participant from chat! Operation took longer than 5 seconds!");
  }
  chat.members = chat.members.filter((member) => member !== address);
  tellOfGroup(mac, chat, "participant-removed", { itemType: 1, groupActionType: 1 });
  mac.note({ kind: "did", what: "remove_member", chat: chat.guid, value: address });
  return ok(renderChat(chat, true));
});

function readAddress(json: Record<string, unknown>): string | MacReply {
  const complaint = findComplaint(json, addressRules);
  return complaint === null ? String(json.address) : refuse(400, complaint);
}

export const setIcon: Route = async ({ mac, args, form }) => {
  const guarded = guardPrivateApi(mac);
  if (guarded !== null) return guarded;
  const icon = (await form())?.files.icon;
  const chat = mac.db.chatBy(args[0] ?? "");
  if (chat === undefined) return noChat;
  if (icon === undefined) return refuse(400, "Icon not provided or was empty!");
  chat.icon = icon.bytes;
  tellOfGroup(mac, chat, "group-icon-changed", { itemType: 3, groupActionType: 1 });
  mac.note({ kind: "did", what: "set_icon", chat: chat.guid, value: String(icon.bytes.byteLength) });
  return ok(undefined);
};

/** The picture comes without the Private API. */
export const readIcon: Route = ({ mac, args }) => {
  const icon = mac.db.chatBy(args[0] ?? "")?.icon ?? null;
  if (icon === null) return refuse(404, "Chat icon does not exist!");
  return { status: 200, body: icon, headers: { "content-type": "image/png" } };
};

export const removeIcon = forGroup((mac, chat) => {
  chat.icon = null;
  tellOfGroup(mac, chat, "group-icon-removed", { itemType: 3, groupActionType: 2 });
  mac.note({ kind: "did", what: "remove_icon", chat: chat.guid, value: "" });
  return ok(undefined);
});

/** A change of a group is a row, told as a message too. */
function tellOfGroup(
  mac: FakeMac,
  chat: MacChat,
  type: string,
  item: { itemType: number; groupActionType?: number; groupTitle?: string },
): void {
  const row = mac.db.add({ date: mac.clock(), isFromMe: true, destinationCallerId: mac.line, chat, ...item });
  mac.announce(type, row);
  mac.announce("new-message", row);
}

/** A URL that is there already comes back as it is, with its old events. */
export const addHook: Route = ({ mac, json }) => {
  const complaint = findComplaint(json, webhookRules);
  if (complaint !== null) return refuse(400, complaint);
  const url = String(json.url);
  const events = (json.events as unknown[]).map(String);
  if (!url.startsWith("http")) return refuse(400, "Webhook URL must start with http!");
  const unknown = events.find((event) => !webhookEvents.includes(event));
  if (unknown !== undefined) {
    return refuse(400, `Invalid webhook event: ${unknown}! Webhook must be one of: ${webhookEvents.join(", ")}`);
  }
  return ok(mac.hooks.find((hook) => hook.url === url) ?? mac.addHook(url, events), "Successfully created webhook!");
};

export const removeHook: Route = ({ mac, args }) => {
  const place = mac.hooks.findIndex(({ id }) => String(id) === args[0]);
  if (place < 0) return refuse(404, "Webhook does not exist!", "Webhook does not exist!", "Database Error");
  mac.hooks.splice(place, 1);
  return ok(undefined, "Successfully deleted webhook!");
};
