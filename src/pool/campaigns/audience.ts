import {
  type Audience,
  blockSize,
  mostPeople,
  type Person,
  type RejectedRow,
  type Rejection,
} from "../../domain/campaigns/campaign.ts";
import { mostFields } from "../../domain/campaigns/columns.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Desk } from "../desk.ts";
import {
  type Block,
  type BlockPerson,
  blockId,
  chatsTaken,
  deletePeople,
  forgetTaken,
  kindOf,
  lastBlock,
  type PersonState,
  readBlocks,
  saveStates,
  writePeople,
} from "../ledger/campaign-people.ts";
import { type Campaign, emptyAudience, saveCampaign } from "../ledger/campaigns.ts";
import { taggedAfter } from "../ledger/contacts.ts";
import { estimateParts, keepPerson, type Reading, readingOf, rejectPerson } from "./judge.ts";
import { refuseState, viewOf } from "./keep.ts";

/** So many blocks are judged anew, and so many tagged contacts taken, in one call. */
const blocksAtOnce = 5;
const taggedAtOnce = blocksAtOnce * blockSize;

/**
 * Begins a list: whoever was in it is forgotten, unless it `appends`; a list that somebody else has begun is no longer taken. Returns the fields that rows have from then on, in order.
 */
export function beginAudience(
  desk: Desk,
  campaign: Campaign,
  { tag, fields, appends = false }: Pick<Audience, "tag" | "fields"> & { appends?: boolean },
) {
  if (campaign.state !== "draft") return refuseState(campaign.state, "People can be given to a draft only.");
  const before = campaign.audience;
  if (appends && before.state === "checking") return fail("campaign_audience_replaced");
  if (appends && before.state === "loading" && before.appends !== true) return fail("campaign_not_ready", cutOff);
  const load = before.load + 1;
  const kept = appends ? before : emptyAudience(load);
  const all = [...new Set([...kept.fields, ...fields])];
  if (all.length > mostFields) return fail("campaign_audience_invalid", tooManyFields, { fields: all });
  const audience = { ...kept, load, state: "loading", tag, fields: all, appends } as const;
  desk.transact(() => {
    if (!appends) deletePeople(desk.sql, campaign.n, true);
    else if (before.fields.length === 0 && all.length > 0) fillUp(desk, campaign.n, all.length);
    saveCampaign(desk.sql, { ...campaign, audience });
  });
  return ok({ load, columns: campaign.columns, fields: all });
}

const cutOff = "Its list did not come in whole, or is being read: send that one again, and then add to it.";
const tooManyFields = `All lists of a campaign together have more than ${mostFields} fields: name fewer.`;

/** Rows of a list without fields get empty ones, for a row without any is one that was too long. */
function fillUp(desk: Desk, n: number, fields: number): void {
  const values = Array.from({ length: fields }, () => "");
  for (const { id, people } of readBlocks(desk.sql, n, 0, mostPeople)) {
    const filled = people.map(([line, to, , chat]): BlockPerson => [line, to, values, chat]);
    writePeople(desk.sql, id, filled);
  }
}

/** Takes rows of a list, each judged, and returns those that are left out; `campaign_audience_too_large` ends the list and forgets it, unless it comes behind another. */
export function addPeople(
  desk: Desk,
  campaign: Campaign,
  load: number,
  people: readonly Person[],
): Result<{ rejected: RejectedRow[] }> {
  const open = refuseLoad(campaign, load);
  if (open !== null) return open;
  if (campaign.audience.rows + people.length > mostPeople) {
    if (campaign.audience.appends !== true) dropAudience(desk, campaign);
    return fail("campaign_audience_too_large");
  }
  const kept = people.map((person) => keepPerson(desk, person));
  const rejected = desk.transact(() => {
    // Those who stand there already are read before anybody is written behind them.
    chatsTaken(desk.sql, campaign.n, mostPeople);
    const sums = sumsOf(campaign.audience);
    const rejected = writeBlocks(desk, readingOf(campaign), kept, sums);
    const rows = campaign.audience.rows + people.length;
    saveCampaign(desk.sql, { ...campaign, audience: { ...campaign.audience, ...sums, rows } });
    return rejected;
  });
  return ok({ rejected });
}

/** Fills up the last block before it begins others. */
function writeBlocks(desk: Desk, reading: Reading, kept: readonly BlockPerson[], sums: Sums): RejectedRow[] {
  const { n } = reading.campaign;
  const rejected: RejectedRow[] = [];
  let open: Open = lastBlock(desk.sql, n) ?? openBehind(-1);
  for (let at = 0; at < kept.length; ) {
    if (open.people.length >= blockSize) open = openBehind(open.part);
    const { part, people: before, states } = open;
    const added = kept.slice(at, at + blockSize - before.length);
    at += added.length;
    writePeople(desk.sql, blockId(n, part), [...before, ...added]);
    const judged = judgeBlock(desk, reading, { part, people: added, before: states }, sums);
    for (const [index, [line, to]] of added.entries()) {
      const state = judged[states.length + index];
      if (typeof state === "string") rejected.push({ line, to, code: state.slice(1) as Rejection });
    }
    open = { part, people: [...before, ...added], states: judged };
  }
  return rejected;
}

