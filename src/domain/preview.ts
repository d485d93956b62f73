import type { Failure } from "./failure.ts";
import type { Candidate, Message, SelectionReason } from "./message.ts";

/** What a send would do now: `failure` where it would be refused; who would speak and why, and in how many parts (null where there is no content to count). */
export type Preview = {
  failure: Failure | null;
  fromNumber: string | null;
  reason: SelectionReason | null;
  note: string | null;
  considered: Candidate[];
  parts: number | null;
  encoding: Message["encoding"];
  /** Until when it would wait for the end of quiet hours; null: it would not. A pool of before does not say. */
  quietUntil?: number | null;
};
