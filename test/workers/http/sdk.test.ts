import { exports } from "cloudflare:workers";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { Trunkline } from "../../../src/sdk/index.ts";
import { verifyWebhook } from "../../../src/sdk/verify-webhook.ts";
import { type Customers, standInForCustomers } from "../../support/workers/customers.ts";
import { eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

let key: TestKey;
let customers: Customers;
beforeAll(async () => {
  key = await makeTestKey();
});
beforeEach(() => {
  customers = standInForCustomers();
});

it("the SDK runs in a Worker: sends, waits, lists, follows, and verifies what a webhook gets", async () => {
  const trunkline = new Trunkline({
    apiKey: key.token,
    baseUrl: "https://gateway.test",
    fetch: (input, init) => exports.default.fetch(new Request(input, init)),
  });
  const url = "https://customer.example/sdk";
  const made = await trunkline.webhooks.create({ webhook_url: url, webhook_type: "all" });
  if (!("signing_secret" in made)) throw new Error("The webhook stood already.");
  await trunkline.messages.waitUntilFinal(await trunkline.messages.send("+15551234567", "The first"));
  const { next_after } = await trunkline.events.list({ after: "latest" });
  const sent = await trunkline.messages.send("+15005556001", "Hello from a Worker");
  expect(await trunkline.messages.waitUntilFinal(sent)).toMatchObject({ status: "delivered" });
  for await (const event of trunkline.events.follow({ after: String(next_after), everyMs: 20 })) {
    if (event.event === "message.received") break;
  }
  const texts: unknown[] = [];
  for await (const { text } of trunkline.messages.list("+15005556001")) texts.push(text);
  expect(texts.toSorted()).toEqual(["Hello back", "Hello from a Worker"]);
  const told = await eventually(async () => customers.at(url).find(({ body }) => body.includes("message.received")));
  const event = await verifyWebhook(new TextEncoder().encode(told.body), told.headers, made.signing_secret);
  expect(event).toMatchObject({ event: "message.received", text: "Hello back" });
  const forged = new TextEncoder().encode(told.body.replace("Hello", "Jello"));
  await expect(verifyWebhook(forged, told.headers, made.signing_secret)).rejects.toThrow(/signature/i);
});
