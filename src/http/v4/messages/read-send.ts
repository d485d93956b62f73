import { type ChannelType, readChannelId, readContactId } from "../../../domain/channel-ids.ts";
import { fail, ok, type Result } from "../../../domain/failure.ts";
import type { SenderChannel } from "../../../domain/snapshot.ts";
import { known } from "../ask.ts";
import type { Asked } from "./send-request.ts";

/** Who speaks: a number as it was written, or null for the pool's choice; `only`: what it must be of. */
export type Speaker = { from: string | null; only: SenderChannel | null };

const senderChannels: Record<ChannelType, SenderChannel> = {
  twilio: "sms",
  whatsapp_business: "whatsapp",
  rcs_business: "rcs",
  blooio: "imessage",
};

const kinds = ["text", "attachments", "rich_link", "template", "parts", "poll", "interactive"] as const;

/** Returns a body with what it says in the newer form. */
export function withContent(body: Asked): Asked {
  const { content, ...rest } = body;
  if (content == null) return body;
  const { type, caption, ...said } = content as Record<string, unknown> & { type: string };
  if (type === "media") return { ...rest, ...said, text: caption as string | undefined };
  return type === "text" || type === "multipart"
    ? { ...rest, ...said }
    : { ...rest, ...pickBeside(said), [type]: said };
}

function pickBeside({ reply_to }: Record<string, unknown>): Pick<Asked, "reply_to"> {
  return typeof reply_to === "string" ? { reply_to } : {};
}

/** Returns the v2 body that says the same, to be judged by v2's own schema; refused where a body says several things at once. */
export function toOwnBody(body: Asked): Result<Record<string, unknown>> {
  const said = kinds.filter((kind) => body[kind] != null && !(kind === "attachments" && body.text != null));
  if (said.length > 1) return fail("invalid_request", `Send one of ${said.join(" and ")}: a message has one content.`);
  const { text, attachments, rich_link: link, template, parts, reply_to, effect, link_preview: preview } = body;
  const own = {
    text: link == null ? text : [link.title, link.url].filter((piece) => piece != null).join(" "),
    attachments,
    parts,
    content_sid: template?.template_id,
    content_variables: template?.variables,
    reply_to: reply_to == null ? undefined : { message_id: reply_to },
    effect,
    link_preview: preview == null ? undefined : { image_url: preview.imageUrl, title: preview.title },
  };
  return ok(Object.fromEntries(Object.entries(own).filter(([, value]) => value != null)));
}

/** Returns which of a body's wishes no number of ours can fulfil, or null. */
export function findUnsupported(body: Asked): string | null {
  return (["priority_id", "hybrid", "poll", "interactive"] as const).find((name) => body[name] != null) ?? null;
}

/** Returns who is asked to speak. */
export function readSpeaker({ from, channel_id, channel_type }: Asked): Result<Speaker> {
  const given = [from, channel_id, channel_type].filter((one) => one != null);
  if (given.length > 1)
    return fail("invalid_request", "from, channel_id and channel_type exclude each other: send one.");
  if (channel_type != null) return ok({ from: null, only: senderChannels[channel_type] });
  const named = from ?? channel_id;
  if (named == null) return ok({ from: null, only: null });
  if (typeof named === "string") return readSender(named);
  if ("id" in named) return readSender(named.id);
  const only = named.type === undefined ? null : senderChannels[named.type];
  return ok({ from: "number" in named ? named.number : null, only });
}

/** Returns a sender that is named by a channel's id, or by its number in any common writing. */
export function readSender(named: string): Result<Speaker> {
  if (!named.startsWith("ch_")) return ok({ from: named, only: null });
  const address = known(readChannelId(named), "Channel");
  return address.ok ? ok({ from: address.value, only: null }) : address;
}

/** Returns whom a body names, each as they are to be written to: on WhatsApp by their address there. */
export function readRecipients(to: NonNullable<Asked["to"]>, { from, only }: Speaker): Result<string[]> {
  const named = namesIn(to);
  if (!named.ok) return named;
  const prefix =
    only === "whatsapp" || from?.startsWith("whatsapp:") === true ? "whatsapp:" : only === "rcs" ? "rcs:" : "";
  return ok(named.value.map((one) => (/^[ +\d(]/.test(one) ? prefix + one : one)));
}

function namesIn(to: NonNullable<Asked["to"]>): Result<string[]> {
  if (typeof to === "string") return ok(to.split(",").filter((one) => one.trim() !== ""));
  if (Array.isArray(to)) return ok(to);
  if ("identifier" in to) return ok([to.identifier]);
  if ("identifiers" in to) return ok(to.identifiers);
  if ("group_id" in to) return ok([to.group_id]);
  const address = known(readContactId(to.contact_id), "Contact");
  return address.ok ? ok([address.value]) : address;
}
