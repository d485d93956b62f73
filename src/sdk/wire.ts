// Made from the table of operations by `npm run sdk:types`.

/**
 * What each call takes, and what it answers when it succeeds.
 */
export interface Calls {
  listChatMessages: {
    params: {
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
    answer: MessagesPage;
  };
  sendMessage: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
    };
    headers: {
      "Idempotency-Key"?: string;
      "X-From-Number"?: string;
    };
    body: SendMessageRequest;
    answer: SendMessageResponse;
  };
  getMessage: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
      messageId: string;
    };
    answer: MessageDetail;
  };
  cancelMessage: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
      messageId: string;
    };
    answer: CancelResponse;
  };
  getMessageStatus: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
      messageId: string;
    };
    answer: MessageStatus;
  };
  addReaction: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
      messageId: string;
    };
    body: ReactionRequest;
    answer: ReactionResponse;
  };
  sendPoll: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
    };
    body: {
      title?: string | null;
      options: string[];
    };
    answer: PollSent;
  };
  getPollResults: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
      pollId: string;
    };
    answer: PollResults;
  };
  sendBulk: {
    headers: {
      "Idempotency-Key"?: string;
    };
    body: {
      messages: BulkRecord[];
    };
    answer: BulkResponse;
  };
  listChats: {
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
  getChat: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
    };
    answer: ChatDetail;
  };
  startTyping: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
    };
    answer: TypingResponse;
  };
  stopTyping: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
    };
    answer: TypingResponse;
  };
  markChatRead: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
    };
    answer: ReadResponse;
  };
  shareContactCard: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
    };
    answer: {
      success: boolean;
      chat_id: string;
      message: string;
    };
  };
  getChatBackground: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
    };
    answer: ChatBackgroundResponse;
  };
  removeChatBackground: {
    params: {
      /**
       * The other party: a phone number in E.164 form (`+` or `%2B`), or `whatsapp:+…`.
       */
      chatId: string;
    };
    answer: ChatBackgroundResponse;
  };
  getMe: {
    answer: MeResponse;
  };
  listNumbers: {
    answer: NumbersResponse;
  };
  getMyContactCard: {
    params: {
      number: string;
    };
    answer: ContactCard;
  };
  updateMyContactCard: {
    params: {
      number: string;
    };
    body: {
      first_name?: string | null;
      last_name?: string | null;
      avatar?: string | null;
      sharing?: {
        enabled?: boolean;
        audience?: 0 | 1;
        name_format?: 0 | 1;
      } | null;
    };
    answer: ContactCard;
  };
  requestCallForwarding: {
    params: {
      number: string;
    };
    body: {
      forward_to: string;
    };
    answer: {
      success: boolean;
      ticket_id: string;
      status: string;
      number: string;
      forward_to: string;
    };
  };
  listWebhooks: {
    answer: WebhooksList;
  };
  createWebhook: {
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
    };
    answer: WebhookExisting | WebhookCreated;
  };
  getWebhook: {
    params: {
      webhookId: string;
    };
    answer: Webhook;
  };
  updateWebhook: {
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
  deleteWebhook: {
    params: {
      webhookId: string;
    };
    answer: WebhookDeleted;
  };
  rotateWebhookSecret: {
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
  listWebhookLogs: {
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
  replayWebhookEvent: {
    params: {
      webhookId: string;
      eventId: string;
    };
    answer: WebhookReplay;
  };
  replayWebhookEvents: {
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
  listEvents: {
    query: {
      /**
       * The `next_after` of the page before, or `latest`: no events, and where to go on from now.
       */
      after?: string;
      /**
       * The most entries to answer.
       */
      limit?: number;
    };
    answer: EventsPage;
  };
  listCampaigns: {
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
  createCampaign: {
    body: CampaignRequest;
    answer: Campaign;
  };
  getCampaign: {
    params: {
      campaignId: string;
    };
    answer: CampaignDetail;
  };
  updateCampaign: {
    params: {
      campaignId: string;
    };
    body: CampaignChange;
    answer: Campaign;
  };
  deleteCampaign: {
    params: {
      campaignId: string;
    };
    answer: DeleteResponse;
  };
  tagCampaignAudience: {
    params: {
      campaignId: string;
    };
    body: {
      tag: string;
    };
    answer: Campaign;
  };
  previewCampaign: {
    params: {
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
  testCampaign: {
    params: {
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
  startCampaign: {
    params: {
      campaignId: string;
    };
    body: {
      send_at?: (number | string) | null;
    };
    answer: Campaign;
  };
  pauseCampaign: {
    params: {
      campaignId: string;
    };
    answer: Campaign;
  };
  resumeCampaign: {
    params: {
      campaignId: string;
    };
    answer: Campaign;
  };
  cancelCampaign: {
    params: {
      campaignId: string;
    };
    answer: Campaign;
  };
  listContacts: {
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
  createContact: {
    body: {
      identifier: string;
      name?: string | null;
    };
    answer: Contact;
  };
  getContact: {
    params: {
      contactId: string;
    };
    answer: Contact;
  };
  updateContact: {
    params: {
      contactId: string;
    };
    body: {
      name?: string | null;
      time_zone?: string | null;
    };
    answer: Contact;
  };
  deleteContact: {
    params: {
      contactId: string;
    };
    answer: DeleteResponse;
  };
  getContactCapabilities: {
    params: {
      contactId: string;
    };
    answer: Capabilities;
  };
  listContactTags: {
    params: {
      contactId: string;
    };
    answer: Tags;
  };
  addContactTags: {
    params: {
      contactId: string;
    };
    body: {
      tags: string[];
    };
    answer: TagsAdded;
  };
  removeContactTag: {
    params: {
      contactId: string;
      tag: string;
    };
    answer: DeleteResponse;
  };
  listContactOptIns: {
    params: {
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
  addContactOptIn: {
    params: {
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
  lookupPhoneNumber: {
    query: {
      number: string;
    };
    answer: PhoneNumberLookupResult;
  };
  lookupPhoneNumberPost: {
    body: {
      number: string;
    };
    answer: PhoneNumberLookupResult;
  };
  batchLookupPhoneNumbers: {
    body: {
      numbers: string[];
    };
    answer: BatchLookup;
  };
  listGroups: {
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
       * Part of a group's name.
       */
      q?: string;
      sort?: "recent" | "oldest" | "name_asc" | "name_desc";
    };
    answer: GroupsPage;
  };
  createGroup: {
    body: {
      name: string;
      chat_guid?: string | null;
      members?: string[] | null;
    };
    answer: GroupCreated;
  };
  getGroup: {
    params: {
      groupId: string;
    };
    answer: Group;
  };
  updateGroup: {
    params: {
      groupId: string;
    };
    body: {
      name?: string;
    };
    answer: GroupUpdated;
  };
  deleteGroup: {
    params: {
      groupId: string;
    };
    answer: DeleteResponse;
  };
  listGroupMembers: {
    params: {
      groupId: string;
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
    answer: GroupMembersPage;
  };
  addGroupMember: {
    params: {
      groupId: string;
    };
    body: {
      contact_id: string;
    };
    answer:
      | {
          message: string;
          member: GroupMember;
        }
      | {
          member: GroupMember;
          contact_created: boolean;
        };
  };
  removeGroupMember: {
    params: {
      groupId: string;
      contactId: string;
    };
    answer: {
      success: boolean;
      /**
       * Epoch milliseconds.
       */
      removed_at: number;
    };
  };
  removeGroupIcon: {
    params: {
      groupId: string;
    };
    answer: GroupIconResponse;
  };
  listLocationContacts: {
    answer: {
      friends: ContactLocation[];
    };
  };
  getLocationContact: {
    params: {
      handle: string;
    };
    answer: ContactLocation;
  };
  refreshLocationContacts: {
    answer: {
      success: boolean;
      friends: ContactLocation[];
    };
  };
  callFaceTime: {
    body: {
      handle: string;
    };
    answer: {
      success: boolean;
      link: string;
      handle: string;
    };
  };
}
export interface MessagesPage {
  chat_id: string;
  messages: Message[];
  pagination: Pagination;
}
export interface Message {
  message_id: string;
  chat_id?: string;
  direction: "inbound" | "outbound";
  /**
   * The same as `chat_id`.
   */
  external_id: string;
  contact?: {
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
export interface Pagination {
  limit: number;
  offset: number;
  /**
   * How many entries there are. Of a list that is long, rows are counted no further than some way beyond the page, and `total` is then one more than what was counted: page on until `offset` reaches it.
   */
  total: number;
}
export interface SendMessageRequest {
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
export interface MessageDetail {
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
}
export interface CancelResponse {
  message_id: string;
  cancelled: boolean;
  status: "pending" | "queued" | "sent" | "delivered" | "failed" | "cancellation_requested" | "cancelled";
  message?: string;
}
export interface MessageStatus {
  message_id: string;
  chat_id: string;
  direction: "inbound" | "outbound";
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
  delivery_report?: ("expected" | "not_expected" | "missing") | null;
  outcome_unknown?: boolean;
  /**
   * Until when it waits for the end of its key's quiet hours; only while it does.
   */
  quiet_until?: number;
}
export interface ReactionRequest {
  reaction: string;
  direction?: "inbound" | "outbound";
}
export interface ReactionResponse {
  success: boolean;
  message_id: string;
  reaction: string;
  action: "add" | "remove";
}
export interface PollSent {
  poll_id: string;
  chat_id: string;
  poll: {
    title: string;
    options: string[];
  };
  sent_at: number;
}
export interface PollResults {
  poll_id: string;
  chat_id: string;
  title: string;
  options: {
    text: string;
    votes: number;
  }[];
  total_votes: number;
}
export interface BulkRecord {
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
  chat_id: string;
  idempotency_key?: string | null;
}
export interface BulkResponse {
  results: {
    index: number;
    status: "queued" | "failed";
    message_id?: string;
    message_ids?: string[];
    from_number?: string;
    group_id?: string;
    group_created?: boolean;
    participants?: string[];
    code?: string;
    message?: string;
    /**
     * Until when it waits for the end of its key's quiet hours; only while it does.
     */
    quiet_until?: number;
    /**
     * What was not read though it seems meant, such as `from` for `from_number`.
     */
    warning?: string;
  }[];
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
export interface ChatDetail {
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
  /**
   * Epoch milliseconds.
   */
  first_message_time: number;
}
export interface TypingResponse {
  chat_id: string;
  typing: boolean;
  /**
   * Epoch milliseconds.
   */
  started_at?: number;
  /**
   * Epoch milliseconds.
   */
  stopped_at?: number;
  /**
   * Why the call had no effect.
   */
  warning?: string;
}
export interface ReadResponse {
  chat_id: string;
  status: "read";
  /**
   * Epoch milliseconds.
   */
  marked_at: number;
  /**
   * Why the call had no effect.
   */
  warning?: string;
}
export interface ChatBackgroundResponse {
  chat_id: string;
  has_background: boolean;
  background_id?: string | null;
  background_url?: string | null;
  background_version?: number | null;
  changed?: boolean;
}
export interface MeResponse {
  auth_type: "api_key" | "dashboard";
  valid: boolean;
  user_id: string | null;
  api_key: string;
  organization_id: string;
  organization: {
    organization_id: string;
    name: string;
    country_code: string | null;
    /**
     * Epoch milliseconds.
     */
    created_at: number;
  };
  metadata: {
    [k: string]: unknown;
  };
  integration_details: {
    [k: string]: unknown;
  } | null;
  devices: {
    phone_number: string | null;
    is_active: boolean;
    last_active: number | null;
    plan_kind: ("shared" | "dedicated" | "inbound" | "trial" | "2fa") | null;
    type?: ("shared" | "dedicated" | "inbound" | "trial" | "2fa") | null;
  }[];
  usage: {
    inbound_messages: number;
    outbound_messages: number;
    last_message_sent: number | null;
  };
  mode?: "live" | "test";
  protocol?: ("twilio" | "blooio") | null;
}
export interface NumbersResponse {
  numbers: {
    /**
     * E.164, with its plus.
     */
    phone_number: string;
    is_active: boolean;
    last_active: string | null;
    plan_kind: ("shared" | "dedicated" | "inbound" | "trial" | "2fa") | null;
    /**
     * The same as `plan_kind`.
     */
    type?: ("shared" | "dedicated" | "inbound" | "trial" | "2fa") | null;
    caps?: LineCaps | null;
  }[];
}
/**
 * An iMessage line's caps (null: none), and how many conversations it began lately.
 */
export interface LineCaps {
  per_second: number | null;
  new_contacts_per_hour: number | null;
  new_contacts_per_day: number | null;
  unanswered: number | null;
  new_contacts_last_hour: number;
  new_contacts_last_day: number;
}
export interface ContactCard {
  phone_number?: string;
  first_name?: string | null;
  last_name?: string | null;
  name?: string | null;
  avatar?: string | null;
  has_wallpaper?: boolean;
  sharing?: {
    [k: string]: unknown;
  };
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
export interface EventsPage {
  events: WebhookEventPayload[];
  /**
   * Give it as `after` to read on; null before the first event.
   */
  next_after: string | null;
}
export interface WebhookEventPayload {
  event: string;
  event_id?: string;
  /**
   * Rises by one within a chat; null for what belongs to no chat.
   */
  sequence?: number | null;
  message_id?: string | null;
  external_id?: string | null;
  internal_id?: string | null;
  status?: ("queued" | "pending" | "sending" | "sent" | "delivered" | "failed" | "read" | "received") | null;
  protocol?: ("pending" | "unknown" | "imessage" | "sms" | "rcs" | "whatsapp") | null;
  /**
   * Epoch milliseconds.
   */
  timestamp: number;
  text?: string | null;
  attachments?:
    | {
        url: string;
        name?: string | null;
        file_name?: string | null;
        mime_type?: string | null;
        size?: number | null;
      }[]
    | null;
  is_group: boolean;
  group_id?: string | null;
  group_name?: string | null;
  participants?:
    | {
        contact_id: string;
        identifier: string;
        name?: string | null;
      }[]
    | null;
  sender?: string | null;
  received_at?: number | null;
  sent_at?: number | null;
  delivered_at?: number | null;
  read_at?: number | null;
  error_code?: string | null;
  error_message?: string | null;
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
/**
 * When nobody is written to, by the clock where the recipient is: from `from` to `to`, over midnight where that is earlier, for example 21:00 to 08:00.
 */
export interface QuietHours {
  from: string;
  to: string;
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
export interface DeleteResponse {
  success: boolean;
  deleted_at: number;
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
export interface Capabilities {
  contact: string;
  type: "phone" | "email";
  capabilities: {
    imessage: boolean;
    sms: boolean;
    facetime: boolean;
    whatsapp?: boolean;
  };
  /**
   * Epoch milliseconds.
   */
  last_checked: number;
}
export interface Tags {
  tags: {
    tag: string;
    /**
     * Epoch milliseconds.
     */
    created_at: number;
  }[];
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
export interface PhoneNumberLookupResult {
  input: string;
  valid: boolean;
  possible: boolean;
  e164?: string;
  national?: string;
  international?: string;
  country_calling_code?: string;
  country?: string | null;
  national_number?: string;
  type?:
    | (
        | "FIXED_LINE"
        | "MOBILE"
        | "FIXED_LINE_OR_MOBILE"
        | "TOLL_FREE"
        | "PREMIUM_RATE"
        | "SHARED_COST"
        | "VOIP"
        | "PERSONAL_NUMBER"
        | "PAGER"
        | "UAN"
        | "VOICEMAIL"
      )
    | null;
  location?: {
    city?: string | null;
    region?: string | null;
    region_name?: string | null;
  } | null;
  area_code?: string;
  exchange?: string;
  area_code_region?: string;
}
export interface BatchLookup {
  results: PhoneNumberLookupResult[];
}
export interface GroupsPage {
  groups: Group[];
  pagination: Pagination;
}
export interface Group {
  group_id: string;
  name: string | null;
  chat_guid: string | null;
  icon_url: string | null;
  member_count: number;
  message_count: number;
  last_message_text: string | null;
  last_message_time: number | null;
  last_message_direction: ("inbound" | "outbound") | null;
  /**
   * Epoch milliseconds.
   */
  created_at: number;
}
export interface GroupCreated {
  group_id: string;
  name: string | null;
  chat_guid: string | null;
  icon_url: string | null;
  member_count: number;
  message_count: number;
  last_message_text: string | null;
  last_message_time: number | null;
  last_message_direction: ("inbound" | "outbound") | null;
  /**
   * Epoch milliseconds.
   */
  created_at: number;
  added_members: string[];
  created_contacts: string[];
}
export interface GroupUpdated {
  group_id: string;
  name: string | null;
  chat_guid: string | null;
  icon_url: string | null;
  member_count: number;
  message_count: number;
  last_message_text: string | null;
  last_message_time: number | null;
  last_message_direction: ("inbound" | "outbound") | null;
  /**
   * Epoch milliseconds.
   */
  created_at: number;
  device_sync?: DeviceSyncResult;
}
export interface DeviceSyncResult {
  chat_guid: string;
  action: "add_participant" | "remove_participant" | "leave";
  synced: boolean;
  error?: string | null;
}
export interface GroupMembersPage {
  group_id: string;
  group_name: string | null;
  icon_url: string | null;
  members: GroupMember[];
  pagination: Pagination;
}
export interface GroupMember {
  id: string;
  contact_id: string;
  identifier: string;
  name: string | null;
  /**
   * Epoch milliseconds.
   */
  added_at: number;
}
export interface GroupIconResponse {
  success: boolean;
  group_id: string;
  chat_guid: string;
  icon_url?: string;
  device_sync: {
    chat_guid: string;
    synced: boolean;
    message?: string;
  };
  message?: string;
}
export interface ContactLocation {
  handle: string;
  coordinates: number[];
  status: string;
  /**
   * Epoch milliseconds.
   */
  last_updated: number;
}

/** Method and path of each call, below the base path of the v2 API. */
export const routes = {
  listChatMessages: ["GET", "/chats/{chatId}/messages"],
  sendMessage: ["POST", "/chats/{chatId}/messages"],
  getMessage: ["GET", "/chats/{chatId}/messages/{messageId}"],
  cancelMessage: ["DELETE", "/chats/{chatId}/messages/{messageId}"],
  getMessageStatus: ["GET", "/chats/{chatId}/messages/{messageId}/status"],
  addReaction: ["POST", "/chats/{chatId}/messages/{messageId}/reactions"],
  sendPoll: ["POST", "/chats/{chatId}/polls"],
  getPollResults: ["GET", "/chats/{chatId}/polls/{pollId}"],
  sendBulk: ["POST", "/messages/bulk"],
  listChats: ["GET", "/chats"],
  getChat: ["GET", "/chats/{chatId}"],
  startTyping: ["POST", "/chats/{chatId}/typing"],
  stopTyping: ["DELETE", "/chats/{chatId}/typing"],
  markChatRead: ["POST", "/chats/{chatId}/read"],
  shareContactCard: ["POST", "/chats/{chatId}/contact-card"],
  getChatBackground: ["GET", "/chats/{chatId}/background"],
  removeChatBackground: ["DELETE", "/chats/{chatId}/background"],
  getMe: ["GET", "/me"],
  listNumbers: ["GET", "/me/numbers"],
  getMyContactCard: ["GET", "/me/numbers/{number}/contact-card"],
  updateMyContactCard: ["PUT", "/me/numbers/{number}/contact-card"],
  requestCallForwarding: ["POST", "/me/numbers/{number}/call-forwarding"],
  listWebhooks: ["GET", "/webhooks"],
  createWebhook: ["POST", "/webhooks"],
  getWebhook: ["GET", "/webhooks/{webhookId}"],
  updateWebhook: ["PATCH", "/webhooks/{webhookId}"],
  deleteWebhook: ["DELETE", "/webhooks/{webhookId}"],
  rotateWebhookSecret: ["POST", "/webhooks/{webhookId}/secret/rotate"],
  listWebhookLogs: ["GET", "/webhooks/{webhookId}/logs"],
  replayWebhookEvent: ["POST", "/webhooks/{webhookId}/logs/{eventId}/replay"],
  replayWebhookEvents: ["POST", "/webhooks/{webhookId}/replay"],
  listEvents: ["GET", "/events"],
  listCampaigns: ["GET", "/campaigns"],
  createCampaign: ["POST", "/campaigns"],
  getCampaign: ["GET", "/campaigns/{campaignId}"],
  updateCampaign: ["PATCH", "/campaigns/{campaignId}"],
  deleteCampaign: ["DELETE", "/campaigns/{campaignId}"],
  tagCampaignAudience: ["POST", "/campaigns/{campaignId}/audience/tag"],
  previewCampaign: ["GET", "/campaigns/{campaignId}/preview"],
  testCampaign: ["POST", "/campaigns/{campaignId}/test"],
  startCampaign: ["POST", "/campaigns/{campaignId}/start"],
  pauseCampaign: ["POST", "/campaigns/{campaignId}/pause"],
  resumeCampaign: ["POST", "/campaigns/{campaignId}/resume"],
  cancelCampaign: ["POST", "/campaigns/{campaignId}/cancel"],
  listContacts: ["GET", "/contacts"],
  createContact: ["POST", "/contacts"],
  getContact: ["GET", "/contacts/{contactId}"],
  updateContact: ["PATCH", "/contacts/{contactId}"],
  deleteContact: ["DELETE", "/contacts/{contactId}"],
  getContactCapabilities: ["GET", "/contacts/{contactId}/capabilities"],
  listContactTags: ["GET", "/contacts/{contactId}/tags"],
  addContactTags: ["POST", "/contacts/{contactId}/tags"],
  removeContactTag: ["DELETE", "/contacts/{contactId}/tags/{tag}"],
  listContactOptIns: ["GET", "/contacts/{contactId}/opt-ins"],
  addContactOptIn: ["POST", "/contacts/{contactId}/opt-ins"],
  lookupPhoneNumber: ["GET", "/phone-numbers/lookup"],
  lookupPhoneNumberPost: ["POST", "/phone-numbers/lookup"],
  batchLookupPhoneNumbers: ["POST", "/phone-numbers/batch"],
  listGroups: ["GET", "/groups"],
  createGroup: ["POST", "/groups"],
  getGroup: ["GET", "/groups/{groupId}"],
  updateGroup: ["PATCH", "/groups/{groupId}"],
  deleteGroup: ["DELETE", "/groups/{groupId}"],
  listGroupMembers: ["GET", "/groups/{groupId}/members"],
  addGroupMember: ["POST", "/groups/{groupId}/members"],
  removeGroupMember: ["DELETE", "/groups/{groupId}/members/{contactId}"],
  removeGroupIcon: ["DELETE", "/groups/{groupId}/icon"],
  listLocationContacts: ["GET", "/location/contacts"],
  getLocationContact: ["GET", "/location/contacts/{handle}"],
  refreshLocationContacts: ["POST", "/location/contacts/refresh"],
  callFaceTime: ["POST", "/facetime/calls"],
} as const;
