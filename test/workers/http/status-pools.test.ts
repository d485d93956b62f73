import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { NumberPool } from "../../../src/pool/number-pool.ts";
import { admin, makeTestKey } from "../../support/workers/gateway.ts";
import { send } from "../../support/workers/story.ts";

type PoolStatus = {
  api_key_id: string;
  waiting: number | null;
  owed: number | null;
  behind: boolean;
  last_used_at: number | null;
};
type Page = { pools: PoolStatus[]; next_after: string | null; undelivered_webhooks: number };

beforeAll(() => vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok")));
afterAll(() => vi.restoreAllMocks());

async function pageAfter(after: string | null): Promise<Page> {
  const read = await admin(`/status${after === null ? "" : `?after=${after}`}`);
  expect(read.status).toBe(200);
  return read.body as Page;
}

async function allPools(): Promise<PoolStatus[]> {
  const pools: PoolStatus[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const page: Page = await pageAfter(after === "" ? null : after);
    expect(page.pools.length).toBeLessThanOrEqual(40);
    pools.push(...page.pools);
    after = page.next_after;
  }
  return pools;
}

describe("the status", () => {
  it("says of every pool what waits, what is owed, and when it was last used", async () => {
    const key = await makeTestKey();
    await send(key, "+15556660001", { text: "Later", send_at: Date.now() + 3_600_000 });
    const idle = await makeTestKey();
    const pools = await allPools();
    expect(pools.find(({ api_key_id }) => api_key_id === key.id)).toMatchObject({
      name: "Story key",
      waiting: 1,
      unknown: 0,
      owed: 0,
      behind: false,
      last_used_at: expect.any(Number),
    });
    expect(pools.find(({ api_key_id }) => api_key_id === idle.id)).toMatchObject({ waiting: 0, last_used_at: null });
    await admin(`/api-keys/${idle.id}`, { method: "DELETE" });
    expect((await allPools()).map(({ api_key_id }) => api_key_id)).not.toContain(idle.id);
  });

  it("reads the pools a page at a time, each once, in the order of their ids", { timeout: 60_000 }, async () => {
    const { organizationId: organization_id } = await makeTestKey();
    for (let index = 0; index < 45; index += 1) {
      await admin("/api-keys", { body: { name: `Key ${index}`, organization_id } });
    }
    const ids = (await allPools()).map(({ api_key_id }) => api_key_id);
    expect(ids.length).toBeGreaterThan(45);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted());
  });

  it("shows a pool that is behind, and one that does not answer, and answers all the same", async () => {
    const [silent, behind] = [await makeTestKey(), await makeTestKey()];
    await env.DB.prepare("UPDATE api_keys SET version = version + 1 WHERE id = ?").bind(behind.id).run();
    const checkUp = NumberPool.prototype.checkUp;
    const spy = vi.spyOn(NumberPool.prototype, "checkUp").mockImplementation(async function (this: NumberPool) {
      const answer = await checkUp.call(this);
      if (answer?.lastUsedAt === 1) throw new Error("the object is gone");
      return answer;
    });
    const { runInDurableObject } = await import("cloudflare:test");
    await runInDurableObject(env.POOLS.getByName(silent.id), (_, { storage }) => {
      storage.sql.exec("INSERT OR REPLACE INTO marks (name, value) VALUES ('last_used_at', 1)");
    });
    const pools = await allPools();
    spy.mockRestore();
    expect(pools.find(({ api_key_id }) => api_key_id === silent.id)).toMatchObject({ waiting: null, owed: null });
    expect(pools.find(({ api_key_id }) => api_key_id === behind.id)).toMatchObject({ behind: true, waiting: 0 });
  });
});
