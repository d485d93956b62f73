/** One thing that was looked at, for a person: what is so, and how to mend it (null where nothing is amiss). */
export type Check = { name: string; ok: boolean; detail: string; help: string | null };

/** Returns a time as a check says it, in ISO form. */
export function timeOf(at: number | null): string {
  return at === null ? "not known" : new Date(at).toISOString();
}
