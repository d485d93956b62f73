import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { makeDeps } from "../../../src/deps.ts";
import { openDatabase } from "../../../src/directory/database.ts";
import { isBehind, listBehindOf } from "../../../src/directory/key-versions.ts";
import type { PoolCalls } from "../../../src/domain/pool-calls.ts";
import { noteSetting } from "../../../src/flows/set-public-url.ts";
import { watch } from "../../../src/flows/watchdog.ts";
import { readSettings } from "../../../src/settings.ts";
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

it("pools that cannot be published keep no other from learning of a change", { timeout: 60_000 }, async () => {
  const settings = readSettings(env);
  if (!settings.ok) throw new Error("The settings of the tests are incomplete.");
  const deps = makeDeps(env, settings.value);
  // A public URL that the directory has not heard of concerns every key: here it has.
  await noteSetting(deps);
  const made = await admin("/organizations", { body: { name: "Stuck" } });
  const organizationId = String(made.body.organization_id);
  await admin("/api-keys", { body: { name: "First", organization_id: organizationId } });
  await makeKeys(organizationId, 151);
  const db = openDatabase(env.DB);
  const [healthy] = (await listBehindOf(db, organizationId, 151)).slice(-1);
  const broken = { publish: () => Promise.reject(new Error("The storage is corrupt.")) } as unknown as PoolCalls;
  const limping = { ...deps, log: () => {}, pool: (id: string) => (id === healthy ? deps.pool(id) : broken) };
  // A round serves 100 of 151: that 40 rounds leave the healthy one out every time would be a wonder.
  for (let round = 0; round < 40 && (await isBehind(db, String(healthy))); round += 1) await watch(limping);
  expect(await isBehind(db, String(healthy))).toBe(false);
  expect(await listBehindOf(db, organizationId, 1_000)).toHaveLength(150);
});
