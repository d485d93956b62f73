import type { FoundMessages, MessageSearch } from "../domain/calls/reading.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import { readRowId, rowId, sequenceAt, timeOfSequence } from "../domain/ids.ts";
import type { MessageStatus } from "../domain/message.ts";
import { readConversationId, readPhoneNumber } from "../domain/phone.ts";
import type { Desk } from "./desk.ts";
import { findNewestBySid } from "./ledger/by-sid.ts";
import { findChat } from "./ledger/chats.ts";
import type { MessageRow } from "./ledger/message-row.ts";
import { readMessageRow } from "./ledger/messages.ts";
import {
  type Between,
  contactsOf,
  endOfSlice,
  type MessageFilter,
  matchingMessages,
  newestMessage,
} from "./ledger/search.ts";

/** Only the key is indexed, for an index costs a row a message: a search walks down it in slices, and at most so many messages in one call. */
const slice = 1_000;
const slicesAtMost = 20;

const statusesOf = {
  scheduled: ["scheduled"],
  queued: ["scheduled", "queued", "sending"],
  sent: ["sent"],
  delivered: ["delivered", "read"],
  read: ["read"],
  failed: ["undelivered", "failed"],
  cancelled: ["cancelled"],
  received: ["received"],
} as const satisfies Record<string, readonly MessageStatus[]>;

/** Returns messages of the pool that match, newest first, with where to go on; an address or an id that cannot be read is a failure that says so. */
export function searchMessages(desk: Desk, search: MessageSearch): Result<FoundMessages> {
  const filter = filterOf(desk, search);
  if (!filter.ok) return filter;
  const range = rangeOf(desk, search);
  if (!range.ok) return range;
  const newest = newestMessage(desk.sql) ?? sequenceAt(desk.now()) - 1;
  const nextAfter = rowId("msg", Math.max(newest, range.value.after), desk.tag);
  if (search.after === "latest") return ok({ messages: [], nextBefore: null, searchedUntil: null, nextAfter });
  const { rows, goOnBefore } = walk(desk, filter.value, range.value, search.limit);
  return ok({
    messages: view(desk, rows),
    nextBefore: goOnBefore === null ? null : rowId("msg", goOnBefore, desk.tag),
    searchedUntil: goOnBefore === null ? null : timeOfSequence(goOnBefore),
    nextAfter,
  });
}

function walk(desk: Desk, filter: MessageFilter, range: Between, limit: number) {
  const rows: MessageRow[] = [];
  let { before } = range;
  for (let count = 0; count < slicesAtMost; count += 1) {
    const end = endOfSlice(desk.sql, filter.chat, { ...range, before }, slice);
    const within = { after: end === null ? range.after : end - 1, before };
    rows.push(...matchingMessages(desk.sql, filter, within, limit - rows.length));
    const last = rows.at(-1);
    if (rows.length === limit && last !== undefined) return { rows, goOnBefore: last.seq };
    if (end === null) return { rows, goOnBefore: null };
    before = end;
  }
  return { rows, goOnBefore: before };
}

function view(desk: Desk, rows: readonly MessageRow[]) {
  const contacts = contactsOf(desk.sql, [...new Set(rows.map((row) => row.chat))]);
  return rows.map((row) => ({
    message: readMessageRow(row, desk.tag),
    contact: contacts.get(row.chat) ?? null,
  }));
}

function filterOf(desk: Desk, search: MessageSearch): Result<MessageFilter> {
  const { status, direction, q } = search;
  const country = desk.snapshot.organization.countryCode;
  const chat = search.contact === null ? ok(null) : chatOf(desk, search.contact);
  if (!chat.ok) return chat;
  const number = search.number === null ? null : readPhoneNumber(search.number, country, true);
  if (number !== null && !number.ok) return number;
  return ok({
    chat: chat.value,
    direction,
    number: number === null ? null : number.value.address,
    statuses: status === null || status === "unknown" ? null : statusesOf[status],
    unknown: status === "unknown",
    text: q === null || namedMessage(desk, q) !== null ? null : q,
  });
}

/** A short code or another address that wrote to us is no number that could be written to, but a chat. */
function chatOf(desk: Desk, contact: string): Result<string> {
  const read = readConversationId(contact, desk.snapshot.organization.countryCode);
  return read.ok || findChat(desk.sql, contact) === null ? read : ok(contact);
}

/** A search for a message's own id is answered by its key, for a carrier's where that is at hand; else it is looked for as the texts are. */
function namedMessage(desk: Desk, q: string): number | null {
  return readRowId("msg", q, desk.tag) ?? findNewestBySid(desk.sql, q)?.seq ?? null;
}

function rangeOf(desk: Desk, search: MessageSearch): Result<Between> {
  const before = search.before === null ? Number.MAX_SAFE_INTEGER : readRowId("msg", search.before, desk.tag);
  const after = search.after === null || search.after === "latest" ? -1 : readRowId("msg", search.after, desk.tag);
  if (before === null) return fail("invalid_request", "before is not the id of a message of this key.");
  if (after === null) return fail("invalid_request", "after is neither the id of a message of this key nor latest.");
  const named = search.q === null ? null : namedMessage(desk, search.q);
  const ends = [
    before,
    ...(search.until === null ? [] : [sequenceAt(search.until + 1)]),
    ...(named === null ? [] : [named + 1]),
  ];
  const begins = [
    after,
    ...(search.since === null ? [] : [sequenceAt(search.since) - 1]),
    ...(named === null ? [] : [named - 1]),
  ];
  return ok({ before: Math.min(...ends), after: Math.max(...begins) });
}
