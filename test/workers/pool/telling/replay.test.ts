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

describe("replay of one event", () => {
  it("is a new event that says which one it repeats, posted while the caller waits", async () => {
    const key = await makeTestKey();
    const url = "https://again.example/hook";
    const { id } = await subscribe(key, url);
    await send(key, refused);
    const [original] = await eventually(async () =>
      customers.events(url).length === 1 ? customers.events(url) : null,
    );
    customers.answer(url, () => Response.json({ got: "it" }, { headers: { "X-Receiver": "yes" } }));
    const path = `/v2/api/webhooks/${id}/logs/${original?.event_id}/replay`;
    const replayed = await call(path, { method: "POST", token: key.token });
    expect(replayed.status).toBe(200);
    expect(replayed.body).toMatchObject({
      success: true,
      original_event_id: original?.event_id,
      webhook_id: id,
      webhook_url: url,
      response_status: 200,
      response_data: { body: { got: "it" }, contentType: "application/json", size: 12, error: null },
    });
    const [first, second] = customers.at(url);
    expect(second?.headers.get("webhook-id")).toBe(replayed.body.replay_event_id);
    expect(second?.headers.get("X-Blooio-Replay")).toBe("true");
    expect(second?.headers.get("X-Original-Event-Id")).toBe(original?.event_id);
    expect(first?.headers.get("X-Blooio-Replay")).toBeNull();
    expect(JSON.parse(second?.body ?? "")).toEqual({ ...original, event_id: replayed.body.replay_event_id });
    expect(replayed.body.replay_event_id).not.toBe(original?.event_id);

    const logs = await call(`/v2/api/webhooks/${id}/logs`, { token: key.token });
    expect(logs.body.logs).toMatchObject([
      { event_id: replayed.body.replay_event_id, response_json: { got: "it" }, metadata: { is_replay: true } },
      { event_id: original?.event_id, metadata: { is_replay: false } },
    ]);
  });

  it("that fails answers success false, and goes on by the schedule", async () => {
    const key = await makeTestKey();
    const url = "https://again-failing.example/hook";
    const { id } = await subscribe(key, url);
    await send(key, refused);
    const [original] = await eventually(async () =>
      customers.events(url).length === 1 ? customers.events(url) : null,
    );
    customers.answer(url, 500);
    const path = `/v2/api/webhooks/${id}/logs/${original?.event_id}/replay`;
    const replayed = await call(path, { method: "POST", token: key.token });
    expect(replayed).toMatchObject({ status: 200, body: { success: false, response_status: 500 } });
    expect(await owed(key)).toMatchObject([{ attempt: 2 }]);
  });

  it("is bounded to ten at once, and unknown or foreign events and webhooks are not found", async () => {
    const key = await makeTestKey();
    const other = await makeTestKey();
    const url = "https://again-bounded.example/hook";
    const { id } = await subscribe(key, url);
    const foreign = await subscribe(other, url);
    await send(key, refused);
    const [original] = await eventually(async () =>
      customers.events(url).length === 1 ? customers.events(url) : null,
    );
    const replay = (webhook: string, event: unknown, token: string) =>
      call(`/v2/api/webhooks/${webhook}/logs/${event}/replay`, { method: "POST", token });
    const answers = [];
    for (let asked = 0; asked < 12; asked += 1) answers.push(await replay(id, original?.event_id, key.token));
    expect(answers.slice(0, 10).every((answer) => answer.status === 200)).toBe(true);
    expect(answers.at(-1)).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(answers.at(-1)?.headers.get("Retry-After")).toBe("1");
    expect((await replay(foreign.id, original?.event_id, key.token)).status).toBe(404);
    expect((await replay(foreign.id, original?.event_id, other.token)).status).toBe(404);
    expect((await replay(id, "evt_nothing", key.token)).status).toBe(404);
  });
});

