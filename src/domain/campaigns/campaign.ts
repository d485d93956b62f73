import type { FailureCode } from "../failure.ts";
import type { Attachment, MessageStatus } from "../message.ts";
import type { QuietHours } from "../quiet-hours.ts";
import type { WaitReason } from "../waiting.ts";
import type { ColumnMap } from "./columns.ts";
import type { Confirm } from "./confirm.ts";

/** `scheduled`: starts at a time; `completed`: everybody of it was taken or refused; what was taken may still be on its way. */
export type CampaignState = "draft" | "scheduled" | "running" | "paused" | "completed" | "cancelled";

/** People at most in one campaign, and campaigns in one pool. */
export const mostPeople = 100_000;
export const mostCampaigns = 1_000;
/** So many people stand in one row of the ledger. */
export const blockSize = 100;
/** A reply or an opt-out counts for a message that is no older. */
export const countedForMs = 7 * 24 * 60 * 60 * 1000;

/** What a campaign says and to whom it may go, as it is asked for. */
export type CampaignPlan = {
  name: string;
  text: string | null;
  attachments: Attachment[];
  shortenLinks: boolean;
  fromNumber: string | null;
  /** Messages a minute at most; null: as fast as the numbers may. */
  pacePerMinute: number | null;
  columns: ColumnMap | null;
  /** People who were first written to so many months ago and never answered since are left out; null: nobody is. */
  skipSilentMonths: number | null;
  /** Whoever does not say yes to this question gets nothing else; null: nobody is asked. */
  confirm: Confirm | null;
  /** When nobody of it is written to, besides the quiet hours of its key; `urgent`: it waits for neither. */
  quietHours: QuietHours | null;
  urgent: boolean;
};

/** What a campaign is where nothing else is asked for. */
export const plainPlan: Omit<CampaignPlan, "name"> = {
  text: null,
  attachments: [],
  shortenLinks: false,
  fromNumber: null,
  pacePerMinute: null,
  columns: null,
  skipSilentMonths: null,
  confirm: null,
  quietHours: null,
  urgent: false,
};

/** Why a row of an audience is rejected before the start. */
export const rejections = [
  "not_a_number",
  "duplicate",
  "opted_out",
  "country_not_allowed",
  "own_number",
  "no_reply",
  "field_empty",
  "text_too_long",
  "row_too_long",
  "not_a_person",
  "opt_in_unreadable",
] as const;
export type Rejection = (typeof rejections)[number];

/** Why a row is left out, in words for who gave it. */
export const rejectionWords: Record<Rejection, string> = {
  not_a_number: "This is no phone number: write it with its country, for example +14155550123.",
  duplicate: "This person stands in the list already.",
  opted_out: "This person opted out.",
  country_not_allowed: "The API key may not send to this country.",
  own_number: "This is a number of the API key itself.",
  no_reply: "This person has not answered for as long as the campaign asks.",
  field_empty: "A field that the text needs is empty: fill it, or give the text words instead, as {name|there}.",
  text_too_long: "With these fields the text is too long.",
  row_too_long: "The fields of this row are too long.",
  not_a_person: "This is an e-mail address or a group: give one phone number.",
  opt_in_unreadable: "When this person agreed cannot be read, or has not come.",
};

/** A row that was left out of a list: where it stands in what was given, the number as written, and why. */
export type RejectedRow = { line: number; to: string; code: Rejection };

/** Where an audience comes from, how much of it is there, and what of it was rejected. `checking`: it is being judged anew after a change. */
export type Audience = {
  state: "none" | "loading" | "checking" | "ready";
  /** A tag's name, or null for a file. */
  tag: string | null;
  fields: string[];
  rows: number;
  rejected: Partial<Record<Rejection, number>>;
  /** The parts that all who were not rejected come to, of the text and of the question; a list of before they were counted has none. */
  parts?: { text: number; question: number };
};

/** What became of the people of a campaign: those that wait, that were asked and have not answered, that were taken (each is one message), refused when their turn came, and rejected before. */
export type CampaignProgress = { waiting: number; asked: number; taken: number; refused: number; rejected: number };

