import type { ContactPage } from "../domain/contact-view.ts";
import type { Desk } from "./desk.ts";
import { countedBeyond } from "./ledger/bounded.ts";
import { countAside, heardOf, type Line, linesOf, type PassedContact } from "./ledger/contact-order.ts";
import { tallyOf } from "./ledger/tally.ts";

/** So many contacts are looked at before others have their turn, and so many slices beyond the page only to count what matches. */
const slice = 1_000;
const slicesCounted = 10;

/** Returns one page of the pool's contacts in order, and how many there are. */
export async function pageContacts(desk: Desk, query: ContactPage): Promise<{ rows: PassedContact[]; total: number }> {
  if (query.q !== null) return searchContacts(desk, query);
  const end = query.offset + query.limit;
  const rows = [...take(inOrder(desk, query, Math.min(end, slice)), end)].slice(query.offset);
  return { rows, total: countContacts(desk, end) };
}

/** Goes through slices until the page is full and counts on for some more; where contacts are left uncounted, the total is one more than what was found. */
async function searchContacts(desk: Desk, query: ContactPage): Promise<{ rows: PassedContact[]; total: number }> {
  const end = query.offset + query.limit;
  const order = inOrder(desk, query, slice);
  const rows: PassedContact[] = [];
  let found = 0;
  for (let beyond = 0; beyond < slicesCounted; await breathe()) {
    const seen = [...take(order, slice)];
    const matches = seen.filter((contact) => contact.matches === 1);
    rows.push(...matches.slice(Math.max(0, query.offset - found), Math.max(0, end - found)));
    found += matches.length;
    if (seen.length < slice) return { rows, total: found };
    if (found >= end) beyond += 1;
  }
  return { rows, total: found + 1 };
}

/** Who has messages stands in the tally; who has none, and who of them is out of sight or a group, are few as a rule. */
function countContacts(desk: Desk, end: number): number {
  const most = end + countedBeyond + 1;
  const { quiet, hidden, groups } = countAside(desk.sql, most);
  return Math.max(0, tallyOf(desk.sql).chats - hidden - groups) + quiet;
}

function inOrder(desk: Desk, query: ContactPage, size: number): Iterator<PassedContact> {
  const [first, second] = linesOf(desk.sql, query);
  const byName = query.sort === "name_asc" || query.sort === "name_desc";
  const rows = [follow(first, size), follow(second, size)] as const;
  return byName ? oneAfterOther(...rows) : byTime(...rows, query.sort === "recent" ? 1 : -1);
}

function* oneAfterOther(first: Followed, second: Followed): Followed {
  yield* first;
  yield* second;
}

/** Two lines that are each in the order of time, as one; `way` is 1 where the latest comes first. */
function* byTime(first: Followed, second: Followed, way: 1 | -1): Followed {
  let left = first.next().value;
  let right = second.next().value;
  for (;;) {
    const next = earlierOf(left, right, way);
    if (next === undefined) return;
    yield next;
    if (next === left) left = first.next().value;
    else right = second.next().value;
  }
}

function earlierOf<T extends PassedContact | undefined>(left: T, right: T, way: 1 | -1): T {
  if (left === undefined || right === undefined) return left ?? right;
  return (heardOf(left) - heardOf(right)) * way >= 0 ? left : right;
}

/** The next rows of an order, at most so many; it can be gone on with. */
function* take(order: Iterator<PassedContact>, most: number): Generator<PassedContact> {
  for (let count = 0; count < most; count += 1) {
    const next = order.next();
    if (next.done === true) return;
    yield next.value;
  }
}

type Followed = Generator<PassedContact, undefined>;

function* follow(line: Line, size: number): Followed {
  let after: PassedContact | null = null;
  for (;;) {
    const rows: PassedContact[] = line(after, size);
    yield* rows;
    if (rows.length < size) return;
    after = rows.at(-1) ?? null;
  }
}

/** Lets others have their turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
