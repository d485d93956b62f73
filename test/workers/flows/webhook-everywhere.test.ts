import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { PoolCalls } from "../../../src/domain/pool-calls.ts";
import { failsEverywhere } from "../../../src/flows/webhooks/pools-told.ts";
import { freshDeps } from "../../support/workers/cut.ts";
import { admin, makeTestKey } from "../../support/workers/gateway.ts";

it("an organization's webhook fails everywhere only where each pool that tells it says so: not while one cannot be asked, and one that lost its snapshot is given it", async () => {
  const { id, organizationId: organization_id } = await makeTestKey();
  const other = (await admin("/api-keys", { body: { name: "The other", organization_id, mode: "test" } })).body;
  const made = await admin("/webhooks", { body: { webhook_url: "https://customer.example/all", organization_id } });
  const webhook = { id: String(made.body.webhook_id), organizationId: organization_id, apiKeyId: null };
  const deps = freshDeps();
  const silent = { adminWebhookStates: () => Promise.reject(new Error("The object is gone.")) } as unknown as PoolCalls;
  const without = (keyId: unknown) => ({ ...deps, pool: (of: string) => (of === keyId ? silent : deps.pool(of)) });
  expect(await failsEverywhere(deps, webhook)).toBe(true);
  expect(await failsEverywhere(without(id), webhook)).toBe(false);
  expect(await failsEverywhere(without(other.api_key_id), webhook)).toBe(false);
  const stub = env.POOLS.getByName(id);
  await runInDurableObject(stub, async (_, state) => {
    await state.storage.deleteAll();
    state.abort("Its storage is lost.");
  }).catch(() => undefined);
  expect(await failsEverywhere(deps, webhook)).toBe(true);
  expect((await deps.pool(id).adminWebhookStates()).ok).toBe(true);
});
