import type { CampaignNumbers, CampaignProgress } from "../../domain/campaigns/campaign.ts";
import { forgetNamed, remembered } from "./memory.ts";

/** One person of a block: line, number as written, fields, and the chat where the number could be read. */
export type BlockPerson = [line: number, to: string, values: string[], chat: string | null];
/**
 * What became of a person: 0 waits, a number is the message, `#1,2` are several that one long text became, `-duplicate` was rejected before the start, other words are why it was refused in its turn. Where a
 * campaign asks first: `?` with the messages that asked, `!` with them once they said yes and wait for the campaign's own.
 */
export type PersonState = number | string;
export type Block = { id: number; part: number; people: BlockPerson[]; states: PersonState[] };

/** A campaign's blocks stand beside each other: room for more than a hundred thousand people at a hundred a block. */
const partsEach = 4096;

/** Returns the id of a campaign's block. */
export function blockId(n: number, part: number): number {
  return n * partsEach + part;
}

/** Returns which part of its campaign's list a block is. */
export function partOfBlock(id: number): number {
  return id % partsEach;
}

/** Returns the campaign that a block is of. */
export function campaignOfBlock(id: number): number {
  return Math.floor(id / partsEach);
}

/** Writes a block's people, who never change after; others may come behind them as long as there is room. */
export function writePeople(sql: SqlStorage, id: number, people: readonly BlockPerson[]): void {
  const query = "INSERT INTO campaign_people (id, people) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET people = ?2";
  sql.exec(query, id, JSON.stringify(people));
}

/** Returns the last block of a campaign's list, or null. */
export function lastBlock(sql: SqlStorage, n: number): Block | null {
  const query = "SELECT max(id) AS id FROM campaign_states WHERE id >= ? AND id < ?";
  const { id } = sql.exec<{ id: number | null }>(query, blockId(n, 0), blockId(n + 1, 0)).one();
  return id === null ? null : (readBlocks(sql, n, partOfBlock(id), 1)[0] ?? null);
}

/** Writes what became of a block's people, one row, and lets go of what was counted of it. */
export function saveStates(sql: SqlStorage, id: number, states: readonly PersonState[], at: number): void {
  const { waiting, taken, refused, rejected, asked } = countStates(states);
  sql.exec(
    `INSERT INTO campaign_states (id, waiting, taken, refused, rejected, changed_at, states, asked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
     ON CONFLICT (id) DO UPDATE SET waiting = ?2, taken = ?3, refused = ?4, rejected = ?5, changed_at = ?6, tally = NULL, states = ?7, asked = ?8`,
    id,
    waiting,
    taken,
    refused,
    rejected,
    at,
    JSON.stringify(states),
    asked,
  );
}

/** Counts what became of people. */
export function countStates(states: readonly PersonState[]): CampaignProgress {
  const count = { waiting: 0, asked: 0, taken: 0, refused: 0, rejected: 0 };
  for (const state of states) count[kindOf(state)] += 1;
  return count;
}

/** Returns what became of one person. */
export function kindOf(state: PersonState): keyof CampaignProgress {
  if (state === 0) return "waiting";
  if (typeof state === "number") return "taken";
  if (state.startsWith("!")) return "waiting";
  if (state.startsWith("?")) return "asked";
  if (state.startsWith("#")) return "taken";
  return state.startsWith("-") ? "rejected" : "refused";
}

/** Returns the state of somebody to whom a campaign's message was written. */
export function takenAs(seqs: readonly number[]): PersonState {
  return seqs.length === 1 ? (seqs[0] ?? 0) : `#${seqs.join(",")}`;
}

/** Returns the state of somebody who was asked. */
export function askedBy(seqs: readonly number[]): PersonState {
  return `?${seqs.join(",")}`;
}