type Open = Pick<Block, "part" | "people" | "states">;

function openBehind(part: number): Open {
  return { part: part + 1, people: [], states: [] };
}

function dropAudience(desk: Desk, campaign: Campaign): void {
  desk.transact(() => {
    deletePeople(desk.sql, campaign.n, true);
    saveCampaign(desk.sql, { ...campaign, audience: emptyAudience(campaign.audience.load) });
  });
}

/** What is added up while a list is judged. */
type Sums = Required<Pick<Audience, "rejected" | "parts">>;

function sumsOf({ rejected, parts = { text: 0, question: 0 } }: Audience): Sums {
  return { rejected: { ...rejected }, parts: { ...parts } };
}

function refuseLoad(campaign: Campaign, load: number) {
  if (campaign.state !== "draft") return refuseState(campaign.state, "People can be given to a draft only.");
  return campaign.audience.state === "loading" && campaign.audience.load === load
    ? null
    : fail("campaign_audience_replaced");
}

function judgeBlock(
  desk: Desk,
  reading: Reading,
  { part, people, before = [] }: { part: number; people: readonly BlockPerson[]; before?: readonly PersonState[] },
  { rejected, parts }: Sums,
): PersonState[] {
  const { n } = reading.campaign;
  const taken = chatsTaken(desk.sql, n, part);
  const states = people.map((person): PersonState => {
    const why = rejectPerson(desk, reading, person, taken);
    if (why === null && person[3] !== null) taken.add(person[3]);
    if (why !== null) {
      rejected[why] = (rejected[why] ?? 0) + 1;
      return `-${why}`;
    }
    parts.text += estimateParts(desk, reading, person, false);
    if (reading.question !== null) parts.question += estimateParts(desk, reading, person, true);
    return 0;
  });
  const all = [...before, ...states];
  saveStates(desk.sql, blockId(n, part), all, desk.now());
  return all;
}

/** Takes the next of a tag's contacts, in the order of their ids; their fields are `name` and `first_name`. Returns after whom to go on, null at the end. */
export function addTagged(
  desk: Desk,
  campaign: Campaign,
  load: number,
  after: string,
): Result<{ after: string | null; rejected: RejectedRow[] }> {
  const { tag, rows, fields } = campaign.audience;
  const found = tag === null ? [] : taggedAfter(desk.sql, tag, after, taggedAtOnce);
  const people = found.map(({ id, name }, at): Person => {
    const full = name?.trim() ?? "";
    const known: Record<string, string> = { name: full, first_name: full.split(/\s+/, 1)[0] ?? "" };
    return { line: rows + at + 1, to: id, values: fields.map((field) => known[field] ?? "") };
  });
  const added = addPeople(desk, campaign, load, people);
  if (!added.ok) return added;
  return ok({ ...added.value, after: found.length < taggedAtOnce ? null : (found.at(-1)?.id ?? null) });
}

/** Ends a list: it is whole. One without a single row is `campaign_audience_invalid`. */
export function endAudience(desk: Desk, campaign: Campaign, load: number) {
  const open = refuseLoad(campaign, load);
  if (open !== null) return open;
  if (campaign.audience.rows === 0) {
    dropAudience(desk, campaign);
    return fail("campaign_audience_invalid", "The list is empty: nobody is in it.");
  }
  const ended: Campaign = { ...campaign, audience: { ...campaign.audience, state: "ready", appends: false } };
  desk.transact(() => {
    saveCampaign(desk.sql, ended);
    forgetTaken(desk.sql, campaign.n);
  });
  return ok(viewOf(desk, ended));
}

/** Judges a slice of the list anew after a change of the campaign; says whether all of it is judged. Who waits for nothing else is not touched. */
export function checkAudience(desk: Desk, campaign: Campaign): Result<{ isDone: boolean }> {
  const { audience } = campaign;
  if (audience.state !== "checking" || campaign.state !== "draft") return ok({ isDone: true });
  const reading = readingOf(campaign);
  const blocks = readBlocks(desk.sql, campaign.n, audience.checkedTo, blocksAtOnce);
  const sums = sumsOf(audience);
  const isDone = blocks.length < blocksAtOnce;
  desk.transact(() => {
    if (audience.checkedTo === 0) forgetTaken(desk.sql, campaign.n);
    for (const block of blocks) judgeBlock(desk, reading, block, sums);
    const checkedTo = audience.checkedTo + blocks.length;
    const state = isDone ? "ready" : "checking";
    saveCampaign(desk.sql, { ...campaign, audience: { ...audience, ...sums, checkedTo, state } });
    if (isDone) forgetTaken(desk.sql, campaign.n);
  });
  return ok({ isDone });
}

/** Returns those of a block who wait, with their places. */
export function waitingOf({ people, states }: { people: BlockPerson[]; states: PersonState[] }) {
  return people.flatMap((person, at) => (kindOf(states[at] ?? 0) === "waiting" ? [{ person, at }] : []));
}
