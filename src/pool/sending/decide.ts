import { failAmbiguous } from "../../domain/channel-ids.ts";
import { isEmail } from "../../domain/email.ts";
import { isGroupId } from "../../domain/event.ts";
import { type Failure, fail, failLostKey, ok, type Refusal, type Result } from "../../domain/failure.ts";
import { type Draft, type ListedGroup, leavesAt } from "../../domain/message.ts";
import { readChatId, readPhoneNumber } from "../../domain/phone.ts";
import type { Preview } from "../../domain/preview.ts";
import type { Choice } from "../../domain/selection/choose-sender.ts";
import type { Explain } from "../../domain/selection/trace-words.ts";
import { judgeSendAt } from "../../domain/send-time.ts";
import type { SenderChannel } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { type ChatRow, findChat } from "../ledger/chats.ts";
import { findLivingGroup } from "../ledger/groups.ts";
import { judgeByCaps, type LineVerdict } from "../numbers/caps.ts";
import { chooseNow, considerNow, refuseByKey, refuseRecipient } from "../numbers/choose.ts";
import { readList } from "../people/group-people.ts";
import { type LinkedDraft, shortenDrafts } from "../telling/links.ts";
import { divideDrafts } from "./divide.ts";
import { countParts, refuseByLimits, sumParts } from "./limits.ts";
import { readLineWishes } from "./line-wishes.ts";
import { quietFor, tellQuiet } from "./quiet.ts";
import { refuseBySendLimits } from "./send-limits.ts";

export type Chosen = Extract<Choice, { ok: true }>;
/** One request's drafts, recipient and wished sender in the form that they have in the ledger; all go to one person. */
export type Addressed = readonly [Draft, ...Draft[]];
/** What a send comes to: its drafts as they would leave and the number that speaks, or why it is refused (`choice`: the number that would have spoken, where that far was come). */
export type Decision =
  | { ok: true; drafts: LinkedDraft[]; choice: Chosen; chat: ChatRow | null; line: Extract<LineVerdict, { ok: true }> }
  | { ok: false; failure: Failure; choice: Chosen | null; chat: ChatRow | null };

/** Decides about a send as things stand now and writes nothing: what is accepted and what a preview says are this one answer. */
export function decideSend(desk: Desk, drafts: Addressed, explain: Explain = "compact"): Decision {
  const chat = findChat(desk.sql, drafts[0].to);
  const sendAt = judgeSendAt(drafts[0].sendAt, desk.now());
  if (!sendAt.ok) return { ok: false, failure: sendAt.failure, choice: null, chat };
  const refusal = refuseByKey(desk) ?? refuseAmbiguous(desk, drafts[0]) ?? refuseRecipient(desk, drafts[0], chat);
  if (refusal !== null) return { ok: false, failure: refusal.failure, choice: null, chat };
  const held = holdUntil(desk, drafts[0], chat, sendAt.value);
  const choice = chooseNow(desk, { ...wishOf(drafts), sendAt: leavesAt(held) }, chat, explain);
  if (!choice.ok) return { ok: false, failure: choice.failure, choice: null, chat };
  const other = refuseOther(drafts[0], choice);
  if (other !== null) return { ok: false, failure: other.failure, choice, chat };
  const account = desk.findAccount(choice.number.accountId);
  const lostKey = account === null ? null : desk.outside.lostKeyOf(account);
  if (lostKey !== null) return { ok: false, failure: failLostKey(lostKey).failure, choice, chat };
  const shortened = shortenDrafts(
    desk,
    drafts.map((draft) => ({ ...draft, ...held })),
  );
  if (!shortened.ok) return { ok: false, failure: shortened.failure, choice, chat };
  const divided = divideDrafts(desk, shortened.value, choice.number);
  if (!divided.ok) return { ok: false, failure: divided.failure, choice, chat };
  const limited = refuseByLimits(desk, divided.value, choice.number) ?? refuseBySendLimits(desk, divided.value, chat);
  if (limited !== null) return { ok: false, failure: limited.failure, choice, chat };
  const line = judgeByCaps(desk, choice.number, { chat, drafts: divided.value });
  if (!line.ok) return { ok: false, failure: line.failure, choice, chat };
  const told = [...tellHeld(desk, { ...drafts[0], ...held }, chat), ...line.warnings];
  return { ok: true, drafts: divided.value, choice: withWarnings(choice, told), chat, line };
}

/** The caller may say what the sender must be of. */
function refuseOther({ only }: Draft, { number }: Chosen): Refusal | null {
  if (only === undefined || number.channel === only) return null;
  return fail("capability_missing", `${number.address} would speak, and it is not of the channel that was asked for.`, {
    missing: only,
    from_number: number.address,
  });
}

function holdUntil(desk: Desk, first: Draft, chat: ChatRow | null, sendAt: number | null) {
  const quiet = quietFor(desk, first, chat, sendAt ?? desk.now());
  return { sendAt, ...(quiet === null ? {} : { quietUntil: quiet }) };
}

function tellHeld(desk: Desk, draft: Draft, chat: ChatRow | null): string[] {
  return draft.quietUntil === undefined ? [] : [tellQuiet(desk, draft, chat, draft.quietUntil)];
}

/** What the sender should know of quiet hours and a line's caps is kept with why it speaks. */
function withWarnings(choice: Chosen, warnings: readonly string[]): Chosen {
  if (warnings.length === 0) return choice;
  const note = [...(choice.trace.note === null ? [] : [choice.trace.note]), ...warnings].join(" ");
  return { ...choice, trace: { ...choice.trace, note } };
}

function wishOf(drafts: Addressed) {
  return { ...drafts[0], media: drafts.some((draft) => draft.attachments.length > 0) };
}

