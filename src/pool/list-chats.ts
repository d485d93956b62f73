import type { ChatSummary, ListChats } from "../domain/calls/reading.ts";
import type { Desk } from "./desk.ts";
import { countSpoken, endOfSpoken, type ListedChat, readChatRow, type Spoken, spokenChats } from "./ledger/chats.ts";
import { groupOfChat } from "./ledger/groups.ts";
import { tallyOf } from "./ledger/tally.ts";

/** So many chats are searched before others have their turn, and so many slices beyond the page only to count what matches. */
const slice = 2_000;
const slicesCounted = 10;

const all: Spoken = { after: -1, before: Number.MAX_SAFE_INTEGER };

/**
 * Returns one page of the pool's chats: a walk along their order, the total from the tally. A search goes through slices until the page is full, and
 * counts on for some more: where chats are left unseen then, its total is one more than what was found.
 */
export async function listChats(desk: Desk, query: ListChats): Promise<{ chats: ChatSummary[]; total: number }> {
  if (query.q === null) return { chats: view(desk, spokenChats(desk.sql, all, query)), total: tallyOf(desk.sql).chats };
  return searchChats(desk, { ...query, q: query.q });
}

async function searchChats(desk: Desk, query: ListChats & { q: string }) {
  const found: ListedChat[] = [];
  let range = all;
  let total = 0;
  for (let beyond = 0; beyond < slicesCounted; await breathe()) {
    const { within, rest } = cut(desk, range, query.sort);
    const matches = countSpoken(desk.sql, within, query.q);
    const skip = Math.max(0, query.offset - total);
    const wanted = query.limit - found.length;
    if (wanted === 0) beyond += 1;
    else if (matches > skip) found.push(...spokenChats(desk.sql, within, { ...query, offset: skip, limit: wanted }));
    total += matches;
    if (rest === null) return { chats: view(desk, found), total };
    range = rest;
  }
  return { chats: view(desk, found), total: total + 1 };
}

/** Cuts a slice off a range; the rest is null where the slice is all of it. */
function cut(desk: Desk, range: Spoken, sort: ListChats["sort"]): { within: Spoken; rest: Spoken | null } {
  const end = endOfSpoken(desk.sql, range, sort, slice);
  if (end === null) return { within: range, rest: null };
  return sort === "recent"
    ? { within: { ...range, after: end - 1 }, rest: { ...range, before: end } }
    : { within: { ...range, before: end + 1 }, rest: { ...range, after: end } };
}

function view(desk: Desk, rows: readonly ListedChat[]): ChatSummary[] {
  return rows.map((row) =>
    readChatRow(
      row,
      groupOfChat(desk.sql, row.id),
      { text: row.last_text, direction: row.last_direction, sentAt: row.last_sent_at },
      desk.tag,
    ),
  );
}

/** Lets others have their turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
