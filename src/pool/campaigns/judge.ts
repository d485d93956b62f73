import type { CampaignPlan, Person, Rejection } from "../../domain/campaigns/campaign.ts";
import { longestCell } from "../../domain/campaigns/csv.ts";
import { readTemplate, renderTemplate, type Template } from "../../domain/campaigns/template.ts";
import type { Draft } from "../../domain/message.ts";
import { readChatId } from "../../domain/phone.ts";
import { maxTextLength, textLength } from "../../domain/segments.ts";
import type { Desk } from "../desk.ts";
import type { BlockPerson } from "../ledger/campaign-people.ts";
import type { Campaign } from "../ledger/campaigns.ts";
import { type ChatRow, findChat } from "../ledger/chats.ts";
import { refuseRecipient } from "../numbers/choose.ts";

const monthMs = 30 * 24 * 60 * 60 * 1000;
/** All fields of one row together, in characters. */
const longestRow = 2_000;

/** A campaign as its people are judged and written to: its text read once. */
export type Reading = { campaign: Campaign; template: Template | null };

/** Returns a campaign with its text read. */
export function readingOf(campaign: Campaign): Reading {
  const template = campaign.text === null ? null : readTemplate(campaign.text);
  return { campaign, template: template?.ok === true ? template.value : null };
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
  { campaign, template }: Reading,
  person: BlockPerson,
  taken: ReadonlySet<string>,
): Rejection | null {
  const [, to, values, chat] = person;
  if (chat === null) return /@|,|^\s*grp_/.test(to) ? "not_a_person" : "not_a_number";
  if (chat.startsWith("grp_")) return "not_a_person";
  if (values.length < campaign.audience.fields.length) return "row_too_long";
  if (taken.has(chat)) return "duplicate";
  const row = findChat(desk.sql, chat);
  const refused = refuseRecipient(desk, { to: chat } as Draft, row)?.failure.code;
  if (refused !== undefined) return wordsOf[refused] ?? "own_number";
  if (isSilent(desk, campaign, row)) return "no_reply";
  return rejectText(desk, campaign, template, person);
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

/** Returns the message for one person, or null where no text can be made for them. */
export function draftFor({ campaign, template }: Reading, person: BlockPerson, campaignId: string): Draft | null {
  const text = template === null ? null : textFor(campaign, template, person);
  if (template !== null && text === null) return null;
  return {
    to: person[1],
    channel: "sms",
    text,
    attachments: campaign.attachments,
    fromNumber: campaign.fromNumber,
    metadata: { campaign_id: campaignId, campaign_name: campaign.name },
    sendAt: null,
    extras: campaign.shortenLinks ? { shortenLinks: true } : {},
  };
}
