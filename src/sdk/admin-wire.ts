// Made from the table of operations by `npm run sdk:types`.

/**
 * What each call takes, and what it answers when it succeeds.
 */
export interface AdminCalls {
  createOrganization: {
    body: {
      name: string;
      country_code?: string | null;
    };
    answer: Organization;
  };
  listOrganizations: {
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
    };
    answer: {
      organizations: Organization[];
      pagination: Pagination;
    };
  };
  getOrganization: {
    params: {
      organizationId: string;
    };
    answer: Organization;
  };
  updateOrganization: {
    params: {
      organizationId: string;
    };
    body: {
      name?: string;
      country_code?: string | null;
      selection?: {
        twilio?: Selection;
        blooio?: Selection;
      };
      /**
       * How many days messages are kept, and what hangs on them; null: until they are deleted. Events and delivery logs go after 30 days in any case.
       */
      retention_days?: number | null;
    };
    answer: Organization;
  };
  readPerson: {
    params: {
      organizationId: string;
      contactId: string;
    };
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
    };
    answer: Person;
  };
  createApiKey: {
    body: {
      name: string;
      organization_id?: string;
      mode?: "live" | "test";
      selection?: Selection;
    };
    answer: ApiKeyCreated;
  };
  listApiKeys: {
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
      organization_id?: string;
      /**
       * Part of a name; or the last four characters, or the id, in full.
       */
      q?: string;
      /**
       * `living`: all that are not revoked.
       */
      status?: "active" | "paused" | "revoked" | "living";
    };
    answer: {
      api_keys: ApiKey[];
      pagination: Pagination;
    };
  };
  getApiKey: {
    params: {
      apiKeyId: string;
    };
    answer: ApiKey;
  };
  updateApiKey: {
    params: {
      apiKeyId: string;
    };
    body: {
      name?: string;
      /**
       * null: the organization's.
       */
      selection?: Selection | null;
      status?: "active" | "paused";
      allowed_countries?: string[] | null;
      /**
       * Segments a day; null: none.
       */
      daily_cap?: number | null;
      shorten_links?: boolean;
      /**
       * Send again what Twilio is known not to have taken after an unknown outcome; else it fails.
       */
      resend_unknown?: boolean;
      /**
       * How long a message may wait from when it could first have left, whatever holds it; then it fails and says why. A day unless set.
       */
      waiting_limit_seconds?: number;
      /**
       * Move what waits untried on a number of a refused account to another number, unless its sender was asked for by name. false unless set.
       */
      move_waiting?: boolean;
      /**
       * Let iMessage lines without the Private API send: their server may then send one message up to three times. false unless set, and such a line only receives.
       */
      may_send_twice?: boolean;
      /**
       * Where a message of an iMessage line goes whose contact is surely not on iMessage, or whose try surely did not go; never one whose outcome is not known, nor a group's. null, as it is unless set: no message changes its way.
       */
      fallback?:
        | (
            | {
                to: "line_sms";
              }
            | {
                to: "api_key";
                api_key_id: string;
              }
          )
        | null;
      /**
       * How long a message waits for its iMessage line while that is offline; then it fails and says why. It never leaves from another line. A day unless set.
       */
      offline_limit_seconds?: number;
      /**
       * null, as it is unless set: messages leave at any hour.
       */
      quiet_hours?: QuietHours | null;
      /**
       * Replaces all limits before; null, as it is unless set: none. What is refused answers 429 `send_limit_reached`.
       */
      velocity?: Velocity | null;
      /**
       * Pause the key where it suddenly writes to twenty strangers in one costly range. true unless set.
       */
      pause_itself?: boolean;
      /**
       * Send a text of more than 1600 characters as several messages, in order, cut at the end of a sentence or between words, never in a link; on an iMessage line one of more than 4000. false unless set: by Twilio it is refused (`text_too_long`), and by a line it is one message.
       */
      split_long_texts?: boolean;
    };
    answer: ApiKey;
  };
  rotateApiKey: {
    params: {
      apiKeyId: string;
    };
    body: {
      /**
       * How long the secret before signs beside the new one; 0 ends it at once. One earlier than that, which an earlier rotation let last, always ends with this one.
       */
      overlap_seconds?: number;
    };
    answer: {
      key: string;
      /**
       * Epoch milliseconds.
       */
      previous_valid_until: number;
    };
  };
  revokeApiKey: {
    params: {
      apiKeyId: string;
    };
    answer: {
      success: boolean;
      /**
       * Epoch milliseconds.
       */
      revoked_at: number;
    };
  };
  readKeyStats: {
    params: {
      apiKeyId: string;
    };
    query: {
      days?: number;
    };
    answer: KeyStats;
  };
  createTwilioIntegration: {
    body: {
      organization_id?: string;
      name?: string;
      account_sid: string;
      api_key_sid?: string;
      api_key_secret?: string;
      auth_token?: string;
      region?: string | null;
      edge?: string | null;
      messaging_service_sid?: string | null;
      /**
       * Where inbound calls are forwarded; null: they are answered and ended.
       */
      voice_forward?: string | null;
      sync?: {
        direction?: "inbound" | "outbound" | "both";
        channels?: ("sms" | "whatsapp" | "voice")[];
        events?: "messages" | "statuses" | "both";
        media?: boolean;
      };
    };
    answer: Integration;
  };
  listTwilioIntegrations: {
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
      organization_id?: string;
    };
    answer: {
      integrations: Integration[];
      pagination: Pagination;
    };
  };
  getTwilioIntegration: {
    params: {
      integrationId: string;
    };
    answer: Integration;
  };
  updateTwilioIntegration: {
    params: {
      integrationId: string;
    };
    body: {
      name?: string;
      api_key_sid?: string;
      api_key_secret?: string;
      auth_token?: string;
      region?: string | null;
      edge?: string | null;
      messaging_service_sid?: string | null;
      /**
       * Where inbound calls are forwarded; null: they are answered and ended.
       */
      voice_forward?: string | null;
      sync?: {
        direction?: "inbound" | "outbound" | "both";
        channels?: ("sms" | "whatsapp" | "voice")[];
        events?: "messages" | "statuses" | "both";
        media?: boolean;
      };
    };
    answer: Integration;
  };
  deleteTwilioIntegration: {
    params: {
      integrationId: string;
    };
    answer: {
      success: boolean;
      /**
       * Epoch milliseconds.
       */
      deleted_at: number;
      /**
       * Numbers whose former webhooks could not be set again at Twilio.
       */
      webhooks_not_restored: string[];
    };
  };
  testTwilioIntegration: {
    params: {
      integrationId: string;
    };
    answer: {
      ok: boolean;
      checks: {
        name: "credentials" | "numbers" | "messages" | "webhook_signature" | "webhook_urls";
        ok: boolean;
        detail: string;
      }[];
    };
  };
  listAvailableNumbers: {
    params: {
      integrationId: string;
    };
    answer: {
      numbers: {
        /**
         * E.164, with its plus.
         */
        phone_number: string;
        friendly_name: string;
        capabilities: {
          sms: boolean;
          mms: boolean;
          voice: boolean;
        };
        imported: boolean;
        webhook_ok: boolean;
      }[];
    };
  };
  importNumbers: {
    params: {
      integrationId: string;
    };
    body: {
      phone_numbers: string[];
    };
    answer: {
      results: {
        phone_number: string;
        status: "imported" | "reconfigured" | "failed";
        code?: string;
        message?: string;
        warnings?: string[];
      }[];
    };
  };
  addSender: {
    params: {
      integrationId: string;
    };
    body: {
      address: string;
    };
    answer: ManagedNumber;
  };
  listIntegrations: {
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
      organization_id?: string;
      kind?: "twilio" | "bluebubbles" | "sandbox";
    };
    answer: {
      integrations: (
        | {
            integration_id: string;
            organization_id: string;
            name: string;
            account_sid: string;
            /**
             * The built-in account, which never touches the network.
             */
            sandbox: boolean;
            authentication: "api_key" | "auth_token";
            api_key_sid?: string | null;
            has_auth_token: boolean;
            webhooks_verified: boolean;
            region: string | null;
            edge: string | null;
            messaging_service_sid?: string | null;
            voice_forward?: string | null;
            sync: Sync;
            /**
             * To paste by hand where Twilio lists no number.
             */
            inbound_url: string;
            status_url: string;
            status: "connected" | "unhealthy";
            warnings: string[];
            /**
             * Epoch milliseconds.
             */
            created_at: number;
            kind: "twilio" | "sandbox";
          }
        | {
            integration_id: string;
            organization_id: string;
            name: string;
            url: string;
            /**
             * The Mac that exists only inside the gateway.
             */
            sandbox: boolean;
            status: "connected" | "unhealthy";
            server_version: string | null;
            macos_version: string | null;
            private_api: boolean;
            helper_connected: boolean;
            proxy: string | null;
            /**
             * The addresses that its Apple ID can be written to.
             */
            aliases: string[];
            /**
             * The one from which it starts conversations.
             */
            active_alias: string | null;
            /**
             * What its lines can do: send, start_conversation, attachments, multipart, effects, replies, reactions, typing, stop_typing, read, groups, group_manage, edit, unsend, availability, facetime_link, find_my, contact_share, sms, rcs.
             */
            capabilities: {
              [k: string]: boolean | "unknown";
            };
            /**
             * When it last answered a look.
             */
            last_seen: number | null;
            warnings: string[];
            /**
             * Epoch milliseconds.
             */
            created_at: number;
            kind: "bluebubbles";
          }
      )[];
      pagination: Pagination;
    };
  };
  createMacIntegration: {
    body: {
      organization_id?: string;
      name?: string;
      url: string;
      password: string;
    };
    answer: MacIntegration;
  };
  listMacIntegrations: {
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
      organization_id?: string;
    };
    answer: {
      integrations: MacIntegration[];
      pagination: Pagination;
    };
  };
  getMacIntegration: {
    params: {
      integrationId: string;
    };
    answer: MacIntegration;
  };
  updateMacIntegration: {
    params: {
      integrationId: string;
    };
    body: {
      name?: string;
      url?: string;
      password?: string;
    };
    answer: MacIntegration;
  };
  deleteMacIntegration: {
    params: {
      integrationId: string;
    };
    answer: {
      success: boolean;
      /**
       * Epoch milliseconds.
       */
      deleted_at: number;
      /**
       * false: the Mac did not answer, and still calls here in vain.
       */
      webhook_removed: boolean;
    };
  };
  testMacIntegration: {
    params: {
      integrationId: string;
    };
    answer: {
      ok: boolean;
      checks: {
        name: "connection" | "private_api" | "account" | "lines" | "bell" | "clock";
        ok: boolean;
        detail: string;
      }[];
    };
  };
  listManagedNumbers: {
    query: {
      api_key_id?: string;
      integration_id?: string;
      unassigned?: boolean;
    };
    answer: {
      numbers: ManagedNumber[];
    };
  };
  updateManagedNumber: {
    params: {
      number: string;
    };
    body: {
      /**
       * The key that holds it; null releases it.
       */
      api_key_id?: string | null;
      position?: number;
      weight?: number;
      type?: "shared" | "dedicated" | "inbound" | "trial" | "2fa";
      /**
       * null: unlimited.
       */
      messages_per_second?: number | null;
      /**
       * The Messaging Service of this number's 10DLC registration; null: the account's.
       */
      messaging_service_sid?: string | null;
      is_active?: boolean;
      name?: string;
      /**
       * Of an iMessage line; null: no cap.
       */
      caps?: {
        /**
         * Messages a second.
         */
        per_second?: number | null;
        /**
         * People without an exchange in 30 days who are written to in a rolling hour.
         */
        new_contacts_per_hour?: number | null;
        /**
         * The same in a rolling day.
         */
        new_contacts_per_day?: number | null;
        /**
         * Messages to one person since they last wrote.
         */
        unanswered?: number | null;
      };
    };
    answer: ManagedNumber;
  };
  deleteManagedNumber: {
    params: {
      number: string;
    };
    answer: {
      success: boolean;
      /**
       * Epoch milliseconds.
       */
      deleted_at: number;
      /**
       * Whether all of them stand again: what a person changed meanwhile stays theirs.
       */
      webhooks_restored?: boolean;
    };
  };
  createManagedNumber: {
    body: {
      /**
       * A phone number in E.164 form, or an e-mail address.
       */
      phone_number: string;
      integration_id: string;
      protocol: "blooio";
      /**
       * The key that holds it; null releases it.
       */
      api_key_id?: string | null;
      position?: number;
      weight?: number;
      type?: "shared" | "dedicated" | "inbound" | "trial" | "2fa";
      /**
       * null: unlimited.
       */
      messages_per_second?: number | null;
      /**
       * The Messaging Service of this number's 10DLC registration; null: the account's.
       */
      messaging_service_sid?: string | null;
      is_active?: boolean;
      name?: string;
      /**
       * Of an iMessage line; null: no cap.
       */
      caps?: {
        /**
         * Messages a second.
         */
        per_second?: number | null;
        /**
         * People without an exchange in 30 days who are written to in a rolling hour.
         */
        new_contacts_per_hour?: number | null;
        /**
         * The same in a rolling day.
         */
        new_contacts_per_day?: number | null;
        /**
         * Messages to one person since they last wrote.
         */
        unanswered?: number | null;
      };
    };
    answer: ManagedNumber;
  };
  getPool: {
    params: {
      apiKeyId: string;
    };
    answer: Pool;
  };
  previewPool: {
    params: {
      apiKeyId: string;
    };
    body: {
      to: string;
      /**
       * A list makes one message of each entry, in order.
       */
      text?: (string | string[]) | null;
      /**
       * Public https URLs, at most 10.
       */
      attachments?:
        | (
            | string
            | {
                url: string;
                name?: string | null;
              }
          )[]
        | null;
      /**
       * One of this key's numbers; else the pool chooses.
       */
      from_number?: string | null;
      /**
       * @deprecated
       * The older name of `from_number`.
       */
      fromNumber?: string | null;
      metadata?: {
        [k: string]: unknown;
      } | null;
      send_at?: (number | string) | null;
      shorten_links?: boolean | null;
      /**
       * An iMessage line of your organization: it is written where the text says {reply_line}.
       */
      reply_line?: string | null;
      /**
       * Leaves also in the quiet hours of its API key.
       */
      urgent?: boolean | null;
      /**
       * An approved template.
       */
      content_sid?: string | null;
      content_variables?:
        | (
            | string
            | {
                [k: string]: unknown;
              }
          )
        | null;
      /**
       * Sent beside the number that the pool chose.
       */
      messaging_service_sid?: string | null;
      /**
       * Seconds.
       */
      validity_period?: number | null;
      smart_encoded?: boolean | null;
      content_retention?: ("retain" | "discard") | null;
      use_typing_indicator?: boolean | null;
      share_contact?: boolean | null;
      parts?:
        | {
            text?: string;
            mention?: string;
            url?: string;
            name?: string;
            link_preview?: LinkPreview | null;
          }[]
        | null;
      link_preview?: LinkPreview | null;
      effect?:
        | (
            | "slam"
            | "loud"
            | "gentle"
            | "invisible-ink"
            | "echo"
            | "spotlight"
            | "balloons"
            | "confetti"
            | "love"
            | "lasers"
            | "fireworks"
            | "celebration"
            | "none"
          )
        | null;
      /**
       * The message to answer inline, by id or guid. Not on a Twilio key.
       */
      reply_to?: ReplyToRequest | null;
    };
    answer: PoolPreview;
  };
  orderPool: {
    params: {
      apiKeyId: string;
    };
    body: {
      phone_numbers: string[];
      /**
       * The order from which this one was made: where the pool stands otherwise by now, nothing is changed.
       */
      seen?: string[];
    };
    answer: Pool;
  };
  listAssignments: {
    params: {
      apiKeyId: string;
    };
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
      contact?: string;
    };
    answer: {
      assignments: Assignment[];
      pagination: Pagination;
    };
  };
  setAssignment: {
    params: {
      apiKeyId: string;
    };
    body:
      | {
          contact: string;
          phone_number: string;
        }
      | {
          assignments: {
            contact: string;
            phone_number: string;
          }[];
        };
    answer:
      | Assignment
      | {
          results: AssignmentResult[];
        };
  };
  resetAssignment: {
    params: {
      apiKeyId: string;
    };
    query: {
      contact: string;
    };
    answer: {
      success: boolean;
    };
  };
  listOptOuts: {
    params: {
      apiKeyId: string;
    };
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
      contact?: string;
    };
    answer: {
      opt_outs: OptOut[];
      pagination: Pagination;
    };
  };
  addOptOut: {
    params: {
      apiKeyId: string;
    };
    body: {
      contact: string;
    };
    answer: OptOut;
  };
  removeOptOut: {
    params: {
      apiKeyId: string;
    };
    query: {
      contact: string;
    };
    answer: {
      success: boolean;
    };
  };
  listKeyContacts: {
    params: {
      apiKeyId: string;
    };
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
      /**
       * Part of an identifier or a name.
       */
      q?: string;
      sort?: "recent" | "oldest" | "name_asc" | "name_desc";
    };
    answer: ContactsPage;
  };
  createKeyContact: {
    params: {
      apiKeyId: string;
    };
    body: {
      identifier: string;
      name?: string | null;
    };
    answer: Contact;
  };
  getKeyContact: {
    params: {
      apiKeyId: string;
      contactId: string;
    };
    answer: Contact;
  };
  updateKeyContact: {
    params: {
      apiKeyId: string;
      contactId: string;
    };
    body: {
      name?: string | null;
      time_zone?: string | null;
    };
    answer: Contact;
  };
  deleteKeyContact: {
    params: {
      apiKeyId: string;
      contactId: string;
    };
    answer: DeleteResponse;
  };
  eraseKeyContact: {
    params: {
      apiKeyId: string;
      contactId: string;
    };
    answer: {
      /**
       * Epoch milliseconds.
       */
      erased_at: number;
      messages: number;
      events: number;
      /**
       * That they opted out, by what and when, is still known.
       */
      kept_opt_out: boolean;
    };
  };
  addKeyContactTags: {
    params: {
      apiKeyId: string;
      contactId: string;
    };
    body: {
      tags: string[];
    };
    answer: TagsAdded;
  };
  removeKeyContactTag: {
    params: {
      apiKeyId: string;
      contactId: string;
      tag: string;
    };
    answer: DeleteResponse;
  };
  listKeyContactOptIns: {
    params: {
      apiKeyId: string;
      contactId: string;
    };
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
    };
    answer: {
      opt_ins: OptIn[];
      pagination: Pagination;
    };
  };
  addKeyContactOptIn: {
    params: {
      apiKeyId: string;
      contactId: string;
    };
    body: {
      /**
       * When they agreed, in epoch milliseconds, not later than now.
       */
      agreed_at: number;
      /**
       * Where: a page's address, a shop, a form.
       */
      source: string;
      /**
       * The words they agreed to.
       */
      words?: string | null;
    };
    answer: OptIn;
  };
  listKeyCampaigns: {
    params: {
      apiKeyId: string;
    };
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
    };
    answer: {
      campaigns: CampaignDetail[];
      pagination: Pagination;
    };
  };
  createKeyCampaign: {
    params: {
      apiKeyId: string;
    };
    body: CampaignRequest;
    answer: Campaign;
  };
  getKeyCampaign: {
    params: {
      apiKeyId: string;
      campaignId: string;
    };
    answer: CampaignDetail;
  };
  updateKeyCampaign: {
    params: {
      apiKeyId: string;
      campaignId: string;
    };
    body: CampaignChange;
    answer: Campaign;
  };
  deleteKeyCampaign: {
    params: {
      apiKeyId: string;
      campaignId: string;
    };
    answer: DeleteResponse;
  };
  tagKeyCampaignAudience: {
    params: {
      apiKeyId: string;
      campaignId: string;
    };
    body: {
      tag: string;
    };
    answer: Campaign;
  };
  previewKeyCampaign: {
    params: {
      apiKeyId: string;
      campaignId: string;
    };
    query: {
      /**
       * How many people to show.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
    };
    answer: CampaignPreview;
  };
  testKeyCampaign: {
    params: {
      apiKeyId: string;
      campaignId: string;
    };
    body: {
      to: string;
    };
    answer: {
      message_id: string;
      from_number: string;
      text: string | null;
      number_of_message_parts: number;
    };
  };
  startKeyCampaign: {
    params: {
      apiKeyId: string;
      campaignId: string;
    };
    body: {
      send_at?: (number | string) | null;
    };
    answer: Campaign;
  };
  pauseKeyCampaign: {
    params: {
      apiKeyId: string;
      campaignId: string;
    };
    answer: Campaign;
  };
  resumeKeyCampaign: {
    params: {
      apiKeyId: string;
      campaignId: string;
    };
    answer: Campaign;
  };
  cancelKeyCampaign: {
    params: {
      apiKeyId: string;
      campaignId: string;
    };
    answer: Campaign;
  };
  previewKeyCampaignRows: {
    params: {
      apiKeyId: string;
      campaignId: string;
    };
    answer: PreviewRows;
  };
  searchKeyMessages: {
    params: {
      apiKeyId: string;
    };
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * Only messages before this one (its id).
       */
      before?: string;
      /**
       * Only messages after this one (its id), or `latest`.
       */
      after?: string;
      /**
       * `queued` is all that has not left, `delivered` also what was read, `unknown` what is being settled.
       */
      status?: "scheduled" | "queued" | "sent" | "delivered" | "read" | "failed" | "cancelled" | "received" | "unknown";
      direction?: "inbound" | "outbound";
      /**
       * One of our numbers.
       */
      number?: string;
      /**
       * The other party.
       */
      contact?: string;
      /**
       * Part of the text, or a whole message id or carrier's id.
       */
      q?: string;
      /**
       * Epoch milliseconds.
       */
      since?: number;
      /**
       * Epoch milliseconds.
       */
      until?: number;
    };
    answer: FoundMessages;
  };
  sendKeyMessage: {
    params: {
      apiKeyId: string;
    };
    headers: {
      "Idempotency-Key"?: string;
    };
    body: {
      to: string;
      /**
       * A list makes one message of each entry, in order.
       */
      text?: (string | string[]) | null;
      /**
       * Public https URLs, at most 10.
       */
      attachments?:
        | (
            | string
            | {
                url: string;
                name?: string | null;
              }
          )[]
        | null;
      /**
       * One of this key's numbers; else the pool chooses.
       */
      from_number?: string | null;
      /**
       * @deprecated
       * The older name of `from_number`.
       */
      fromNumber?: string | null;
      metadata?: {
        [k: string]: unknown;
      } | null;
      send_at?: (number | string) | null;
      shorten_links?: boolean | null;
      /**
       * An iMessage line of your organization: it is written where the text says {reply_line}.
       */
      reply_line?: string | null;
      /**
       * Leaves also in the quiet hours of its API key.
       */
      urgent?: boolean | null;
      /**
       * An approved template.
       */
      content_sid?: string | null;
      content_variables?:
        | (
            | string
            | {
                [k: string]: unknown;
              }
          )
        | null;
      /**
       * Sent beside the number that the pool chose.
       */
      messaging_service_sid?: string | null;
      /**
       * Seconds.
       */
      validity_period?: number | null;
      smart_encoded?: boolean | null;
      content_retention?: ("retain" | "discard") | null;
      use_typing_indicator?: boolean | null;
      share_contact?: boolean | null;
      parts?:
        | {
            text?: string;
            mention?: string;
            url?: string;
            name?: string;
            link_preview?: LinkPreview | null;
          }[]
        | null;
      link_preview?: LinkPreview | null;
      effect?:
        | (
            | "slam"
            | "loud"
            | "gentle"
            | "invisible-ink"
            | "echo"
            | "spotlight"
            | "balloons"
            | "confetti"
            | "love"
            | "lasers"
            | "fireworks"
            | "celebration"
            | "none"
          )
        | null;
      /**
       * The message to answer inline, by id or guid. Not on a Twilio key.
       */
      reply_to?: ReplyToRequest | null;
    };
    answer: SendMessageResponse;
  };
  readAdminMessage: {
    params: {
      apiKeyId: string;
      messageId: string;
    };
    answer: MessageStory;
  };
  cancelKeyMessage: {
    params: {
      apiKeyId: string;
      messageId: string;
    };
    answer: CancelResponse;
  };
  listKeyChats: {
    params: {
      apiKeyId: string;
    };
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
      /**
       * Part of an address or a contact's name.
       */
      q?: string;
      sort?: "recent" | "oldest";
    };
    answer: ChatsPage;
  };
  listKeyChatMessages: {
    params: {
      apiKeyId: string;
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
    };
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
      sort?: "asc" | "desc";
      direction?: "inbound" | "outbound";
      /**
       * Epoch milliseconds.
       */
      since?: number;
      /**
       * Epoch milliseconds.
       */
      until?: number;
    };
    answer: AdminMessagesPage;
  };
  listOrganizationWebhooks: {
    query: {
      organization_id?: string;
      api_key_id?: string;
    };
    answer: WebhooksList;
  };
  createOrganizationWebhook: {
    body: {
      webhook_url: string;
      webhook_type?: "message" | "status" | "all";
      /**
       * Epoch milliseconds; -1 never ends.
       */
      valid_until?: number;
      /**
       * Exact names or wildcards; beats `webhook_type`.
       */
      events?: string[] | null;
      /**
       * Only events of these numbers.
       */
      numbers?: string[] | null;
      /**
       * `blooio` (default), the Bloomreach `campaign` event, or `v4`'s envelope.
       */
      format?: "blooio" | "campaign" | "v4";
      /**
       * The campaign format's event name; `campaign` by default.
       */
      event_name?: string;
      organization_id?: string;
      api_key_id?: string | null;
    };
    answer: WebhookExisting | WebhookCreated;
  };
  getOrganizationWebhook: {
    params: {
      webhookId: string;
    };
    answer: Webhook;
  };
  updateOrganizationWebhook: {
    params: {
      webhookId: string;
    };
    body: {
      webhook_type?: "message" | "status" | "all";
      /**
       * Epoch milliseconds; -1 or null never ends.
       */
      valid_until?: number | null;
      /**
       * true pauses, false resumes.
       */
      deprecate?: boolean;
      /**
       * Exact names or wildcards; beats `webhook_type`.
       */
      events?: string[] | null;
      /**
       * Only events of these numbers.
       */
      numbers?: string[] | null;
      /**
       * `blooio` (default), the Bloomreach `campaign` event, or `v4`'s envelope.
       */
      format?: "blooio" | "campaign" | "v4";
      /**
       * The campaign format's event name; `campaign` by default.
       */
      event_name?: string;
    };
    answer: Webhook;
  };
  deleteOrganizationWebhook: {
    params: {
      webhookId: string;
    };
    answer: WebhookDeleted;
  };
  rotateOrganizationWebhookSecret: {
    params: {
      webhookId: string;
    };
    body: {
      /**
       * How long the secret before signs beside the new one; 0 ends it at once. One earlier than that, which an earlier rotation let last, always ends with this one.
       */
      overlap_seconds?: number;
    };
    answer: WebhookSecretRotated;
  };
  listOrganizationWebhookLogs: {
    params: {
      webhookId: string;
    };
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
      sort?: "asc" | "desc";
      status?: number;
      min_status?: number;
      max_status?: number;
      /**
       * true: what was not answered with 2xx, or not at all; false: what was.
       */
      failed?: boolean;
    };
    answer: WebhookLogsPage;
  };
  replayOrganizationWebhookEvent: {
    params: {
      webhookId: string;
      eventId: string;
    };
    answer: WebhookReplay;
  };
  replayOrganizationWebhookEvents: {
    params: {
      webhookId: string;
    };
    body: {
      /**
       * Epoch milliseconds; the first event to deliver again.
       */
      since: number;
      /**
       * Epoch milliseconds, this one included; else until now.
       */
      until?: number | null;
      /**
       * Only what the receiver has not answered with 2xx and is not owed any more.
       */
      only_failed?: boolean;
      /**
       * Also events from before the webhook existed, which it was never owed.
       */
      include_before_creation?: boolean;
    };
    answer: WebhookReplayRange;
  };
  testOrganizationWebhook: {
    params: {
      webhookId: string;
    };
    answer: WebhookTest;
  };
  sendTestMessage: {
    params: {
      apiKeyId: string;
    };
    body: {
      to: string;
      text?: string;
      from_number?: string | null;
    };
    answer: AdminMessage;
  };
  composeSandboxInbound: {
    body: {
      from: string;
      to: string;
      text?: string;
      media?: string[];
    };
    answer: {
      success: boolean;
      message_sid?: string;
    };
  };
  listSessions: {
    query: {
      /**
       * The most entries to answer.
       */
      limit?: number;
      /**
       * How many entries to pass over.
       */
      offset?: number;
    };
    answer: {
      sessions: Session[];
      pagination: Pagination;
    };
  };
  endSessions: {
    answer: {
      success: boolean;
      /**
       * How many sessions were open.
       */
      ended: number;
    };
  };
  getPublicUrl: {
    answer: PublicUrl;
  };
  putPublicUrl: {
    body: {
      url: string;
    };
    answer: PublicUrl;
  };
  repairPublicUrl: {
    answer: {
      repaired: number;
      failed: {
        /**
         * E.164, with its plus.
         */
        phone_number: string;
        code: string;
        message: string;
      }[];
      /**
       * More numbers follow by themselves.
       */
      goes_on: boolean;
    };
  };
  resealSecrets: {
    answer: {
      /**
       * Secrets sealed anew by this call.
       */
      resealed: number;
      /**
       * Secrets that older keys still seal.
       */
      left: number;
      /**
       * Secrets that no key of MASTER_KEYS opens.
       */
      lost: number;
    };
  };
  retireMasterKey: {
    params: {
      masterKeyId: string;
    };
    answer: {
      master_key: string;
      may_go: true;
      message: string;
    };
  };
  getStatus: {
    query: {
      after?: string;
    };
    answer: Status;
  };
}
export interface Organization {
  organization_id: string;
  name: string;
  country_code: string | null;
  selection: {
    twilio: Selection;
    blooio: Selection;
  };
  /**
   * How many days messages are kept, and what hangs on them; null: until they are deleted. Events and delivery logs go after 30 days in any case.
   */
  retention_days: number | null;
  /**
   * Epoch milliseconds.
   */
  created_at: number;
}
export interface Selection {
  strategy: "first" | "round_robin" | "weighted" | "geographic" | "least_busy";
  sticky: boolean;
  /**
   * null: for ever.
   */
  sticky_days: number | null;
}
export interface Pagination {
  limit: number;
  offset: number;
  /**
   * How many entries there are. Of a list that is long, rows are counted no further than some way beyond the page, and `total` is then one more than what was counted: page on until `offset` reaches it.
   */
  total: number;
}
export interface Person {
  contact: string;
  name: string | null;
  /**
   * The keys that have written with this person.
   */
  keys: {
    api_key_id: string;
    name: string;
    mode: "live" | "test";
    protocol: ("twilio" | "blooio") | null;
    messages: number;
    last_message_time: number | null;
  }[];
  /**
   * Over all these keys, the newest first.
   */
  messages: {
    message_id: string;
    chat_id: string;
    direction: "inbound" | "outbound";
    contact: {
      contact_id: string;
      name: string | null;
      identifier: string;
    } | null;
    /**
     * Our number of the conversation.
     */
    internal_id: string | null;
    text: string | null;
    attachments: {
      [k: string]: unknown;
    }[];
    sender: string | null;
    reactions: Reaction[];
    reply_to?: ReplyToInfo | null;
    /**
     * WhatsApp alone, like the six fields after it.
     */
    profile_name?: string | null;
    /**
     * What WhatsApp calls a person who may hide the number.
     */
    external_user_id?: string | null;
    /**
     * What the message is, also where it has no text: `button`, `list`, `location`, `unsupported` …
     */
    kind?: string | null;
    /**
     * `text`, `payload` and `type` of the button that was pressed.
     */
    button?: {
      [k: string]: unknown;
    } | null;
    /**
     * `id`, `title` and `description` of the row that was chosen.
     */
    list?: {
      [k: string]: unknown;
    } | null;
    /**
     * `latitude`, `longitude`, `address` and `label`.
     */
    location?: {
      [k: string]: unknown;
    } | null;
    /**
     * The advertisement that the person came from: `source_url`, `source_id`, `headline` …
     */
    referral?: {
      [k: string]: unknown;
    } | null;
    /**
     * Epoch milliseconds.
     */
    time_sent: number;
    time_delivered: number | null;
    status: ("pending" | "queued" | "sent" | "delivered" | "failed" | "cancellation_requested" | "cancelled") | null;
    protocol: "pending" | "unknown" | "imessage" | "sms" | "rcs" | "whatsapp";
    error: string | null;
    /**
     * Twilio's code, as a string.
     */
    error_code?: string | null;
    /**
     * Our name for the code.
     */
    error_name?: string | null;
    error_meaning?: string | null;
    /**
     * Whether sending again makes sense, in words.
     */
    retry?: string | null;
    metadata?: {
      [k: string]: unknown;
    } | null;
    number_of_message_parts?: number;
    encoding?: ("GSM-7" | "UCS-2") | null;
    delivery_report?: ("expected" | "not_expected" | "missing") | null;
    /**
     * True while it is not known whether Twilio took it.
     */
    outcome_unknown?: boolean;
    send_at?: number | null;
    /**
     * Until when it waits for the end of its key's quiet hours; only while it does.
     */
    quiet_until?: number;
    sent_at?: number | null;
    read_at?: number | null;
    /**
     * How often its short links were followed, and how often by people.
     */
    clicks?: {
      raw: number;
      human: number;
    } | null;
    /**
     * The carrier's id.
     */
    provider_id?: string | null;
    /**
     * The state inside, finer than `status`.
     */
    internal_status?: string;
    api_key_id: string;
  }[];
  /**
   * At most 40 keys are asked in one call.
   */
  keys_left_out: number;
}
export interface Reaction {
  reaction: string;
  is_added: boolean;
  /**
   * Epoch milliseconds.
   */
  time_sent: number;
  sender: string | null;
}
export interface ReplyToInfo {
  message_id: string | null;
  guid: string | null;
  part_index: number;
}
export interface ApiKeyCreated {
  api_key_id: string;
  /**
   * Shown this once.
   */
  key: string;
  name: string;
  organization_id: string;
  mode: "live" | "test";
  protocol: ("twilio" | "blooio") | null;
  /**
   * Epoch milliseconds.
   */
  created_at: number;
}
export interface ApiKey {
  api_key_id: string;
  name: string;
  organization_id: string;
  mode: "live" | "test";
  protocol: ("twilio" | "blooio") | null;
  /**
   * The last four characters.
   */
  key_hint: string;
  /**
   * How many numbers the key holds.
   */
  numbers: number;
  status: "active" | "paused" | "revoked";
  /**
   * null: the organization's.
   */
  selection: Selection | null;
  allowed_countries: string[] | null;
  daily_cap: number | null;
  shorten_links?: boolean;
  resend_unknown?: boolean;
  waiting_limit_seconds?: number;
  move_waiting?: boolean;
  may_send_twice?: boolean;
  fallback?:
    | (
        | {
            to: "line_sms";
          }
        | {
            to: "api_key";
            api_key_id: string;
          }
      )
    | null;
  offline_limit_seconds?: number;
  split_long_texts?: boolean;
  quiet_hours?: QuietHours | null;
  velocity?: Velocity | null;
  pause_itself?: boolean;
  /**
   * Where the key paused itself: when, and why. A `status` of `active` lets it go on.
   */
  paused_itself?: {
    /**
     * Epoch milliseconds.
     */
    at: number;
    because: string;
  } | null;
  /**
   * Messages that have not left: revoking the key cancels them. null: its pool did not answer.
   */
  waiting?: number | null;
  last_used_at: number | null;
  /**
   * Epoch milliseconds.
   */
  created_at: number;
}
/**
 * When nobody is written to, by the clock where the recipient is: from `from` to `to`, over midnight where that is earlier, for example 21:00 to 08:00.
 */
