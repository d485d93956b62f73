import { expect, it } from "vitest";
import { findWebhook } from "../../../src/directory/webhooks.ts";
import { rotateKey } from "../../../src/flows/keys/api-keys.ts";
import { openSecret } from "../../../src/flows/secrets.ts";
import { rotateWebhook } from "../../../src/flows/webhooks/manage.ts";
import { freshDeps } from "../../support/workers/cut.ts";
import { call, makeTestKey } from "../../support/workers/gateway.ts";

const hour = 3_600;

it("of two rotations of a webhook's secret at once each answers one that signs: none that was given is dead", async () => {
  const key = await makeTestKey();
  const body = { webhook_url: "https://customer.example/rotated" };
  const id = String((await call("/v2/api/webhooks", { body, token: key.token })).body.webhook_id);
  const deps = freshDeps();
  const rotated = await Promise.all([rotateWebhook(deps, id, hour), rotateWebhook(deps, id, hour)]);
  const row = await findWebhook(deps.db, id);
  const signing = [
    await openSecret(deps, "webhooks", id, "secret", row?.secret ?? ""),
    await openSecret(deps, "webhooks", id, "previous_secret", row?.previousSecret ?? ""),
  ];
  expect(rotated.map((one) => one.ok && one.value.secret).toSorted()).toEqual(signing.toSorted());
  expect(row?.rotationCount).toBe(2);
});

it("of two rotations of an API key at once each answers a token that opens", async () => {
  const { id } = await makeTestKey();
  const deps = freshDeps();
  for (const rotated of await Promise.all([rotateKey(deps, id, hour), rotateKey(deps, id, hour)])) {
    const token = rotated.ok ? rotated.value.token : "";
    expect((await call("/v2/api/me", { token })).status).toBe(200);
  }
});
