import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { listBehindOf } from "../../../src/directory/api-keys.ts";
import { openDatabase } from "../../../src/directory/database.ts";
import { admin, eventually } from "../../support/workers/gateway.ts";

afterEach(() => vi.restoreAllMocks());

async function makeKeys(organizationId: string, total: number): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO api_keys (id, organization_id, name, mode, status, hint, short_number, created_at)
     SELECT 'key_' || substr(?1, -8) || printf('%012d', value), ?1, 'Key ' || value, 'live', 'active', '', (SELECT max(short_number) FROM api_keys) + value, 1 FROM
       (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?2) SELECT value FROM n)`,
  )
    .bind(organizationId, total)
    .run();
}

it("a change that concerns hundreds of keys is published in fewer queries than a Worker has, and what is too much for one turn in turns that follow", {
  timeout: 180_000,
}, async () => {
  const made = await admin("/organizations", { body: { name: "Large" } });
  const organizationId = String(made.body.organization_id);
  await admin("/api-keys", { body: { name: "First", organization_id: organizationId } });
  await makeKeys(organizationId, 720);
  const statements = vi.spyOn(Object.getPrototypeOf(env.DB), "prepare");
  const changed = await admin(`/organizations/${organizationId}`, { method: "PATCH", body: { name: "Larger" } });
  expect(changed).toMatchObject({ status: 503, body: { code: "publish_failed", pools_behind: 21 } });
  expect(statements.mock.calls.length).toBeLessThanOrEqual(50);
  const db = openDatabase(env.DB);
  await eventually(async () => (await listBehindOf(db, organizationId, 10)).length === 0);
});
