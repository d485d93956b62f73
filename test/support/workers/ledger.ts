import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { eventually, type TestKey } from "./gateway.ts";

type Row = Record<string, SqlStorageValue>;

/** Asks a key's ledger a question in SQL. */
export function ask<T extends Row>(key: TestKey, query: string, ...values: unknown[]): Promise<T[]> {
  return runInDurableObject(env.POOLS.getByName(key.id), (_, state) =>
    state.storage.sql.exec<T>(query, ...values).toArray(),
  );
}

/** What a key's ledger owes, the first first. */
export function owed(key: TestKey) {
  return ask<{ webhook: string; due_at: number; event: number; attempt: number }>(
    key,
    "SELECT webhook, due_at, event, attempt FROM owed ORDER BY due_at",
  );
}

/** Sets the clock and lets the key's alarm ring, as it would by itself at that time. */
export async function ringAt(key: TestKey, at: number): Promise<void> {
  vi.setSystemTime(at);
  await runDurableObjectAlarm(env.POOLS.getByName(key.id));
}

/** Waits until nothing that is owed is due any more. */
export function settled(key: TestKey): Promise<true> {
  return eventually(async () => (await owed(key)).every((row) => row.due_at > Date.now()) || null) as Promise<true>;
}
