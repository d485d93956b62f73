import type { ChannelAnswers, ChannelCall, ChannelView, PairView } from "../domain/channel-calls.ts";
import type { Pair } from "../domain/channel-ids.ts";
import { isGroupId } from "../domain/event.ts";
import { timeOfSequence } from "../domain/ids.ts";
import type { SenderNumber } from "../domain/snapshot.ts";
import type { Desk } from "./desk.ts";
import { findChat, spokenChats } from "./ledger/chats.ts";
import { lastHeard } from "./ledger/heard.ts";
import { endOfPair, numbersOf } from "./ledger/pairs.ts";

/** So many people are looked through in one call, so many at a time, and of each the numbers of so many newest messages; more where one person is asked for. */
const peopleLookedAt = 2_000;
const peopleAtOnce = 100;
const messagesOfEach = 500;
const messagesOfOne = 20_000;

type View = (desk: Desk, number: SenderNumber) => ChannelView;

/** Returns one page of chats: who was spoken with last first, and the chats of one person together. `next` is where the list goes on, null at its end. */
export function listPairs(
  desk: Desk,
  query: Extract<ChannelCall, { kind: "chats" }>,
  view: View,
): ChannelAnswers["chats"] {
  const chats: PairView[] = [];
  const { cursor, limit } = query;
  let passed = 0;
  let last = 0;
  for (const person of peopleOf(desk, query)) {
    const pairs = pairsOf(desk, person.id, query);
    passed = cursor?.last === person.last ? cursor.passed : 0;
    last = person.last;
    for (const pair of pairs.slice(passed)) {
      if (chats.length === limit) return { chats, next: { last, passed } };
      chats.push(viewPair(desk, pair, pair.last, view));
      passed += 1;
    }
    if (person.isLast) return { chats, next: { last, passed } };
  }
  return { chats, next: null };
}

/** Whose chats are listed, the latest first; `isLast` is where a call ends though there may be more. */
function* peopleOf(desk: Desk, { person, cursor }: Extract<ChannelCall, { kind: "chats" }>) {
  if (person !== null) {
    const row = findChat(desk.sql, person);
    if (row?.last_seq != null) yield { id: row.id, last: row.last_seq, isLast: false };
    return;
  }
  let before = cursor === null ? Number.MAX_SAFE_INTEGER : cursor.last + 1;
  for (let looked = 0; looked < peopleLookedAt; ) {
    const page = { q: null, sort: "recent", limit: peopleAtOnce, offset: 0 } as const;
    const rows = spokenChats(desk.sql, { after: -1, before }, page);
    for (const { id, last_seq } of rows) {
      looked += 1;
      before = last_seq ?? before;
      yield { id, last: before, isLast: looked === peopleLookedAt };
    }
    if (rows.length < peopleAtOnce) return;
  }
}

function pairsOf(desk: Desk, person: string, query: { number: string | null; person: string | null }) {
  return numbersOf(desk.sql, person, query.person === null ? messagesOfEach : messagesOfOne)
    .filter(({ number }) => query.number === null || number === query.number)
    .map(({ number, last }) => ({ number, person, last }));
}

/** Returns a chat as it stands, from its newest message on. */
export function viewPair(desk: Desk, { number, person }: Pair, last: number, view: View): PairView {
  const row = findChat(desk.sql, person);
  const sender = desk.findNumber(number);
  const first = endOfPair(desk.sql, { number, person }, "asc");
  return {
    number,
    person,
    sender: sender === null ? null : view(desk, sender),
    isGroup: isGroupId(person),
    isContact: row !== null && row.deleted_at === null && !isGroupId(person),
    optedOut: row?.opted_out_at != null,
    firstAt: timeOfSequence(first?.seq ?? last),
    lastAt: timeOfSequence(last),
    lastInboundAt: lastHeard(desk.sql, number, person),
  };
}
