/** Writes src/carriers/twilio/error-dictionary.json from the error table in test/fixtures and the names below; `--check` only compares. */
import { readFileSync, writeFileSync } from "node:fs";

const names = `
11200 webhook_retrieval_failed
11205 webhook_connection_failed
11750 webhook_response_too_large
11770 webhook_response_empty
12100 twiml_parse_failure
12200 twiml_schema_warning
12300 webhook_content_type_invalid
14101 twiml_invalid_to
14103 twiml_invalid_body
14106 twiml_too_many_redirects
14107 reply_loop_detected
14109 twiml_too_many_messages
20001 invalid_parameter
20003 authentication_failed
20005 account_not_active
20008 test_credentials_not_allowed
20009 resource_not_complete
20403 access_forbidden
20404 resource_not_found
20429 too_many_requests
20500 carrier_internal_error
20503 carrier_unavailable
21211 invalid_to_number
21212 invalid_from_number
21264 from_number_not_verified
21265 to_is_short_code
21266 to_equals_from
21267 alphanumeric_sender_on_trial
21268 premium_rate_number
21408 region_not_enabled
21602 body_missing
21603 from_missing
21604 to_missing
21606 from_not_message_capable
21608 to_not_verified_on_trial
21609 invalid_status_callback
21610 recipient_opted_out
21611 sender_queue_full
21612 no_route_to_recipient
21614 to_not_mobile
21617 body_too_long
21618 body_filtered
21619 content_missing
21620 invalid_media_url
21621 from_not_mms_capable
21622 mms_not_enabled
21623 too_many_media
21624 invalid_validity_period
21627 invalid_max_price
21635 to_is_landline
21654 content_sid_missing
21655 invalid_content_sid
21656 invalid_content_variables
21657 invalid_sender_id
21658 parameter_too_long
21659 from_not_owned
21660 from_account_mismatch
21661 from_not_sms_capable
21662 combination_not_in_ireland
21663 from_routing_misconfigured
21664 fallback_with_from
21665 invalid_fallback_from
21666 fallback_needs_service
21667 fallback_needs_rcs_sender
21668 number_type_not_in_ireland
21701 service_not_found
21702 service_not_available
21703 service_has_no_able_sender
21704 service_has_no_senders
21705 invalid_service
21708 alphanumeric_sender_missing
21709 invalid_alphanumeric_sender
21710 number_already_in_service
21711 sender_not_in_service
21712 number_in_other_service
21714 service_pool_full
21715 number_lacks_service_capability
21910 channel_mismatch
30001 queue_overflow
30002 account_suspended
30003 unreachable_handset
30004 message_blocked
30005 unknown_handset
30006 landline_or_unreachable_carrier
30007 message_filtered
30008 unknown_delivery_error
30009 inbound_segment_missing
30010 price_above_maximum
30011 mms_not_supported_by_recipient
30017 carrier_congestion
30018 sender_preregistration_required
30019 content_too_large_for_carrier
30020 scheduling_failure
30021 orchestration_failure
30022 carrier_rate_exceeded
30023 carrier_daily_cap_reached
30024 sender_not_provisioned
30025 daily_limit_half_used
30026 daily_limit_mostly_used
30027 carrier_daily_limit_reached
30032 toll_free_not_verified
30033 campaign_suspended
30034 number_not_registered
30035 number_registration_pending
30036 validity_period_expired
30037 outbound_messaging_disabled
30038 inbound_otp_filtered
30039 inbound_loop_filtered
30040 carrier_preregistration_required
30041 sender_restricted_in_country
30042 alphanumeric_sender_not_authorized
30044 trial_message_too_long
30045 validity_period_out_of_bounds
30046 delivery_not_confirmed
30047 reschedule_failed
30103 link_shortening_failed
30106 link_domain_not_set_up
30107 link_certificate_missing
30108 link_account_not_in_organization
30109 invalid_link_callback
30409 message_not_cancellable
30410 provider_timeout
30450 sms_pumping_blocked
30453 message_blocked_by_platform
30454 account_message_limit_reached
30485 message_not_delivered
30500 delivery_internal_error
30610 quiet_hours
30630 recipient_unsubscribed
30640 known_litigator
35111 send_at_missing
35114 send_at_outside_window
35115 send_at_too_soon
35117 send_at_out_of_range
35125 scheduled_limit_reached
63001 channel_authentication_failed
63002 channel_sender_not_found
63003 channel_recipient_not_found
63005 channel_content_rejected
63006 channel_content_not_formattable
63007 channel_sender_not_configured
63008 channel_misconfigured
63009 channel_provider_unavailable
63010 channel_platform_error
63012 channel_provider_error
63013 channel_policy_violation
63014 blocked_by_user
63015 sandbox_not_joined
63016 outside_conversation_window
63017 channel_account_rate_exceeded
63018 channel_sender_rate_exceeded
63019 media_download_failed
63020 business_manager_error
63021 channel_content_invalid
63024 channel_recipient_invalid
63030 channel_parameter_not_supported
63032 user_in_channel_experiment
63033 channel_recipient_opted_out
63034 media_too_large
63035 rcs_sender_not_permitted
63036 rcs_recipient_not_reachable
63038 account_daily_limit_reached
63040 template_rejected
63041 template_paused
63042 template_disabled
63049 marketing_not_delivered
63050 marketing_opted_out
63051 channel_account_locked
63053 template_sync_in_progress
63058 country_restricted_for_business
90007 validity_period_invalid
`;

const root = new URL("../", import.meta.url);
const target = new URL("src/carriers/twilio/error-dictionary.json", root);
const table = JSON.parse(readFileSync(new URL("test/fixtures/twilio-errors.json", root), "utf8"));
const nameOf = new Map(
  names
    .trim()
    .split("\n")
    .map((line) => line.split(" ")),
);

const errors = {};
for (const { code, meaning, class: kind, retry } of table.errors) {
  const name = nameOf.get(String(code));
  if (name === undefined) throw new Error(`Twilio error ${code} has no name in scripts/make-error-dictionary.mjs.`);
  errors[code] = { name, meaning, class: kind, retry };
}
const dictionary = {
  source: "Twilio's error dictionary (twilio.com/docs/api/errors), meanings in our own words, names and classes ours",
  date: "2026-11-21",
  errors,
};
const text = `${JSON.stringify(dictionary, null, 2)}\n`;

if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  console.error("error-dictionary.json is out of date: run node scripts/make-error-dictionary.mjs");
  process.exit(1);
}