describe("replay of many", () => {
  it("says, by v2 and by the admin API, that what is still owed comes by itself and was left out", async () => {
    const key = await makeTestKey();
    const url = "https://mended.example/hook";
    const { id } = await subscribe(key, url);
    customers.answer(url, 500);
    await send(key, refused);
    await eventually(async () => (await owed(key))[0]?.attempt === 2);
    const since = Number((await call(`/v2/api/webhooks/${id}`, { token: key.token })).body.created_at);
    const waits = { replayed: 0, note: expect.stringContaining("still owed") };
    const byKey = await call(`/v2/api/webhooks/${id}/replay`, { body: { since }, token: key.token });
    expect(byKey).toMatchObject({ status: 202, body: waits });
    expect(byKey.body.note).toContain("only_failed: false");
    expect(await admin(`/webhooks/${id}/replay`, { body: { since } })).toMatchObject({ status: 202, body: waits });
    const all = await admin(`/webhooks/${id}/replay`, { body: { since, only_failed: false } });
    expect(all.body).toMatchObject({ replayed: 1, note: null });
  });

  it("D25: all failed since a time, exactly those, one after another at ten a second", async () => {
    const key = await makeTestKey();
    const url = "https://outage.example/hook";
    const { id } = await subscribe(key, url, { webhook_type: "status" });
    await send(key, refused);
    await eventually(async () => customers.at(url).length === 1);
    await call(`/v2/api/webhooks/${id}`, { method: "PATCH", body: { deprecate: true }, token: key.token });
    const pausedAt = Date.now();
    const missed = [await send(key, refused), await send(key, refused), await send(key, refused)];
    await eventually(async () => (await ask(key, "SELECT 1 FROM events")).length === 4);
    const path = `/v2/api/webhooks/${id}/replay`;
    expect(await call(path, { body: { since: 0 }, token: key.token })).toMatchObject({
      status: 409,
      body: { code: "webhook_paused" },
    });
    await call(`/v2/api/webhooks/${id}`, { method: "PATCH", body: { deprecate: false }, token: key.token });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const replayed = await call(path, { body: { since: 0 }, token: key.token });
    expect(replayed).toMatchObject({ status: 202, body: { webhook_id: id, replayed: 3, next_since: null } });
    const dues = (await owed(key)).map((row) => row.due_at - Date.now());
    expect(dues.filter((due) => due > 0)).toEqual([100, 200]);
    const busy = await call(path, { body: { since: 0 }, token: key.token });
    expect(busy).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    await ringAt(key, Date.now() + 1_000);
    await eventually(async () => customers.at(url).length === 4);
    expect(
      customers
        .events(url)
        .slice(1)
        .map((event) => event.message_id),
    ).toEqual(missed);
    await eventually(async () => (await owed(key)).length === 0);

    expect((await call(path, { body: { since: 0 }, token: key.token })).body).toMatchObject({ replayed: 0 });
    const range = { since: 0, until: pausedAt - 1, only_failed: false };
    expect((await call(path, { body: range, token: key.token })).body).toMatchObject({ replayed: 1, next_since: null });
  });

  it("looks through logs of any length a slice at a time, while the pool does other work", async () => {
    const key = await makeTestKey();
    const { id } = await subscribe(key, "https://long.example/hook", { webhook_type: "all" });
    const many =
      "WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 9000) SELECT value FROM n";
    const body = JSON.stringify({ event: "message.failed", internal_id: key.numbers[0] });
    await ask(key, `INSERT INTO events (seq, name, body) SELECT value, 'message.failed', ?1 FROM (${many})`, body);
    await ask(
      key,
      `INSERT INTO attempts SELECT ?1, value + 9000, value, 1, 1, 0, CASE WHEN value IN (7, 8000) THEN 500 ELSE 200 END, NULL, NULL, '', NULL, NULL FROM (${many})`,
      id,
    );
    const order: string[] = [];
    const range = { since: 0, include_before_creation: true };
    const replayed = call(`/v2/api/webhooks/${id}/replay`, { body: range, token: key.token });
    const [answer] = await Promise.all([
      replayed.finally(() => order.push("replayed")),
      call("/v2/api/me", { token: key.token }).finally(() => order.push("answered")),
    ]);
    expect(answer.body).toMatchObject({ replayed: 2, next_since: null });
    expect(order).toEqual(["answered", "replayed"]);
    const rows = await ask(key, "SELECT original FROM events WHERE original IS NOT NULL ORDER BY original");
    expect(rows).toEqual([{ original: 7 }, { original: 8000 }]);
  });

  it("leaves out what the webhook's filters leave out", async () => {
    const key = await makeTestKey();
    const { id } = await subscribe(key, "https://narrow.example/hook", { events: ["message.received"] });
    await send(key, refused);
    await eventually(async () => (await ask(key, "SELECT 1 FROM events")).length === 1);
    const path = `/v2/api/webhooks/${id}/replay`;
    expect((await call(path, { body: { since: 0 }, token: key.token })).body).toMatchObject({ replayed: 0 });
  });
});

describe("webhooks of an organization", () => {
  it("hear the events of every key, their logs are read together, and one event is replayed by its id alone", async () => {
    const first = await makeTestKey();
    const url = "https://organization.example/hook";
    const made = await admin("/webhooks", {
      body: { webhook_url: url, webhook_type: "status", organization_id: first.organizationId },
    });
    expect(made).toMatchObject({ status: 201, body: { scope: "organization" } });
    const second = await admin("/api-keys", {
      body: { name: "Second", organization_id: first.organizationId, mode: "test" },
    });
    const available = await admin(`/integrations/twilio/${first.integrationId}/available-numbers`);
    const numbers = (available.body.numbers as { phone_number: string }[]).map((number) => number.phone_number);
    const number = numbers.find((candidate) => !first.numbers.includes(candidate)) ?? "";
    await admin(`/integrations/twilio/${first.integrationId}/import`, { body: { phone_numbers: [number] } });
    const path = `/numbers/${encodeURIComponent(number)}`;
    await admin(path, { method: "PATCH", body: { api_key_id: second.body.api_key_id } });

    const ids = [await send(first, refused), await send({ ...first, token: String(second.body.key) }, refused)];
    await eventually(async () => customers.at(url).length === 2);
    expect(
      customers
        .events(url)
        .map((event) => event.message_id)
        .sort(),
    ).toEqual(ids.sort());
    const id = String(made.body.webhook_id);
    const logs = await eventually(async () => {
      const page = await admin(`/webhooks/${id}/logs`);
      return (page.body.logs as { event_id: string; scope: string }[]).length === 2 ? page.body : null;
    });
    expect(logs.pagination).toMatchObject({ total: 2, returned: 2, has_more: false });
    for (const log of logs.logs as { event_id: string; scope: string }[]) {
      expect(log.scope).toBe("org");
      const replayed = await admin(`/webhooks/${id}/logs/${log.event_id}/replay`, { method: "POST" });
      expect(replayed).toMatchObject({ status: 200, body: { success: true, original_event_id: log.event_id } });
    }
    const all = await admin(`/webhooks/${id}/replay`, { body: { since: 0, only_failed: false } });
    expect(all).toMatchObject({ status: 202, body: { replayed: 2 } });
    const own = await call(`/v2/api/webhooks/${id}/replay`, { body: { since: 0 }, token: first.token });
    expect(own.status).toBe(404);
  });
});
