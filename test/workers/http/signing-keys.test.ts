import { env } from "cloudflare:workers";
import { beforeEach, expect, it, vi } from "vitest";
import { sealSecret } from "../../../src/flows/secrets.ts";
import { signingKeysOf } from "../../../src/flows/webhooks/signing-keys.ts";
import { parseKeyRing } from "../../../src/sealing/key-ring.ts";
import { type Customers, standInForCustomers } from "../../support/workers/customers.ts";
import { admin, call, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

let customers: Customers;
let key: TestKey;
beforeEach(async () => {
  customers = standInForCustomers();
  key = await makeTestKey();
});

const url = "https://kept-keys.example/hook";

/** How many HMAC keys are imported to sign a webhook with, and how many secrets are opened, while `work` runs. */
async function countKeys(work: () => Promise<unknown>): Promise<{ imported: number; opened: number }> {
  const imports = vi.spyOn(crypto.subtle, "importKey");
  const opens = vi.spyOn(crypto.subtle, "decrypt");
  await work();
  const isHmac = ([format, , algorithm, , usages]: unknown[]) =>
    format === "raw" && (algorithm as { name?: string }).name === "HMAC" && String(usages) === "sign";
  const counted = { imported: imports.mock.calls.filter(isHmac).length, opened: opens.mock.calls.length };
  imports.mockRestore();
  opens.mockRestore();
  return counted;
}

it("a webhook's secrets are opened and imported with its first delivery, and not again until others are published for it", async () => {
  const made = await admin("/webhooks", { body: { webhook_url: url, organization_id: key.organizationId } });
  const path = `/webhooks/${made.body.webhook_id}`;
  const deliver = () => admin(`${path}/test`, { method: "POST" });
  await admin("/status");
  expect(await countKeys(deliver)).toEqual({ imported: 2, opened: 1 });
  expect(await countKeys(deliver)).toEqual({ imported: 0, opened: 0 });
  expect((await admin(`${path}/secret/rotate`, { body: { overlap_seconds: 3_600 } })).status).toBe(200);
  expect(await countKeys(deliver)).toEqual({ imported: 3, opened: 2 });
  expect(await countKeys(deliver)).toEqual({ imported: 0, opened: 0 });
  expect(customers.at(url)).toHaveLength(4);
  const [first, , third] = customers.at(url).map(({ headers }) => headers.get("webhook-signature")?.split(" ").length);
  expect([first, third]).toEqual([1, 2]);
  expect((await call("/v2/api/me", { token: key.token })).status).toBe(200);
});

it("keys of 200 webhooks are kept at most", async () => {
  const keyRing = parseKeyRing(env.MASTER_KEYS ?? "");
  if (!keyRing.ok) throw new Error("There is no master key.");
  const deps = { keyRing: keyRing.value } as Parameters<typeof sealSecret>[0];
  const secret = `whsec_${"ab".repeat(32)}`;
  const sealed = await Promise.all(
    Array.from({ length: 201 }, (_, index) => sealSecret(deps, "webhooks", `wh_${index}`, "secret", secret)),
  );
  const use = (index: number) => countKeys(() => signingKeysOf(deps, `wh_${index}`, [sealed[index] ?? ""]));
  for (let index = 0; index < 201; index += 1) expect(await use(index)).toEqual({ imported: 2, opened: 1 });
  expect(await use(200)).toEqual({ imported: 0, opened: 0 });
  expect(await use(0)).toEqual({ imported: 2, opened: 1 });
});
