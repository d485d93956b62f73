import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** wrangler's own record of what was applied, so that either of the two may apply the next migration. */
const RECORD = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Applies the migrations of `folder` that `database` (D1) lacks, in order, each whole or not at all; rejects with D1's words. */
export async function applyMigrations(database, folder) {
  await database.prepare(RECORD).run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map(({ name }) => name));
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  for (const name of files.sort().filter((one) => !applied.has(one))) {
    const statements = readFileSync(join(folder, name), "utf8").split("--> statement-breakpoint");
    await database.batch([
      ...statements.map((sql) => database.prepare(sql.trim())),
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
}
