import type { LinkVisit } from "../../domain/calls/telling.ts";
import { isBotClick } from "../../domain/click.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { timeOfSequence } from "../../domain/ids.ts";
import type { Draft } from "../../domain/message.ts";
import { addressMissing, signedUrlsOf } from "../../domain/public-address.ts";
import { formatLinkCode, linkLifeMs, linkSecret, replaceUrls } from "../../domain/short-link.ts";
import type { Desk } from "../desk.ts";
import { findLink, insertLink, linkBounds } from "../ledger/links.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { findMessage, updateMessage } from "../ledger/messages.ts";
import { emitMessageEvent } from "./outbox.ts";

/** Beyond so many clicks of one message the link still leads on, but nothing more is written: a link is public, and rows are money. */
const countedClicks = 10_000;

/** A link that stands for a URL in a text that is about to be sent, where it reads `short`. */
export type NewLink = { n: number; secret: string; url: string; short: string };
export type LinkedDraft = Draft & { links: NewLink[] };

/** Returns the drafts with their URLs shortened where the message or its key asks for it, and the links to write with each. */
export function shortenDrafts(desk: Desk, drafts: Draft[]): Result<LinkedDraft[]> {
  const { shortenLinks, shortNumber } = desk.snapshot.apiKey;
  const ours = signedUrlsOf(desk.addresses, "/l/");
  const [prefix] = ours;
  const wanted = drafts.some((draft) => draft.extras.shortenLinks ?? shortenLinks);
  if (prefix === undefined && wanted) return fail("setup_incomplete", addressMissing, { missing: ["PUBLIC_URL"] });
  let n: number | null = null;
  const shortened = drafts.map((draft) => {
    const links: NewLink[] = [];
    if (draft.text === null || !(draft.extras.shortenLinks ?? shortenLinks)) return { ...draft, links };
    const text = replaceUrls(draft.text, (url) => {
      if (ours.some((own) => url.startsWith(own))) return url;
      n = (n ?? linkBounds(desk.sql)?.last ?? 0) + 1;
      const secret = linkSecret(desk.outside.newId("link"));
      const short = (prefix ?? "") + formatLinkCode({ pool: shortNumber, n, secret });
      links.push({ n, secret, url, short });
      return short;
    });
    return { ...draft, text, links };
  });
  return ok(shortened);
}

/** Writes the links of a message that was just accepted. */
export function keepLinks(desk: Desk, message: number, links: NewLink[]): void {
  for (const link of links) insertLink(desk.sql, { ...link, message });
}

/**
 * Returns where a short link leads and, for a GET, writes the click with its event: `link_expired` after 90 days, `not_found` for a code that was never given.
 * The only addresses it leads to are those that stood in the message.
 */
export function followLink(desk: Desk, visit: LinkVisit): Result<{ url: string }> {
  const link = findLink(desk.sql, visit.n);
  if (link === null)
    return visit.n >= 1 && visit.n < (linkBounds(desk.sql)?.first ?? 0) ? fail("link_expired") : unknown();
  if (link.secret !== visit.secret) return unknown();
  if (timeOfSequence(link.message) + linkLifeMs <= desk.now()) return fail("link_expired");
  const row = visit.counts ? findMessage(desk.sql, link.message) : null;
  if (row !== null) desk.transact(() => noteClick(desk, row, link.url, visit));
  return ok({ url: link.url });
}

function unknown(): { ok: false; failure: ReturnType<typeof fail>["failure"] } {
  return fail("not_found", "There is no such link.");
}

function noteClick(desk: Desk, row: MessageRow, url: string, visit: LinkVisit): void {
  const detail = JSON.parse(row.detail) as Detail;
  const before = detail.clicks ?? { raw: 0, human: 0 };
  if (before.raw >= countedClicks) return;
  const leftAt = row.attempted_at ?? row.created_at;
  const isBot = isBotClick({ ...visit, sinceSentMs: desk.now() - leftAt });
  const clicks = { raw: before.raw + 1, human: before.human + (isBot ? 0 : 1) };
  const changed = { ...row, detail: JSON.stringify({ ...detail, clicks } satisfies Detail) };
  emitMessageEvent(desk, changed, "message.clicked", {
    more: { url, is_bot: isBot, clicked_at: desk.now(), clicks },
  });
  updateMessage(desk.sql, row.seq, { detail: changed.detail });
}
