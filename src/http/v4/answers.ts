import type { ChannelView } from "../../domain/channel-calls.ts";
import { channelTypeOf } from "../../domain/channel-event.ts";
import { channelId } from "../../domain/channel-ids.ts";

/** Returns what a channel can do, in the contract's words. */
export function toCapabilities({ channel, type, capabilities, fallsBack }: ChannelView) {
  const gates = [...(type === "inbound" ? ["reply_only"] : []), ...(channel === "whatsapp" ? ["24h_window"] : [])];
  const none = { actions: [], interactive: [], gates };
  switch (channel) {
    case "sms":
      return { ...none, protocols: ["sms"], content: ["text", ...(capabilities.mms ? ["media"] : [])] };
    case "whatsapp":
      return { ...none, protocols: ["whatsapp"], content: ["text", "media", "template"] };
    case "rcs":
      return { ...none, protocols: ["rcs", ...(fallsBack ? ["sms"] : [])], content: ["text", "media", "template"] };
    case "imessage":
      return {
        ...none,
        protocols: ["imessage"],
        content: ["text", "media", "multipart"],
        actions: ["typing", "read", "reactions", "reply"],
      };
  }
}

/** Returns a channel as answers show it. */
export function toChannel(view: ChannelView, lines: boolean) {
  return {
    id: channelId(view.address),
    type: channelTypeOf(view.address, lines),
    address: view.address,
    display_address: view.address.replace(/^[a-z]+:/, ""),
    status: view.isActive ? ("active" as const) : ("suspended" as const),
    capabilities: toCapabilities(view),
    created_at: view.since,
  };
}
