/** Every failure that a caller can meet, with the sentence it reads by default. One closed list: `http/errors.ts` maps each code to its HTTP status. */
export const failureMessages = {
  invalid_request: "Invalid request parameters.",
  invalid_json: "The request body is not valid JSON.",
  invalid_chat_id: "The chat id is not a phone number in E.164 form, for example +15551234567.",
  groups_not_supported: "Group chats are not available on a Twilio key: send to one recipient at a time.",
  email_not_supported: "A Twilio key cannot send to an email address: use a phone number in E.164 form.",
  missing_content: "Missing message content",
  invalid_content: "A message has exactly one content: text, attachments, rich_link, template or parts.",
  text_too_long:
    "The text is longer than 1600 characters: split it into several messages, or let its API key do it (split_long_texts).",
  invalid_attachment: "Attachments must be public https URLs, at most 10.",
  invalid_idempotency_key: "Idempotency-Key must be 1 to 255 visible ASCII characters.",
  invalid_webhook_url: "The webhook URL must be a public https URL with a host name on port 443 or 8443.",
  not_supported_on_twilio: "This call needs an iMessage line: it is not available on a Twilio key.",
  reply_target_not_supported: "reply_to is not available on a Twilio key: leave it out.",
  content_required: "This message needs an approved WhatsApp template: the 24 hour window is closed. Send content_sid.",
  capability_missing: "No number of this pool can carry this message.",
  bulk_limit_exceeded: "At most 50 records per request, and 250 messages in all: split the list.",
  unauthorized:
    "Invalid or missing API key: it is mistyped, revoked, or of another gateway, or its master key is missing from MASTER_KEYS.",
  forbidden: "Action not allowed for this API key.",
  signature_invalid: "The request's signature could not be verified.",
  ambiguous_from: "This number is of several channels: name the one that is meant by its channel id.",
  from_number_not_owned: "This API key does not own the specified from_number",
  inbound_only_no_prior_inbound:
    "Inbound-only plan: outbound is restricted to contacts who messaged this number first.",
  api_key_paused: "This API key is paused: resume it in the admin API before sending.",
  recipient_opted_out: "The recipient opted out of messages from this API key's numbers.",
  country_not_allowed: "This API key may not send to this country: add it to allowed_countries.",
  not_found: "Resource not found.",
  media_expired: "This link to an attachment has expired: read the message again for a new one.",
  method_not_allowed: "This path does not take this method.",
  api_key_protocol_conflict: "API key already owns Blooio numbers",
  api_key_mode_conflict:
    "Test keys hold sandbox numbers (+1500555xxxx) and live keys real ones: use a key of the other mode.",
  pool_changed: "The pool does not hold exactly these numbers: read it again and order those that it holds.",
  message_on_its_way: "A message to this contact has not ended yet: cancel it, or ask again once it has.",
  message_not_cancellable: "The message can no longer be cancelled.",
  webhook_limit_reached: "At most 64 webhooks per organization: delete one first.",
  not_empty: "This deployment is in use: an export goes into one that is still as its first start left it.",
  already_exists: "It exists already.",
  confirmation_required: "This would reach somebody new: confirm that it is meant.",
  webhook_paused: "The webhook is paused or disabled: resume it first with deprecate false.",
  campaign_not_editable: "This campaign has started: only its name and pace can be changed.",
  campaign_not_ready: "This campaign cannot start yet.",
  campaign_state_conflict: "This campaign is not in a state for this.",
  campaign_limit_reached: "A key keeps at most 1000 campaigns: delete one that has not started.",
  campaign_audience_too_large: "An audience has at most 100000 rows: split the list.",
  campaign_audience_replaced: "Another list was begun for this campaign meanwhile: this one is not taken.",
  campaign_audience_invalid: "The list cannot be read.",
  campaign_columns_unknown: "The columns of the file are not known.",
  cursor_expired:
    "What came after this cursor may be forgotten already (events are kept for 30 days): begin without it.",
  link_expired: "This link has expired: links are kept for 90 days.",
  body_too_large: "The request body is larger than 64 KiB: shorten it, or divide it.",
  unsupported_media_type: "Send the body as application/json.",
  idempotency_key_reused: "This Idempotency-Key was used with another request: use a new key.",
  twilio_authentication_failed: "Twilio refused the credentials.",
  twilio_refused: "Twilio refused the request.",
  not_supported_on_line: "This key's iMessage line cannot do this.",
  attachment_first_message_not_allowed:
    "Cannot send an attachment as the first message to a new conversation. Apple requires a text message first.",
  reply_target_invalid: "reply_to needs a message_id or guid of a message that has left.",
  reply_target_chat_mismatch: "The message to reply to is in another conversation.",
  reply_target_device_mismatch: "The message to reply to is on another line.",
  reply_target_expired: "You can only reply to messages from the last 30 days",
  reply_target_not_found: "Reply target message not found",
  new_conversation_limit_reached: "This line has begun as many new conversations as it may for now.",
  outbound_limit_reached: "This line has written to this contact as often as it may without an answer.",
  line_receives_only: "No active device available: the Mac's Private API is off, and its line receives only.",
  line_refused: "Temporary communication error: the Mac did not do it.",
  line_outcome_unknown: "Temporary communication error: the Mac did not say whether it did it.",
  line_offline: "No active device available",
  bluebubbles_unreachable: "The Mac's server does not answer.",
  bluebubbles_authentication_failed: "The Mac's server refuses the password.",
  daily_cap_reached: "This API key reached its daily cap.",
  send_limit_reached: "This API key has sent as much as its limits allow for now.",
  rate_limited: "Too many requests: wait as long as Retry-After says.",
  internal_error: "Something went wrong on our side: quote the request id.",
  coming_soon: "This call is coming soon.",
  not_implemented: "This call of v4 is not served: `served` names those that are, and v2 may have it.",
  twilio_unavailable: "Twilio did not answer: try again.",
  no_numbers_assigned: "No numbers assigned to this API key",
  no_active_number: "No active number available",
  master_key_missing: "A secret cannot be opened: the master key that sealed it is missing from MASTER_KEYS.",
  master_key_in_use: "Something still needs this master key: keep it in MASTER_KEYS.",
  setup_incomplete: "The gateway is not set up.",
  publish_failed: "Saved, but not yet in force everywhere: it will be repeated by itself.",
  needs_snapshot: "The pool has no configuration yet.",
  release_mismatch: "Two releases meet: an upgrade is under way, or this code is older than its data.",
} as const satisfies Record<string, string>;

