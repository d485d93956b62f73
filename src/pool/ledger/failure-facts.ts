import { describeError } from "../../carriers/twilio/errors.ts";
import type { MessageFailure } from "../../domain/message.ts";
import { lineFailures } from "./line-failures.ts";

/** Codes of our own, beside the carrier's numbers. */
const ours: Readonly<Record<string, MessageFailure>> = {
  ...lineFailures,
  outcome_unknown: {
    name: "outcome_unknown",
    meaning: "It could not be found out whether the carrier took the message.",
    retry: "Ask the recipient first: the message may have arrived.",
  },
  account_removed: {
    name: "account_removed",
    meaning: "The account of the sender was disconnected before the message left.",
    retry: "Yes, from a number of a connected account.",
  },
  number_removed: {
    name: "number_removed",
    meaning: "The sender left this API key's pool before the message left.",
    retry: "Yes, from another number of the pool.",
  },
  waiting_limit_reached: {
    name: "waiting_limit_reached",
    meaning: "The message could not leave within the time that its API key lets messages wait, and was not sent.",
    retry: "Yes, once what held it back is mended.",
  },
  recipient_opted_out: {
    name: "recipient_opted_out",
    meaning: "The recipient opted out while the message waited.",
    retry: "Never, until the person writes START.",
  },
};

/** Returns why a message failed in words for a person, and whether sending again makes sense; also for a code that nobody knows, and for none. */
export function failureFacts(code: string | null): MessageFailure {
  if (code === null) return withoutReason;
  const known = Object.hasOwn(ours, code) ? ours[code] : undefined;
  if (known !== undefined) return known;
  const described = describeError(code);
  if (described === null) return unknownReason(code);
  return { name: described.name, meaning: described.meaning, retry: described.retry };
}

const withoutReason: MessageFailure = {
  name: "no_reason_given",
  meaning: "The carrier did not deliver the message and gave no reason.",
  retry: "Once more, some hours later, and not again after that.",
};

function unknownReason(code: string): MessageFailure {
  const page = /^\d+$/.test(code) ? `: see https://www.twilio.com/docs/api/errors/${code}` : "";
  return {
    name: "unknown_error",
    meaning: `The carrier refused or lost the message with error ${code}, which Trunkline does not know${page}.`,
    retry: "Do not send again by a machine before you have looked the error up.",
  };
}
