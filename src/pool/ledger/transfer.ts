import type { LedgerCursor, Row } from "../../domain/transfer.ts";
import { forgetRows } from "./memory.ts";

/** What of a ledger goes along when it moves, each table by its key. */
const moved: Record<string, readonly string[]> = {
  messages: ["seq"],
  chats: ["id"],
  heard: ["contact", "number"],
  blocks: ["contact", "number"],
  heeded: ["sid"],
  tags: ["contact", "tag"],
  opt_ins: ["contact", "seq"],
  agenda: ["number", "due_at", "seq"],
  looks: ["account", "due_at", "seq", "kind"],
  idempotency: ["key"],
  events: ["seq"],
  owed: ["webhook", "rank", "due_at", "event"],
  links: ["n"],
  health: ["number", "hour"],
  days: ["day", "number"],
  cursors: ["account"],
  places: ["account", "chat"],
  groups: ["id"],
  openings: ["number", "at", "chat"],
  campaigns: ["n"],
  campaign_people: ["id"],
  campaign_states: ["id"],
  handed: ["seq"],
  carried: ["origin"],
  reach: ["contact"],
  marks: ["name"],
};
/** Of the marks what was spent, judged or given out: a limit, a pause and an id hold wherever the ledger stands. How far a sweep has come, a new place finds by itself. */
const movedMarks = ["cap_spent", "self_paused_at", "self_paused_range", "last_campaign", "last_used_at"];
const movedMarkKinds = ["trusted_", "active_"];
/** What does not: what the new place is given or learns by itself, and the log of deliveries. */
const left = [
  "migrations",
  "snapshot",
  "snapshot_parts",
  "attempts",
  "endpoints",
  "rotation",
  "verdicts",
  "blamed",
  "parked",
];

const names = Object.keys(moved);
const rowsAtOnce = 200;

/** Returns the tables of a ledger of which is not said whether they move: there must be none. */
export function unsettledTables(sql: SqlStorage): string[] {
  const found = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
  return found
    .map(({ name }) => name)
    .filter((name) => !(name in moved) && !left.includes(name) && !name.startsWith("_cf_"));
}

/** Returns a page of rows in the order of their tables and keys, and where the next begins, null at the end. */
export function readRows(
  sql: SqlStorage,
  cursor: LedgerCursor,
): { rows: { table: string; row: Row }[]; next: LedgerCursor | null } {
  const table = names[cursor.table];
  if (table === undefined) return { rows: [], next: null };
  const key = moved[table] ?? [];
  const columns = key.join(", ");
  const after = cursor.after === null ? "" : `WHERE (${columns}) > (${key.map(() => "?").join(", ")})`;
  const query = `SELECT * FROM ${table} ${after} ORDER BY ${columns} LIMIT ${rowsAtOnce}`;
  const found = sql.exec(query, ...(cursor.after ?? [])).toArray() as Row[];
  const rows = table === "marks" ? found.filter(doesMarkMove) : found;
  const last = found.at(-1);
  const next =
    last !== undefined && found.length === rowsAtOnce
      ? { table: cursor.table, after: key.map((column) => last[column] ?? 0) }
      : { table: cursor.table + 1, after: null };
  return {
    rows: rows.map((row) => ({ table, row: withoutRedo(row) })),
    next: names[next.table] === undefined ? null : next,
  };
}

/** What an event says of its message stands in the message's row as well before that is read. */
function withoutRedo({ redo: _redo, ...row }: Row): Row {
  return row;
}

/** Writes rows of another ledger, in the caller's transaction; the same rows again change nothing. Returns in words what the first row is that no ledger can take, and writes nothing then; null otherwise. */
export function writeRows(sql: SqlStorage, rows: readonly { table: string; row: Row }[]): string | null {
  const strange = rows.map((one) => findStrange(sql, one)).find((name) => name !== null);
  if (strange !== undefined) return strange;
  for (const { table, row: given } of rows) {
    const row = table === "messages" ? withIndexed(given) : given;
    // What events owed and counted by themselves has rows: an export gives them.
    const columns = Object.keys(row).filter((name) => !(table === "events" && (name === "owed" || name === "ended")));
    const marks = columns.map(() => "?").join(", ");
    sql.exec(
      `INSERT OR REPLACE INTO ${table} (${columns.join(", ")}) VALUES (${marks})`,
      ...columns.map((name) => row[name] ?? null),
    );
  }
  forgetRows(sql);
  return null;
}

/** An export from before the index was of a part of the messages does not say which it holds. */
function withIndexed(row: Row): Row {
  if ("by_sid" in row || row.direction !== "outbound" || typeof row.sid !== "string") return row;
  return { ...row, by_sid: /^[SM]M/.test(row.sid) ? null : 1 };
}

function doesMarkMove({ name }: Row): boolean {
  return (
    typeof name === "string" && (movedMarks.includes(name) || movedMarkKinds.some((kind) => name.startsWith(kind)))
  );
}

function findStrange(sql: SqlStorage, { table, row }: { table: string; row: Row }): string | null {
  if (!Object.hasOwn(moved, table)) return `No ledger has ${table}.`;
  if (table === "marks" && !doesMarkMove(row)) return `No ledger has marks.${row.name}.`;
  const columns = columnsOf(sql, table);
  const names = Object.keys(row);
  const strange = names.find((name) => columns.every((column) => column.name !== name));
  if (strange !== undefined) return `No ledger has ${table}.${strange}.`;
  const lacking = columns.find((column) => isNeeded(column) && row[column.name] == null);
  return lacking === undefined ? null : `A row of ${table} lacks ${lacking.name}.`;
}

type Column = { name: string; notnull: number; dflt_value: string | null };

function isNeeded({ notnull, dflt_value }: Column): boolean {
  return notnull === 1 && dflt_value === null;
}

function columnsOf(sql: SqlStorage, table: string): Column[] {
  return sql.exec<Column>(`SELECT name, "notnull", dflt_value FROM pragma_table_info('${table}')`).toArray();
}
