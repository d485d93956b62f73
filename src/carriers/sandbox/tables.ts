import { sandboxNumbersOf } from "./magic.ts";
import { newSid } from "./sid.ts";

/** The object's tables, oldest first. A released entry never changes; a change is a new entry. */
const migrations: readonly string[] = [
  `CREATE TABLE numbers (
     sid TEXT PRIMARY KEY, phone_number TEXT NOT NULL, friendly_name TEXT NOT NULL, mms INTEGER NOT NULL,
     webhooks TEXT NOT NULL, changed_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE messages (
     sid TEXT PRIMARY KEY, created_at INTEGER NOT NULL, sent_at INTEGER, direction TEXT NOT NULL, sender TEXT NOT NULL,
     recipient TEXT NOT NULL, body TEXT NOT NULL, media TEXT NOT NULL, status TEXT NOT NULL, error_code INTEGER,
     status_callback TEXT, messaging_service_sid TEXT
   ) WITHOUT ROWID;
   CREATE INDEX messages_by_time ON messages (created_at);
   CREATE TABLE steps (
     due_at INTEGER NOT NULL, token TEXT NOT NULL, message_sid TEXT NOT NULL, step TEXT NOT NULL, attempt INTEGER NOT NULL,
     PRIMARY KEY (due_at, token)
   ) WITHOUT ROWID;
   CREATE TABLE blocks (number TEXT NOT NULL, contact TEXT NOT NULL, PRIMARY KEY (number, contact)) WITHOUT ROWID;
   CREATE TABLE refusals (send TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID;`,
  `CREATE TABLE chat (
     id INTEGER PRIMARY KEY, guid TEXT NOT NULL UNIQUE, style INTEGER NOT NULL, chat_identifier TEXT NOT NULL,
     display_name TEXT NOT NULL, members TEXT NOT NULL, last_addressed_handle TEXT NOT NULL
   );
   CREATE TABLE message (
     id INTEGER PRIMARY KEY, guid TEXT NOT NULL UNIQUE, chat INTEGER NOT NULL, is_from_me INTEGER NOT NULL,
     destination_caller_id TEXT NOT NULL, date INTEGER NOT NULL, date_edited INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL
   );
   CREATE TABLE hooks (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE);
   CREATE TABLE mac_steps (id INTEGER PRIMARY KEY, due_at INTEGER NOT NULL, planned TEXT NOT NULL);`,
];

/** Brings the object's tables up to date and gives a new account the numbers of its block, a Mac none (null); running it again changes nothing. */
export function migrate(storage: DurableObjectStorage, now: number, block: number | null): void {
  storage.transactionSync(() => {
    const { sql } = storage;
    sql.exec("CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)");
    const applied = sql.exec<{ count: number }>("SELECT COUNT(*) AS count FROM migrations").one().count;
    for (const [offset, statements] of migrations.slice(applied).entries()) {
      sql.exec(statements);
      sql.exec("INSERT INTO migrations (id, applied_at) VALUES (?, ?)", applied + offset + 1, now);
    }
    if (applied === 0 && block !== null) insertNumbers(sql, now, block);
  });
}

function insertNumbers(sql: SqlStorage, now: number, block: number): void {
  for (const { phoneNumber, name, mms } of sandboxNumbersOf(block)) {
    sql.exec(
      "INSERT INTO numbers (sid, phone_number, friendly_name, mms, webhooks, changed_at) VALUES (?, ?, ?, ?, '{}', ?)",
      newSid("PN"),
      phoneNumber,
      name,
      mms ? 1 : 0,
      now,
    );
  }
}
