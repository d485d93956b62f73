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

it("the SDK gives a campaign its list, reads what became of everybody as it comes, and keeps consent", async () => {
  const trunkline = new Trunkline({
    apiKey: key.token,
    baseUrl: "https://gateway.test",
    fetch: (input, init) => exports.default.fetch(new Request(input, init)),
  });
  const { campaign_id } = await trunkline.campaigns.create({ name: "Spring", text: "Hi {first_name|there}" });
  const csv = "phone,first_name\n+14155550301,Ann\n+14155550302,\nnobody,Bob\n";
  expect(await trunkline.campaigns.upload(campaign_id, csv)).toMatchObject({ audience: { rows: 3 } });
  expect((await trunkline.campaigns.upload(campaign_id, new Blob([csv]))).progress).toMatchObject({ waiting: 2 });
  expect((await trunkline.campaigns.preview(campaign_id)).people).toMatchObject([{ text: "Hi Ann" }, {}]);
  await trunkline.campaigns.start(campaign_id);
  expect(await trunkline.campaigns.start(campaign_id)).toMatchObject({ campaign_id });
  await eventually(async () => (await trunkline.campaigns.get(campaign_id)).state === "completed");
  const text = await new Response(await trunkline.campaigns.results(campaign_id)).text();
  expect(text.split("\r\n").map((line) => line.split(",")[2])).toEqual([
    "result",
    "taken",
    "taken",
    "rejected",
    undefined,
  ]);
  await expect(trunkline.campaigns.results("cmp_none")).rejects.toMatchObject({ status: 404, code: "not_found" });
  const names: string[] = [];
  for await (const { name } of trunkline.campaigns.list()) names.push(name);
  expect(names).toEqual(["Spring"]);
  await trunkline.contacts.addOptIn("+14155550301", { agreed_at: 1_767_225_600_000, source: "A form" });
  expect((await trunkline.contacts.optIns("+14155550301")).opt_ins).toMatchObject([{ source: "A form" }]);
});
