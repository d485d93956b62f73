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

  // One person, two writings (`domain/person.ts`): what stands under the writing that is not the known one moves to the known one, and is added up there.
  `ALTER TABLE chats ADD COLUMN address TEXT;

   CREATE TABLE moving (id TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID;
   INSERT INTO moving SELECT id, person FROM (SELECT id, CASE
         WHEN id GLOB 'whatsapp:+521[0-9]*' AND length(id) = 23 THEN 'whatsapp:+52' || substr(id, 14)
         WHEN id GLOB 'whatsapp:+55[1-9][0-9][6-9]*' AND length(id) = 22 THEN substr(id, 1, 14) || '9' || substr(id, 15)
         WHEN id GLOB 'whatsapp:+54[1-8]*' AND length(id) = 22 THEN 'whatsapp:+549' || substr(id, 13)
       END AS person FROM chats WHERE id GLOB 'whatsapp:+5[245]*') WHERE person IS NOT NULL;

   INSERT INTO chats (id, contact_id, created_at) SELECT person, contact_id, created_at FROM moving JOIN chats USING (id) WHERE true ON CONFLICT DO NOTHING;
   UPDATE chats SET
     name = coalesce(chats.name, other.name), created_at = min(chats.created_at, other.created_at),
     deleted_at = iif(other.deleted_at IS NULL AND other.last_seq IS NOT NULL, NULL, chats.deleted_at),
     inbound = chats.inbound + other.inbound, outbound = chats.outbound + other.outbound,
     first_at = min(coalesce(chats.first_at, other.first_at), coalesce(other.first_at, chats.first_at)),
     last_at = max(coalesce(chats.last_at, other.last_at), coalesce(other.last_at, chats.last_at)),
     last_inbound_at = max(coalesce(chats.last_inbound_at, other.last_inbound_at), coalesce(other.last_inbound_at, chats.last_inbound_at)),
     last_outbound_at = max(coalesce(chats.last_outbound_at, other.last_outbound_at), coalesce(other.last_outbound_at, chats.last_outbound_at)),
     last_seq = max(coalesce(chats.last_seq, other.last_seq), coalesce(other.last_seq, chats.last_seq)),
     sequence = chats.sequence + other.sequence,
     sticky_number = iif(coalesce(other.sticky_at, 0) > coalesce(chats.sticky_at, 0), other.sticky_number, chats.sticky_number),
     sticky_at = iif(coalesce(other.sticky_at, 0) > coalesce(chats.sticky_at, 0), other.sticky_at, chats.sticky_at),
     replied_number = coalesce(other.replied_number, chats.replied_number),
     opted_out_at = coalesce(chats.opted_out_at, other.opted_out_at), opted_out_by = coalesce(chats.opted_out_by, other.opted_out_by),
     address = iif(other.inbound > 0, other.id, NULL)
   FROM moving JOIN chats AS other ON other.id = moving.id WHERE chats.id = moving.person;
   DELETE FROM chats WHERE id IN (SELECT id FROM moving);

   INSERT INTO heard (number, contact, last_at) SELECT number, person, last_at FROM moving JOIN heard ON heard.contact = moving.id WHERE true
     ON CONFLICT (contact, number) DO UPDATE SET last_at = max(heard.last_at, excluded.last_at);
   DELETE FROM heard WHERE contact IN (SELECT id FROM moving);
   INSERT INTO tags (contact, tag, created_at) SELECT person, tag, created_at FROM moving JOIN tags ON tags.contact = moving.id WHERE true ON CONFLICT DO NOTHING;
   DELETE FROM tags WHERE contact IN (SELECT id FROM moving);
   UPDATE messages SET detail = json_set(detail, '$.to', chat), chat = (SELECT person FROM moving WHERE id = chat) WHERE chat IN (SELECT id FROM moving);
   DROP TABLE moving`,

  `CREATE TABLE snapshot_parts (part INTEGER PRIMARY KEY, body TEXT NOT NULL)`,

  "ALTER TABLE messages ADD COLUMN mark TEXT",

  `ALTER TABLE chats ADD COLUMN opted_in_number TEXT;

   CREATE TABLE blocks (contact TEXT NOT NULL, number TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (contact, number)) WITHOUT ROWID;

   CREATE TABLE heeded (sid TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID`,
  `CREATE TABLE looks (
     account TEXT NOT NULL,
     due_at INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     kind TEXT NOT NULL,
     n INTEGER NOT NULL,
     PRIMARY KEY (account, due_at, seq, kind)
   ) WITHOUT ROWID;
   INSERT INTO looks (account, due_at, seq, kind, n)
     SELECT account, agenda.due_at, seq, CASE WHEN sid IS NULL THEN 'lost' WHEN looks < 0 THEN 'truth' ELSE 'state' END, max(looks, 0)
     FROM agenda JOIN messages USING (seq) WHERE outcome_unknown = 1 OR sid IS NOT NULL;
   DELETE FROM agenda WHERE (due_at, seq) IN (SELECT due_at, seq FROM looks)`,

  `CREATE TABLE days (
     day INTEGER NOT NULL,
     number TEXT NOT NULL,
     sent INTEGER NOT NULL DEFAULT 0,
     inbound INTEGER NOT NULL DEFAULT 0,
     delivered INTEGER NOT NULL DEFAULT 0,
     failed INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (day, number)
   ) WITHOUT ROWID`,

  // A line a number: what waits on one that is held is not walked through to find what may leave.
  `ALTER TABLE agenda RENAME TO former_agenda;
   CREATE TABLE agenda (number TEXT NOT NULL, due_at INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (number, due_at, seq)) WITHOUT ROWID;
   INSERT INTO agenda (number, due_at, seq) SELECT messages.number, former_agenda.due_at, seq FROM former_agenda JOIN messages USING (seq);
   DROP TABLE former_agenda`,

  // What is on its way after a wait stands in a line of its own, so that a number's line holds what waits and nothing else; what leaves as it is accepted stands in none.
  `INSERT INTO agenda (number, due_at, seq) SELECT '', agenda.due_at, seq FROM agenda JOIN messages USING (seq) WHERE status NOT IN ('queued', 'scheduled');
   DELETE FROM agenda WHERE number <> '' AND seq IN (SELECT seq FROM agenda WHERE number = '');
   INSERT INTO marks (name, value) SELECT 'leaving_from', coalesce(max(seq), 0) FROM messages WHERE true`,

  // What people say is told before what is reported of our own messages; the chat is what no first attempt may overtake another in.
  `ALTER TABLE owed RENAME TO former_owed;
   CREATE TABLE owed (
     webhook TEXT NOT NULL,
     rank INTEGER NOT NULL,
     due_at INTEGER NOT NULL,
     event INTEGER NOT NULL,
     attempt INTEGER NOT NULL,
     chat TEXT,
     body TEXT,
     PRIMARY KEY (webhook, rank, due_at, event)
   ) WITHOUT ROWID;
   INSERT INTO owed (webhook, rank, due_at, event, attempt, chat, body)
     SELECT webhook, iif(name IN ('message.received', 'message.reaction', 'call.received', 'contact.opted_out', 'contact.opted_in') AND original IS NULL, 0, 1),
       due_at, event, attempt, iif(original IS NULL, json_extract(events.body, '$.external_id'), NULL), former_owed.body
     FROM former_owed LEFT JOIN events ON events.seq = event;
   DROP TABLE former_owed`,

  // A list of chats is a walk along its order, and its total, like what the pool carried, stands in the newest message.
  `ALTER TABLE messages ADD COLUMN tally TEXT;
   CREATE INDEX chats_by_last ON chats (last_seq) WHERE last_seq IS NOT NULL`,

  // What is owed at first stands in its event's row, the log is the proof that it was told, and a row of the log holds all that ended together.
  `ALTER TABLE events ADD COLUMN owed TEXT;
   ALTER TABLE attempts ADD COLUMN more TEXT;
   INSERT INTO marks (name, value) SELECT 'noted_from', coalesce(max(seq), 0) + 1 FROM events WHERE true`,

  // The number of a chat's last event stands with its last message, which is written when the event is.
  "ALTER TABLE messages ADD COLUMN sequence INTEGER",

  // A delivered message is counted in its event, and in its number's hour now and then.
  "ALTER TABLE events ADD COLUMN ended INTEGER",

  // Lists of people are walks along an order too; of deliveries, those that failed. None of these is written by a message of a contact that is known.
  `CREATE INDEX chats_quiet ON chats (created_at, id) WHERE last_seq IS NULL AND deleted_at IS NULL;
   CREATE INDEX chats_hidden ON chats (id) WHERE deleted_at IS NOT NULL AND last_seq IS NOT NULL;
   CREATE INDEX chats_named ON chats (lower(name), name, id) WHERE name IS NOT NULL;
   CREATE INDEX chats_opted_out ON chats (opted_out_at DESC, id) WHERE opted_out_at IS NOT NULL;
   CREATE INDEX attempts_failed ON attempts (webhook, seq) WHERE coalesce(status, 0) NOT BETWEEN 200 AND 299`,

  // Macs and their lines: how far each Mac has been read, under which name it knows a chat, its groups, and when a line began a conversation.
  `CREATE TABLE cursors (
     account TEXT PRIMARY KEY,
     cursor TEXT NOT NULL,
     again TEXT NOT NULL DEFAULT '[]',
     looked_at INTEGER NOT NULL,
     misses INTEGER NOT NULL DEFAULT 0,
     offline_since INTEGER,
     offline_because TEXT
   ) WITHOUT ROWID;

   CREATE TABLE places (account TEXT NOT NULL, chat TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (account, chat)) WITHOUT ROWID;

   CREATE TABLE groups (
     id TEXT PRIMARY KEY,
     account TEXT,
     key TEXT,
     name TEXT,
     icon_url TEXT,
     members TEXT NOT NULL DEFAULT '[]',
     created_at INTEGER NOT NULL,
     deleted_at INTEGER
   ) WITHOUT ROWID;
   CREATE UNIQUE INDEX groups_by_key ON groups (account, key) WHERE key IS NOT NULL;

   CREATE TABLE openings (number TEXT NOT NULL, at INTEGER NOT NULL, chat TEXT NOT NULL, PRIMARY KEY (number, at, chat)) WITHOUT ROWID`,

  // Campaigns: their people in blocks that are written once, what became of each beside them, and in a message the block that it is of.
  `CREATE TABLE campaigns (n INTEGER PRIMARY KEY, state TEXT NOT NULL, body TEXT NOT NULL);
   CREATE TABLE campaign_people (id INTEGER PRIMARY KEY, people TEXT NOT NULL);
   CREATE TABLE campaign_states (id INTEGER PRIMARY KEY, waiting INTEGER NOT NULL, taken INTEGER NOT NULL, refused INTEGER NOT NULL, rejected INTEGER NOT NULL, changed_at INTEGER NOT NULL, tally TEXT, states TEXT NOT NULL);
   ALTER TABLE messages ADD COLUMN block INTEGER`,
  // Where a person lives, as somebody set it.
  "ALTER TABLE chats ADD COLUMN time_zone TEXT",
  // Where, when and by which words people agreed; and who of a campaign was asked and has not answered.
  `CREATE TABLE opt_ins (contact TEXT NOT NULL, seq INTEGER NOT NULL, agreed_at INTEGER NOT NULL, source TEXT NOT NULL, words TEXT, recorded_at INTEGER NOT NULL, recorded_by TEXT NOT NULL, proof TEXT, PRIMARY KEY (contact, seq)) WITHOUT ROWID;
   ALTER TABLE campaign_states ADD COLUMN asked INTEGER NOT NULL DEFAULT 0`,

  // What is handed to another key, what is carried for one, and whom a Mac was asked about.
  `CREATE TABLE handed (
     seq INTEGER PRIMARY KEY,
     chat TEXT NOT NULL,
     key TEXT NOT NULL,
     at INTEGER NOT NULL,
     due_at INTEGER,
     state TEXT NOT NULL,
     asked INTEGER NOT NULL DEFAULT 0
   );
   CREATE INDEX handed_due ON handed (due_at) WHERE due_at IS NOT NULL;
   CREATE INDEX handed_by_chat ON handed (chat);

   CREATE TABLE carried (
     origin TEXT PRIMARY KEY,
     seq INTEGER,
     answer TEXT NOT NULL,
     at INTEGER NOT NULL,
     due_at INTEGER,
     n INTEGER NOT NULL DEFAULT 0,
     news TEXT
   ) WITHOUT ROWID;
   CREATE INDEX carried_due ON carried (due_at) WHERE due_at IS NOT NULL;
   CREATE INDEX carried_by_age ON carried (at);

   CREATE TABLE reach (contact TEXT PRIMARY KEY, imessage INTEGER, facetime INTEGER, at INTEGER NOT NULL) WITHOUT ROWID`,

  // The index by provider id holds what is asked for by it alone: what came in, what lines sent, and what learned its id by a look. All else is named by its callbacks.
  `ALTER TABLE messages ADD COLUMN by_sid INTEGER;
   UPDATE messages SET by_sid = 1 WHERE direction = 'outbound' AND sid NOT GLOB '[SM]M*';
   DROP INDEX messages_by_sid;
   CREATE UNIQUE INDEX messages_by_sid ON messages (sid) WHERE direction = 'inbound' OR by_sid = 1`,

  // What a message's row lacks until it is written with what comes next stands in the row of the event that tells it.
  "ALTER TABLE events ADD COLUMN redo TEXT",
];

/** The ledger's shape as this code knows it: how many times its tables were changed. */
export const ledgerShape = migrations.length;

/** Returns the shape of a ledger's tables, 0 where there are none. */
export function shapeOfLedger(sql: SqlStorage): number {
  return hasTables(sql) ? Number(sql.exec("SELECT max(id) AS last FROM migrations").one().last) + 1 : 0;
}

/** Says whether this object was ever given a snapshot: only then does it have tables, so that a stranger's call writes nothing. */
export function hasTables(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'").toArray().length > 0;
}

/** Applies what is missing of the ledger's migrations in one transaction; applying again costs one read. */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage;
  const applied = shapeOfLedger(sql) - 1;
  if (applied >= migrations.length - 1) return;
  storage.transactionSync(() => {
    sql.exec("CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY)");
    migrations.forEach((statements, id) => {
      if (id <= applied) return;
      sql.exec(statements);
      sql.exec("INSERT INTO migrations (id) VALUES (?)", id);
    });
  });
}
