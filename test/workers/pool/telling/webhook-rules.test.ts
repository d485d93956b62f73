import { env, exports } from "cloudflare:workers";
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Customers, standInForCustomers } from "../../../support/workers/customers.ts";
import { admin, call, eventually, makeTestKey } from "../../../support/workers/gateway.ts";
import { ask, owed, ringAt } from "../../../support/workers/ledger.ts";
import { refused, send, subscribe } from "../../../support/workers/story.ts";

let customers: Customers;
beforeEach(() => {
  customers = standInForCustomers();
});
afterEach(() => vi.useRealTimers());

describe("F07: filters", () => {
  it("are judged once, as they stood when the event happened", async () => {
    const key = await makeTestKey();
    const url = "https://filtered.example/hook";
    const { id } = await subscribe(key, url, { webhook_type: "status" });
    vi.spyOn(env.BELL, "send").mockResolvedValue(undefined as never);
    await send(key, refused);
    await eventually(async () => (await owed(key)).length === 1);
    const narrowed = { events: ["message.received"] };
    await call(`/v2/api/webhooks/${id}`, { method: "PATCH", body: narrowed, token: key.token });
    await send(key, refused);
    await eventually(async () => (await ask(key, "SELECT 1 FROM events")).length === 2);
    vi.restoreAllMocks();
    customers = standInForCustomers();
    await ringAt(key, Date.now() + 11_000);
    await eventually(async () => customers.at(url).length === 1);
    await eventually(async () => (await owed(key)).length === 0);
    expect(customers.events(url)).toMatchObject([{ event: "message.failed", sequence: 1 }]);
  });

  it("take types, exact names, wildcards, message.status, and numbers", async () => {
    const key = await makeTestKey({ numbers: 2 });
    const [mine, other] = key.numbers;
    const hooks: [string, Record<string, unknown>, string[]][] = [
      ["type-message", { webhook_type: "message" }, ["message.failed"]],
      ["type-all", { webhook_type: "all" }, ["message.failed"]],
      ["exact", { events: ["message.queued"] }, ["message.queued"]],
      ["several", { events: ["message.queued", "message.failed"] }, ["message.queued", "message.failed"]],
      ["wild", { events: ["message.*"] }, ["message.queued", "message.sending", "message.failed"]],
      ["status", { events: ["message.status"] }, ["message.failed"]],
      ["number", { events: ["*"], numbers: [mine] }, ["message.queued", "message.sending", "message.failed"]],
      ["elsewhere", { events: ["*"], numbers: [other] }, []],
      ["none", { events: ["number.*"] }, []],
    ];
    for (const [name, more] of hooks) await subscribe(key, `https://${name}.example/hook`, more);
    await send(key, refused, { text: "Hello", from_number: mine });
    await eventually(async () => customers.arrivals.length === 12);
    await eventually(async () => (await owed(key)).length === 0);
    for (const [name, , expected] of hooks) {
      const names = customers.events(`https://${name}.example/hook`).map((event) => event.event);
      expect([name, ...names.sort()]).toEqual([name, ...[...expected].sort()]);
    }
  });
});

describe("D22: rotation of a secret", () => {
  it("signs with both while they overlap, Blooio's header with the new one alone, and with the new one only after it", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const key = await makeTestKey();
    const url = "https://rotating.example/hook";
    const { id, secret: old } = await subscribe(key, url);
    const rotated = await call(`/v2/api/webhooks/${id}/secret/rotate`, {
      body: { overlap_seconds: 3_600 },
      token: key.token,
    });
    const fresh = String(rotated.body.signing_secret);
    expect(rotated.body.previous_valid_until).toBe(Date.now() + 3_600_000);
    await send(key, refused);
    const [during] = await eventually(async () => (customers.at(url).length === 1 ? customers.at(url) : null));
    const headers = Object.fromEntries(during?.headers ?? []);
    new Webhook(old).verify(during?.body ?? "", headers);
    new Webhook(fresh).verify(during?.body ?? "", headers);
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["x-blooio-signature"] ?? "") ?? [];
    expect(createHmac("sha256", fresh).update(`${t}.${during?.body}`).digest("hex")).toBe(v1);

    vi.setSystemTime(Date.now() + 3_600_000);
    await send(key, refused);
    const [, after] = await eventually(async () => (customers.at(url).length === 2 ? customers.at(url) : null));
    const later = Object.fromEntries(after?.headers ?? []);
    new Webhook(fresh).verify(after?.body ?? "", later);
    expect(() => new Webhook(old).verify(after?.body ?? "", later)).toThrow("No matching signature");
  });
});

