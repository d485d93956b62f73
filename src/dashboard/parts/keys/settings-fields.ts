export type Unit = "minutes" | "hours" | "days";
const unitSeconds: Record<Unit, number> = { minutes: 60, hours: 3_600, days: 86_400 };

/** A time as a person writes it down: an amount of a unit. */
export type Duration = { amount: string; unit: Unit };

/** Returns seconds as the largest unit that says them exactly; odd seconds are rounded to minutes. */
export function splitDuration(seconds: number): Duration {
  const unit = (["days", "hours"] as const).find(
    (one) => seconds >= unitSeconds[one] && seconds % unitSeconds[one] === 0,
  );
  return { amount: String(Math.round(seconds / unitSeconds[unit ?? "minutes"])), unit: unit ?? "minutes" };
}

/** Returns an amount of a unit in seconds, or null for what is no whole positive amount. */
export function joinDuration({ amount, unit }: Duration): number | null {
  return /^[1-9]\d{0,6}$/.test(amount.trim()) ? Number(amount) * unitSeconds[unit] : null;
}

const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** Returns a country's name by its two letters, or null where no country has them. */
export function countryName(code: string): string | null {
  return /^[A-Z]{2}$/.test(code) ? (names.of(code) ?? null) : null;
}

/** Reads countries as a person lists them: two letters each, in any case, between commas or blanks. Nothing at all means every country: null. */
export function readCountries(text: string): { codes: string[] | null; wrong: string[] } {
  const codes = [
    ...new Set(
      text
        .toUpperCase()
        .split(/[\s,;]+/)
        .filter((code) => code !== ""),
    ),
  ];
  const wrong = codes.filter((code) => countryName(code) === null);
  return { codes: codes.length === 0 ? null : codes, wrong };
}

/** Reads quiet hours as two times of the clock: null where neither is given, undefined where they are no night. */
export function readQuietHours(from: string, to: string): { from: string; to: string } | null | undefined {
  if (from === "" && to === "") return null;
  return from !== "" && to !== "" && from !== to ? { from, to } : undefined;
}

/** Reads a cap: null for an empty field, undefined for what is no whole number. */
export function readCap(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** The limits of a key by their names, with what a person calls them. */
export const limitFields = [
  { name: "per_recipient_per_hour", label: "Messages to one person an hour" },
  { name: "per_recipient_per_day", label: "Messages to one person a day" },
  { name: "per_prefix_per_hour", label: "People of one range an hour" },
  { name: "per_country_per_day", label: "Messages to one country a day" },
  { name: "new_contacts_per_hour", label: "New contacts an hour" },
] as const;
export type LimitName = (typeof limitFields)[number]["name"];

/** Reads a key's limits: null where all fields are empty, undefined where one of them is no whole number. What has no field stays as it was. */
export function readLimits<Kept extends object>(
  fields: Readonly<Record<LimitName, string>>,
  before: Kept | null,
): (Kept & Record<LimitName, number | null>) | null | undefined {
  const limits = limitFields.map(({ name }) => [name, readCap(fields[name])] as const);
  if (limits.some(([, limit]) => limit === undefined)) return undefined;
  if (limits.every(([, limit]) => limit === null)) return null;
  return { ...(before as Kept), ...(Object.fromEntries(limits) as Record<LimitName, number | null>) };
}
