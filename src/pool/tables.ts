/** The ledger's tables, as a list that only grows: what stands here is never edited after a release. */
const migrations: readonly string[] = [
  `CREATE TABLE snapshot (only INTEGER PRIMARY KEY CHECK (only = 1), body TEXT NOT NULL);

   CREATE TABLE messages (
     seq INTEGER PRIMARY KEY,
     chat TEXT NOT NULL,
     direction TEXT NOT NULL,
     number TEXT NOT NULL,
     channel TEXT NOT NULL,
     account TEXT NOT NULL,
     status TEXT NOT NULL,
     outcome_unknown INTEGER NOT NULL DEFAULT 0,
     text TEXT,
     sid TEXT,
     created_at INTEGER NOT NULL,
     due_at INTEGER,
     attempts INTEGER NOT NULL DEFAULT 0,
     attempted_at INTEGER,
     sent_at INTEGER,
     delivered_at INTEGER,
     read_at INTEGER,
     error_code TEXT,
     error_message TEXT,
     detail TEXT NOT NULL
   );
   CREATE INDEX messages_by_chat ON messages (chat, seq);
   CREATE UNIQUE INDEX messages_by_sid ON messages (sid) WHERE sid IS NOT NULL;

   CREATE TABLE chats (
     id TEXT PRIMARY KEY,
     contact_id TEXT NOT NULL,
     name TEXT,
     created_at INTEGER NOT NULL,
     deleted_at INTEGER,
     inbound INTEGER NOT NULL DEFAULT 0,
     outbound INTEGER NOT NULL DEFAULT 0,
     first_at INTEGER,
     last_at INTEGER,
     last_inbound_at INTEGER,
     last_outbound_at INTEGER,
     last_seq INTEGER,
     sequence INTEGER NOT NULL DEFAULT 0,
     sticky_number TEXT,
     sticky_at INTEGER,
     replied_number TEXT,
     opted_out_at INTEGER,
     opted_out_by TEXT
   ) WITHOUT ROWID;

   CREATE TABLE heard (number TEXT NOT NULL, contact TEXT NOT NULL, last_at INTEGER NOT NULL, PRIMARY KEY (contact, number)) WITHOUT ROWID;

   CREATE TABLE agenda (due_at INTEGER NOT NULL, seq INTEGER NOT NULL, looks INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (due_at, seq)) WITHOUT ROWID;

   CREATE TABLE idempotency (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, answer TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;

   CREATE TABLE events (
     seq INTEGER PRIMARY KEY,
     name TEXT NOT NULL,
     message INTEGER,
     original INTEGER,
     body TEXT NOT NULL
   );

   CREATE TABLE owed (
     webhook TEXT NOT NULL,
     due_at INTEGER NOT NULL,
     event INTEGER NOT NULL,
     attempt INTEGER NOT NULL,
     body TEXT,
     PRIMARY KEY (webhook, due_at, event)
   ) WITHOUT ROWID;

   CREATE TABLE attempts (
     webhook TEXT NOT NULL,
     seq INTEGER NOT NULL,
     event INTEGER NOT NULL,
     attempt INTEGER NOT NULL,
     attempted_at INTEGER NOT NULL,
     duration_ms INTEGER NOT NULL,
     status INTEGER,
     response TEXT,
     error TEXT,
     url TEXT NOT NULL,
     body TEXT,
     PRIMARY KEY (webhook, seq)
   ) WITHOUT ROWID;

   CREATE TABLE endpoints (
     webhook TEXT PRIMARY KEY,
     total_failures INTEGER NOT NULL,
     failures INTEGER NOT NULL,
     failing_since INTEGER,
     last_success INTEGER,
     warned_at INTEGER,
     probe_at INTEGER,
     slow INTEGER NOT NULL
   ) WITHOUT ROWID;

   CREATE TABLE links (n INTEGER PRIMARY KEY, secret TEXT NOT NULL, message INTEGER NOT NULL, url TEXT NOT NULL);

   CREATE TABLE rotation (number TEXT PRIMARY KEY, turn REAL NOT NULL, served REAL NOT NULL) WITHOUT ROWID;

   CREATE TABLE health (number TEXT NOT NULL, hour INTEGER NOT NULL, counts TEXT NOT NULL, PRIMARY KEY (number, hour)) WITHOUT ROWID;

   CREATE TABLE verdicts (number TEXT PRIMARY KEY, status TEXT NOT NULL, since INTEGER, reason TEXT, tried_at INTEGER) WITHOUT ROWID;

   CREATE TABLE blamed (text TEXT NOT NULL, number TEXT NOT NULL, hour INTEGER NOT NULL, faults INTEGER NOT NULL, PRIMARY KEY (text, number, hour)) WITHOUT ROWID;

   CREATE TABLE parked (
     sid TEXT NOT NULL,
     status TEXT NOT NULL,
     error_code TEXT,
     error_message TEXT,
     at INTEGER NOT NULL,
     PRIMARY KEY (sid, status)
   ) WITHOUT ROWID;

   CREATE TABLE tags (contact TEXT NOT NULL, tag TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (contact, tag)) WITHOUT ROWID;

   CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID`,
];

/** Says whether this object was ever given a snapshot: only then does it have tables, so that a stranger's call writes nothing. */
export function hasTables(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'").toArray().length > 0;
}

/** Applies what is missing of the ledger's migrations in one transaction; applying again costs one read. */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage;
  const applied = hasTables(sql) ? Number(sql.exec("SELECT max(id) AS last FROM migrations").one().last) : -1;
  if (applied === migrations.length - 1) return;
  storage.transactionSync(() => {
    sql.exec("CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY)");
    migrations.forEach((statements, id) => {
      if (id <= applied) return;
      sql.exec(statements);
      sql.exec("INSERT INTO migrations (id) VALUES (?)", id);
    });
  });
}
