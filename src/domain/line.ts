/** What a line of a Mac can be asked to do. */
export const lineAbilities = [
  "send",
  "start_conversation",
  "attachments",
  "multipart",
  "effects",
  "replies",
  "reactions",
  "typing",
  "stop_typing",
  "read",
  "groups",
  "group_manage",
  "edit",
  "unsend",
  "availability",
  "facetime_link",
  "find_my",
  "contact_share",
  "sms",
  "rcs",
] as const;
export type LineAbility = (typeof lineAbilities)[number];
/** `unknown`: the Mac did not say, or nobody has tried. */
export type LineCapabilities = Record<LineAbility, boolean | "unknown">;

/** What a Mac said of itself when it was last looked at. `aliases` are the addresses at which its Apple ID can be written to; new conversations start from `activeAlias`. */
export type MacFacts = {
  serverVersion: string | null;
  macosVersion: string | null;
  privateApi: boolean;
  helperConnected: boolean;
  proxy: string | null;
  aliases: string[];
  activeAlias: string | null;
  capabilities: LineCapabilities;
  checkedAt: number;
  /** How far its clock is ahead of ours, null where it did not say. */
  clockAheadMs?: number | null;
  /** Whether its bell was seen to lead here. */
  bellHung?: boolean;
  /** Since when it does not answer, and why in words; null: it does. */
  offline?: { since: number; because: string } | null;
};

/** How much a line may say, so that its Apple ID lives, beside its pace; null: no cap. Contacts are new without an exchange in 30 days; `unanswered` counts messages to one contact since they last wrote. */
export type Caps = {
  newContactsPerHour: number | null;
  newContactsPerDay: number | null;
  unanswered: number | null;
};

/** How many messages a second a line sends, unless set. */
export const defaultPerSecond = 1;

/** What hosted services of iMessage lines allow theirs; Apple publishes nothing. */
export const defaultCaps: Caps = { newContactsPerHour: 15, newContactsPerDay: 50, unanswered: 5 };

/** Where a message goes that a line cannot carry: to the same line's SMS, or to another key of the organization. */
export type Fallback = { to: "line_sms" } | { to: "api_key"; apiKeyId: string };

/** How long a message waits for a line that is offline, in seconds: the default, the least and the most that a key may ask for. */
export const offlineLimitSeconds = { standard: 86_400, least: 60, most: 604_800 } as const;
