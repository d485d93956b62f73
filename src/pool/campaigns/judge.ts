import type { CampaignPlan, Person, Rejection } from "../../domain/campaigns/campaign.ts";
import { longestCell } from "../../domain/campaigns/csv.ts";
import { readTemplate, renderTemplate, type Template } from "../../domain/campaigns/template.ts";
import type { Draft } from "../../domain/message.ts";
import { type GivenOptIn, optInFields, readAgreedAt } from "../../domain/opt-in.ts";
import { readChatId } from "../../domain/phone.ts";
import { maxTextLength, textLength } from "../../domain/segments.ts";
import type { Desk } from "../desk.ts";
import type { BlockPerson } from "../ledger/campaign-people.ts";
import type { Campaign } from "../ledger/campaigns.ts";
import { type ChatRow, findChat } from "../ledger/chats.ts";
import { refuseRecipient } from "../numbers/choose.ts";
import { divideDrafts } from "../sending/divide.ts";
import { sumParts } from "../sending/limits.ts";
import { shortenDrafts } from "../telling/links.ts";

const monthMs = 30 * 24 * 60 * 60 * 1000;
/** All fields of one row together, in characters. */
const longestRow = 2_000;

/** A campaign as its people are judged and written to: its text and its question read once. */
export type Reading = { campaign: Campaign; template: Template | null; question: Template | null };

/** Returns a campaign with its texts read. */
export function readingOf(campaign: Campaign): Reading {
  const read = (text: string | null) => {
    const template = text === null ? null : readTemplate(text);
    return template?.ok === true ? template.value : null;
  };
  return { campaign, template: read(campaign.text), question: read(campaign.confirm?.text ?? null) };
}

/** Returns a row as it is kept: with its chat where the number can be read. What is too long for a name is not kept. */
export function keepPerson(desk: Desk, { line, to, values }: Person): BlockPerson {
  const isLong = values.some((value) => value.length > longestCell) || values.join("").length > longestRow;
  const chat = readChatId(to, desk.snapshot.organization.countryCode, desk.speaksIMessage);
  return [line, to.slice(0, 64), isLong ? [] : values, chat.ok ? chat.value.chatId : null];
}

/** Returns why a person is left out of a campaign as things stand now, or null; `taken` are those who stand before them in the list. */
export function rejectPerson(
  desk: Desk,
  reading: Reading,
  person: BlockPerson,
  taken: ReadonlySet<string>,
): Rejection | null {
  const { campaign } = reading;
  const [, to, values, chat] = person;
  if (chat === null) return /@|,|^\s*grp_/.test(to) ? "not_a_person" : "not_a_number";
  if (chat.startsWith("grp_")) return "not_a_person";
  // Of a row that is too long no value is kept; one of a list with fewer fields has fewer.
  if (values.length === 0 && campaign.audience.fields.length > 0) return "row_too_long";
  if (taken.has(chat)) return "duplicate";
  const row = findChat(desk.sql, chat);
  const refused = refuseRecipient(desk, { to: chat } as Draft, row)?.failure.code;
  if (refused !== undefined) return wordsOf[refused] ?? "own_number";
  if (isSilent(desk, campaign, row)) return "no_reply";
  if (agreedOf(desk, campaign, person) === "unreadable") return "opt_in_unreadable";
  return rejectText(desk, campaign, reading.template, person) ?? rejectText(desk, campaign, reading.question, person);
}

/** Returns what the list says of where, when and by which words a person agreed; null where it says nothing, `unreadable` where its time is none, or has not come. */
export function agreedOf(
  desk: Desk,
  { audience: { fields } }: Pick<Campaign, "audience">,
  [, , values]: BlockPerson,
): GivenOptIn | null | "unreadable" {
  const cell = (name: string) => values[fields.indexOf(name)]?.trim() ?? "";
  const [at, source, words] = [cell(optInFields.at), cell(optInFields.source), cell(optInFields.words)];
  if (at === "") return source === "" && words === "" ? null : "unreadable";
  const agreedAt = readAgreedAt(at, desk.now());
  return agreedAt === null ? "unreadable" : { agreedAt, source: source || "list", words: words || null };
}

const wordsOf: Partial<Record<string, Rejection>> = {
  recipient_opted_out: "opted_out",
  country_not_allowed: "country_not_allowed",
};

/** Somebody who was never written to could not answer. */
function isSilent(desk: Desk, { skipSilentMonths: months }: CampaignPlan, chat: ChatRow | null): boolean {
  if (months === null || chat === null || chat.outbound === 0) return false;
  const since = desk.now() - months * monthMs;
  return (chat.first_at ?? desk.now()) < since && (chat.last_inbound_at ?? 0) < since;
}

function rejectText(desk: Desk, campaign: Campaign, template: Template | null, person: BlockPerson): Rejection | null {
  if (template === null) return null;
  const text = textFor(campaign, template, person);
  if (text === null) return "field_empty";
  const isDivided = desk.speaksIMessage || desk.snapshot.apiKey.splitLongTexts === true;
  return !isDivided && textLength(text) > maxTextLength ? "text_too_long" : null;
}

/** Returns the text for one person of a list, or null where a field that has nothing to stand in for it is empty. */
export function textFor(
  { audience: { fields } }: Pick<Campaign, "audience">,
  template: Template,
  [, , values]: BlockPerson,
): string | null {
  return renderTemplate(template, (field) => values[fields.indexOf(field)] ?? "");
}

/** Returns the message for one person, `asks`: the question that comes before it; null where no text can be made for them. */
export function draftFor(reading: Reading, person: BlockPerson, campaignId: string, asks = false): Draft | null {
  const { campaign, question } = reading;
  const template = asks ? question : reading.template;
  const text = template === null ? null : textFor(campaign, template, person);
  if ((asks || template !== null) && text === null) return null;
  const { quietHours, urgent, shortenLinks } = campaign;
  return {
    to: person[1],
    channel: "sms",
    text,
    attachments: asks ? [] : campaign.attachments,
    fromNumber: campaign.fromNumber,
    metadata: { campaign_id: campaignId, campaign_name: campaign.name, ...(asks ? { campaign_question: true } : {}) },
    sendAt: null,
    extras: {
      ...(shortenLinks ? { shortenLinks: true } : {}),
      ...(urgent ? { urgent } : {}),
      ...(quietHours === null ? {} : { alsoQuiet: quietHours }),
    },
  };
}

/** Returns in how many parts a person's text leaves, cut and with short links as it would be, without asking which number it leaves from; 0 where there is none. */
export function estimateParts(desk: Desk, reading: Reading, person: BlockPerson, asks: boolean): number {
  const draft = draftFor(reading, person, "", asks);
  if (draft === null || (asks && reading.question === null)) return 0;
  const channel = person[3]?.startsWith("whatsapp:") === true ? "whatsapp" : "sms";
  const number = desk.snapshot.numbers.find((one) => one.isActive && (desk.speaksIMessage || one.channel === channel));
  if (number === undefined || number.channel === "imessage") return 1;
  const shortened = shortenDrafts(desk, [{ ...draft, channel }]);
  const divided = shortened.ok ? divideDrafts(desk, shortened.value, number) : shortened;
  return divided.ok ? sumParts(divided.value) : 1;
}
