import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Draft } from "../../domain/message.ts";
import { countryOf, readChatId, readPhoneNumber } from "../../domain/phone.ts";
import type { Preview } from "../../domain/pool-calls.ts";
import { proximity } from "../../domain/regions.ts";
import { type Choice, type ChoiceInput, chooseSender } from "../../domain/selection/choose-sender.ts";
import type { Explain } from "../../domain/selection/trace-words.ts";
import type { Desk } from "../desk.ts";
import { type ChatRow, findChat } from "../ledger/chats.ts";
import { numbersHeard } from "../ledger/heard.ts";
import { isNumberPassedOver } from "./number-health.ts";

/** Asks `domain/selection` with what stands in the ledger now; nothing is written, so that a preview is the same question. */
export function chooseNow(
  desk: Desk,
  wish: Pick<Draft, "to" | "channel" | "fromNumber"> & { media: boolean },
  chat: ChatRow | null,
  explain: Explain = "compact",
): Choice {
  const { selection, numbers, protocol } = desk.snapshot;
  const sticky =
    chat === null || chat.sticky_number === null || chat.sticky_at === null
      ? null
      : { number: chat.sticky_number, since: chat.sticky_at };
  let heard: ReadonlySet<string> | null = null;
  const input: ChoiceInput = {
    selection,
    numbers,
    recipient: {
      chatId: wish.to,
      channel: wish.channel === "sms" && protocol === "blooio" ? "imessage" : wish.channel,
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
    rotation: desk.rotation,
    queueDepth: (number) => desk.queueDepth.get(number) ?? 0,
    isUnhealthy: (number) => isNumberPassedOver(desk, number),
    now: desk.now(),
    proximity: (from, to) => proximity(bareAddress(from), to),
    protocol,
    explain,
  };
  return chooseSender(input);
}

/** What may be said before a number is chosen: the person opted out, or their country is not allowed. */
export function refuseRecipient(desk: Desk, draft: Draft, chat: ChatRow | null): Result<never> | null {
  if (chat?.opted_out_at != null) {
    return fail("recipient_opted_out", undefined, { external_id: draft.to, opted_out_at: chat.opted_out_at });
  }
  const allowed = desk.snapshot.apiKey.allowedCountries;
  const country = countryOf(bareAddress(draft.to));
  if (allowed !== null && (country === null || !allowed.includes(country))) {
    return fail("country_not_allowed", undefined, { country });
  }
  return null;
}

function bareAddress(address: string): string {
  return address.replace(/^whatsapp:/, "");
}

/** Returns what a send to `to` would choose now, with every candidate and why; nothing is written. */
export function previewSend(desk: Desk, to: string, fromNumber: string | null): Result<Preview> {
  const country = desk.snapshot.organization.countryCode;
  const recipient = readChatId(to, country);
  if (!recipient.ok) return recipient;
  const sender = fromNumber === null ? null : readPhoneNumber(fromNumber, country, true);
  if (sender !== null && !sender.ok) return sender;
  const { chatId, channel } = recipient.value;
  const wish = { to: chatId, channel, fromNumber: sender === null ? null : sender.value.address, media: false };
  const choice = chooseNow(desk, wish, findChat(desk.sql, chatId), "full");
  return choice.ok ? ok({ fromNumber: choice.number.address, trace: choice.trace }) : choice;
}
