import type { Answer } from "./api.ts";

type Status = Pick<Answer<"getStatus">, "version" | "checks" | "pools">;

/** Returns a check's name for people; the name of an account stays as it was given. */
export function checkName(name: string): string {
  const words = /^[a-z_]+$/.test(name) ? name.replaceAll("_", " ").replace("url", "URL") : name;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Returns the id of the account that a check is about, or null. */
export function accountOf(name: string): string | null {
  return /^account .*\((int_\w+)\)$/.exec(name)?.[1] ?? null;
}

/**
 * Returns the checks as plain text for somebody else to read. Nothing personal is in it: names of keys and accounts give way to their ids, and phone
 * numbers, e-mail addresses and hosts to what they are.
 */
export function describeChecks(status: Status, names: readonly { name: string; id: string }[]): string {
  const known = names.filter(({ name }) => name !== "").toSorted((left, right) => right.name.length - left.name.length);
  const hide = (text: string) =>
    known
      .reduce((rest, { name, id }) => rest.replaceAll(name, id), text)
      .replace(/https?:\/\/[^\s/]+/g, "<address>")
      .replace(/[^\s<>()]+@[^\s<>()]+\.[^\s<>()]+/g, "<e-mail address>")
      .replace(/\+\d{5,15}/g, "<phone number>");
  const lines = status.checks.map(({ name, ok, detail, help }) =>
    [`${ok ? "ok  " : "FAIL"}  ${hide(name)}: ${hide(detail)}`, ...(help === null ? [] : [`      ${hide(help)}`])].join(
      "\n",
    ),
  );
  const pools = status.pools.map(
    ({ api_key_id: id, waiting, unknown, owed, behind }) =>
      `      ${id}: waiting ${waiting ?? "?"}, unknown ${unknown ?? "?"}, webhooks owed ${owed ?? "?"}${behind ? ", behind" : ""}`,
  );
  return [`Trunkline ${status.version}`, ...lines, "Keys", ...pools, ""].join("\n");
}
