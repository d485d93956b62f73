import { fail, type Refusal } from "../../domain/failure.ts";
import { countedCountry, rangeOf } from "../../domain/limit-subjects.ts";
import type { Draft } from "../../domain/message.ts";
import type { SendLimits } from "../../domain/send-limits.ts";
import type { Desk } from "../desk.ts";
import type { ChatRow } from "../ledger/chats.ts";
import { begunSince, forgetBegun, noteBegun, writtenInRange, writtenTo } from "../ledger/send-counts.ts";
import { countriesOn } from "../ledger/tally.ts";

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

/** One of a key's limits as a send meets it: how much counts already, how much it asks for, and how long until the oldest counts no more. */
type Met = { limit: string; atMost: number; current: number; asked: number; freeInMs: number; of: string };

/**
 * Returns why a send is more than its key's limits allow now, or null. What was accepted counts, from the rows of messages: also what was before the limit was set, and over a restart.
 * Where several are reached it is the one that lasts longest; one that is smaller than what is asked for has no end.
 */
export function refuseBySendLimits(desk: Desk, drafts: readonly Draft[], chat: ChatRow | null): Refusal | null {
  const limits = desk.snapshot.apiKey.sendLimits ?? null;
  const [first] = drafts;
  if (limits === null || first === undefined) return null;
  const ask = { to: first.to, chat, asked: drafts.length };
  const met = [
    ...meetRecipient(desk, limits, ask),
    ...meetRange(desk, limits, ask),
    ...meetCountry(desk, limits, ask),
    ...meetNew(desk, limits, ask),
  ].filter(({ atMost, current, asked }) => current + asked > atMost);
  const worst = met.toSorted((one, other) => waitOf(other) - waitOf(one))[0];
  return worst === undefined ? null : refuse(worst);
}

type Ask = { to: string; chat: ChatRow | null; asked: number };

function waitOf({ atMost, asked, freeInMs }: Met): number {
  return asked > atMost ? Number.POSITIVE_INFINITY : freeInMs;
}

function refuse(met: Met): Refusal {
  const { limit, atMost, current, asked, of } = met;
  const message = `This API key may write to ${of}: ${current} of ${atMost} are used and this asks for ${asked} (velocity.${limit}).`;
  const wait = waitOf(met);
  const seconds = Number.isFinite(wait) ? wait / 1000 : undefined;
  return fail("send_limit_reached", message, { limit, at_most: atMost, current, asked }, seconds);
}

function meetRecipient(desk: Desk, limits: SendLimits, { to, asked }: Ask): Met[] {
  const now = desk.now();
  const windows = [
    { limit: "per_recipient_per_hour", atMost: limits.recipientPerHour, ms: hourMs, words: "an hour" },
    { limit: "per_recipient_per_day", atMost: limits.recipientPerDay, ms: dayMs, words: "a day" },
  ];
  return windows.flatMap(({ limit, atMost, ms, words }): Met[] => {
    if (atMost === null) return [];
    const times = writtenTo(desk.sql, to, now - ms, Math.max(atMost, 1));
    const freeInMs = freeIn(times, { atMost, asked, ms, now });
    return [{ limit, atMost, current: times.length, asked, freeInMs, of: `one recipient ${atMost} times ${words}` }];
  });
}

/** How long until enough of these times, newest first, are older than the window. */
function freeIn(
  times: readonly number[],
  { atMost, asked, ms, now }: { atMost: number; asked: number; ms: number; now: number },
): number {
  const leaving = times[Math.max(0, atMost - asked)];
  return leaving === undefined ? 0 : leaving + ms - now;
}

/** Who was written to within the hour counts already. */
function meetRange(desk: Desk, { rangePerHour: atMost, rangeDigits }: SendLimits, { to }: Ask): Met[] {
  const range = atMost === null ? null : rangeOf(to, rangeDigits);
  if (atMost === null || range === null) return [];
  const now = desk.now();
  const written = writtenInRange(desk.sql, range, now - hourMs, desk.speaksIMessage);
  if (written.some(({ chat }) => chat === to)) return [];
  const times = written.map(({ at }) => at).sort((one, other) => other - one);
  const freeInMs = freeIn(times, { atMost, asked: 1, ms: hourMs, now });
  const of = `${atMost} people an hour in the range ${range.start}${"x".repeat(rangeDigits)}`;
  return [{ limit: "per_prefix_per_hour", atMost, current: times.length, asked: 1, freeInMs, of }];
}

function meetCountry(desk: Desk, { countryPerDay: atMost }: SendLimits, { to, asked }: Ask): Met[] {
  const country = atMost === null ? null : countedCountry(to);
  if (atMost === null || country === null) return [];
  const now = desk.now();
  const day = Math.floor(now / dayMs);
  const current = countriesOn(desk.sql, day)[country] ?? 0;
  const of = `one country (${country}) ${atMost} times a day (UTC)`;
  return [{ limit: "per_country_per_day", atMost, current, asked, freeInMs: (day + 1) * dayMs - now, of }];
}

function meetNew(desk: Desk, { newContactsPerHour: atMost }: SendLimits, { chat }: Ask): Met[] {
  if (atMost === null || !isNew(chat)) return [];
  const now = desk.now();
  const times = begunSince(desk.sql, now - hourMs).toReversed();
  const freeInMs = freeIn(times, { atMost, asked: 1, ms: hourMs, now });
  const of = `${atMost} new contacts an hour`;
  return [{ limit: "new_contacts_per_hour", atMost, current: times.length, asked: 1, freeInMs, of }];
}

function isNew(chat: ChatRow | null): boolean {
  return chat === null || chat.last_seq === null;
}

/** Returns the country that a message counts for where its key bounds countries, null for a recipient without one and for what no send of ours is (`to` null), undefined where nothing is counted. */
export function countryCounted(desk: Desk, to: string | null): string | null | undefined {
  if (desk.snapshot.apiKey.sendLimits?.countryPerDay == null) return undefined;
  return to === null ? null : countedCountry(to);
}

/** Counts a conversation that is begun, in the caller's transaction: no row. */
export function countBegun(desk: Desk, chat: ChatRow | null): void {
  if (desk.snapshot.apiKey.sendLimits?.newContactsPerHour == null) forgetBegun(desk.sql);
  else if (isNew(chat)) noteBegun(desk.sql, desk.now());
}