describe("G09: three rotations within one overlap", () => {
  it("leave two secrets that sign, never more: the newest and the one before it", async () => {
    const key = await makeTestKey();
    const url = "https://thrice.example/hook";
    const { id, secret: first } = await subscribe(key, url);
    const secrets = [first];
    for (let times = 0; times < 3; times += 1) {
      const path = `/v2/api/webhooks/${id}/secret/rotate`;
      const rotated = await call(path, { body: { overlap_seconds: 86_400 }, token: key.token });
      secrets.push(String(rotated.body.signing_secret));
    }
    await send(key, refused);
    const [told] = await eventually(async () => (customers.at(url).length === 1 ? customers.at(url) : null));
    const headers = Object.fromEntries(told?.headers ?? []);
    expect(headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    for (const secret of secrets.slice(2)) new Webhook(secret).verify(told?.body ?? "", headers);
    for (const secret of secrets.slice(0, 2)) {
      expect(() => new Webhook(secret).verify(told?.body ?? "", headers)).toThrow("No matching signature");
    }
  });
});

describe("D23: bytes", () => {
  it("are sent as they were signed, whatever text and metadata hold", async () => {
    const key = await makeTestKey();
    const url = "https://bytes.example/hook";
    const { secret } = await subscribe(key, url);
    const texts = ["a\u2028\u2029", "e\u0301", "</script>", "👩‍👩‍👧", '"\\/\b', "1e400"];
    for (const text of texts) await send(key, refused, { text, metadata: { "2": "b", "1": "a", text } });
    await eventually(async () => customers.at(url).length === texts.length);
    for (const { body, headers } of customers.at(url)) {
      new Webhook(secret).verify(body, Object.fromEntries(headers));
      expect(JSON.stringify(JSON.parse(body))).toBe(body);
    }
  });
});

describe("D14, D18: where webhooks may lead", () => {
  it("never back to this gateway: not by its own name, and not by another that leads here", async () => {
    const key = await makeTestKey();
    const own = [
      "https://gateway.test/v2/api/webhooks",
      "https://gateway.test/twilio/x/inbound",
      "https://GATEWAY.test./",
    ];
    for (const webhook_url of own) {
      const refusal = await call("/v2/api/webhooks", { body: { webhook_url }, token: key.token });
      expect(refusal).toMatchObject({ status: 400, body: { code: "invalid_webhook_url" } });
    }
    const looped = await exports.default.fetch("https://alias.example/v2/api/me", {
      headers: { Authorization: `Bearer ${key.token}`, "X-Trunkline-Hop": "1" },
    });
    expect(looped.status).toBe(403);
    const byAdmin = await admin("/webhooks", {
      body: { webhook_url: own[0], organization_id: key.organizationId },
    });
    expect(byAdmin.status).toBe(400);
  });

  it("is judged again at every attempt: a URL that became ours is not posted to", async () => {
    const key = await makeTestKey();
    const url = "https://became-ours.example/hook";
    const { id } = await subscribe(key, url);
    await env.DB.prepare("UPDATE webhooks SET url = ? WHERE id = ?").bind("https://gateway.test/hook", id).run();
    await call(`/v2/api/webhooks/${id}`, { method: "PATCH", body: { webhook_type: "all" }, token: key.token });
    await send(key, refused);
    const log = await eventually(async () => {
      const page = await call(`/v2/api/webhooks/${id}/logs`, { token: key.token });
      return (page.body.logs as Record<string, unknown>[])[0];
    });
    expect(log).toMatchObject({ response_status: null, error: expect.stringContaining("leads back to this gateway") });
    expect(customers.arrivals).toEqual([]);
  });
});