export interface QuietHours {
  from: string;
  to: string;
}
/**
 * How much a key may send; what is null or left out is not bounded.
 */
export interface Velocity {
  /**
   * Messages to one recipient within an hour.
   */
  per_recipient_per_hour?: number | null;
  /**
   * Messages to one recipient within 24 hours.
   */
  per_recipient_per_day?: number | null;
  /**
   * People of one range, the numbers with one prefix, within an hour.
   */
  per_prefix_per_hour?: number | null;
  /**
   * How many last digits the numbers of a range differ in, after their prefix; 3, a thousand numbers, unless set.
   */
  digits_after_prefix?: number;
  /**
   * Messages to one country within a day of UTC.
   */
  per_country_per_day?: number | null;
  /**
   * People within an hour to whom or from whom there was no message before.
   */
  new_contacts_per_hour?: number | null;
}
export interface KeyStats {
  /**
   * Every day that was asked for, oldest first.
   */
  days: {
    /**
     * A day in UTC.
     */
    day: string;
    /**
     * Messages that left, on the day they were accepted; null: not counted yet, ask again.
     */
    sent: number | null;
    /**
     * Of those that left on this day, reported as delivered so far.
     */
    delivered: number;
    failed: number;
    inbound: number | null;
  }[];
  /**
   * The 200 busiest, busiest first, each with the days on which it carried something.
   */
  numbers: {
    phone_number: string;
    days: {
      /**
       * A day in UTC.
       */
      day: string;
      /**
       * Messages that left, on the day they were accepted; null: not counted yet, ask again.
       */
      sent: number | null;
      /**
       * Of those that left on this day, reported as delivered so far.
       */
      delivered: number;
      failed: number;
      inbound: number | null;
    }[];
  }[];
  numbers_left_out: number;
}
export interface Integration {
  integration_id: string;
  organization_id: string;
  name: string;
  account_sid: string;
  /**
   * The built-in account, which never touches the network.
   */
  sandbox: boolean;
  authentication: "api_key" | "auth_token";
  api_key_sid?: string | null;
  has_auth_token: boolean;
  webhooks_verified: boolean;
  region: string | null;
  edge: string | null;
  messaging_service_sid?: string | null;
  voice_forward?: string | null;
  sync: Sync;
  /**
   * To paste by hand where Twilio lists no number.
   */
  inbound_url: string;
  status_url: string;
  status: "connected" | "unhealthy";
  warnings: string[];
  /**
   * Epoch milliseconds.
   */
  created_at: number;
}
export interface Sync {
  direction: "inbound" | "outbound" | "both";
  channels: ("sms" | "whatsapp" | "voice")[];
  events: "messages" | "statuses" | "both";
  media: boolean;
}
export interface ManagedNumber {
  phone_number: string;
  /**
   * What people here call it.
   */
  name?: string | null;
  protocol: "twilio" | "blooio";
  channel: "sms" | "whatsapp" | "rcs" | "imessage";
  integration_id: string | null;
  api_key_id: string | null;
  position: number | null;
  weight: number;
  type: "shared" | "dedicated" | "inbound" | "trial" | "2fa";
  messages_per_second: number | null;
  messaging_service_sid?: string | null;
  is_active: boolean;
  capabilities: {
    sms: boolean;
    mms: boolean;
    voice: boolean;
    whatsapp?: boolean;
    rcs?: boolean;
  };
  /**
   * An iMessage line's.
   */
  caps?: Caps | null;
  health: Health | null;
  /**
   * When a message last left it or came to it; null: never, or no key holds it.
   */
  last_active?: number | null;
  /**
   * Epoch milliseconds.
   */
  created_at: number;
}
/**
 * What keeps a line's Apple ID alive; null: no cap.
 */
