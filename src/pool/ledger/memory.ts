import { bareOf } from "./ahead.ts";

const memories = new WeakMap<SqlStorage, Map<string, unknown>>();

/** Returns what is remembered of an object's rows under a name, made anew from the rows where nothing is. */
export function remembered<T>(sql: SqlStorage, name: string, read: () => T): T {
  const memory = memoryOf(bareOf(sql));
  if (!memory.has(name)) memory.set(name, read());
  return memory.get(name) as T;
}

function memoryOf(key: SqlStorage): Map<string, unknown> {
  const known = memories.get(key);
  if (known !== undefined) return known;
  const memory = new Map<string, unknown>();
  memories.set(key, memory);
  return memory;
}

/** Returns what is remembered under a name, null where nothing is: the rows are not asked. */
export function ifRemembered<T>(sql: SqlStorage, name: string): T | null {
  return (memories.get(bareOf(sql))?.get(name) as T | undefined) ?? null;
}

/** Lets go of all that is remembered of an object's rows: a transaction was rolled back, and the rows alone are the truth. */
export function forgetRows(sql: SqlStorage): void {
  memories.delete(bareOf(sql));
}

/** Lets go of what is remembered under one name, so that it is read anew. */
export function forgetNamed(sql: SqlStorage, name: string): void {
  memories.get(bareOf(sql))?.delete(name);
}

/** Messages that were written or read lately, by sequence number and by provider id; beyond `most` the one that was not touched for longest is let go. */
export class RecentRows<Row extends { seq: number; sid: string | null }> {
  readonly #rows = new Map<number, Row>();
  readonly #bySid = new Map<string, number>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  find(seq: number): Row | null {
    return this.#rows.get(seq) ?? null;
  }

  findBySid(sid: string): Row | null {
    return this.find(this.#bySid.get(sid) ?? -1);
  }

  keep(row: Row): Row {
    this.drop(row.seq);
    this.#rows.set(row.seq, row);
    if (row.sid !== null && !this.#bySid.has(row.sid)) this.#bySid.set(row.sid, row.seq);
    if (this.#rows.size > this.#most) this.drop(this.#rows.keys().next().value ?? row.seq);
    return row;
  }

  drop(seq: number): void {
    const sid = this.find(seq)?.sid ?? "";
    if (this.#bySid.get(sid) === seq) this.#bySid.delete(sid);
    this.#rows.delete(seq);
  }
}
