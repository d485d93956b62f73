/** That a person agreed to be written to: when, where and by which words, who wrote it down, and what stands behind it. */
export type OptIn = {
  agreedAt: number;
  source: string;
  words: string | null;
  recordedAt: number;
  /** `reply`: the person answered a campaign's question; `list`: it stood in a campaign's list. */
  recordedBy: "api_key" | "admin" | "list" | "reply";
  /** The campaign, and of a reply the question, the answer and their messages. */
  proof: OptInProof | null;
};
export type OptInProof = {
  campaignId: string;
  answer?: string;
  questionMessageId?: string;
  answerMessageId?: string;
};

/** What may be given of an opt-in. */
export type GivenOptIn = Pick<OptIn, "agreedAt" | "source" | "words">;

export const longestOptIn = { source: 300, words: 2_000 } as const;

/** Columns of a list that say where, when and by which words each person agreed. */
export const optInFields = { at: "opt_in_at", source: "opt_in_source", words: "opt_in_words" } as const;

/** Returns the time of a list's cell in epoch milliseconds: ISO 8601, of a day in UTC where it has no time, or epoch seconds or milliseconds. Null for anything else, and for what is still to come at `now`. */
export function readAgreedAt(cell: string, now: number): number | null {
  const text = cell.trim();
  const at = /^\d{10}$/.test(text)
    ? Number(text) * 1000
    : /^\d{13}$/.test(text)
      ? Number(text)
      : /^\d{4}-\d{2}-\d{2}([T ]|$)/.test(text)
        ? Date.parse(text)
        : Number.NaN;
  return Number.isFinite(at) && at <= now ? at : null;
}
