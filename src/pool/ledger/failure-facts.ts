import { describeError } from "../../carriers/twilio/errors.ts";
import type { MessageFailure } from "../../domain/message.ts";

/** Codes of our own, beside the carrier's numbers. */
const ours: Readonly<Record<string, MessageFailure>> = {
  outcome_unknown: {
    name: "outcome_unknown",
    meaning: "It could not be found out whether the carrier took the message.",
    retry: "Ask the recipient first: the message may have arrived.",
  },
  account_removed: {
    name: "account_removed",
    meaning: "The Twilio account of the sender was disconnected before the message left.",
    retry: "Yes, from a number of a connected account.",
  },
  number_removed: {
    name: "number_removed",
    meaning: "The sender left this API key's pool before the message left.",
    retry: "Yes, from another number of the pool.",
  },
  recipient_opted_out: {
    name: "recipient_opted_out",
    meaning: "The recipient opted out while the message waited.",
    retry: "Never, until the person writes START.",
  },
};

/** Returns what a failed message's code means in words, and whether sending again makes sense; null where there is no code or nobody knows it. */
export function failureFacts(code: string | null): MessageFailure | null {
  if (code === null) return null;
  const known = Object.hasOwn(ours, code) ? ours[code] : undefined;
  if (known !== undefined) return known;
  const described = describeError(code);
  return described === null ? null : { name: described.name, meaning: described.meaning, retry: described.retry };
}
