import { type Audience, type CampaignPlan, type CampaignState, plainPlan } from "../../domain/campaigns/campaign.ts";
import { readMark, saveMark } from "./marks.ts";
import { forgetNamed, remembered } from "./memory.ts";

/** What is kept of a campaign beside its state: read with it, never searched. */
export type CampaignBody = CampaignPlan & {
  audience: Audience & {
    /** The list that is being read, or was last; a call of an earlier one is refused. */
    load: number;
    /** The first part that has still to be judged anew. */
    checkedTo: number;
    /** What is being read comes behind what is there, and takes nobody out. */
    appends?: boolean;
  };
  createdAt: number;
  startAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  /** Until when an answer counts to the last question that was asked, once all were. */
  answersUntil?: number | null;
};
export type Campaign = CampaignBody & { n: number; state: CampaignState };
type Row = { n: number; state: CampaignState; body: string };

/** Returns a list in which nobody is yet. */
export function emptyAudience(load: number): Campaign["audience"] {
  const parts = { text: 0, question: 0 };
  return { state: "none", tag: null, fields: [], rows: 0, rejected: {}, parts, load, checkedTo: 0 };
}

const live = "campaigns_live";
const any = "campaigns_any";

function read({ n, state, body }: Row): Campaign {
  // One of before a wish was known does not name it.
  return { ...plainPlan, ...(JSON.parse(body) as CampaignBody), n, state };
}

/** Writes a new campaign, in the caller's transaction, and returns it. A number is never given twice. */
export function insertCampaign(sql: SqlStorage, body: CampaignBody): Campaign {
  const { last } = sql.exec<{ last: number | null }>("SELECT max(n) AS last FROM campaigns").one();
  const n = Math.max(last ?? 0, readMark(sql, "last_campaign") ?? 0) + 1;
  saveMark(sql, "last_campaign", n);
  sql.exec("INSERT INTO campaigns (n, state, body) VALUES (?, 'draft', ?)", n, JSON.stringify(body));
  forgetNamed(sql, live);
  forgetNamed(sql, any);
  return { ...body, n, state: "draft" };
}

/** Writes a campaign as it now stands: one row. */
export function saveCampaign(sql: SqlStorage, { n, state, ...body }: Campaign): void {
  sql.exec("UPDATE campaigns SET state = ?, body = ? WHERE n = ?", state, JSON.stringify(body), n);
  forgetNamed(sql, live);
}

/** Returns one campaign, or null. */
export function findCampaign(sql: SqlStorage, n: number): Campaign | null {
  const row = sql.exec<Row>("SELECT * FROM campaigns WHERE n = ?", n).toArray()[0];
  return row === undefined ? null : read(row);
}

/** Removes a campaign with its people. */
export function deleteCampaign(sql: SqlStorage, n: number): void {
  sql.exec("DELETE FROM campaigns WHERE n = ?", n);
  forgetNamed(sql, live);
}

/** Returns one page of campaigns, newest first, and how many there are. */
export function pageCampaigns(
  sql: SqlStorage,
  { limit, offset }: { limit: number; offset: number },
): { campaigns: Campaign[]; total: number } {
  const rows = sql.exec<Row>("SELECT * FROM campaigns ORDER BY n DESC LIMIT ? OFFSET ?", limit, offset).toArray();
  return { campaigns: rows.map(read), total: countCampaigns(sql) };
}

/** Counts the campaigns that are kept. */
export function countCampaigns(sql: SqlStorage): number {
  return sql.exec<{ total: number }>("SELECT count(*) AS total FROM campaigns").one().total;
}

/** Says whether there is any campaign; read once when the object wakes. */
export function hasCampaigns(sql: SqlStorage): boolean {
  return remembered(sql, any, () => countCampaigns(sql) > 0);
}

/** Returns the campaigns that run or are to start at a time, oldest first; read once when the object wakes, and after a change. */
export function liveCampaigns(sql: SqlStorage): readonly Campaign[] {
  return remembered(sql, live, () =>
    sql.exec<Row>("SELECT * FROM campaigns WHERE state IN ('running', 'scheduled') ORDER BY n").toArray().map(read),
  );
}

/** Returns the campaigns that have started or are to start and have not ended. */
export function unendedCampaigns(sql: SqlStorage): Campaign[] {
  const query = "SELECT * FROM campaigns WHERE state IN ('running', 'scheduled', 'paused') ORDER BY n";
  return sql.exec<Row>(query).toArray().map(read);
}

/** Returns the campaigns whose people are still known though they ended before a time. */
export function endedBefore(sql: SqlStorage, before: number): number[] {
  const query = `SELECT n FROM campaigns WHERE state IN ('completed', 'cancelled') AND json_extract(body, '$.endedAt') < ?
     AND EXISTS (SELECT 1 FROM campaign_people WHERE id >= n * 4096 AND id < (n + 1) * 4096) ORDER BY n`;
  return sql
    .exec<{ n: number }>(query, before)
    .toArray()
    .map(({ n }) => n);
}