export interface Caps {
  per_second: number | null;
  new_contacts_per_hour: number | null;
  new_contacts_per_day: number | null;
  unanswered: number | null;
}
export interface Health {
  status: "healthy" | "unhealthy" | "unknown";
  reason?: string | null;
  since?: number | null;
  /**
   * Failed messages of the last seven days, by whose fault it was.
   */
  faults_7d?: {
    number: number;
    content: number;
    recipient: number;
    other: number;
  } | null;
}
export interface MacIntegration {
  integration_id: string;
  organization_id: string;
  name: string;
  url: string;
  /**
   * The Mac that exists only inside the gateway.
   */
  sandbox: boolean;
  status: "connected" | "unhealthy";
  server_version: string | null;
  macos_version: string | null;
  private_api: boolean;
  helper_connected: boolean;
  proxy: string | null;
  /**
   * The addresses that its Apple ID can be written to.
   */
  aliases: string[];
  /**
   * The one from which it starts conversations.
   */
  active_alias: string | null;
  /**
   * What its lines can do: send, start_conversation, attachments, multipart, effects, replies, reactions, typing, stop_typing, read, groups, group_manage, edit, unsend, availability, facetime_link, find_my, contact_share, sms, rcs.
   */
  capabilities: {
    [k: string]: boolean | "unknown";
  };
  /**
   * When it last answered a look.
   */
  last_seen: number | null;
  warnings: string[];
  /**
   * Epoch milliseconds.
   */
  created_at: number;
}
export interface Pool {
  api_key_id: string;
  protocol: ("twilio" | "blooio") | null;
  selection: Selection;
  numbers: {
    phone_number: string;
    /**
     * What people here call it.
     */
    name?: string | null;
    protocol: "twilio" | "blooio";
    channel: "sms" | "whatsapp" | "rcs" | "imessage";
    integration_id: string | null;
    api_key_id: string | null;
    position: number | null;
    weight: number;
    type: "shared" | "dedicated" | "inbound" | "trial" | "2fa";
    messages_per_second: number | null;
    messaging_service_sid?: string | null;
    is_active: boolean;
    capabilities: {
      sms: boolean;
      mms: boolean;
      voice: boolean;
      whatsapp?: boolean;
      rcs?: boolean;
    };
    /**
     * An iMessage line's.
     */
    caps?: Caps | null;
    health: Health | null;
    /**
     * When a message last left it or came to it; null: never, or no key holds it.
     */
    last_active?: number | null;
    /**
     * Epoch milliseconds.
     */
    created_at: number;
    sent_today: number;
    queued: number;
    delivery_rate_7d: number | null;
    failure_rate_7d: number | null;
  }[];
}
export interface LinkPreview {
  image_url?: string;
  title?: string;
}
export interface ReplyToRequest {
  message_id?: string;
  guid?: string;
  part_index?: number;
}
export interface PoolPreview {
  would_send: boolean;
  /**
   * Why it would be refused: the code that the send would answer.
   */
  code?: string;
  /**
   * The same in words.
   */
  message?: string;
  /**
   * Who would speak; null where no number can. Also named where the person or the key is refused.
   */
  from_number: string | null;
  reason:
    | ("requested" | "sticky" | "first" | "round_robin" | "weighted" | "geographic" | "least_busy" | "replied_to")
    | null;
  considered: {
    phone_number: string;
    eligible: boolean;
    why: string;
  }[];
  note?: string | null;
  /**
   * In how many parts it would leave; null without content.
   */
  parts: number | null;
  encoding: ("GSM-7" | "UCS-2") | null;
  /**
   * Until when it would wait for the end of quiet hours.
   */
  quiet_until?: number | null;
}
export interface Assignment {
  contact: string;
  phone_number: string | null;
  assigned_at: number | null;
}
export interface AssignmentResult {
  index: number;
  contact: string;
  phone_number: string;
  status: "assigned" | "failed";
  code?: string;
  message?: string;
}
export interface OptOut {
  contact: string;
  /**
   * `keyword` (written to a number of the pool), `agent_keyword` (to an RCS agent of its account), `fallback_keyword` (to a key that carried a message of this one), `carrier` (Twilio's error 21610 and its family), or `admin`.
   */
  source: string;
  /**
   * Epoch milliseconds.
   */
  opted_out_at: number;
}
export interface ContactsPage {
  contacts: Contact[];
  pagination: Pagination;
}
export interface Contact {
  id: string;
  contact_id: string;
  /**
   * The phone number or email address; equal to `id`.
   */
  identifier: string;
  name: string | null;
  type: "phone" | "email";
  /**
   * Epoch milliseconds.
   */
  created_at: number;
  last_message_time: number | null;
  /**
   * As it was set; null: where its number lies.
   */
  time_zone?: string | null;
  tags: string[];
}
export interface DeleteResponse {
  success: boolean;
  deleted_at: number;
}
export interface TagsAdded {
  success: boolean;
  tags_added: string[];
}
export interface OptIn {
  /**
   * Epoch milliseconds.
   */
  agreed_at: number;
  /**
   * Where they agreed.
   */
  source: string;
  /**
   * What they agreed to.
   */
  words: string | null;
  /**
   * Epoch milliseconds.
   */
  recorded_at: number;
  /**
   * `list`: it stood in a campaign's list. `reply`: they said yes to a campaign's question, which `words` holds.
   */
  recorded_by: "api_key" | "admin" | "list" | "reply";
  campaign_id?: string;
  answer?: string;
  question_message_id?: string;
  answer_message_id?: string;
}
export interface CampaignDetail {
  campaign_id: string;
  name: string;
  state: "draft" | "scheduled" | "running" | "paused" | "completed" | "cancelled";
  /**
   * The same as `state`.
   */
  status: "draft" | "scheduled" | "running" | "paused" | "completed" | "cancelled";
  text: string | null;
  attachments: string[];
  shorten_links: boolean;
  from_number: string | null;
  pace_per_minute: number | null;
  per_minute: number | null;
  columns: {
    [k: string]: string;
  } | null;
  skip_without_reply_months: number | null;
  double_opt_in?: {
    text: string;
    words: string[] | null;
    days: number;
  } | null;
  quiet_hours?: QuietHours | null;
  urgent?: boolean;
  audience: {
    state: "none" | "loading" | "checking" | "ready";
    tag: string | null;
    fields: string[];
    rows: number;
    /**
     * How many rows are left out, by why.
     */
    rejected: {
      [k: string]: number;
    };
  };
  progress: {
    waiting: number;
    /**
     * Were asked first and have not answered.
     */
    asked?: number;
    taken: number;
    refused: number;
    rejected: number;
  };
  /**
   * What keeps it from going on now.
   */
  held_by: {
    code: string;
    message: string;
    until: number | null;
  } | null;
  /**
   * Epoch milliseconds.
   */
  created_at: number;
  start_at: number | null;
  started_at: number | null;
  ended_at: number | null;
  /**
   * About when the last will have been written to; when it ended, once it has; null where nobody can say.
   */
  finishes_at: number | null;
  /**
   * `total` is everybody who was not rejected; `sent` is what the carrier took, whatever came of it then; `failed` what was refused, by us or later.
   */
  counts: {
    total: number;
    waiting: number;
    sent: number;
    delivered: number;
    failed: number;
    opted_out: number;
    replied: number;
    clicked_by_people: number;
  };
  errors: {
    code: string;
    count: number;
    meaning: string;
  }[];
  numbers: {
    statuses: {
      [k: string]: number;
    };
    errors: {
      [k: string]: number;
    };
    refusals: {
      [k: string]: number;
    };
    parts: number;
    /**
     * People who followed a link; what looks like a machine is not counted.
     */
    clicked: number;
    replied: number;
    opted_out: number;
  };
}
export interface CampaignRequest {
  name: string;
  text?: string | null;
  /**
   * Public https URLs, at most 10.
   */
  attachments?:
    | (
        | string
        | {
            url: string;
            name?: string | null;
          }
      )[]
    | null;
  shorten_links?: boolean | null;
  /**
   * One of this key's numbers; else the pool chooses.
   */
  from_number?: string | null;
  /**
   * Messages a minute at most; without it, as fast as the numbers may.
   */
  pace_per_minute?: number | null;
  /**
   * The same as `pace_per_minute`.
   */
  per_minute?: number | null;
  /**
   * When it begins once it is started (as `send_at`), at most 35 days ahead; at once unless set.
   */
  start_at?: (number | string) | null;
  /**
   * The same as `skip_without_reply_months`.
   */
  only_if?: {
    /**
     * Leaves out who was first written to so many months ago and has not answered since.
     */
    replied_within_months?: number;
  } | null;
  /**
   * Which column of the file is which field, by its heading: `phone` and the fields of the text.
   */
  columns?: {
    [k: string]: string;
  } | null;
  /**
   * Leaves out who was first written to so many months ago and has not answered since.
   */
  skip_without_reply_months?: number | null;
  double_opt_in?: DoubleOptIn | null;
  /**
   * Besides those of the key.
   */
  quiet_hours?: QuietHours | null;
  /**
   * true: it waits for no quiet hours.
   */
  urgent?: boolean | null;
}
/**
 * A question that comes first: the campaign's message follows to those alone who say yes.
 */
