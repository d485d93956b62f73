import { type ChannelType, priorityId, readChannelId, readContactId } from "../../../domain/channel-ids.ts";
import { fail, ok, type Result } from "../../../domain/failure.ts";
import { readChatId } from "../../../domain/phone.ts";
import type { SenderChannel } from "../../../domain/snapshot.ts";
import { known } from "../ask.ts";
import type { Asked } from "./send-request.ts";

/** Who speaks: a number as it was written, or null for the pool's choice; `only`: what it must be of; `byNumber`: it is of whichever channel has it. */
export type Speaker = { from: string | null; only: SenderChannel | null; byNumber?: true };

const senderChannels: Record<ChannelType, SenderChannel> = {
  twilio: "sms",
  whatsapp_business: "whatsapp",
  rcs_business: "rcs",
  blooio: "imessage",
};

const kinds = ["text", "attachments", "rich_link", "template", "parts", "poll", "interactive"] as const;

/** Returns a body with what it says in the newer form; refused where it says something in both. */
export function withContent(body: Asked): Result<Asked> {
  const { content, ...rest } = body;
  if (content == null) return ok(body);
  const twice = kinds.find((kind) => body[kind] != null);
  if (twice !== undefined)
    return fail("invalid_content", `Send one of content and ${twice}: a message has one content.`);
  const { type, caption, ...said } = content as Record<string, unknown> & { type: string };
  if (type === "media") return ok({ ...rest, ...said, text: caption as string | undefined });
  const isFlat = type === "text" || type === "multipart";
  return ok(isFlat ? { ...rest, ...said } : { ...rest, ...pickBeside(said), [type]: said });
}

function pickBeside({ reply_to }: Record<string, unknown>): Pick<Asked, "reply_to"> {
  return typeof reply_to === "string" ? { reply_to } : {};
}

/** Returns the v2 body that says the same, to be judged by v2's own schema; refused where a body says several things at once. */
export function toOwnBody(body: Asked): Result<Record<string, unknown>> {
  const said = kinds.filter((kind) => body[kind] != null && !(kind === "attachments" && body.text != null));
  if (said.length > 1) return fail("invalid_content", `Send one of ${said.join(" and ")}: a message has one content.`);
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
  const names = ["hybrid", "poll", "interactive"] as const;
  return names.find((name) => body[name] != null && body[name] !== false) ?? null;
}

/** Refuses a priority that is none of the key's: it has one, its pool, which chooses where no sender is named. */
export function checkPriority({ priority_id, from, channel_id }: Asked, keyId: string): Result<null> {
  if (priority_id == null) return ok(null);
  if (from != null || channel_id != null)
    return fail("invalid_request", "priority_id and from exclude each other: send one.");
  const own = priorityId(keyId);
  return priority_id === own ? ok(null) : fail("not_found", `Priority not found: this key has one, ${own}.`);
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
  return ok("number" in named ? { from: named.number, only, byNumber: true } : { from: null, only });
}

/** Returns a sender that is named by a channel's id, or by its number in any common writing. */
export function readSender(named: string): Result<Speaker> {
  if (!named.startsWith("ch_")) return ok({ from: named, only: null, byNumber: true });
  const address = known(readChannelId(named), "Channel");
  return address.ok ? ok({ from: address.value, only: null }) : address;
}

/** Returns whom a body names, each once and as they are to be written to: on WhatsApp by their address there. */
export function readRecipients(to: NonNullable<Asked["to"]>, { from, only }: Speaker): Result<string[]> {
  const named = namesIn(to);
  if (!named.ok) return named;
  const prefix =
    only === "whatsapp" || from?.startsWith("whatsapp:") === true ? "whatsapp:" : only === "rcs" ? "rcs:" : "";
  const people = named.value.map((one) => (/^[ +\d(]/.test(one) ? prefix + one : one));
  const forms = people.map(formOf);
  return ok(people.filter((_, index) => forms.indexOf(forms[index] ?? "") === index));
}

/** Whoever is named twice is written to once, however their number is written. */
function formOf(person: string): string {
  const read = readChatId(person, null, true);
  return read.ok ? read.value.chatId : person.trim();
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