/** Numbers of the messages of a campaign. `clicked`, `replied` and `optedOut` are people. */
export type CampaignNumbers = {
  statuses: Partial<Record<MessageStatus, number>>;
  errors: Record<string, number>;
  refusals: Record<string, number>;
  parts: number;
  clicked: number;
  replied: number;
  optedOut: number;
};

/** What keeps a campaign from going on: a refusal that passes, what holds all numbers, that all who are left have quiet hours, or that answers are waited for. */
export type HolderCode = FailureCode | WaitReason | "awaiting_answers";

export type CampaignView = CampaignPlan & {
  id: string;
  state: CampaignState;
  audience: Audience;
  progress: CampaignProgress;
  createdAt: number;
  startAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  /** What keeps a running campaign from going on, and until when where that is known. */
  heldBy: { code: HolderCode; message: string; until: number | null } | null;
  /** When the last who wait will have been written to, by its pace and that of the numbers; once it has ended, when it did; null where nobody can say. A pool of the release before does not. */
  finishesAt?: number | null;
};

/** A row of a file or a tagged contact: where it stands, the number as written, and its fields in the audience's order. */
export type Person = { line: number; to: string; values: string[] };

export type PreviewedPerson = {
  line: number;
  to: string;
  text: string | null;
  /** What they are asked first; null: nothing. */
  question: string | null;
  parts: number | null;
  encoding: "GSM-7" | "UCS-2" | null;
  fromNumber: string | null;
  /** Why it would not be sent. */
  reason: string | null;
};

/** What became of one person, for a list of results. */
export type PersonResult = {
  line: number;
  to: string;
  result: "waiting" | "asked" | "rejected" | "refused" | "taken" | "not_sent";
  reason: string | null;
  messageId: string | null;
  status: MessageStatus | null;
  errorCode: string | null;
  fromNumber: string | null;
  sentAt: number | null;
  deliveredAt: number | null;
  parts: number | null;
  clicks: number | null;
  repliedAt: number | null;
  optedOutAt: number | null;
};

/** What may be asked about campaigns. `load` is the reading of a list that rows belong to. */
export type CampaignCall =
  | { kind: "create"; plan: CampaignPlan; startAt?: number | null }
  | { kind: "list"; limit: number; offset: number }
  | { kind: "read"; id: string }
  | { kind: "update"; id: string; change: Partial<CampaignPlan>; startAt?: number | null }
  | { kind: "delete"; id: string }
  | { kind: "begin_audience"; id: string; tag: string | null; fields: string[]; appends?: boolean }
  | { kind: "add_people"; id: string; load: number; people: Person[] }
  | { kind: "add_tagged"; id: string; load: number; after: string }
  | { kind: "end_audience"; id: string; load: number }
  | { kind: "check"; id: string }
  | { kind: "preview"; id: string; limit: number; offset: number }
  | { kind: "test"; id: string; to: string }
  | { kind: "start"; id: string; at: number | null }
  | { kind: "pause"; id: string }
  | { kind: "resume"; id: string }
  | { kind: "cancel"; id: string }
  | { kind: "results"; id: string; part: number };

/** What each call answers with. */
export type CampaignAnswers = {
  create: CampaignView;
  list: { campaigns: CampaignView[]; total: number };
  read: CampaignView & { numbers: CampaignNumbers };
  update: CampaignView;
  delete: { deletedAt: number };
  begin_audience: { load: number; columns: ColumnMap | null; fields?: string[] };
  add_people: { rejected: RejectedRow[] } | null;
  add_tagged: { after: string | null; rejected?: RejectedRow[] };
  end_audience: CampaignView;
  check: { isDone: boolean };
  preview: { people: PreviewedPerson[]; total: number; parts?: Audience["parts"] };
  test: { messageId: string; fromNumber: string; text: string | null; parts: number };
  start: CampaignView;
  pause: CampaignView;
  resume: CampaignView;
  cancel: CampaignView;
  results: { people: PersonResult[]; next: number | null };
};