export interface DoubleOptIn {
  /**
   * The question, for example: Reply YES to hear from us. With fields as the text.
   */
  text: string;
  /**
   * Which answers are a yes, each alone; YES in many languages unless set.
   */
  words?: string[] | null;
  /**
   * For how many days an answer counts; 7 unless set.
   */
  days?: number;
}
export interface Campaign {
  campaign_id: string;
  name: string;
  state: "draft" | "scheduled" | "running" | "paused" | "completed" | "cancelled";
  /**
   * The same as `state`.
   */
  status: "draft" | "scheduled" | "running" | "paused" | "completed" | "cancelled";
  text: string | null;
  attachments: string[];
  shorten_links: boolean;
  from_number: string | null;
  pace_per_minute: number | null;
  per_minute: number | null;
  columns: {
    [k: string]: string;
  } | null;
  skip_without_reply_months: number | null;
  double_opt_in?: {
    text: string;
    words: string[] | null;
    days: number;
  } | null;
  quiet_hours?: QuietHours | null;
  urgent?: boolean;
  audience: {
    state: "none" | "loading" | "checking" | "ready";
    tag: string | null;
    fields: string[];
    rows: number;
    /**
     * How many rows are left out, by why.
     */
    rejected: {
      [k: string]: number;
    };
  };
  progress: {
    waiting: number;
    /**
     * Were asked first and have not answered.
     */
    asked?: number;
    taken: number;
    refused: number;
    rejected: number;
  };
  /**
   * What keeps it from going on now.
   */
  held_by: {
    code: string;
    message: string;
    until: number | null;
  } | null;
  /**
   * Epoch milliseconds.
   */
  created_at: number;
  start_at: number | null;
  started_at: number | null;
  ended_at: number | null;
  /**
   * About when the last will have been written to; when it ended, once it has; null where nobody can say.
   */
  finishes_at: number | null;
}
export interface CampaignChange {
  name?: string;
  text?: string | null;
  /**
   * Public https URLs, at most 10.
   */
  attachments?:
    | (
        | string
        | {
            url: string;
            name?: string | null;
          }
      )[]
    | null;
  shorten_links?: boolean | null;
  /**
   * One of this key's numbers; else the pool chooses.
   */
  from_number?: string | null;
  /**
   * Messages a minute at most; without it, as fast as the numbers may.
   */
  pace_per_minute?: number | null;
  /**
   * The same as `pace_per_minute`.
   */
  per_minute?: number | null;
  /**
   * When it begins once it is started (as `send_at`), at most 35 days ahead; at once unless set.
   */
  start_at?: (number | string) | null;
  /**
   * The same as `skip_without_reply_months`.
   */
  only_if?: {
    /**
     * Leaves out who was first written to so many months ago and has not answered since.
     */
    replied_within_months?: number;
  } | null;
  /**
   * Which column of the file is which field, by its heading: `phone` and the fields of the text.
   */
  columns?: {
    [k: string]: string;
  } | null;
  /**
   * Leaves out who was first written to so many months ago and has not answered since.
   */
  skip_without_reply_months?: number | null;
  double_opt_in?: DoubleOptIn | null;
  /**
   * Besides those of the key.
   */
  quiet_hours?: QuietHours | null;
  /**
   * true: it waits for no quiet hours.
   */
  urgent?: boolean | null;
}
export interface CampaignPreview {
  people: {
    line: number;
    to: string;
    text: string | null;
    question?: string;
    number_of_message_parts: number | null;
    encoding: string | null;
    from_number: string | null;
    /**
     * Why it would not be sent.
     */
    reason: string | null;
  }[];
  /**
   * Parts that everybody in the list comes to who was not rejected.
   */
  estimated_parts: number;
  /**
   * Those of the question that comes first.
   */
  question_parts?: number;
  /**
   * How many wait.
   */
  total: number;
}
export interface PreviewRows {
  rows: {
    to: string;
    from_number: string | null;
    text: string | null;
    parts: number | null;
  }[];
  totals: {
    recipients: number;
    parts: number;
    rejected: number;
  };
}
export interface FoundMessages {
  /**
   * Newest first.
   */
  messages: AdminMessageSummary[];
  /**
   * Pass it as `before` to go on, also where nothing was found yet; null: nothing is left.
   */
  next_before: string | null;
  /**
   * Down to when was searched, in epoch milliseconds; null: to the end.
   */
  searched_until: number | null;
  /**
   * Pass it as `after` to get what comes later.
   */
  next_after: string;
}
export interface AdminMessageSummary {
  message_id: string;
  chat_id: string;
  direction: "inbound" | "outbound";
  contact: {
    contact_id: string;
    name: string | null;
    identifier: string;
  } | null;
  /**
   * Our number of the conversation.
   */
  internal_id: string | null;
  text: string | null;
  attachments: {
    [k: string]: unknown;
  }[];
  sender: string | null;
  reactions: Reaction[];
  reply_to?: ReplyToInfo | null;
  /**
   * WhatsApp alone, like the six fields after it.
   */
  profile_name?: string | null;
  /**
   * What WhatsApp calls a person who may hide the number.
   */
  external_user_id?: string | null;
  /**
   * What the message is, also where it has no text: `button`, `list`, `location`, `unsupported` …
   */
  kind?: string | null;
  /**
   * `text`, `payload` and `type` of the button that was pressed.
   */
  button?: {
    [k: string]: unknown;
  } | null;
  /**
   * `id`, `title` and `description` of the row that was chosen.
   */
  list?: {
    [k: string]: unknown;
  } | null;
  /**
   * `latitude`, `longitude`, `address` and `label`.
   */
  location?: {
    [k: string]: unknown;
  } | null;
  /**
   * The advertisement that the person came from: `source_url`, `source_id`, `headline` …
   */
  referral?: {
    [k: string]: unknown;
  } | null;
  /**
   * Epoch milliseconds.
   */
  time_sent: number;
  time_delivered: number | null;
  status: ("pending" | "queued" | "sent" | "delivered" | "failed" | "cancellation_requested" | "cancelled") | null;
  protocol: "pending" | "unknown" | "imessage" | "sms" | "rcs" | "whatsapp";
  error: string | null;
  /**
   * Twilio's code, as a string.
   */
  error_code?: string | null;
  /**
   * Our name for the code.
   */
  error_name?: string | null;
  error_meaning?: string | null;
  /**
   * Whether sending again makes sense, in words.
   */
  retry?: string | null;
  metadata?: {
    [k: string]: unknown;
  } | null;
  number_of_message_parts?: number;
  encoding?: ("GSM-7" | "UCS-2") | null;
  delivery_report?: ("expected" | "not_expected" | "missing") | null;
  /**
   * True while it is not known whether Twilio took it.
   */
  outcome_unknown?: boolean;
  send_at?: number | null;
  /**
   * Until when it waits for the end of its key's quiet hours; only while it does.
   */
  quiet_until?: number;
  sent_at?: number | null;
  read_at?: number | null;
  /**
   * How often its short links were followed, and how often by people.
   */
  clicks?: {
    raw: number;
    human: number;
  } | null;
  /**
   * The carrier's id.
   */
  provider_id?: string | null;
  /**
   * The state inside, finer than `status`.
   */
  internal_status?: string;
}
export interface SendMessageResponse {
  /**
   * The first message's id.
   */
  message_id: string;
  message_ids?: string[];
  count?: number;
  status: "queued" | "failed";
  /**
   * The number that speaks.
   */
  from_number?: string;
  group_id?: string;
  group_created?: boolean;
  participants?: string[];
  parent_unresolved?: boolean;
  /**
   * Until when it waits for the end of its key's quiet hours; only while it does.
   */
  quiet_until?: number;
  /**
   * What was not read though it seems meant, such as `from` for `from_number`.
   */
  warning?: string;
}
export interface MessageStory {
  message_id: string;
  chat_id: string;
  direction: "inbound" | "outbound";
  contact: {
    contact_id: string;
    name: string | null;
    identifier: string;
  } | null;
  /**
   * Our number of the conversation.
   */
  internal_id: string | null;
  text: string | null;
  attachments: {
    [k: string]: unknown;
  }[];
  sender: string | null;
  reactions: Reaction[];
  reply_to?: ReplyToInfo | null;
  /**
   * WhatsApp alone, like the six fields after it.
   */
  profile_name?: string | null;
  /**
   * What WhatsApp calls a person who may hide the number.
   */
  external_user_id?: string | null;
  /**
   * What the message is, also where it has no text: `button`, `list`, `location`, `unsupported` …
   */
  kind?: string | null;
  /**
   * `text`, `payload` and `type` of the button that was pressed.
   */
  button?: {
    [k: string]: unknown;
  } | null;
  /**
   * `id`, `title` and `description` of the row that was chosen.
   */
  list?: {
    [k: string]: unknown;
  } | null;
  /**
   * `latitude`, `longitude`, `address` and `label`.
   */
  location?: {
    [k: string]: unknown;
  } | null;
  /**
   * The advertisement that the person came from: `source_url`, `source_id`, `headline` …
   */
  referral?: {
    [k: string]: unknown;
  } | null;
  /**
   * Epoch milliseconds.
   */
  time_sent: number;
  time_delivered: number | null;
  status: ("pending" | "queued" | "sent" | "delivered" | "failed" | "cancellation_requested" | "cancelled") | null;
  protocol: "pending" | "unknown" | "imessage" | "sms" | "rcs" | "whatsapp";
  error: string | null;
  /**
   * Twilio's code, as a string.
   */
  error_code?: string | null;
  /**
   * Our name for the code.
   */
  error_name?: string | null;
  error_meaning?: string | null;
  /**
   * Whether sending again makes sense, in words.
   */
  retry?: string | null;
  metadata?: {
    [k: string]: unknown;
  } | null;
  number_of_message_parts?: number;
  encoding?: ("GSM-7" | "UCS-2") | null;
  delivery_report?: ("expected" | "not_expected" | "missing") | null;
  /**
   * True while it is not known whether Twilio took it.
   */
  outcome_unknown?: boolean;
  send_at?: number | null;
  /**
   * Until when it waits for the end of its key's quiet hours; only while it does.
   */
  quiet_until?: number;
  sent_at?: number | null;
  read_at?: number | null;
  /**
   * How often its short links were followed, and how often by people.
   */
  clicks?: {
    raw: number;
    human: number;
  } | null;
  /**
   * The carrier's id.
   */
  provider_id?: string | null;
  /**
   * The state inside, finer than `status`.
   */
  internal_status?: string;
  /**
   * What the carrier said beside it: all parameters of an inbound message as they came.
   */
  carrier_detail?: {
    [k: string]: unknown;
  } | null;
  trace?: {
    reason: string;
    considered: {
      phone_number: string;
      eligible: boolean;
      why: string;
    }[];
    note: string | null;
  } | null;
  /**
   * Oldest first.
   */
  timeline: {
    /**
     * Epoch milliseconds.
     */
    at: number;
    kind:
      | "received"
      | "accepted"
      | "chosen"
      | "left"
      | "taken"
      | "put_back"
      | "handed_on"
      | "unknown"
      | "sent"
      | "delivered"
      | "read"
      | "failed"
      | "cancelled";
    /**
     * What happened, as a sentence for a person.
     */
    words: string;
    /**
     * The event that told webhooks of it.
     */
    event_id?: string;
    attempts?: StoryAttempt[];
  }[];
  next: NextStep | null;
}
export interface StoryAttempt {
  webhook_id: string;
  attempt: number;
  /**
   * Epoch milliseconds.
   */
  at: number;
  /**
   * `waiting`: not made yet; `at` is when it is due.
   */
  state: "delivered" | "failed" | "waiting";
  /**
   * The receiver's HTTP status; null where no answer came.
   */
  status: number | null;
  error: string | null;
  duration_ms: number | null;
}
/**
 * What happens next; null once the carrier has the message or it has ended.
 */
