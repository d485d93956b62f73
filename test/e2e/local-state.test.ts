import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

/** The name that the first release gave the directory's file: it is made of the id that stood in its wrangler.toml. */
const folder = join("state", "v3", "d1", "miniflare-D1DatabaseObject");
const file = "faaf2b0445ab934c3aac48ddf0cdfade8f9bac050be98993748742cdd2cb05fb.sqlite";
const lastOfBefore = "0005";

let gateway: Gateway | undefined;
afterEach(async () => {
  await gateway?.kill9();
  await gateway?.forget();
});

/** Writes a directory as an earlier checkout left it: its migrations applied, and noted as wrangler notes them. */
function writeFormerState(): string {
  const stateDir = mkdtempSync(join(tmpdir(), "trunkline-"));
  mkdirSync(join(stateDir, folder), { recursive: true });
  const db = new DatabaseSync(join(stateDir, folder, file));
  db.exec(
    "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
  );
  const names = readdirSync("migrations").filter((name) => name.endsWith(".sql") && name < `${lastOfBefore}~`);
  for (const name of names.toSorted()) {
    db.exec(readFileSync(join("migrations", name), "utf8"));
    db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").run(name);
  }
  db.prepare(
    "INSERT INTO organizations (id, name, country_code, selection, sandbox_block, created_at) VALUES ('org_kept', 'Kept', 'US', ?, 0, 1)",
  ).run(
    JSON.stringify({
      twilio: { strategy: "first", sticky: false, stickyDays: null },
      blooio: { strategy: "round_robin", sticky: true, stickyDays: null },
    }),
  );
  db.prepare(
    "INSERT INTO api_keys (id, organization_id, name, mode, status, hint, short_number, created_at) VALUES ('key_of_before', 'org_kept', 'First key', 'test', 'active', 'fore', 1, 1)",
  ).run();
  db.close();
  const notes = { ADMIN_TOKEN: "t".repeat(64), MASTER_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}` };
  const seeded = { first_key: "tl_test_of_before", first_key_id: "key_of_before", seeded_at: 1 };
  writeFileSync(join(stateDir, "secrets.json"), JSON.stringify({ ...notes, ...seeded }));
  return stateDir;
}

test("the state of an earlier checkout is found again and brought forward", async () => {
  const stateDir = writeFormerState();
  gateway = await startGateway({ stateDir });
  const headers = { authorization: `Bearer ${gateway.adminToken}` };
  const read = async (path: string) => (await fetch(`${gateway?.url}/admin/api${path}`, { headers })).json();
  expect(await read("/organizations/org_kept")).toMatchObject({ name: "Kept" });
  expect(await read("/status")).toMatchObject({ migrations: { ok: true } });
  expect(await read("/public-url")).toMatchObject({ url: gateway.url, source: "setting" });
});
