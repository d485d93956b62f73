import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openDatabase } from "../../../../src/directory/database.ts";
import { deleteWebhook } from "../../../../src/directory/webhooks.ts";
import { importSigningKeys, signWebhook } from "../../../../src/domain/webhook-signature.ts";
import worker from "../../../../src/index.ts";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import {
  assignTo,
  freshNumber,
  makeLiveKey,
  type Outside,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

function bodiesTo(outside: Outside, url: string): Record<string, unknown>[] {
  return outside.told.filter((told) => told.url === url).map((told) => told.body);
}

describe("a message to a number that no key holds", () => {
  afterEach(() => vi.restoreAllMocks());

  it("reaches the organization's webhook at once, and the key's own when the number is assigned, each once", async () => {
    const outside = standInForTheOutside();
    const twilio = outside.open();
    const key = await makeLiveKey(twilio);
    const number = String(key.numbers[0]);
    const ofOrganization = "https://customer.example/organization";
    const ofKey = "https://customer.example/key";
    await admin("/webhooks", {
      body: { webhook_url: ofOrganization, webhook_type: "all", organization_id: key.organizationId },
    });
    await call("/v2/api/webhooks", { body: { webhook_url: ofKey, webhook_type: "all" }, token: key.token });
    await assignTo(null, number);

    const answers = await twilio.sendInbound({ from: "+15557770001", to: number, text: "Is anybody there?", times: 2 });
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const [told] = await eventually(async () => {
      const bodies = bodiesTo(outside, ofOrganization);
      return bodies.length > 0 ? bodies : null;
    });
    expect(told).toMatchObject({ event: "message.received", text: "Is anybody there?", internal_id: number });
    expect(bodiesTo(outside, ofKey)).toEqual([]);

    await assignTo(key.id, number);
    const [handed] = await eventually(async () => {
      const bodies = bodiesTo(outside, ofKey);
      return bodies.length > 0 ? bodies : null;
    });
    expect(handed).toMatchObject({ event: "message.received", text: "Is anybody there?" });
    expect(bodiesTo(outside, ofOrganization)).toHaveLength(1);
    const chats = await call("/v2/api/chats", { token: key.token });
    expect(chats.body.pagination).toMatchObject({ total: 1 });
  });
});

describe("an organization's lobby", () => {
  const hook = "https://customer.example/lobby";
  let outside: Outside;
  let twilio: FakeAccount;
  let numbers: string[];
  let organizationId: string;
  let keyId: string;

  beforeEach(async () => {
    outside = standInForTheOutside();
    numbers = Array.from({ length: 12 }, () => freshNumber());
    twilio = outside.open({ numbers });
    ({ organizationId, id: keyId } = await makeLiveKey(twilio));
    for (const number of numbers) await assignTo(null, number);
  });

  afterEach(() => vi.restoreAllMocks());

  async function subscribe(url: string, more: Record<string, unknown> = {}) {
    const body = { webhook_url: url, webhook_type: "all", organization_id: organizationId, ...more };
    const made = await admin("/webhooks", { body });
    expect(made.status).toBe(201);
    return { id: String(made.body.webhook_id), secret: String(made.body.signing_secret) };
  }

  async function hear(text: string, to = String(numbers[0])): Promise<void> {
    const [answer] = await twilio.sendInbound({ from: "+15557770001", to, text });
    expect(answer?.status).toBe(200);
  }

  const textsAt = (url: string) => bodiesTo(outside, url).map(({ text }) => String(text));
  const tellsAt = (url: string, ...texts: string[]) =>
    eventually(async () => texts.every((text) => textsAt(url).includes(text)));

  it("tells every message once, to however many numbers they come at once", async () => {
    await subscribe(hook);
    const texts = Array.from({ length: 60 }, (_, index) => `message ${index}`);
    await Promise.all(texts.map((text, index) => hear(text, numbers[index % numbers.length])));
    await tellsAt(hook, ...texts);
    expect(textsAt(hook).toSorted()).toEqual(texts.toSorted());
  });

  it("tells a deleted webhook nothing from then on, not even what it was owed", async () => {
    const [gone, stays] = [await subscribe(hook), await subscribe("https://customer.example/stays")];
    outside.answerAs = (url) => (url === hook ? 503 : 200);
    await hear("before");
    await tellsAt(hook, "before");
    await admin(`/webhooks/${gone.id}`, { method: "DELETE" });
    await hear("after");
    await tellsAt("https://customer.example/stays", "after");
    expect(textsAt(hook)).toEqual(["before"]);
    const logs = await admin(`/webhooks/${stays.id}/logs`);
    expect((logs.body.logs as unknown[]).length).toBe(2);
  });

  it("signs with a rotated secret, tells a paused webhook nothing, a resumed one what waited, and heeds changed filters", async () => {
    const { id, secret } = await subscribe(hook);
    const witness = "https://customer.example/witness";
    await subscribe(witness);
    await hear("before");
    await tellsAt(hook, "before");
    const rotated = await admin(`/webhooks/${id}/secret/rotate`, { body: { overlap_seconds: 0 } });
    await hear("rotated");
    await tellsAt(hook, "rotated");
    const [first, second] = outside.told.filter(({ url }) => url === hook);
    expect([await isSignedBy(first, secret), await isSignedBy(second, secret)]).toEqual([true, false]);
    expect(await isSignedBy(second, String(rotated.body.signing_secret))).toBe(true);

    await admin(`/webhooks/${id}`, { method: "PATCH", body: { deprecate: true } });
    await hear("paused");
    await tellsAt(witness, "paused");
    expect(textsAt(hook)).not.toContain("paused");
    await admin(`/webhooks/${id}`, { method: "PATCH", body: { deprecate: false, numbers: [numbers[1]] } });
    await hear("filtered");
    await hear("wanted", numbers[1]);
    await tellsAt(hook, "wanted");
    await tellsAt(witness, "filtered");
    expect(textsAt(hook)).not.toContain("filtered");
  });

  it("tells an endpoint nothing more that has answered a key's pool with 410", async () => {
    const { id } = await subscribe(hook);
    const witness = "https://customer.example/witness";
    await subscribe(witness);
    await hear("before");
    await tellsAt(hook, "before");
    await assignTo(keyId, String(numbers[1]));
    outside.answerAs = (url) => (url === hook ? 410 : 200);
    await hear("gone", numbers[1]);
    await eventually(async () => (await admin(`/webhooks/${id}`)).body.disabled_at !== null);
    await hear("after");
    await tellsAt(witness, "after");
    expect(textsAt(hook)).toEqual(["before", "gone"]);
  });

  it("learns from the watchdog what could not be published to it", async () => {
    const { id } = await subscribe(hook);
    await subscribe("https://customer.example/stays");
    await hear("before");
    await tellsAt(hook, "before");
    await deleteWebhook(openDatabase(env.DB), { id, organizationId, apiKeyId: null });
    await worker.scheduled(createScheduledController(), env);
    await hear("after");
    await tellsAt("https://customer.example/stays", "after");
    expect(textsAt(hook)).toEqual(["before"]);
  });

  async function isSignedBy(told: Outside["told"][number] | undefined, secret: string): Promise<boolean> {
    if (told === undefined) throw new Error("Nothing was told.");
    const nowMs = Number(told.headers.get("webhook-timestamp")) * 1000;
    const attempt = {
      id: String(told.headers.get("webhook-id")),
      body: JSON.stringify(told.body),
      keys: await importSigningKeys([secret]),
      nowMs,
    };
    const expected = await signWebhook(attempt);
    return told.headers.get("webhook-signature") === expected["webhook-signature"];
  }
});