/** One of the closed list's codes. */
export type FailureCode = keyof typeof failureMessages;

/** An expected failure as data: a code, a sentence that says how to fix it, and what else the caller should read. */
export type Failure = {
  code: FailureCode;
  message: string;
  context?: Record<string, unknown>;
  retryAfterSeconds?: number;
};

/** Either a value or a failure; what crosses an RPC boundary instead of a throw. */
export type Result<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** What `fail` returns: a failure where a success cannot be. */
export type Refusal = { ok: false; failure: Failure };

/** Returns a success that carries `value`. */
export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

/** Returns a failure of `code`, with the list's sentence unless another is given. */
export function fail(
  code: FailureCode,
  message?: string,
  context?: Record<string, unknown>,
  retryAfterSeconds?: number,
): Refusal {
  return {
    ok: false,
    failure: {
      code,
      message: message ?? failureMessages[code],
      ...(context === undefined ? {} : { context }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  };
}

/** Returns the refusal where a master key is missing: what it sealed opens with nothing else. */
export function failLostKey(key: string): Refusal {
  const message = `The master key ${key} is missing from MASTER_KEYS, or another key stands there by its name, and what it sealed opens with nothing else: put it back.`;
  return fail("master_key_missing", message, { master_key: key });
}

/** Returns the refusal where stored data are of a newer release than this code: both shapes by their numbers. */
export function failNewer(what: "directory" | "ledger", stored: number, known: number): Refusal {
  const message = `The ${what} has shape ${stored}, and this code knows ${known}: a newer release has changed it. Deploy that release, or wait where its deployment is under way.`;
  return fail("release_mismatch", message, { stored_shape: stored, known_shape: known });
}
