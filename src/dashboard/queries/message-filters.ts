import type { Given } from "../api.ts";

type Query = NonNullable<Given<"searchKeyMessages">["query"]>;

/** What a search of messages may be narrowed by, as it stands in the page's address; times in ISO 8601. */
export type Filters = {
  status?: string;
  direction?: string;
  number?: string;
  contact?: string;
  q?: string;
  since?: string;
  until?: string;
};

const names = ["status", "direction", "number", "contact", "q", "since", "until"] as const;

/** Returns the filters that an address holds; what is empty or strange is passed over. */
export function readFilters(search: Record<string, unknown>): Filters {
  const said = names.flatMap((name) => {
    const value = search[name];
    const text = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
    const isTime = name === "since" || name === "until";
    return text === "" || (isTime && Number.isNaN(Date.parse(text))) ? [] : [[name, text] as const];
  });
  return Object.fromEntries(said);
}

/** Returns the filters as the search call takes them. */
export function toQuery({ since, until, ...others }: Filters): Query {
  return {
    ...(others as Omit<Query, "since" | "until">),
    ...(since === undefined ? {} : { since: Date.parse(since) }),
    ...(until === undefined ? {} : { until: Date.parse(until) }),
  };
}

/** Returns an instant as a `datetime-local` field shows it, in the reader's own time; empty for none. */
export function toField(instant: string | undefined): string {
  if (instant === undefined) return "";
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Returns the instant that a `datetime-local` field names in the reader's own time; empty for none. */
export function fromField(value: string): string {
  const at = new Date(value);
  return value === "" || Number.isNaN(at.getTime()) ? "" : at.toISOString();
}
