import type { MessageFailure } from "../../domain/message.ts";

/** Why messages from iMessage lines fail: the codes of the Mac's carrier, of waiting for a Mac, and Apple's own numbers. */
export const lineFailures: Readonly<Record<string, MessageFailure>> = {
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
  reply_not_supported: {
    name: "reply_not_supported",
    meaning: "The Mac of the line cannot send replies.",
    retry: "Yes, without reply_to.",
  },
  private_api_needed: {
    name: "private_api_needed",
    meaning: "Without the Private API only text or one file leaves from this line.",
    retry: "Yes, as plain text, or once the Private API is on.",
  },
  attachment_first_message_not_allowed: {
    name: "attachment_first_message_not_allowed",
    meaning: "A file cannot be the first message of a conversation.",
    retry: "Yes, after a first message of text.",
  },
  bubble_first_message_not_allowed: {
    name: "bubble_first_message_not_allowed",
    meaning: "A mention cannot be in the first message of a conversation.",
    retry: "Yes, after a first message of plain text.",
  },
  inbound_only_no_prior_inbound: {
    name: "inbound_only_no_prior_inbound",
    meaning: "The line only answers, and the Mac has no conversation with this recipient.",
    retry: "Yes, once the person has written to the line, or from the line of the active alias.",
  },
  attachment_unreachable: {
    name: "attachment_unreachable",
    meaning: "A file of the message could not be fetched from its URL.",
    retry: "Yes, once the file is at a public https URL.",
  },
  attachment_too_large: {
    name: "attachment_too_large",
    meaning: "A file of the message is larger than 100 MiB.",
    retry: "Yes, with a smaller file, or a link to it.",
  },
  handles_not_found: {
    name: "handles_not_found",
    meaning: "The Mac could not begin a conversation with this address.",
    retry: "No, unless the address was wrong.",
  },
  bridge_refused: {
    name: "bridge_refused",
    meaning: "The Mac's server refused the message; error_message has its words.",
    retry: "Not as it is.",
  },
  empty_message: {
    name: "empty_message",
    meaning: "The message had neither text nor a file for a line.",
    retry: "Yes, with text or a file.",
  },
};
