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
  line_offline: {
    name: "line_offline",
    meaning:
      "The Mac of the line did not answer for as long as the API key lets messages wait for a line, and the message was not sent.",
    retry: "Yes, once the Mac answers.",
  },
  line_password_refused: {
    name: "line_password_refused",
    meaning:
      "The Mac of the line refused the gateway's password for as long as the API key lets messages wait, and the message was not sent.",
    retry: "Yes, once the Mac's password is given anew.",
  },
  recipient_not_on_imessage: {
    name: "recipient_not_on_imessage",
    meaning: "The recipient cannot be reached by iMessage, and the line does not send SMS.",
    retry: "By SMS: from a Twilio number, or with a fallback on the API key.",
  },
  line_receives_only: {
    name: "line_receives_only",
    meaning: "The Mac's Private API is off, so its line only receives.",
    retry: "Yes, once the Private API is on.",
  },
  line_not_addressed: {
    name: "line_not_addressed",
    meaning: "The Mac would have answered from another of its addresses than this line, so nothing was sent.",
    retry: "Yes, after the person has written to this line again.",
  },
  "22": {
    name: "recipient_not_on_imessage",
    meaning: "Apple did not deliver the message: the recipient is not on iMessage.",
    retry: "Not by iMessage.",
  },
  "4": {
    name: "imessage_timeout",
    meaning: "Apple did not take the message in time.",
    retry: "Once more, some minutes later.",
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
