import type { D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { inject } from "vitest";
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

await migrateAtOnce(inject("migrations"));

// Who promised to come back does so when a test says it (`keepAll`), not in the midst of another.
visiting.afterMs = 600_000;
