import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { writeAttempts } from "../../../src/pool/ledger/ahead-attempts.ts";
import { writeAhead } from "../../../src/pool/ledger/ahead-messages.ts";
import { eventually, type TestKey } from "./gateway.ts";

type Row = Record<string, SqlStorageValue>;

/** Asks a key's ledger a question in SQL, once its rows hold all that is known. */
export function ask<T extends Row>(key: TestKey, query: string, ...values: unknown[]): Promise<T[]> {
  return runInDurableObject(env.POOLS.getByName(key.id), (_, { storage: { sql } }) => {
    writeAhead(sql);
    writeAttempts(sql);
    return sql.exec<T>(query, ...values).toArray();
  });
}

/** All that a ledger owes by its rows alone: what has a row, and what stands in its event and was neither tried nor given a row. */
export const owedQuery = `SELECT webhook, rank, due_at, event, attempt, chat FROM owed
  UNION ALL SELECT one.key, iif(name IN ('message.received', 'message.reaction', 'call.received', 'contact.opted_out', 'contact.opted_in'), 0, 1),
    events.seq / 1024, events.seq, 1, json_extract(events.body, '$.external_id') FROM events, json_each(events.owed) AS one
  WHERE events.seq >= (SELECT value FROM marks WHERE name = 'noted_from')
    AND NOT EXISTS (SELECT 1 FROM owed WHERE owed.webhook = one.key AND owed.event = events.seq)
    AND NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.webhook = one.key
      AND (attempts.event = events.seq OR events.seq IN (SELECT more.value ->> 0 FROM json_each(attempts.more) AS more)))`;

/** Every attempt of a ledger's log by its rows alone, also those that share a row. */
export const triedQuery = `SELECT webhook, seq, event, attempt, attempted_at, duration_ms, status, response, error, body FROM attempts
  UNION ALL SELECT attempts.webhook, attempts.seq + 1 + more.key, more.value ->> 0, more.value ->> 1, more.value ->> 2, more.value ->> 3,
    more.value ->> 4, more.value ->> 5, more.value ->> 6, more.value ->> 7 FROM attempts, json_each(attempts.more) AS more`;

/** What a key's ledger owes, the first first. */
export function owed(key: TestKey) {
  return ask<{ webhook: string; due_at: number; event: number; attempt: number }>(
    key,
    `SELECT webhook, due_at, event, attempt FROM (${owedQuery}) ORDER BY due_at`,
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