/** Returns the messages that a person was last written by the campaign: several where a long text was divided. */
export function messagesOf(state: PersonState): number[] {
  if (typeof state === "number") return state === 0 ? [] : [state];
  return /^[?!#]/.test(state) ? state.slice(1).split(",").map(Number) : [];
}

type Row = { id: number; people: string | null; states: string };

/** Returns a campaign's blocks from a part on; `waiting`: only those in which somebody waits. */
export function readBlocks(sql: SqlStorage, n: number, from: number, limit: number, waiting = false): Block[] {
  return sql
    .exec<Row>(
      `SELECT campaign_states.id, people, states FROM campaign_states LEFT JOIN campaign_people USING (id)
       WHERE campaign_states.id >= ? AND campaign_states.id < ? ${waiting ? "AND waiting > 0" : ""} ORDER BY campaign_states.id LIMIT ?`,
      blockId(n, from),
      blockId(n + 1, 0),
      limit,
    )
    .toArray()
    .map(({ id, people, states }) => ({
      id,
      part: id % partsEach,
      people: JSON.parse(people ?? "[]") as BlockPerson[],
      states: JSON.parse(states) as PersonState[],
    }));
}

/** Returns the first part of a campaign's list, from a part on, in which somebody waits, or null. */
export function nextWaiting(sql: SqlStorage, n: number, from: number): number | null {
  const query = "SELECT id FROM campaign_states WHERE id >= ? AND id < ? AND waiting > 0 ORDER BY id LIMIT 1";
  const [row] = sql.exec<{ id: number }>(query, blockId(n, from), blockId(n + 1, 0)).toArray();
  return row === undefined ? null : row.id % partsEach;
}

const askedIn = "FROM campaign_states WHERE id >= ? AND id < ? AND asked > 0";

/** Returns what became of the people of the first blocks in which somebody was asked and has not answered. */
export function readAsked(sql: SqlStorage, n: number, limit: number): Pick<Block, "id" | "states">[] {
  return sql
    .exec<{ id: number; states: string }>(
      `SELECT id, states ${askedIn} ORDER BY id LIMIT ?`,
      blockId(n, 0),
      blockId(n + 1, 0),
      limit,
    )
    .toArray()
    .map(({ id, states }) => ({ id, states: JSON.parse(states) as PersonState[] }));
}

/** Returns the last question of a campaign that has no answer, 0 where there is none. */
export function lastAsked(sql: SqlStorage, n: number): number {
  let last = 0;
  for (const { states } of sql.exec<{ states: string }>(`SELECT states ${askedIn}`, blockId(n, 0), blockId(n + 1, 0))) {
    for (const state of JSON.parse(states) as PersonState[]) {
      if (kindOf(state) === "asked") last = Math.max(last, ...messagesOf(state));
    }
  }
  return last;
}

/** Returns when somebody of a campaign was last written to (epoch milliseconds), 0 where nobody was yet; an answer that came since may make it later. */
export function lastTaken(sql: SqlStorage, n: number): number {
  const query =
    "SELECT coalesce(max(changed_at), 0) AS at FROM campaign_states WHERE id >= ? AND id < ? AND taken + asked > 0";
  return sql.exec<{ at: number }>(query, blockId(n, 0), blockId(n + 1, 0)).one().at;
}

/** Counts a campaign's people by what became of them. */
export function readProgress(sql: SqlStorage, n: number): CampaignProgress {
  const query = `SELECT coalesce(sum(waiting), 0) AS waiting, coalesce(sum(asked), 0) AS asked, coalesce(sum(taken), 0) AS taken, coalesce(sum(refused), 0) AS refused, coalesce(sum(rejected), 0) AS rejected
     FROM campaign_states WHERE id >= ? AND id < ?`;
  return sql.exec<CampaignProgress>(query, blockId(n, 0), blockId(n + 1, 0)).one();
}

/** What is kept of a block's count, null where it has to be counted; `changedAt` is when one of its people was last taken or refused. */
export type BlockCount = { id: number; changedAt: number; tally: CampaignNumbers | null };

/** Returns what was counted of a campaign's blocks in which anybody was taken or refused. */
export function readTallies(sql: SqlStorage, n: number): BlockCount[] {
  return sql
    .exec<{ id: number; changed_at: number; tally: string | null }>(
      "SELECT id, changed_at, tally FROM campaign_states WHERE id >= ? AND id < ? AND taken + refused + asked > 0",
      blockId(n, 0),
      blockId(n + 1, 0),
    )
    .toArray()
    .map(({ id, changed_at, tally }) => ({
      id,
      changedAt: changed_at,
      tally: tally === null ? null : (JSON.parse(tally) as CampaignNumbers),
    }));
}

/** Keeps what was counted of a block: one row. */
export function keepTally(sql: SqlStorage, id: number, tally: CampaignNumbers): void {
  sql.exec("UPDATE campaign_states SET tally = ? WHERE id = ?", JSON.stringify(tally), id);
}

/** Lets go of what was counted of a block, since one of its messages has changed: no row where nothing was kept. */
export function dropTally(sql: SqlStorage, id: number): void {
  sql.exec("UPDATE campaign_states SET tally = NULL WHERE id = ? AND tally IS NOT NULL", id);
}

/** Forgets a campaign's people; with their states, as if nobody had ever been named. */
export function deletePeople(sql: SqlStorage, n: number, andStates: boolean): void {
  for (const table of ["campaign_people", ...(andStates ? ["campaign_states"] : [])])
    sql.exec(`DELETE FROM ${table} WHERE id >= ? AND id < ?`, blockId(n, 0), blockId(n + 1, 0));
  forgetTaken(sql, n);
}

/** Says whether somebody stands in a campaign's list, whoever else they are to us. */
export function standsInLists(sql: SqlStorage, chat: string): boolean {
  const query = "SELECT 1 FROM campaign_people WHERE instr(people, ?) > 0 LIMIT 1";
  return sql.exec(query, JSON.stringify(chat)).toArray().length > 0;
}

/** Takes one person out of every list, in the caller's transaction: the line stays, with nobody in it. */
export function forgetInLists(sql: SqlStorage, chat: string): void {
  const rows = sql
    .exec<{ id: number; people: string }>(
      "SELECT id, people FROM campaign_people WHERE instr(people, ?) > 0",
      JSON.stringify(chat),
    )
    .toArray();
  for (const { id, people } of rows) {
    const left = (JSON.parse(people) as BlockPerson[]).map(
      (person): BlockPerson => (person[3] === chat ? [person[0], "", [], null] : person),
    );
    sql.exec("UPDATE campaign_people SET people = ? WHERE id = ?", JSON.stringify(left), id);
  }
}

/** Returns the chats of a campaign that are not rejected, as far as its blocks were judged before a part: who is among them is a duplicate. */
export function chatsTaken(sql: SqlStorage, n: number, before: number): Set<string> {
  return remembered(sql, `campaign_chats_${n}`, () => {
    const blocks = readBlocks(sql, n, 0, partsEach).filter(({ part }) => part < before);
    return new Set(
      blocks.flatMap(({ people, states }) =>
        people.flatMap(([, , , chat], at) => (chat !== null && kindOf(states[at] ?? 0) !== "rejected" ? [chat] : [])),
      ),
    );
  });
}

/** Lets go of the chats of `chatsTaken`: the list is whole, or begun anew. */
export function forgetTaken(sql: SqlStorage, n: number): void {
  forgetNamed(sql, `campaign_chats_${n}`);
}
