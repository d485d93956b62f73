import { fail, type Refusal } from "../../domain/failure.ts";
import type { Candidate, Draft } from "../../domain/message.ts";
import { countryOf } from "../../domain/phone.ts";
import { addressMissing } from "../../domain/public-address.ts";
import { placeOf, proximity } from "../../domain/regions.ts";
import { type Choice, type ChoiceInput, chooseSender, considerPool } from "../../domain/selection/choose-sender.ts";
import type { AccountHold, LineLimit } from "../../domain/selection/eligibility.ts";
import type { Explain } from "../../domain/selection/trace-words.ts";
import type { Account } from "../../domain/snapshot.ts";
import { tellPumping } from "../../domain/velocity.ts";
import type { Desk } from "../desk.ts";
import { blockedFor } from "../ledger/blocks.ts";
import { type ChatRow, findChat } from "../ledger/chats.ts";
import { findCursor } from "../ledger/cursors.ts";
import { readersOf } from "../ledger/groups.ts";
import { numbersHeard } from "../ledger/heard.ts";
import { isCapped } from "./caps.ts";
import { passedOver } from "./number-health.ts";

const nobody: ReadonlySet<string> = new Set();

type Wish = Pick<Draft, "to" | "channel" | "fromNumber"> & { media: boolean; sendAt?: number | null };

/** Asks `domain/selection` with what stands in the ledger now; nothing is written, so that a preview is the same question. */
export function chooseNow(desk: Desk, wish: Wish, chat: ChatRow | null, explain: Explain = "compact"): Choice {
  return chooseSender(inputOf(desk, wish, chat, explain));
}

/** Returns every number of the pool and what keeps it from carrying the message, for a send that finds no sender. */
export function considerNow(desk: Desk, wish: Wish, chat: ChatRow | null): Candidate[] {
  return considerPool(inputOf(desk, wish, chat, "full"));
}

function inputOf(desk: Desk, wish: Wish, chat: ChatRow | null, explain: Explain): ChoiceInput {
  const { selection, numbers } = desk.snapshot;
  // An empty pool belongs to the network that it held last: the guides' words name it.
  const protocol = desk.snapshot.protocol ?? desk.snapshot.formerProtocol ?? null;
  const sticky =
    chat === null || chat.sticky_number === null || chat.sticky_at === null
      ? null
      : { number: chat.sticky_number, since: chat.sticky_at };
  let heard: ReadonlySet<string> | null = null;
  return {
    selection,
    numbers,
    recipient: {
      chatId: wish.to,
      channel: wish.channel === "sms" && desk.speaksIMessage ? "imessage" : wish.channel,
      e164: bareAddress(wish.to),
    },
    needs: { media: wish.media },
    requested: wish.fromNumber,
    sticky,
    repliedTo: chat?.replied_number ?? null,
    hasWrittenTo: (number) => {
      heard ??= numbersHeard(desk.sql, wish.to);
      return heard.has(number);
    },
    lineLimit: ({ channel, accountId }) => (channel === "imessage" ? lineLimitOf(desk.findAccount(accountId)) : null),
    isCapped: (number) => isCapped(desk, number, { chat, sendAt: wish.sendAt ?? null }),
    isOffline: ({ channel, accountId }) => channel === "imessage" && isMacOffline(desk, accountId),
    blocked: chat?.opted_in_number == null ? nobody : blockedFor(desk.sql, wish.to),
    syncOf: (number) => desk.findAccount(number.accountId)?.sync ?? null,
    rotation: desk.rotation,
    queueDepth: (number) => desk.queueDepth.get(number) ?? 0,
    unhealthy: passedOver(desk),
    accountHold: (account) => holdOf(desk, account),
    now: desk.now(),
    proximity: (from, to) => proximity(bareAddress(from), to),
    placeOf,
    protocol,
    explain,
  };
}

function holdOf(desk: Desk, account: string): AccountHold | null {
  if (desk.findAccount(account)?.refused === true) return "account_refused";
  const rest = desk.accountRests.get(account);
  return rest?.why === "daily_limit" && rest.until > desk.now() ? "account_spent" : null;
}

/** Says whether a Mac does not answer: two looks in a row, or a message that could not be handed over; of a Mac that this pool has not looked at yet, what the directory knows. */
export function isMacOffline(desk: Desk, accountId: string): boolean {
  if (desk.accountRests.get(accountId)?.why === "line_offline") return true;
  const read = findCursor(desk.sql, accountId);
  return read === null ? desk.findAccount(accountId)?.mac?.offline != null : read.misses > 1;
}

/** Without the Private API a line receives only, unless its owner lets it answer by what may send twice. */
function lineLimitOf(account: Account | null): LineLimit | null {
  if (account?.mac?.privateApi !== false) return null;
  return account.mayUseAppleScript === true ? "reply_only" : "receive_only";
}

/** A paused key takes nothing. */
export function refuseByKey(desk: Desk): Refusal | null {
  if (desk.snapshot.apiKey.status === "paused") {
    return fail("api_key_paused", desk.selfPause === null ? undefined : tellPumping(desk.selfPause.range));
  }
  return refuseWithoutAddress(desk);
}

/** Refuses a live key while no address is known at which Twilio could tell what became of a message; the sandbox needs none. */
export function refuseWithoutAddress(desk: Desk): Refusal | null {
  if (desk.snapshot.apiKey.mode === "test" || desk.addresses.current !== null) return null;
  return fail("setup_incomplete", addressMissing, { missing: ["PUBLIC_URL"] });
}

/** What may be said before a number is chosen: it is one of our own, the person opted out, or their country is not allowed. */
export function refuseRecipient(desk: Desk, draft: Draft, chat: ChatRow | null): Refusal | null {
  if (desk.roster.owns(draft.to)) {
    const message = `${draft.to} is one of this API key's own numbers: send to somebody else's.`;
    return fail("invalid_chat_id", message, { external_id: draft.to });
  }
  for (const person of readersOf(desk.sql, draft.to, draft.listed)) {
    const row = person === draft.to ? chat : findChat(desk.sql, person);
    const refused = refusePerson(desk, person, row);
    if (refused !== null) return refused;
  }
  return null;
}

/** In a group everybody reads what is said: who opted out, or lives where the key may not write to, keeps it from all. An e-mail address has no country. */
function refusePerson(desk: Desk, person: string, row: ChatRow | null): Refusal | null {
  if (row?.opted_out_at != null) {
    return fail("recipient_opted_out", undefined, { external_id: person, opted_out_at: row.opted_out_at });
  }
  const allowed = desk.snapshot.apiKey.allowedCountries;
  const country = countryOf(bareAddress(person));
  if (allowed === null || person.includes("@") || (country !== null && allowed.includes(country))) return null;
  return fail("country_not_allowed", undefined, { country });
}

function bareAddress(address: string): string {
  return address.replace(/^whatsapp:/, "");
}
