import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";

const folder = new URL("../../migrations/", import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".sql"))
  .toSorted();

/** Returns a directory as these migrations leave it. */
function migrate(db: DatabaseSync, names: string[]): void {
  for (const name of names) db.exec(readFileSync(new URL(name, folder), "utf8"));
}

it("a directory of the first release is brought forward: revoked keys hold no numbers and are published again, lobbies begin above the clock", () => {
  const db = new DatabaseSync(":memory:");
  migrate(db, files.slice(0, 1));
  db.exec(`
    INSERT INTO organizations (id, name, selection, sandbox_block, created_at) VALUES ('org_1', 'One', '{}', 0, 1);
    INSERT INTO api_keys (id, organization_id, name, mode, status, hint, short_number, version, published_version, created_at) VALUES
      ('key_living', 'org_1', 'Living', 'live', 'active', '', 1, 4, 4, 1), ('key_revoked', 'org_1', 'Revoked', 'live', 'revoked', '', 2, 7, 7, 1);
    INSERT INTO numbers (address, allocation_id, organization_id, protocol, channel, capabilities, created_at, api_key_id, position) VALUES
      ('+12125550001', 'a', 'org_1', 'twilio', 'sms', '{}', 1, 'key_living', 0), ('+12125550002', 'b', 'org_1', 'twilio', 'sms', '{}', 1, 'key_revoked', 0);
    INSERT INTO unclaimed_inbound VALUES ('SM1', '+12125550003', '{}', 1);`);
  const before = Date.now();
  migrate(db, files.slice(1));
  expect(db.prepare("SELECT address, api_key_id, position FROM numbers ORDER BY address").all()).toEqual([
    { address: "+12125550001", api_key_id: "key_living", position: 0 },
    { address: "+12125550002", api_key_id: null, position: null },
  ]);
  expect(db.prepare("SELECT id FROM api_keys WHERE published_version < version").all()).toEqual([
    { id: "key_revoked" },
  ]);
  const [lobby] = db.prepare("SELECT version, published_version FROM organizations").all();
  expect(lobby?.published_version).toBe(1);
  expect(Number(lobby?.version)).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000);
  expect(db.prepare("SELECT provider_id FROM unclaimed_inbound").all()).toEqual([{ provider_id: "SM1" }]);
});

it("a directory of the release before is brought forward with every row", () => {
  const rows = readFileSync(new URL("../fixtures/release-before/directory.sql", import.meta.url), "utf8");
  const tables = [...new Set(rows.match(/(?<=^INSERT INTO )\w+/gm))];
  const db = new DatabaseSync(":memory:");
  const lastOfThatRelease = "0005";
  migrate(
    db,
    files.filter((name) => name.slice(0, 4) <= lastOfThatRelease),
  );
  db.exec(rows);
  const count = () => tables.map((table) => db.prepare(`SELECT '${table}', count(*) AS total FROM ${table}`).get());
  const before = count();
  migrate(
    db,
    files.filter((name) => name.slice(0, 4) > lastOfThatRelease),
  );
  expect(tables).toContain("webhooks");
  expect(count()).toEqual(before);
});