export interface NextStep {
  /**
   * When it happens; null: when a person mends what holds it.
   */
  at: number | null;
  /**
   * When it ends as failed at the latest if nothing changes; null: it does not wait.
   */
  until: number | null;
  /**
   * Why it waits; null: it does not.
   */
  why:
    | (
        | "scheduled"
        | "quiet_hours"
        | "key_paused"
        | "number_paused"
        | "account_refused"
        | "rate_limited"
        | "daily_limit"
        | "line_offline"
        | "credentials_unreadable"
        | "gateway_fault"
        | "in_order"
        | "paced"
        | "settling"
      )
    | null;
  /**
   * Both, as a sentence for a person.
   */
  words: string;
}
export interface CancelResponse {
  message_id: string;
  cancelled: boolean;
  status: "pending" | "queued" | "sent" | "delivered" | "failed" | "cancellation_requested" | "cancelled";
  message?: string;
}
export interface ChatsPage {
  chats: Chat[];
  pagination: Pagination;
}
export interface Chat {
  id: string;
  type: "phone" | "email" | "group";
  is_group: boolean;
  group_id: string | null;
  group_name: string | null;
  member_count: number;
  contact: {
    contact_id: string;
    name: string | null;
    identifier: string;
  } | null;
  message_count: number;
  inbound_count: number;
  outbound_count: number;
  background_url: string | null;
  background_id: string | null;
  /**
   * Epoch milliseconds.
   */
  last_message_time: number;
  last_inbound_time: number | null;
  last_outbound_time: number | null;
  last_message: LastMessage;
}
export interface LastMessage {
  message_id: string;
  text: string | null;
  direction: "inbound" | "outbound";
  /**
   * Epoch milliseconds.
   */
  time_sent: number;
}
export interface AdminMessagesPage {
  chat_id: string;
  messages: AdminMessageSummary[];
  pagination: Pagination;
}
export interface WebhooksList {
  webhooks: Webhook[];
}
export interface Webhook {
  webhook_id: string;
  webhook_url: string;
  webhook_type: "message" | "status" | "all";
  scope: "api_key" | "organization" | "integration";
  api_key_name?: string | null;
  integration_name?: string | null;
  /**
   * Epoch milliseconds.
   */
  created_at: number;
  deprecated_at: number | null;
  /**
   * Epoch milliseconds.
   */
  valid_until: number;
  last_triggered: number | null;
  failure_count: number;
  is_active: boolean;
  disabled_at?: number | null;
  /**
   * `gone` (it answered 410), `failing` (nothing but failures for five days), `key_revoked`.
   */
  disabled_because?: string | null;
  /**
   * What the newest attempt was answered; null: nothing.
   */
  last_status?: number | null;
  /**
   * What was wrong with that answer, or why none came.
   */
  last_error?: string | null;
  /**
   * Since when nothing but failures.
   */
  failing_since?: number | null;
  /**
   * Deliveries that are still to come or to be repeated.
   */
  owed?: number;
  /**
   * When the first of these is tried; null: nothing waits.
   */
  next_attempt_at?: number | null;
  /**
   * It failed ten times in a row over ten minutes or more: until then nothing is posted to it, new events neither, then one to try. Null: not so.
   */
  circuit_open_until?: number | null;
  /**
   * Why it gets nothing (410, five days of failures, paused by a person, `valid_until` over) and what resumes it; null while it is active.
   */
  inactive_because?: string | null;
  organization_id?: string;
  api_key_id?: string | null;
  events?: string[] | null;
  numbers?: string[] | null;
  format?: "blooio" | "campaign" | "v4";
  event_name?: string;
}
export interface WebhookExisting {
  webhook_id: string;
  webhook_url: string;
  scope: "api_key" | "organization";
  message: string;
}
export interface WebhookCreated {
  webhook_id: string;
  webhook_url: string;
  webhook_type: "message" | "status" | "all";
  scope: "api_key" | "organization";
  /**
   * Epoch milliseconds.
   */
  created_at: number;
  /**
   * `whsec_` and 64 hex digits; shown this once.
   */
  signing_secret: string;
  /**
   * Epoch milliseconds.
   */
  valid_until?: number;
}
export interface WebhookDeleted {
  success: boolean;
  message: string;
}
export interface WebhookSecretRotated {
  webhook_id: string;
  signing_secret: string;
  /**
   * Epoch milliseconds.
   */
  rotated_at: number;
  rotated_by: string;
  rotation_count: number;
  previous_valid_until?: number | null;
}
export interface WebhookLogsPage {
  logs: WebhookLog[];
  pagination: WebhookLogPagination;
}
export interface WebhookLog {
  event_id: string;
  scope: "api" | "integration" | "org";
  /**
   * Epoch milliseconds.
   */
  attempted_time: number;
  response_received_at: number | null;
  webhook_url: string;
  event_body: {
    [k: string]: unknown;
  };
  response_status: number | null;
  response_json: {
    [k: string]: unknown;
  } | null;
  metadata: {
    organization_id: string;
    event_name: string;
    chat_id?: string | null;
    message_id?: string | null;
    is_replay: boolean;
    original_event_id?: string | null;
    duration_ms: number;
  };
  attempt?: number;
  /**
   * The first 4 KiB of the receiver's answer.
   */
  response_text?: string | null;
  error?: string | null;
}
export interface WebhookLogPagination {
  total: number;
  limit: number;
  offset: number;
  returned: number;
  has_more: boolean;
}
export interface WebhookReplay {
  /**
   * Whether the receiver answered 2xx.
   */
  success: boolean;
  replay_event_id: string;
  original_event_id: string;
  webhook_id: string;
  webhook_url: string;
  response_status?: number | null;
  duration_ms: number;
  response_data: {
    body: unknown;
    headers?: {
      [k: string]: unknown;
    };
    size?: number;
    contentType: string;
    duration?: number;
    error?: string | null;
    errorType?: string | null;
  };
}
export interface WebhookReplayRange {
  webhook_id: string;
  /**
   * How many events leave again, one after another at ten a second.
   */
  replayed: number;
  /**
   * There is more: ask again from here once these have left. Null: that was all.
   */
  next_since: number | null;
  /**
   * The time whose events were looked at, both ends included.
   */
  covers: {
    /**
     * Epoch milliseconds.
     */
    from: number;
    /**
     * Epoch milliseconds.
     */
    until: number;
  };
  /**
   * What was left out though `since` asked for it, in words.
   */
  note: string | null;
}
export interface WebhookTest {
  /**
   * Whether the receiver answered 2xx.
   */
  success: boolean;
  event_id: string;
  webhook_id: string;
  webhook_url: string;
  response_status?: number | null;
  duration_ms: number;
  response_data: {
    body: unknown;
    headers?: {
      [k: string]: unknown;
    };
    size?: number;
    contentType: string;
    duration?: number;
    error?: string | null;
    errorType?: string | null;
  };
}
export interface AdminMessage {
  message_id: string;
  chat_id: string;
  direction: "inbound" | "outbound";
  contact: {
    contact_id: string;
    name: string | null;
    identifier: string;
  } | null;
  /**
   * Our number of the conversation.
   */
  internal_id: string | null;
  text: string | null;
  attachments: {
    [k: string]: unknown;
  }[];
  sender: string | null;
  reactions: Reaction[];
  reply_to?: ReplyToInfo | null;
  /**
   * WhatsApp alone, like the six fields after it.
   */
  profile_name?: string | null;
  /**
   * What WhatsApp calls a person who may hide the number.
   */
  external_user_id?: string | null;
  /**
   * What the message is, also where it has no text: `button`, `list`, `location`, `unsupported` …
   */
  kind?: string | null;
  /**
   * `text`, `payload` and `type` of the button that was pressed.
   */
  button?: {
    [k: string]: unknown;
  } | null;
  /**
   * `id`, `title` and `description` of the row that was chosen.
   */
  list?: {
    [k: string]: unknown;
  } | null;
  /**
   * `latitude`, `longitude`, `address` and `label`.
   */
  location?: {
    [k: string]: unknown;
  } | null;
  /**
   * The advertisement that the person came from: `source_url`, `source_id`, `headline` …
   */
  referral?: {
    [k: string]: unknown;
  } | null;
  /**
   * Epoch milliseconds.
   */
  time_sent: number;
  time_delivered: number | null;
  status: ("pending" | "queued" | "sent" | "delivered" | "failed" | "cancellation_requested" | "cancelled") | null;
  protocol: "pending" | "unknown" | "imessage" | "sms" | "rcs" | "whatsapp";
  error: string | null;
  /**
   * Twilio's code, as a string.
   */
  error_code?: string | null;
  /**
   * Our name for the code.
   */
  error_name?: string | null;
  error_meaning?: string | null;
  /**
   * Whether sending again makes sense, in words.
   */
  retry?: string | null;
  metadata?: {
    [k: string]: unknown;
  } | null;
  number_of_message_parts?: number;
  encoding?: ("GSM-7" | "UCS-2") | null;
  delivery_report?: ("expected" | "not_expected" | "missing") | null;
  /**
   * True while it is not known whether Twilio took it.
   */
  outcome_unknown?: boolean;
  send_at?: number | null;
  /**
   * Until when it waits for the end of its key's quiet hours; only while it does.
   */
  quiet_until?: number;
  sent_at?: number | null;
  read_at?: number | null;
  /**
   * How often its short links were followed, and how often by people.
   */
  clicks?: {
    raw: number;
    human: number;
  } | null;
  /**
   * The carrier's id.
   */
  provider_id?: string | null;
  /**
   * The state inside, finer than `status`.
   */
  internal_status?: string;
  /**
   * What the carrier said beside it: all parameters of an inbound message as they came.
   */
  carrier_detail?: {
    [k: string]: unknown;
  } | null;
  trace?: {
    reason: string;
    considered: {
      phone_number: string;
      eligible: boolean;
      why: string;
    }[];
    note: string | null;
  } | null;
}
export interface Session {
  /**
   * Epoch milliseconds.
   */
  created_at: number;
  /**
   * When it was last used, to within five minutes, in epoch milliseconds.
   */
  seen_at: number;
  /**
   * When it ends if it is not used again, in epoch milliseconds.
   */
  expires_at: number;
  /**
   * It is the one by which this call came.
   */
  current: boolean;
}
export interface PublicUrl {
  /**
   * null: none is known yet, and live keys answer 503.
   */
  url: string | null;
  /**
   * The Worker's setting PUBLIC_URL wins over the directory, unless it is this machine's own address alone.
   */
  source: ("setting" | "directory") | null;
  /**
   * Whether this call may set another: false where the setting wins.
   */
  changeable: boolean;
  /**
   * Newest first: callbacks to them are still taken.
   */
  former: string[];
  /**
   * Numbers whose webhooks at Twilio lead to another address.
   */
  numbers_behind: number;
  /**
   * At most 50 of them.
   *
   * Items: E.164, with its plus.
   */
  phone_numbers_behind: string[];
}
export interface Status {
  ok: boolean;
  version: string;
  directory: {
    ok: boolean;
    detail?: string | null;
  };
  migrations: {
    ok: boolean;
    detail?: string | null;
  };
  secrets: {
    ok: boolean;
    missing: string[];
  };
  public_url: {
    ok: boolean;
    detail?: string | null;
  };
  /**
   * Deliveries that the pools of this page owe.
   */
  undelivered_webhooks: number;
  /**
   * Pools whose configuration is behind the directory.
   */
  pools_behind: number;
  /**
   * What still needs each master key; empty where the directory does not answer.
   */
  master_keys: MasterKeyNeed[];
  /**
   * Everything worth a look when something is amiss.
   */
  checks: Check[];
  /**
   * At most 40 in one call, of keys that are not revoked, in the order of their ids.
   */
  pools: PoolStatus[];
  /**
   * Pass it as `after` for the next pools; null: these are the last.
   */
  next_after: string | null;
}
export interface MasterKeyNeed {
  id: string;
  /**
   * MASTER_KEYS has it.
   */
  in_ring: boolean;
  /**
   * It opens what was sealed under its name; else it is missing, or another key of the name stands there.
   */
  opens: boolean;
  newest: boolean;
  /**
   * Credentials and webhook secrets that it sealed.
   */
  secrets: number;
  /**
   * Tokens of API keys that open, and whose checksum it made.
   */
  tokens: number;
  /**
   * Until when callbacks under way need it.
   */
  callbacks_until: number | null;
}
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  /**
   * How to mend it; null where nothing is amiss.
   */
  help: string | null;
}
export interface PoolStatus {
  api_key_id: string;
  name: string;
  /**
   * null: the pool did not answer.
   */
  waiting: number | null;
  /**
   * null: the pool did not answer.
   */
  unknown: number | null;
  /**
   * null: the pool did not answer.
   */
  owed: number | null;
  /**
   * null: the pool did not answer.
   */
  ledger_bytes: number | null;
  last_used_at: number | null;
  /**
   * Its configuration is behind the directory.
   */
  behind: boolean;
}

