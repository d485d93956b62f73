import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** wrangler's own record of what was applied, so that either of the two may apply the next migration. */
const RECORD = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Applies the migrations of `folder` that `database` (the local D1) lacks, in order, all of them or none; rejects with D1's words. */
export async function applyMigrations(database, folder) {
  await database.prepare(RECORD).run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map(({ name }) => name));
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql") && !applied.has(name));
  if (files.length === 0) return;
  // One text, for a hundred statements asked for one by one are a second of a start.
  const text = files.sort().map((name) => `${readFileSync(join(folder, name), "utf8")};\n${recordOf(name)};`);
  await database.batch([database.prepare(text.join("\n"))]);
}

const recordOf = (name) => `INSERT INTO d1_migrations (name) VALUES ('${name.replaceAll("'", "''")}')`;
