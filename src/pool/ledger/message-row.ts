import type {
  Attachment,
  DeliveryReport,
  Direction,
  MessageStatus,
  Origin,
  Reaction,
  SelectionTrace,
  SendExtras,
  StepName,
} from "../../domain/message.ts";
import type { Channel } from "../../domain/snapshot.ts";

/** What is kept of a message beside its columns: read with the message, never searched. */
export type Detail = {
  attachments: Attachment[];
  metadata: Record<string, unknown> | null;
  sendAt: number | null;
  segments: number;
  encoding: "GSM-7" | "UCS-2" | null;
  deliveryReport: DeliveryReport;
  verified: boolean;
  trace: SelectionTrace | null;
  extras: SendExtras;
  carrier: Record<string, unknown> | null;
  /** The writing under which the carrier is asked for the person, where it is not the chat's own id. */
  to?: string;
  /** Until when it is quiet where the person is, where it waited for that last. */
  quietUntil?: number;
  /** The message of the same send that it comes right behind, by its sequence number. */
  follows?: number;
  /** How often its short links were followed, and how often by people. */
  clicks?: { raw: number; human: number };
  /** When the person answered it, and when they opted out on it: of a campaign's message, the first time within a week. */
  repliedAt?: number;
  optedOutAt?: number;
  /** Whose message it is, where another key handed it on. */
  carriedFor?: Origin;
  /** Who wrote it, in a group. */
  sender?: string;
  /** The last ones, oldest first. */
  reactions?: Reaction[];
  /** What the message came to, in order: written with the status, so that it costs no row of its own. */
  life?: Step[];
};

/** One step of a message's life: what it came to, and when. */
export type Step = [to: StepName, at: number];

/** A message row as SQLite gives it. */
export type MessageRow = {
  seq: number;
  chat: string;
  direction: Direction;
  number: string;
  channel: Channel;
  account: string;
  status: MessageStatus;
  outcome_unknown: number;
  text: string | null;
  sid: string | null;
  /** Whether the index by provider id holds it although it went out: it is a line's, or learned its id by a look. */
  by_sid: number | null;
  created_at: number;
  due_at: number | null;
  attempts: number;
  attempted_at: number | null;
  /** Where the network stood when the message left, in its own terms. */
  mark: string | null;
  sent_at: number | null;
  delivered_at: number | null;
  read_at: number | null;
  error_code: string | null;
  error_message: string | null;
  /** The block of a campaign's people that it was taken for. */
  block: number | null;
  detail: string;
};

/** The columns of a message that change in its life. */
export type MessageChange = Partial<
  Pick<
    MessageRow,
    | "channel"
    | "status"
    | "outcome_unknown"
    | "sid"
    | "by_sid"
    | "due_at"
    | "attempts"
    | "attempted_at"
    | "mark"
    | "sent_at"
    | "delivered_at"
    | "read_at"
    | "error_code"
    | "error_message"
    | "detail"
  >
>;