/** Method and path of each call, below the base path of the admin API. */
export const routes = {
  createOrganization: ["POST", "/organizations"],
  listOrganizations: ["GET", "/organizations"],
  getOrganization: ["GET", "/organizations/{organizationId}"],
  updateOrganization: ["PATCH", "/organizations/{organizationId}"],
  readPerson: ["GET", "/organizations/{organizationId}/contacts/{contactId}"],
  createApiKey: ["POST", "/api-keys"],
  listApiKeys: ["GET", "/api-keys"],
  getApiKey: ["GET", "/api-keys/{apiKeyId}"],
  updateApiKey: ["PATCH", "/api-keys/{apiKeyId}"],
  rotateApiKey: ["POST", "/api-keys/{apiKeyId}/rotate"],
  revokeApiKey: ["DELETE", "/api-keys/{apiKeyId}"],
  readKeyStats: ["GET", "/api-keys/{apiKeyId}/stats"],
  createTwilioIntegration: ["POST", "/integrations/twilio"],
  listTwilioIntegrations: ["GET", "/integrations/twilio"],
  getTwilioIntegration: ["GET", "/integrations/twilio/{integrationId}"],
  updateTwilioIntegration: ["PATCH", "/integrations/twilio/{integrationId}"],
  deleteTwilioIntegration: ["DELETE", "/integrations/twilio/{integrationId}"],
  testTwilioIntegration: ["POST", "/integrations/twilio/{integrationId}/test"],
  listAvailableNumbers: ["GET", "/integrations/twilio/{integrationId}/available-numbers"],
  importNumbers: ["POST", "/integrations/twilio/{integrationId}/import"],
  addSender: ["POST", "/integrations/twilio/{integrationId}/senders"],
  listIntegrations: ["GET", "/integrations"],
  createMacIntegration: ["POST", "/integrations/bluebubbles"],
  listMacIntegrations: ["GET", "/integrations/bluebubbles"],
  getMacIntegration: ["GET", "/integrations/bluebubbles/{integrationId}"],
  updateMacIntegration: ["PATCH", "/integrations/bluebubbles/{integrationId}"],
  deleteMacIntegration: ["DELETE", "/integrations/bluebubbles/{integrationId}"],
  testMacIntegration: ["POST", "/integrations/bluebubbles/{integrationId}/test"],
  listManagedNumbers: ["GET", "/numbers"],
  updateManagedNumber: ["PATCH", "/numbers/{number}"],
  deleteManagedNumber: ["DELETE", "/numbers/{number}"],
  createManagedNumber: ["POST", "/numbers"],
  getPool: ["GET", "/api-keys/{apiKeyId}/pool"],
  previewPool: ["POST", "/api-keys/{apiKeyId}/pool/preview"],
  orderPool: ["PUT", "/api-keys/{apiKeyId}/pool/order"],
  listAssignments: ["GET", "/api-keys/{apiKeyId}/assignments"],
  setAssignment: ["PUT", "/api-keys/{apiKeyId}/assignments"],
  resetAssignment: ["DELETE", "/api-keys/{apiKeyId}/assignments"],
  listOptOuts: ["GET", "/api-keys/{apiKeyId}/opt-outs"],
  addOptOut: ["POST", "/api-keys/{apiKeyId}/opt-outs"],
  removeOptOut: ["DELETE", "/api-keys/{apiKeyId}/opt-outs"],
  listKeyContacts: ["GET", "/api-keys/{apiKeyId}/contacts"],
  createKeyContact: ["POST", "/api-keys/{apiKeyId}/contacts"],
  getKeyContact: ["GET", "/api-keys/{apiKeyId}/contacts/{contactId}"],
  updateKeyContact: ["PATCH", "/api-keys/{apiKeyId}/contacts/{contactId}"],
  deleteKeyContact: ["DELETE", "/api-keys/{apiKeyId}/contacts/{contactId}"],
  eraseKeyContact: ["POST", "/api-keys/{apiKeyId}/contacts/{contactId}/erase"],
  addKeyContactTags: ["POST", "/api-keys/{apiKeyId}/contacts/{contactId}/tags"],
  removeKeyContactTag: ["DELETE", "/api-keys/{apiKeyId}/contacts/{contactId}/tags/{tag}"],
  listKeyContactOptIns: ["GET", "/api-keys/{apiKeyId}/contacts/{contactId}/opt-ins"],
  addKeyContactOptIn: ["POST", "/api-keys/{apiKeyId}/contacts/{contactId}/opt-ins"],
  listKeyCampaigns: ["GET", "/api-keys/{apiKeyId}/campaigns"],
  createKeyCampaign: ["POST", "/api-keys/{apiKeyId}/campaigns"],
  getKeyCampaign: ["GET", "/api-keys/{apiKeyId}/campaigns/{campaignId}"],
  updateKeyCampaign: ["PATCH", "/api-keys/{apiKeyId}/campaigns/{campaignId}"],
  deleteKeyCampaign: ["DELETE", "/api-keys/{apiKeyId}/campaigns/{campaignId}"],
  tagKeyCampaignAudience: ["POST", "/api-keys/{apiKeyId}/campaigns/{campaignId}/audience/tag"],
  previewKeyCampaign: ["GET", "/api-keys/{apiKeyId}/campaigns/{campaignId}/preview"],
  testKeyCampaign: ["POST", "/api-keys/{apiKeyId}/campaigns/{campaignId}/test"],
  startKeyCampaign: ["POST", "/api-keys/{apiKeyId}/campaigns/{campaignId}/start"],
  pauseKeyCampaign: ["POST", "/api-keys/{apiKeyId}/campaigns/{campaignId}/pause"],
  resumeKeyCampaign: ["POST", "/api-keys/{apiKeyId}/campaigns/{campaignId}/resume"],
  cancelKeyCampaign: ["POST", "/api-keys/{apiKeyId}/campaigns/{campaignId}/cancel"],
  previewKeyCampaignRows: ["POST", "/api-keys/{apiKeyId}/campaigns/{campaignId}/preview"],
  searchKeyMessages: ["GET", "/api-keys/{apiKeyId}/messages"],
  sendKeyMessage: ["POST", "/api-keys/{apiKeyId}/messages"],
  readAdminMessage: ["GET", "/api-keys/{apiKeyId}/messages/{messageId}"],
  cancelKeyMessage: ["DELETE", "/api-keys/{apiKeyId}/messages/{messageId}"],
  listKeyChats: ["GET", "/api-keys/{apiKeyId}/chats"],
  listKeyChatMessages: ["GET", "/api-keys/{apiKeyId}/chats/{chatId}/messages"],
  listOrganizationWebhooks: ["GET", "/webhooks"],
  createOrganizationWebhook: ["POST", "/webhooks"],
  getOrganizationWebhook: ["GET", "/webhooks/{webhookId}"],
  updateOrganizationWebhook: ["PATCH", "/webhooks/{webhookId}"],
  deleteOrganizationWebhook: ["DELETE", "/webhooks/{webhookId}"],
  rotateOrganizationWebhookSecret: ["POST", "/webhooks/{webhookId}/secret/rotate"],
  listOrganizationWebhookLogs: ["GET", "/webhooks/{webhookId}/logs"],
  replayOrganizationWebhookEvent: ["POST", "/webhooks/{webhookId}/logs/{eventId}/replay"],
  replayOrganizationWebhookEvents: ["POST", "/webhooks/{webhookId}/replay"],
  testOrganizationWebhook: ["POST", "/webhooks/{webhookId}/test"],
  sendTestMessage: ["POST", "/api-keys/{apiKeyId}/test-message"],
  composeSandboxInbound: ["POST", "/sandbox/inbound"],
  listSessions: ["GET", "/sessions"],
  endSessions: ["DELETE", "/sessions"],
  getPublicUrl: ["GET", "/public-url"],
  putPublicUrl: ["PUT", "/public-url"],
  repairPublicUrl: ["POST", "/public-url/repair"],
  resealSecrets: ["POST", "/master-keys/reseal"],
  retireMasterKey: ["POST", "/master-keys/{masterKeyId}/retire"],
  getStatus: ["GET", "/status"],
} as const;
