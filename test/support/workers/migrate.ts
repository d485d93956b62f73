import { type D1Migration, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { inject, vi } from "vitest";
import { visiting } from "../../../src/flows/visits.ts";

declare module "vitest" {
  interface ProvidedContext {
    migrations: D1Migration[];
    /** How many requests the big form of the fuzz makes of each kind; 0 is the small form. */
    fuzzRuns: number;
    stormSends: number;
  }
}

/** All of them as one batch, noted as wrangler notes them: one by one they are 19 calls of the database, before each test file. */
async function migrateAtOnce(migrations: readonly D1Migration[]): Promise<void> {
  const noted =
    "id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL";
  const note = env.DB.prepare("INSERT INTO d1_migrations (name) VALUES (?)");
  const statements = migrations.flatMap(({ name, queries }) => [
    ...queries.map((query) => env.DB.prepare(query)),
    note.bind(name),
  ]);
  await env.DB.batch([env.DB.prepare(`CREATE TABLE d1_migrations (${noted})`), ...statements]);
}

/** Deletes every object and the database; a request of the file before that is just being answered may bring its object back, which is deleted as well. */
async function forgetAll(): Promise<void> {
  do await reset();
  while ((await env.DB.prepare("SELECT 1 FROM sqlite_master WHERE name = 'd1_migrations'").first()) !== null);
}

/** The settings as the runtime got them: a file may change them, as it may change what it spies on and the clock. */
const runtime = globalThis as { settingsOfTheRuntime?: Partial<Cloudflare.Env> };
runtime.settingsOfTheRuntime ??= { ...env };

// Several files share a runtime one after the other; each finds it as if it were its own: nothing stored, no object alive, nothing replaced.
vi.restoreAllMocks();
vi.useRealTimers();
vi.resetModules();
Object.assign(env, runtime.settingsOfTheRuntime);
await forgetAll();
await migrateAtOnce(inject("migrations"));

// Who promised to come back does so when a test says it (`keepAll`), not in the midst of another.
visiting.afterMs = 600_000;
