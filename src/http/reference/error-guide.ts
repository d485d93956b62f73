import type { FailureCode } from "../../domain/failure.ts";

/** Why a code is answered and what to do, each in sentences, and what an answer of it says: its own message where the list's is not it, and what stands beside. */
export type ErrorAdvice = { cause: string; fix: string; message?: string; more?: Record<string, unknown> };

const contact = "+15551234567";
const number = "+15559876543";

/** The one table behind `/errors` and docs/errors.md. */
export const errorGuide: Record<FailureCode, ErrorAdvice> = {
  invalid_request: {
    cause: "A part of the request is missing, of the wrong kind, or out of range.",
    fix: "Read `issues`: it names up to ten fields, where each stands (path, query, header or body), and what is wanted.",
    message: "limit must be at most 200.",
    more: { issues: [{ in: "query", field: "limit", message: "limit must be at most 200." }] },
  },
  invalid_json: {
    cause: "The body is empty, cut off, not JSON, not UTF-8, or nested too deeply.",
    fix: "Look at `line` and `column`. Build the body with a JSON library rather than by hand, and send it whole; in a shell, put it in single quotes.",
    message: "The request body is not valid JSON: line 3, column 1: no comma may stand before a closing bracket.",
    more: { line: 3, column: 1 },
  },
  invalid_chat_id: {
    cause: "The chat id in the path is not a phone number that can be read for certain.",
    fix: "Write it with a plus sign, country code and number, and encode the plus as %2B: /chats/%2B15551234567/messages. Where there is a `suggestion`, it is the number that was likely meant.",
    message: "The chat id is not usable: it has no + and calling code. Write for example +15551234567.",
  },
  groups_not_supported: {
    cause: "The chat id names a group or several recipients, and a Twilio number writes to one person at a time.",
    fix: "Send one message to each recipient; up to 50 fit into one POST /messages/bulk.",
  },
  email_not_supported: {
    cause: "The chat id is an email address, which only an iMessage line can write to.",
    fix: "Use the person's phone number.",
  },
  missing_content: {
    cause: "The message has no text, no attachment and no template.",
    fix: "Give `text`, `attachments`, or `content_sid` for a WhatsApp template.",
  },
  text_too_long: {
    cause: "Twilio takes at most 1600 characters in one message; short links count with their length after shortening.",
    fix: "Shorten the text, give `text` as a list (each entry is a message of its own, sent in order), or set `split_long_texts` of the API key.",
  },
  invalid_attachment: {
    cause: "There are more than ten attachments, or one of them is not at a public https address.",
    fix: "Put the files where Twilio can fetch them without a login, and give at most ten addresses.",
  },
  invalid_idempotency_key: {
    cause: "The Idempotency-Key is empty, longer than 255 characters, or holds something else than visible ASCII.",
    fix: "Use an id of your own for the message, for example a UUID.",
  },
  invalid_webhook_url: {
    cause: "The gateway does not post to this address: it is not https, not public, or leads back to the gateway.",
    fix: "Give a public https address. On your own machine use `npm run listen`, or start the gateway with ALLOW_LOCAL_WEBHOOKS=1.",
    message: "The webhook URL must begin with https://.",
  },
  not_supported_on_twilio: {
    cause: "The call needs an iMessage line (reactions, polls, backgrounds, groups), and this key has Twilio numbers.",
    fix: "Leave the call out, or use a key that holds an iMessage line.",
  },
  reply_target_not_supported: {
    cause:
      "`reply_to` quotes a message, which only an iMessage line can do, and with one message, not a list of texts or links.",
    fix: "Send the message without `reply_to`, or on a line the reply by itself.",
  },
  content_required: {
    cause:
      "The person wrote to this WhatsApp sender more than 24 hours ago or never, and WhatsApp then takes approved templates only.",
    fix: "Send a template: `content_sid`, and `content_variables` where it has gaps.",
  },
  capability_missing: {
    cause:
      "No active number of the key can send what was asked: attachments need MMS, a whatsapp: chat needs a WhatsApp sender.",
    fix: "Assign a number that can, or leave out what asks for it. `missing` says what that is.",
    message: "No active number of this pool can send WhatsApp. Assign one that can.",
    more: { missing: "WhatsApp" },
  },
  bulk_limit_exceeded: {
    cause: "The list has more than 50 records, or lists of texts that come to more than 250 messages.",
    fix: "Send it in several calls.",
  },
  unauthorized: {
    cause: "The request carries no key, a key that does not exist or was revoked, or the wrong kind of key.",
    fix: "Send `Authorization: Bearer` with the whole API key (tl_live_… or tl_test_…); the admin API wants the admin token instead.",
  },
  forbidden: {
    cause: "The request is understood, and this caller may not do it.",
    fix: "Read the message: it says what stands in the way.",
    message: "The sandbox account belongs to its organization and cannot be disconnected.",
  },
  signature_invalid: {
    cause: "A call that only Twilio may make, or a link to an attachment, carries no signature that holds.",
    fix: "At Twilio, set the webhook to the address that GET /admin/api/integrations/twilio shows. Behind a proxy, PUBLIC_URL must be the address that Twilio calls.",
  },
  ambiguous_from: {
    cause: "Of v4: the key has this number as an SMS sender and as a WhatsApp sender, and it was named by the number.",
    fix: "Name the one that is meant by its id: `channels` holds them, and `GET /v4/channels` says what each is.",
    message:
      "+15551234567 is an SMS and a WhatsApp sender of this API key: name the one that is meant by its channel id.",
    more: { channels: ["ch_p000efh87y7", "ch_w000efh87y7"] },
  },
  from_number_not_owned: {
    cause: "The sender that the request names is not in this key's pool.",
    fix: "Name one of `numbers`, or leave `from_number` out: the pool chooses.",
    more: { numbers: [number], total_numbers: 1 },
  },
  inbound_only_no_prior_inbound: {
    cause: "The sender is a reply-only number, and this person has not written to it yet.",
    fix: "Wait until the person writes, or send from another number of the pool.",
    more: { allocation_id: "num_…", external_id: contact },
  },
  api_key_paused: {
    cause: "The key was paused in the admin API. What was accepted before waits.",
    fix: "Resume it: PATCH /admin/api/api-keys/{id} with status active.",
  },
  recipient_opted_out: {
    cause: "The person wrote STOP to a number of this key. No number of the pool writes to them, as the law asks.",
    fix: "Do not try again. The person can write START; only where you have their consent in another form, take them off the list in the admin API.",
    more: { external_id: contact, opted_out_at: 1763600000000 },
  },
  country_not_allowed: {
    cause: "The key has `allowed_countries`, and the recipient's country is not among them.",
    fix: "Add the country to `allowed_countries` of the key in the admin API, if you mean to write there.",
    more: { country: "DE" },
  },
  not_found: {
    cause: "Nothing stands at this path, or what it names does not exist, was deleted, or belongs to another key.",
    fix: "Compare the path with `nearest` and with /docs, and see that the id is whole and of this key.",
    message: "Message not found.",
  },
  media_expired: {
    cause: "Links to received attachments carry an expiry and a signature, and this one's time is over.",
    fix: "Read the message again: it shows a new link.",
  },
  method_not_allowed: {
    cause: "The path exists, but not with this method.",
    fix: "Use a method that the `Allow` header names.",
    message: "This path does not take PUT: use GET or POST.",
  },
  api_key_protocol_conflict: {
    cause: "A key holds Twilio numbers or iMessage lines, never both.",
    fix: "Use another key for this number.",
  },
  api_key_mode_conflict: {
    cause: "A sandbox number was to be given to a live key, or a real number to a test key.",
    fix: "Use a key of the number's mode: tl_test_… for +1500555xxxx, tl_live_… for all others.",
  },
  message_on_its_way: {
    cause: "A contact was to be erased while a message to them waits or is on its way.",
    fix: "Cancel what waits (DELETE on the message), or ask again once it has ended.",
  },
  message_not_cancellable: {
    cause: "The message has left already, or ended.",
    fix: "Nothing to do. `message_status` says how far it has come.",
    more: { message_status: "sent" },
  },
  webhook_limit_reached: {
    cause: "The organization has 64 webhooks, or the key has 32 of them while there are other keys.",
    fix: "Delete one that is no longer used, then create the new one.",
  },
  pool_changed: {
    cause: "An order names every number of the pool once, and the pool was changed since it was read.",
    fix: "Read the pool again, GET /admin/api/api-keys/{apiKeyId}/pool, and order what it holds now.",
  },
  not_empty: {
    cause:
      "An import was begun into a deployment that has keys, numbers or webhooks of its own, or into which another export has been imported.",
    fix: "Import into a new deployment, or a new STATE_DIR.",
  },
  already_exists: {
    cause: "What was to be created is there already.",
    fix: "Use the one that exists: the answer names it where it can be named.",
    message: "This Twilio account is connected already: change it instead.",
    more: { integration_id: "int_…" },
  },
  confirmation_required: {
    cause: "An agent was about to write, with a live key, to somebody who never had a message with it.",
    fix: "If a person wants that, call the tool again with `confirm_new_contact: true` and the same idempotency_key.",
    message: `This key has never had a message with ${contact}. It would leave from ${number}. If a person wants that, call send_message again with confirm_new_contact: true and the same idempotency_key.`,
  },
  webhook_paused: {
    cause:
      "A replay or a trial was asked for a webhook that is paused, was switched off after it answered 410 or failed for five days, or whose `valid_until` is over.",
    fix: 'Resume it first, as the message says: PATCH /webhooks/{webhookId} with {"deprecate": false} or {"valid_until": -1}.',
  },
  campaign_not_editable: {
    cause: "The campaign has started, and what it says or to whom it goes is settled.",
    fix: "Change `name` or `pace_per_minute` alone, or cancel it and make another.",
    more: { state: "running" },
  },
  campaign_not_ready: {
    cause:
      "Nobody is in its list, the list did not come in whole, or its text uses a field that the list does not have.",
    fix: "The message says which; `missing_fields` and `fields` say what the text wants and the list has.",
    message: "Its text uses {first_name}, and the list has no such column. Its fields are: city.",
    more: { missing_fields: ["first_name"], fields: ["city"] },
  },
  campaign_state_conflict: {
    cause: "The campaign was started, ended or cancelled before, by you or somebody else.",
    fix: "Read it again: `state` says where it stands.",
    message: "This campaign was started before. It is cancelled.",
    more: { state: "cancelled" },
  },
  campaign_limit_reached: {
    cause: "The key keeps a thousand campaigns.",
    fix: "Delete drafts that are not wanted any more, or use another key.",
  },
  campaign_audience_too_large: {
    cause: "The list has more than 100000 rows. Nothing of it was kept.",
    fix: "Make two lists and two campaigns of it.",
  },
  campaign_audience_replaced: {
    cause: "While this list was read, another one was begun for the same campaign.",
    fix: "Read the campaign, and send the list again if yours is the one that is meant.",
  },
  campaign_audience_invalid: {
    cause: "The file is empty, is not text in UTF-8, or ends inside a quoted cell.",
    fix: "Save it as CSV in UTF-8, with a first line that names the columns.",
  },
  campaign_columns_unknown: {
    cause: "The file's first line does not name the columns that the campaign wants.",
    fix: "Name them in `columns`, as the file does: `headings` says what its first line holds.",
    message:
      'No column of the file is called phone, number or mobile: say which is it with columns, for example {"phone": "Handy"}. Its first line is: Name, Handy.',
    more: { headings: ["Name", "Handy"] },
  },
  cursor_expired: {
    cause: "Events are kept for 30 days, and some after this cursor may be gone.",
    fix: "Begin without `after`, and take what comes as all that is left.",
  },
  link_expired: {
    cause: "Short links lead on for 90 days, and this one is older.",
    fix: "Send a new message with a new link.",
  },
  body_too_large: {
    cause: "The body is larger than this call takes.",
    fix: "Send less at once: fewer records, or attachments as addresses instead of data.",
  },
  unsupported_media_type: {
    cause: "The body came with another content type than the call reads.",
    fix: "Add the header `Content-Type: application/json`; curl's -d alone sends a form.",
    message: "Send the body as application/json.",
  },
  idempotency_key_reused: {
    cause: "Within 7 days the same Idempotency-Key came with another recipient, text or sender.",
    fix: "Use a key of its own for each message, and repeat it only with the very same request.",
  },
  invalid_content: {
    cause: "A send of v4 had no content, or several at once.",
    fix: "Send exactly one of `text` (`attachments` may go with it), `attachments`, `rich_link`, `template` and `parts`; the older form has it in `content` alone.",
    message: "Send one of text and rich_link: a message has one content.",
  },
  twilio_authentication_failed: {
    cause: "Twilio did not accept the account's SID with this API key or auth token.",
    fix: "Copy the credentials anew from Twilio's console; `twilio_message` is what Twilio said.",
    message: "Twilio refused the credentials: Authenticate",
    more: {
      twilio_code: "20003",
      twilio_message: "Authenticate",
      twilio_meaning: "Twilio refused the account's credentials.",
      twilio_status: 401,
    },
  },
  twilio_refused: {
    cause: "Twilio understood a request about the account or its numbers, and refused it.",
    fix: "Read `twilio_message`, and look `twilio_code` up in Twilio's error dictionary.",
    message: "Twilio refused the request: Phone number is not valid.",
    more: {
      twilio_code: "21421",
      twilio_message: "Phone number is not valid.",
      twilio_meaning: null,
      twilio_status: 400,
    },
  },
  daily_cap_reached: {
    cause: "The key's `daily_cap` of message parts is used up. Days end at midnight UTC.",
    fix: "Wait as long as `Retry-After` says, or raise the cap in the admin API.",
    message: "This API key may send 100 message parts a day (UTC); 99 are sent and this asks for 2.",
    more: { daily_cap: 100, spent: 99, asked: 2 },
  },
  send_limit_reached: {
    cause:
      "A limit of the key's `velocity` is reached: messages to one recipient or country, people of one range of numbers, or new contacts. `limit` says which.",
    fix: "Wait as long as `Retry-After` says, or raise the limit in the admin API. Without `Retry-After` the limit is smaller than what this request asks for: send fewer messages at once.",
    message:
      "This API key may write to one recipient 5 times an hour: 5 of 5 are used and this asks for 1 (velocity.per_recipient_per_hour).",
    more: { limit: "per_recipient_per_hour", at_most: 5, current: 5, asked: 1 },
  },
  rate_limited: {
    cause: "The call was made more often than it may be.",
    fix: "Wait as long as `Retry-After` says, then go on more slowly.",
    message: "Too many replays: at most 10 at once and one a second.",
  },
  internal_error: {
    cause: "A defect of the gateway, or of the platform under it.",
    fix: "Try once more; with an Idempotency-Key a message is not sent twice. If it stays, look for the request id in the logs.",
  },
  coming_soon: {
    cause: "The call is part of the API, and this release does not do it yet.",
    fix: "Nothing to do. It answers 501 with this body until a release brings it.",
  },
  not_implemented: {
    cause: "The call is one of v4's that this gateway does not serve.",
    fix: "`served` names the calls of v4 that there are. What v2 has under another name is served there: typing, read, reactions, groups, location.",
    more: { served: ["POST /v4/messages", "GET /v4/me"] },
  },
  twilio_unavailable: {
    cause: "Twilio did not answer a request about the account or its numbers, or answered with an error of its own.",
    fix: "Try again in a minute; Twilio's status page says whether others see it too.",
    message: "Twilio did not answer as it should: Service unavailable Try again.",
    more: { twilio_code: null, twilio_message: "Service unavailable", twilio_meaning: null, twilio_status: 503 },
  },
  not_supported_on_line: {
    cause:
      "BlueBubbles Server, the Mac's system or its settings do not allow this on the line, or no Mac can do it at all (polls, backgrounds).",
    fix: "See `capabilities` of the Mac: GET /admin/api/integrations/bluebubbles/{integrationId}.",
    message: "This line's Mac cannot do this: reactions.",
  },
  attachment_first_message_not_allowed: {
    cause: "Nothing was ever said in this conversation, and Apple begins none with a file.",
    fix: "Send a text first, and the file after it.",
    more: { external_id: contact },
  },
  reply_target_invalid: {
    cause: "`reply_to` names neither a message_id nor a guid, or a message that the network does not know yet.",
    fix: "Name a message that has left or was received.",
  },
  reply_target_chat_mismatch: {
    cause: "The message that `reply_to` names was written in another conversation.",
    fix: "Send the reply to the chat of that message.",
  },
  reply_target_device_mismatch: {
    cause: "The message that `reply_to` names is on another line of this key.",
    fix: "Leave out `from_number`, or name the line that the message is on.",
  },
  reply_target_expired: {
    cause: "The message that `reply_to` names is older than 30 days.",
    fix: "Send the message without `reply_to`.",
  },
  reply_target_not_found: {
    cause: "This key has no message with that id.",
    fix: "Take `message_id` from the event or the list of messages.",
  },
  new_conversation_limit_reached: {
    cause:
      "The line has written to as many new people as its caps allow in an hour or a day: an Apple ID that does more is soon blocked.",
    fix: "Wait as long as `Retry-After` says, use another line, or change `caps` of the number.",
    message: `${number} has begun 15 new conversations within an hour: that is its cap.`,
    more: { limit: 15, current: 15, mode: "hour", allocation_id: "alloc_Q2p9", sender_number: number },
  },
  outbound_limit_reached: {
    cause: "The line has sent as many messages in a row to this person as its caps allow, and they have not answered.",
    fix: "Wait for their answer, or change `caps` of the number.",
    message: `${number} has sent 5 messages to this contact without an answer: that is its cap.`,
    more: { limit: 5, current: 5, mode: "unanswered", allocation_id: "alloc_Q2p9", sender_number: number },
  },
  line_receives_only: {
    cause:
      "The Private API is off on the line's Mac. What is left there may send one message several times, so nothing is sent.",
    fix: "Turn the Private API on (docs/imessage.md), or set `may_send_twice` on the API key, if twice is better than not at all.",
    message: `${number} receives only: the Private API of its Mac is off. Turn it on, or set may_send_twice on the API key.`,
    more: { from_number: number },
  },
  line_refused: {
    cause: "The Mac answered that it could not do it.",
    fix: "Read the message: it holds the Mac's words.",
    message: "Temporary communication error: the Mac did not do it: Chat is not a group chat!",
  },
  line_outcome_unknown: {
    cause: "The Mac did not answer in time, and may have done it all the same.",
    fix: "Look before you ask again.",
  },
  line_offline: {
    cause: "The Mac of the line does not answer, or Messages on it is not connected to its server.",
    fix: "See that the Mac is awake and its server runs: POST /admin/api/integrations/bluebubbles/{integrationId}/test. Messages wait for it; this call did nothing.",
  },
  bluebubbles_unreachable: {
    cause: "BlueBubbles Server did not answer at the URL, or something else answers there. Nothing was stored.",
    fix: "Open the URL in a browser: it must show the server's page. See that the Mac is awake, and that the URL is the one which the server shows now.",
    message: "The Mac's server does not answer: connection refused",
  },
  bluebubbles_authentication_failed: {
    cause: "BlueBubbles Server refuses the password. Nothing was stored.",
    fix: "Copy the password from the server's settings on the Mac.",
  },
  no_numbers_assigned: {
    cause: "The key has no number to send from.",
    fix: "Import a number and give it to the key: PATCH /admin/api/numbers/{number} with api_key_id.",
    message: "No Twilio numbers assigned to this API key",
  },
  no_active_number: {
    cause: "Every number of the key, or the one asked for, is paused.",
    fix: "Resume one: PATCH /admin/api/numbers/{number} with is_active true.",
    message: `No active number available: ${number} is paused. Resume it in the admin API, or leave out from_number.`,
    more: { from_number: number },
  },
  setup_incomplete: {
    cause: "A secret is missing or not usable, or the public URL is not known: then what needs it is shut.",
    fix: "Set what `missing` names as a secret of the Worker, the public URL by PUT /admin/api/public-url; `npm start` and `npm run deploy` do both.",
    message: "The gateway is not set up: MASTER_KEYS is missing or not valid. Set it as a secret of the Worker.",
    more: { missing: ["MASTER_KEYS"] },
  },
  master_key_missing: {
    cause:
      "A secret was sealed by a master key that is no longer in MASTER_KEYS, or comes from a gateway whose key of that name is another one.",
    fix: "Put the key that `master_key` names back at the end of MASTER_KEYS; then `npm run reseal` makes it unnecessary. An export for a gateway with other keys is made with `--passphrase`.",
    message:
      "The master key k1 is missing from MASTER_KEYS, or another key stands there by its name, and what it sealed opens with nothing else: put it back.",
    more: { master_key: "k1" },
  },
  master_key_in_use: {
    cause: "A master key was to be retired, and secrets, API keys or callbacks that are under way still need it.",
    fix: "Run `npm run reseal` for the secrets, rotate the API keys that were made under it, and wait until `callbacks_until` has passed.",
    message: "The master key k1 is still needed: by 3 secrets, 1 token of API keys.",
    more: { secrets: 3, tokens: 1, callbacks_until: null },
  },
  release_mismatch: {
    cause:
      "Code and data of two releases meet: for minutes while an upgrade is under way, or for longer where the code was set back behind its data.",
    fix: "Ask again after `Retry-After`. If it stays, deploy the newer release, or apply the migrations that the message names; sending goes on meanwhile.",
    message:
      "The directory has shape 7, and this code knows 6: a newer release has changed it. Deploy that release, or wait where its deployment is under way.",
    more: { stored_shape: 7, known_shape: 6 },
  },
  publish_failed: {
    cause: "A change is stored, and some of the keys that it concerns could not be told yet.",
    fix: "Nothing to do: it is repeated every minute. `pools_behind` says how many keys wait for it.",
    more: { pools_behind: 1 },
  },
  needs_snapshot: {
    cause: "The key's storage has lost its settings and could not get them again.",
    fix: "Try again in a minute. If it stays, see GET /admin/api/status.",
  },
};
