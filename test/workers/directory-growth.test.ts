import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { listAccounts } from "../../src/directory/accounts.ts";
import { listApiKeys } from "../../src/directory/api-keys.ts";
import { openDatabase } from "../../src/directory/database.ts";
import { listHalfImported } from "../../src/directory/numbers.ts";
import { listOrganizations } from "../../src/directory/organizations.ts";
import { listWebhooks } from "../../src/directory/webhooks.ts";

/** Puts so many organizations with a key, an account and a webhook each into the directory. */
async function grow(from: number, to: number): Promise<void> {
  const series = `WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to - 1})`;
  await env.DB.batch(
    [
      `INSERT INTO organizations (id, name, selection, sandbox_block, published_version, created_at) ${series} SELECT 'org_g' || i, 'Grown', '{}', 500 + i, 1, i FROM n`,
      `INSERT INTO api_keys (id, organization_id, name, mode, status, hint, short_number, published_version, created_at) ${series} SELECT 'key_g' || i, 'org_g0', 'Grown', 'live', 'active', 'hint', 100000 + i, 1, i FROM n`,
      `INSERT INTO twilio_accounts (id, organization_id, name, account_sid, sync, created_at) ${series} SELECT 'acc_g' || i, 'org_g0', 'Grown', 'AC' || i, '{}', i FROM n`,
      `INSERT INTO webhooks (id, organization_id, owner, url, type, secret, created_at) ${series} SELECT 'whk_g' || i, 'org_g0', 'org_g0', 'https://g.example/' || i, 'all', 'sealed', i FROM n`,
    ].map((query) => env.DB.prepare(query)),
  );
}

/** The rows that D1 says it read for page 1 of each list. */
async function measure(): Promise<Record<string, number>> {
  let rows = 0;
  const counting = {
    prepare: (query: string) => env.DB.prepare(query),
    batch: async (statements: D1PreparedStatement[]) => {
      const answers = await env.DB.batch(statements);
      rows += answers.reduce((sum, { meta }) => sum + (meta.rows_read ?? 0), 0);
      return answers;
    },
  };
  const db = openDatabase(counting as unknown as D1Database);
  const page = { limit: 20, offset: 0 };
  const lists: Record<string, () => Promise<{ total: number }>> = {
    organizations: () => listOrganizations(db, page),
    keys: () => listApiKeys(db, { ...page, organizationId: null }),
    "an organization's keys": () => listApiKeys(db, { ...page, organizationId: "org_g0" }),
    accounts: () => listAccounts(db, { ...page, organizationId: null }),
    "an organization's accounts": () => listAccounts(db, { ...page, organizationId: "org_g0" }),
    webhooks: () => listWebhooks(db, { ...page, organizationId: null, apiKeyId: null }),
    "an organization's webhooks": () => listWebhooks(db, { ...page, organizationId: "org_g0", apiKeyId: null }),
  };
  const reads: Record<string, number> = {};
  for (const [name, list] of Object.entries(lists)) {
    rows = 0;
    const { total } = await list();
    expect([name, total]).toEqual([name, 1_021]);
    reads[name] = rows;
  }
  return reads;
}

describe("the rows that page 1 of a directory's list reads", () => {
  it("do not grow with what stands in it: 1,100 or 11,000 organizations, keys, accounts and webhooks", async () => {
    await grow(0, 1_100);
    const small = await measure();
    await grow(1_100, 11_000);
    const large = await measure();
    const grown = Object.entries(large).filter(([name, rows]) => rows > 1.3 * (small[name] ?? 0));
    expect({ small, grown }).toEqual({ small, grown: [] });
    expect(Math.min(...Object.values(small))).toBeGreaterThan(1_000);
  }, 60_000);
});

it("the look for imports that were cut off, made every minute, goes along an index of them alone", async () => {
  const asked: string[] = [];
  const listening = {
    prepare: (query: string) => {
      asked.push(query);
      return env.DB.prepare(query);
    },
  };
  await listHalfImported(openDatabase(listening as unknown as D1Database), 20);
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${asked[0]}`).bind(20).all<{ detail: string }>();
  expect(results.map(({ detail }) => detail)).toEqual(["SCAN numbers USING INDEX numbers_half_imported"]);
});
