import type { NewAttempt } from "./attempts.ts";
import type { MessageChange, MessageRow, Step } from "./message-row.ts";

/**
 * A message as it stands ahead of its row: the columns and the steps of its life that its row lacks, the number of its chat's last event where its row is to keep that,
 * and the event whose row says all of it, so that a wake finds it; null where only memory does.
 */
export type AheadMessage = {
  row: MessageRow;
  lacks: MessageChange;
  steps: Step[];
  sequence: number | null;
  event: number | null;
};

/** What is known ahead of the rows. Other than what is remembered of rows it is not read again from them: a transaction that throws takes back its own part of it. */
export type Ahead = {
  messages: Map<number, AheadMessage>;
  attempts: NewAttempt[];
  /** Gives the first of so many sequence numbers in a row. */
  numbers: (count: number) => number;
};

const ahead = new WeakMap<SqlStorage, Ahead>();
const bare = new WeakMap<SqlStorage, SqlStorage>();

/** Returns the storage itself, for statements that read and write beside what is known ahead. */
export function bareOf(sql: SqlStorage): SqlStorage {
  return bare.get(sql) ?? sql;
}

function noNumbers(): never {
  throw new Error("The ledger was not opened.");
}

/** Returns what is known ahead of an object's rows. */
export function aheadOf(sql: SqlStorage): Ahead {
  const key = bareOf(sql);
  const known = ahead.get(key);
  if (known !== undefined) return known;
  const none: Ahead = { messages: new Map(), attempts: [], numbers: noNumbers };
  ahead.set(key, none);
  return none;
}

/** Returns how what is known ahead is put back as it stands now. */
export function holdAhead(sql: SqlStorage): () => void {
  const { messages, attempts, numbers } = aheadOf(sql);
  const held = { messages: new Map(messages), attempts: [...attempts], numbers };
  return () => ahead.set(bareOf(sql), held);
}

/** How rows of a table catch up. */
export type Writers = { messages: (sql: SqlStorage) => void; attempts: (sql: SqlStorage) => void };

const namesMessages = /(?:FROM|JOIN|INTO|UPDATE) messages\b/;
const namesAttempts = /(?:FROM|JOIN|INTO|UPDATE) attempts\b/;

/** Returns an object's storage under guard: a statement that names a table of which something is known ahead finds its rows written. */
export function guarded(sql: SqlStorage, writers: Writers): SqlStorage {
  const guard = {
    exec(query: string, ...values: unknown[]) {
      const { messages, attempts } = aheadOf(sql);
      if (messages.size > 0 && namesMessages.test(query)) writers.messages(guard);
      if (attempts.length > 0 && namesAttempts.test(query)) writers.attempts(guard);
      return sql.exec(query, ...values);
    },
    get databaseSize() {
      return sql.databaseSize;
    },
  } as unknown as SqlStorage;
  bare.set(guard, sql);
  return guard;
}
