import { sequenceAt } from "../../domain/ids.ts";
import { countedCountry } from "../../domain/limit-subjects.ts";
import { isSentByUs } from "./line-rows.ts";
import { remembered } from "./memory.ts";

/** What was accepted for each country on one day (UTC, days since 1970). */
type Countries = { day: number; counts: Record<string, number> };
/** What the pool carried so far: messages in and out, when the last one was sent, and how many chats have any; `countries` where its key bounds them. */
export type Tally = {
  inbound: number;
  outbound: number;
  lastSentAt: number | null;
  chats: number;
  countries: Countries | null;
};

type Stored = [inbound: number, outbound: number, lastSentAt: number | null, chats: number, countries?: Countries];

const dayMs = 24 * 60 * 60 * 1000;

/** Returns what the pool carried so far. It stands in the newest message, so that a wake reads one row, however many there are; a pool from before counts once. */
export function tallyOf(sql: SqlStorage): Tally {
  return remembered(sql, "tally", () => readTally(sql));
}

/** Keeps what a message that was written brought the tally to. */
export function keepTally(sql: SqlStorage, tally: Tally): void {
  Object.assign(tallyOf(sql), tally);
}

/** A message as the tally counts it: `opens`, its chat had none before; `country`, which it counts for, undefined where the key bounds none any more. */
type Counted = { direction: string; createdAt: number; opens: boolean; country?: string | null | undefined };

/** Returns what the tally will be with one message more. */
export function tallyWith(sql: SqlStorage, message: Counted): Tally {
  const { inbound, outbound, lastSentAt, chats, countries } = tallyOf(sql);
  const isOutbound = message.direction === "outbound";
  return {
    countries: isOutbound ? countriesWith(sql, message) : countries,
    inbound: inbound + (isOutbound ? 0 : 1),
    outbound: outbound + (isOutbound ? 1 : 0),
    lastSentAt: isOutbound ? message.createdAt : lastSentAt,
    chats: chats + (message.opens ? 1 : 0),
  };
}

function countriesWith(sql: SqlStorage, { country, createdAt }: Counted): Countries | null {
  if (country === undefined) return null;
  const day = Math.floor(createdAt / dayMs);
  const counts = countriesOn(sql, day);
  return { day, counts: country === null ? counts : { ...counts, [country]: (counts[country] ?? 0) + 1 } };
}

/** Returns how many messages were accepted for each country on a day: as the tally says, and where it did not count them yet, from the rows of that day. */
export function countriesOn(sql: SqlStorage, day: number): Record<string, number> {
  const tally = tallyOf(sql);
  tally.countries ??= { day, counts: countCountries(sql, day) };
  return tally.countries.day === day ? tally.countries.counts : {};
}

function countCountries(sql: SqlStorage, day: number): Record<string, number> {
  const query = `SELECT chat, count(*) AS messages FROM messages WHERE seq >= ? AND ${isSentByUs} GROUP BY chat`;
  const counts: Record<string, number> = {};
  for (const { chat, messages } of sql.exec<{ chat: string; messages: number }>(query, sequenceAt(day * dayMs))) {
    const country = countedCountry(chat);
    if (country !== null) counts[country] = (counts[country] ?? 0) + messages;
  }
  return counts;
}

/** Returns the tally as it is stored. */
export function formatTally({ inbound, outbound, lastSentAt, chats, countries }: Tally): string {
  const stored: Stored = [inbound, outbound, lastSentAt, chats];
  return JSON.stringify(countries === null ? stored : [...stored, countries]);
}

/** Writes the tally, counted anew where messages of a whole chat are gone, into what is the newest message now, in the caller's transaction. */
export function restateTally(sql: SqlStorage, isLess: boolean): void {
  const { countries } = tallyOf(sql);
  const tally = isLess ? { ...countAll(sql), countries } : tallyOf(sql);
  keepTally(sql, tally);
  sql.exec("UPDATE messages SET tally = ? WHERE seq = (SELECT max(seq) FROM messages)", formatTally(tally));
}

function readTally(sql: SqlStorage): Tally {
  const [newest] = sql.exec<{ tally: string | null }>("SELECT tally FROM messages ORDER BY seq DESC LIMIT 1").toArray();
  if (newest?.tally == null) return countAll(sql);
  const [inbound, outbound, lastSentAt, chats, countries = null] = JSON.parse(newest.tally) as Stored;
  return { inbound, outbound, lastSentAt, chats, countries };
}

function countAll(sql: SqlStorage): Tally {
  const counted = sql
    .exec<Omit<Tally, "countries">>(
      `SELECT coalesce(sum(inbound), 0) AS inbound, coalesce(sum(outbound), 0) AS outbound, max(last_outbound_at) AS lastSentAt,
         count(last_seq) AS chats FROM chats`,
    )
    .one();
  return { ...counted, countries: null };
}