/** Brings recipient and wished sender into the form they have in the ledger; only the pool knows its organization's country. */
export function addressDrafts(desk: Desk, drafts: readonly Draft[]): Result<Draft[]> {
  const addressed: Draft[] = [];
  const lists = new Map<string, Result<ListedGroup | null>>();
  for (const draft of drafts) {
    const listed = lists.get(draft.to) ?? readList(desk, draft.to);
    lists.set(draft.to, listed);
    if (!listed.ok) return listed;
    const read = addressDraft(desk, draft, listed.value);
    if (!read.ok) return read;
    addressed.push(read.value);
  }
  return ok(addressed);
}

function addressDraft(desk: Desk, given: Draft, listed: ListedGroup | null): Result<Draft> {
  const draft = given.byNumber === true && given.only === undefined ? byItsChannel(desk, given) : given;
  const recipient = readChatId(listed?.id ?? draft.to, desk.snapshot.organization.countryCode, desk.speaksIMessage);
  if (!recipient.ok) return recipient;
  const { chatId, channel, address: writtenTo } = recipient.value;
  if (listed === null && isUnknownGroup(desk, chatId)) return fail("not_found", "Group not found.");
  const sender = readSender(desk, draft.fromNumber);
  if (!sender.ok) return sender;
  const wishes = readLineWishes(desk, { ...draft, fromNumber: sender.value }, chatId);
  if (!wishes.ok) return wishes;
  const way = channel === "sms" ? wayOf(desk, sender.value) : channel;
  const group = listed === null ? {} : { listed };
  return ok({ ...draft, ...wishes.value, ...group, to: chatId, writtenTo, channel: way });
}

/** A number that is a WhatsApp sender and nothing else writes to the person's WhatsApp. */
function byItsChannel(desk: Desk, draft: Draft): Draft {
  const named = readSender(desk, draft.fromNumber);
  if (!named.ok || named.value === null || desk.findNumber(named.value) !== null) return draft;
  const isToWhatsApp = /^\s*whatsapp:/i.test(draft.to);
  return isToWhatsApp || desk.findNumber(onWhatsApp(named.value)) === null
    ? draft
    : { ...draft, to: onWhatsApp(draft.to) };
}

function refuseAmbiguous(desk: Desk, { byNumber, only, channel, fromNumber }: Draft): Refusal | null {
  if (byNumber !== true || only !== undefined || channel !== "sms" || fromNumber === null) return null;
  const isBoth = [fromNumber, onWhatsApp(fromNumber)].every((address) => desk.findNumber(address) !== null);
  return isBoth ? failAmbiguous(fromNumber) : null;
}

function onWhatsApp(address: string): string {
  return `whatsapp:${address}`;
}

/** Whoever asks for an agent asks for RCS, also where no service falls back for it. */
function wayOf(desk: Desk, sender: string | null): SenderChannel {
  if (desk.speaksIMessage) return "imessage";
  return sender?.startsWith("rcs:") === true ? "rcs" : "sms";
}

function isUnknownGroup(desk: Desk, chat: string): boolean {
  return isGroupId(chat) && findLivingGroup(desk.sql, chat) === null;
}

/** A line may be an e-mail address. */
function readSender(desk: Desk, raw: string | null): Result<string | null> {
  const email = raw?.trim().toLowerCase() ?? "";
  if (raw === null || (desk.speaksIMessage && isEmail(email))) return ok(raw === null ? null : email);
  const read = readPhoneNumber(raw, desk.snapshot.organization.countryCode, true, "from_number");
  return read.ok ? ok(read.value.address) : read;
}

/** Returns what a send of these drafts would do now, with every number of the pool and why; drafts without content ask for the sender alone. */
export function previewSend(desk: Desk, given: readonly Draft[]): Preview {
  const addressed = addressDrafts(desk, given);
  if (!addressed.ok) return { ...nothing, failure: addressed.failure };
  const [first, ...more] = addressed.value;
  if (first === undefined) return nothing;
  const drafts: Addressed = [first, ...more];
  const decision = decideSend(desk, drafts, "full");
  return {
    ...senderOf(desk, drafts, decision),
    ...sizeOf(decision.ok ? decision.drafts : drafts),
    failure: decision.ok ? null : decision.failure,
    quietUntil: decision.ok ? (decision.drafts[0]?.quietUntil ?? null) : null,
  };
}

const nothing: Preview = {
  failure: null,
  fromNumber: null,
  reason: null,
  note: null,
  considered: [],
  parts: null,
  encoding: null,
};

/** Who would speak, also where the person or the key is what stands in the way: then it is the number that comes next once it does not. */
function senderOf(desk: Desk, drafts: Addressed, decision: Decision) {
  const { chat } = decision;
  const choice = decision.choice ?? chooseNow(desk, wishOf(drafts), chat, "full");
  if (!choice.ok) {
    return { fromNumber: null, reason: null, note: null, considered: considerNow(desk, wishOf(drafts), chat) };
  }
  const { reason, note, considered } = choice.trace;
  return { fromNumber: choice.number.address, reason, note, considered };
}

function sizeOf(drafts: readonly Draft[]): Pick<Preview, "parts" | "encoding"> {
  const hasContent = drafts.some(({ text, attachments, extras }) => {
    return text !== null || attachments.length > 0 || extras.contentSid !== undefined;
  });
  if (!hasContent) return { parts: null, encoding: null };
  const encodings = drafts.flatMap((draft) => (draft.text === null ? [] : [countParts(draft).encoding]));
  const encoding = encodings.find((one) => one === "UCS-2") ?? encodings[0] ?? null;
  return { parts: sumParts([...drafts]), encoding };
}
