import { type Audience, blockSize, mostPeople, type Person } from "../../domain/campaigns/campaign.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Desk } from "../desk.ts";
import {
  type BlockPerson,
  blockId,
  chatsTaken,
  deletePeople,
  forgetTaken,
  insertPeople,
  kindOf,
  type PersonState,
  readBlocks,
  saveStates,
} from "../ledger/campaign-people.ts";
import { type Campaign, emptyAudience, saveCampaign } from "../ledger/campaigns.ts";
import { taggedAfter } from "../ledger/contacts.ts";
import { estimateParts, keepPerson, type Reading, readingOf, rejectPerson } from "./judge.ts";
import { refuseState, viewOf } from "./keep.ts";

/** So many blocks are judged anew, and so many tagged contacts taken, in one call. */
const blocksAtOnce = 5;
const taggedAtOnce = blocksAtOnce * blockSize;

/** Begins a list anew: whoever was in it is forgotten, and a list that somebody else has begun is no longer taken. */
export function beginAudience(desk: Desk, campaign: Campaign, { tag, fields }: Pick<Audience, "tag" | "fields">) {
  if (campaign.state !== "draft") return refuseState(campaign.state, "People can be given to a draft only.");
  const load = campaign.audience.load + 1;
  const audience = { ...emptyAudience(load), state: "loading", tag, fields } as const;
  desk.transact(() => {
    deletePeople(desk.sql, campaign.n, true);
    saveCampaign(desk.sql, { ...campaign, audience });
  });
  return ok({ load, columns: campaign.columns });
}

/** Takes rows of a list, each judged; `campaign_audience_too_large` ends the list and forgets it. A whole number of blocks at once, but for the last. */
export function addPeople(desk: Desk, campaign: Campaign, load: number, people: readonly Person[]): Result<null> {
  const open = refuseLoad(campaign, load);
  if (open !== null) return open;
  if (campaign.audience.rows + people.length > mostPeople) {
    dropAudience(desk, campaign);
    return fail("campaign_audience_too_large");
  }
  const kept = people.map((person) => keepPerson(desk, person));
  desk.transact(() => {
    const part = Math.ceil(campaign.audience.rows / blockSize);
    const reading = readingOf(campaign);
    const sums = sumsOf(campaign.audience);
    for (let start = 0; start < kept.length; start += blockSize) {
      const block = { part: part + start / blockSize, people: kept.slice(start, start + blockSize) };
      insertPeople(desk.sql, blockId(campaign.n, block.part), block.people);
      judgeBlock(desk, reading, block, sums);
    }
    const rows = campaign.audience.rows + people.length;
    saveCampaign(desk.sql, { ...campaign, audience: { ...campaign.audience, ...sums, rows } });
  });
  return ok(null);
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
  { part, people }: { part: number; people: readonly BlockPerson[] },
  { rejected, parts }: Sums,
): void {
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
  saveStates(desk.sql, blockId(n, part), states, desk.now());
}

/** Takes the next of a tag's contacts, in the order of their ids; their fields are `name` and `first_name`. Returns after whom to go on, null at the end. */
export function addTagged(
  desk: Desk,
  campaign: Campaign,
  load: number,
  after: string,
): Result<{ after: string | null }> {
  const { tag, rows } = campaign.audience;
  const found = tag === null ? [] : taggedAfter(desk.sql, tag, after, taggedAtOnce);
  const people = found.map(({ id, name }, at): Person => {
    const full = name?.trim() ?? "";
    return { line: rows + at + 1, to: id, values: [full, full.split(/\s+/, 1)[0] ?? ""] };
  });
  const added = addPeople(desk, campaign, load, people);
  if (!added.ok) return added;
  return ok({ after: found.length < taggedAtOnce ? null : (found.at(-1)?.id ?? null) });
}

/** Ends a list: it is whole. One without a single row is `campaign_audience_invalid`. */
export function endAudience(desk: Desk, campaign: Campaign, load: number) {
  const open = refuseLoad(campaign, load);
  if (open !== null) return open;
  if (campaign.audience.rows === 0) {
    dropAudience(desk, campaign);
    return fail("campaign_audience_invalid", "The list is empty: nobody is in it.");
  }
  const ended: Campaign = { ...campaign, audience: { ...campaign.audience, state: "ready" } };
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
