import type { CampaignAnswers, PersonResult, PreviewedPerson } from "../../domain/campaigns/campaign.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { rowId } from "../../domain/ids.ts";
import type { Desk } from "../desk.ts";
import {
  type Block,
  type BlockPerson,
  kindOf,
  messagesOf,
  type PersonState,
  readBlocks,
  readProgress,
} from "../ledger/campaign-people.ts";
import type { Campaign } from "../ledger/campaigns.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { messagesNamed } from "../ledger/standing.ts";
import { acceptDecided } from "../sending/accept.ts";
import { addressDrafts, decideSend, previewSend } from "../sending/decide.ts";
import { waitingOf } from "./audience.ts";
import { draftFor, readingOf } from "./judge.ts";
import { idOf, missingFields } from "./keep.ts";

/** Blocks of which the results are answered at once. */
const resultBlocks = 5;

/** Returns what a campaign would send to people who wait, in the order of its list, and how many wait. */
export function previewCampaign(
  desk: Desk,
  campaign: Campaign,
  { limit, offset }: { limit: number; offset: number },
): Result<CampaignAnswers["preview"]> {
  const people: PreviewedPerson[] = [];
  const reading = readingOf(campaign);
  let before = 0;
  const { parts } = campaign.audience;
  for (let part = 0; people.length < limit; ) {
    const [block] = readBlocks(desk.sql, campaign.n, part, 1, true);
    if (block === undefined) break;
    part = block.part + 1;
    const waiting = waitingOf(block);
    const from = Math.max(0, offset - before);
    before += waiting.length;
    for (const { person } of waiting.slice(from, from + limit - people.length))
      people.push(look(desk, reading, person));
  }
  return ok({ people, total: readProgress(desk.sql, campaign.n).waiting, ...(parts === undefined ? {} : { parts }) });
}

function look(desk: Desk, reading: ReturnType<typeof readingOf>, person: BlockPerson): PreviewedPerson {
  const [line, to, , chat] = person;
  const id = idOf(desk, reading.campaign.n);
  const draft = draftFor(reading, person, id);
  const question = draftFor(reading, person, id, true)?.text ?? null;
  const whom = { line, to: chat ?? to, question };
  if (draft === null)
    return { ...whom, text: null, parts: null, encoding: null, fromNumber: null, reason: "field_empty" };
  const { parts, encoding, fromNumber, failure } = previewSend(desk, [draft]);
  return { ...whom, text: draft.text, parts, encoding, fromNumber, reason: failure?.code ?? null };
}

/** Sends the campaign's message to somebody who tries it, at whatever hour, with the fields of the first who waits; it counts for nobody. */
export function testCampaign(desk: Desk, campaign: Campaign, to: string) {
  const missing = missingFields(campaign);
  const [block] = readBlocks(desk.sql, campaign.n, 0, 1, true);
  const first = block === undefined ? undefined : waitingOf(block)[0]?.person;
  if (missing.length > 0) {
    const message = `Its text uses ${missing.map((name) => `{${name}}`).join(", ")}, and no list that it has holds that.`;
    return fail("campaign_not_ready", message, { missing_fields: missing });
  }
  const values = first?.[2] ?? campaign.audience.fields.map(() => "");
  const draft = draftFor(readingOf(campaign), [0, to, values, null], idOf(desk, campaign.n));
  if (draft === null) return fail("campaign_not_ready", "Its list has nobody whose fields it could be tried with.");
  const tried = { metadata: { ...draft.metadata, test: true }, extras: { ...draft.extras, urgent: true } };
  const addressed = addressDrafts(desk, [{ ...draft, ...tried }]);
  if (!addressed.ok) return addressed;
  const [only] = addressed.value;
  const decision = only === undefined ? null : decideSend(desk, [only]);
  if (decision === null || !decision.ok) return decision ?? fail("missing_content");
  const [sent] = acceptDecided(desk, decision, {}).messages;
  const { parts } = previewSend(desk, [draft]);
  return ok({
    messageId: sent?.messageId ?? "",
    fromNumber: sent?.fromNumber ?? "",
    text: draft.text,
    parts: parts ?? 1,
  });
}

/** Returns what became of a campaign's people from a part of its list on, and from which part to go on, null at the end. */
export function listResults(
  desk: Desk,
  campaign: Campaign,
  part: number,
): Result<{ people: PersonResult[]; next: number | null }> {
  const blocks = readBlocks(desk.sql, campaign.n, part, resultBlocks);
  const people = blocks.flatMap((block) => resultsOf(desk, campaign, block));
  const last = blocks.at(-1);
  return ok({ people, next: blocks.length < resultBlocks || last === undefined ? null : last.part + 1 });
}

function resultsOf(desk: Desk, campaign: Campaign, { people, states }: Block): PersonResult[] {
  const seqs = states.flatMap(messagesOf);
  const messages = new Map(messagesNamed(desk.sql, seqs).map((row) => [row.seq, row]));
  return states.map((state, at) => {
    const [line, to, , chat] = people[at] ?? [0, "", [], null];
    const rows = messagesOf(state).flatMap((seq) => messages.get(seq) ?? []);
    return { line, to: chat ?? to, ...resultOf(campaign, state), ...outcomeOf(desk, state, rows) };
  });
}

function resultOf(campaign: Campaign, state: PersonState): Pick<PersonResult, "result" | "reason"> {
  const kind = kindOf(state);
  if (kind === "waiting") return { result: campaign.state === "cancelled" ? "not_sent" : "waiting", reason: null };
  const isWhy = kind === "refused" || kind === "rejected";
  return { result: kind, reason: isWhy ? String(state).replace(/^-/, "") : null };
}

/** Of a text that was divided the first message tells, and all of them count as its parts. */
function outcomeOf(desk: Desk, state: PersonState, rows: readonly MessageRow[]) {
  const details = rows.map((row) => JSON.parse(row.detail) as Detail);
  const [row] = rows;
  const [seq] = messagesOf(state);
  const first = (times: (number | undefined)[]) => times.find((at) => at !== undefined) ?? null;
  return {
    messageId: seq === undefined ? null : rowId("msg", seq, desk.tag),
    status: row?.status ?? null,
    errorCode: row?.error_code ?? null,
    fromNumber: row?.number ?? null,
    sentAt: row?.sent_at ?? null,
    deliveredAt: row?.delivered_at ?? null,
    parts: rows.length === 0 ? null : details.reduce((sum, { segments }) => sum + segments, 0),
    clicks: first(details.map(({ clicks }) => clicks?.human)),
    repliedAt: first(details.map(({ repliedAt }) => repliedAt)),
    optedOutAt: first(details.map(({ optedOutAt }) => optedOutAt)),
  };
}
