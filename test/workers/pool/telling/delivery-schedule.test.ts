import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { webhookDelaysMs } from "../../../../src/domain/retry.ts";
import { type Customers, standInForCustomers } from "../../../support/workers/customers.ts";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../../support/workers/gateway.ts";
import { ask, owed, ringAt, settled, triedQuery } from "../../../support/workers/ledger.ts";

const hour = 60 * 60 * 1000;
const day = 24 * hour;

let customers: Customers;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  customers = standInForCustomers();
});
afterEach(() => vi.useRealTimers());

async function subscribe(key: TestKey, url: string, more: Record<string, unknown> = {}) {
  const made = await call("/v2/api/webhooks", {
    body: { webhook_url: url, webhook_type: "status", ...more },
    token: key.token,
  });
  expect(made.status).toBe(201);
  return { id: String(made.body.webhook_id), secret: String(made.body.signing_secret) };
}

/** What a message's timeline tells of the deliveries of a step. */
type Told = { attempts?: { attempt: number; at: number; state: string }[] };

/** Refused at once, so that it owes exactly one event: message.failed. Returns its id. */
async function sendRefused(key: TestKey): Promise<unknown> {
  const path = `/v2/api/chats/${encodeURIComponent("+15005550001")}/messages`;
  const sent = await call(path, { body: { text: "Nobody" }, token: key.token });
  expect(sent.status).toBe(202);
  return sent.body.message_id;
}

function countAttempts(key: TestKey, webhook: string) {
  return ask<{ attempt: number; attempted_at: number; status: number | null }>(
    key,
    `SELECT attempt, attempted_at, status FROM (${triedQuery}) WHERE webhook = ? ORDER BY seq`,
    webhook,
  );
}

/** Moves the clock to when everything owed is due, and lets all of it be attempted. */
async function nextRound(key: TestKey): Promise<void> {
  const rows = await owed(key);
  await ringAt(key, Math.max(...rows.map((row) => row.due_at)));
  await settled(key);
}

/** Expects every delivery to wait as long as promised, ±20 %, and returns by how much each was spread. */
function expectSpread(rows: { due_at: number }[], wait: number): number[] {
  const spread = rows.map((row) => (row.due_at - Date.now()) / wait);
  expect(Math.min(...spread)).toBeGreaterThanOrEqual(0.8);
  expect(Math.max(...spread)).toBeLessThanOrEqual(1.2);
  return spread;
}

describe("the published schedule", () => {
  it("D07: attempts each delivery ten times, at the promised waits ±20 %, with the same id and bytes and fresh signatures", async () => {
    const key = await makeTestKey();
    const urls = Array.from({ length: 20 }, (_, index) => `https://schedule-${index}.example/hook`);
    const hooks: { id: string; secret: string }[] = [];
    for (const url of urls) {
      customers.answerAlways(url, 500);
      hooks.push(await subscribe(key, url));
    }
    await sendRefused(key);
    await eventually(async () => customers.arrivals.length >= urls.length);
    await settled(key);
    const waits: number[] = [];
    for (let attempt = 1; attempt < 10; attempt += 1) {
      const rows = await owed(key);
      expect(rows).toHaveLength(urls.length);
      expect(rows.every((row) => row.attempt === attempt + 1)).toBe(true);
      waits.push(...expectSpread(rows, webhookDelaysMs[attempt] ?? 0));
      const alarm = await runInDurableObject(env.POOLS.getByName(key.id), (_, state) => state.storage.getAlarm());
      // The platform's own clock goes on: an alarm that is set for a time gone by on it rings at once.
      const soonest = Math.max(Date.now() + 1_000, Math.ceil(performance.now()));
      expect(alarm).toBeLessThanOrEqual(Math.max(rows[0]?.due_at ?? 0, soonest));
      await nextRound(key);
    }
    expect(await owed(key)).toEqual([]);
    expect(new Set(waits.map((wait) => wait.toFixed(3))).size).toBeGreaterThan(60);
    for (const [index, url] of urls.entries()) {
      const attempts = customers.at(url);
      expect(attempts).toHaveLength(10);
      expect(new Set(attempts.map(({ body }) => body)).size).toBe(1);
      expect(new Set(attempts.map(({ headers }) => headers.get("webhook-id"))).size).toBe(1);
      expect(new Set(attempts.map(({ headers }) => headers.get("X-Blooio-Signature"))).size).toBe(10);
      const last = attempts.at(-1);
      new Webhook(hooks[index]?.secret ?? "").verify(last?.body ?? "", Object.fromEntries(last?.headers ?? []));
    }
  });

  it("holds also while something else is due and rung for: the alarm rings for whichever comes first", async () => {
    const key = await makeTestKey();
    customers.answer("https://failed-once.example/hook", 500);
    const { id } = await subscribe(key, "https://failed-once.example/hook");
    await subscribe(key, "https://busy.example/hook");
    await sendRefused(key);
    await eventually(async () => (await owed(key)).some((row) => row.attempt === 2));
    await settled(key);
    const retryAt = (await owed(key)).find((row) => row.webhook === id)?.due_at ?? 0;
    const bells = vi.spyOn(env.BELL, "send").mockImplementation(async () => ({}) as QueueSendResponse);
    await sendRefused(key);
    await eventually(
      async () => bells.mock.calls.length > 0 && (await owed(key)).some((row) => row.due_at <= Date.now()),
    );
    await ringAt(key, Date.now() + 1_000);
    const alarm = await runInDurableObject(env.POOLS.getByName(key.id), (_, state) => state.storage.getAlarm());
    expect((await owed(key)).some((row) => row.due_at <= Date.now())).toBe(true);
    expect(alarm).toBeLessThanOrEqual(Math.max(retryAt, Math.ceil(performance.now())));
    expect(retryAt).toBeLessThan(Date.now() + 10_000);
    bells.mockRestore();
    await ringAt(key, Date.now() + 20_000);
    await eventually(async () => (await owed(key)).length === 0);
  });

  it("D08, D09: waits as long as Retry-After asks within twice the schedule, and slows down for 429, 502 and 504", async () => {
    const key = await makeTestKey();
    const answers: [string, () => Response, number, number][] = [
      ["asked-10", () => new Response("", { status: 503, headers: { "Retry-After": "10" } }), 10_000, 12_000],
      ["asked-much", () => new Response("", { status: 503, headers: { "Retry-After": "999999999" } }), 10_000, 12_000],
      ["asked-0", () => new Response("", { status: 503, headers: { "Retry-After": "0" } }), 5_000, 6_000],
      ["asked-junk", () => new Response("", { status: 503, headers: { "Retry-After": "soon" } }), 4_000, 6_000],
      ["busy", () => new Response("", { status: 429 }), 60_000, 72_000],
      ["bad-gateway", () => new Response("", { status: 502 }), 60_000, 72_000],
      ["late-gateway", () => new Response("", { status: 504 }), 60_000, 72_000],
      [
        "moved",
        () => new Response("", { status: 301, headers: { Location: "https://elsewhere.example/" } }),
        4_000,
        6_000,
      ],
    ];
    const hooks = new Map<string, string>();
    for (const [name, answer] of answers) {
      const url = `https://${name}.example/hook`;
      customers.answer(url, answer);
      hooks.set(name, (await subscribe(key, url)).id);
    }
    await sendRefused(key);
    await eventually(async () => (await owed(key)).filter((row) => row.attempt === 2).length === answers.length);
    const rows = await owed(key);
    for (const [name, , least, most] of answers) {
      const wait = (rows.find((row) => row.webhook === hooks.get(name))?.due_at ?? 0) - Date.now();
      expect([name, wait, wait >= least && wait <= most]).toEqual([name, wait, true]);
    }
    const slow = await ask<{ webhook: string }>(key, "SELECT webhook FROM endpoints WHERE slow = 1 ORDER BY webhook");
    const expected = ["busy", "bad-gateway", "late-gateway"].map((name) => hooks.get(name) ?? "");
    expect(slow.map((row) => row.webhook)).toEqual(expected.sort());
    expect(customers.arrivals.filter(({ url }) => url.startsWith("https://elsewhere.example"))).toEqual([]);
  });

  it("D09: 2xx alone is success", async () => {
    const key = await makeTestKey();
    const statuses = [200, 201, 204, 299, 302, 307, 308, 400, 404, 500];
    for (const status of statuses) {
      const url = `https://status-${status}.example/hook`;
      customers.answer(url, status);
      await subscribe(key, url);
    }
    await sendRefused(key);
    await eventually(async () => customers.arrivals.length >= statuses.length);
    await settled(key);
    expect(await owed(key)).toHaveLength(6);
  });
});

describe("endpoints that want or deserve no more", () => {
  it("D09: a 410 disables at once in the directory, and resuming delivers what waited", async () => {
    const key = await makeTestKey();
    const url = "https://gone.example/hook";
    customers.answer(url, 410);
    const { id } = await subscribe(key, url);
    await sendRefused(key);
    const disabled = await eventually(async () => {
      const shown = await call(`/v2/api/webhooks/${id}`, { token: key.token });
      return shown.body.is_active === false ? shown.body : null;
    });
    expect(disabled.disabled_at).toEqual(expect.any(Number));
    expect(disabled.inactive_because).toContain("410 Gone");
    expect((await admin(`/webhooks/${id}`)).body.inactive_because).toBe(disabled.inactive_because);
    await sendRefused(key);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(customers.at(url)).toHaveLength(1);

    const resumed = await call(`/v2/api/webhooks/${id}`, {
      method: "PATCH",
      body: { deprecate: false },
      token: key.token,
    });
    expect(resumed.body).toMatchObject({ is_active: true, disabled_at: null, inactive_because: null });
    const replayed = await call(`/v2/api/webhooks/${id}/replay`, { body: { since: 0 }, token: key.token });
    expect(replayed.status).toBe(202);
    expect(replayed.body).toMatchObject({ replayed: 2, next_since: null });
    await ringAt(key, Date.now() + 1_000);
    await eventually(async () => customers.at(url).length === 3);
  });

  it("D10: five days of nothing but failures disable, after a warning to those who name it; a success on day 4.9 does not", async () => {
    const key = await makeTestKey();
    const [failing, recovering, operator] = ["failing", "recovering", "operator"].map(
      (name) => `https://${name}.example/hook`,
    ) as [string, string, string];
    customers.answerAlways(failing, 500);
    customers.answerAlways(recovering, 500);
    const hook = await subscribe(key, failing);
    const saved = await subscribe(key, recovering);
    await subscribe(key, operator, { events: ["webhook.failing"] });
    const startedAt = Date.now();
    await sendRefused(key);
    await eventually(async () => (await owed(key)).filter((row) => row.attempt === 2).length === 2);
    while ((await owed(key)).length > 0) await nextRound(key);
    expect(await countAttempts(key, hook.id)).toHaveLength(10);

    vi.setSystemTime(startedAt + 4 * day);
    await sendRefused(key);
    const warning = await eventually(async () => customers.events(operator).find((e) => e.webhook_id === hook.id));
    expect(warning).toMatchObject({ event: "webhook.failing", failing_since: expect.any(Number) });
    const end = new Date(Number(warning.failing_since) + 5 * day).toISOString();
    expect(warning.reason).toContain(`If none succeeds before ${end}, the webhook is switched off`);

    await eventually(async () => (await owed(key)).filter((row) => row.attempt === 2).length === 2);
    customers.answerAlways(recovering, 200);
    await ringAt(key, startedAt + 4.9 * day);
    await eventually(async () => customers.at(recovering).length === 12);
    await settled(key);
    await ringAt(key, startedAt + 5.2 * day);
    await settled(key);
    await sendRefused(key);
    const disabled = await eventually(async () => {
      const shown = await call(`/v2/api/webhooks/${hook.id}`, { token: key.token });
      return shown.body.is_active === false && shown.body;
    });
    expect(disabled.inactive_because).toContain("Nothing but failures for five days");
    expect((await call(`/v2/api/webhooks/${saved.id}`, { token: key.token })).body.is_active).toBe(true);
    expect(customers.events(operator).filter((event) => event.webhook_id === hook.id)).toHaveLength(1);
  });

  it("D10: an organization's webhook is disabled where none of its keys' deliveries came through for five days, not where one key's alone fail", async () => {
    const key = await makeTestKey();
    const organization_id = key.organizationId;
    const body = { name: "The other", organization_id, mode: "test" };
    const other = { ...key, id: String((await admin("/api-keys", { body })).body.api_key_id) };
    const url = "https://shared.example/hook";
    const made = await admin("/webhooks", {
      body: { webhook_url: url, organization_id, events: ["contact.opted_out"] },
    });
    const read = async () => (await admin(`/webhooks/${made.body.webhook_id}`)).body;
    let told = 0;
    const happen = async (at: TestKey, answer: 200 | 500) => {
      customers.answerAlways(url, answer);
      const before = customers.at(url).length;
      told += 1;
      await admin(`/api-keys/${at.id}/opt-outs`, { body: { contact: `+1555662${1000 + told}` } });
      await eventually(async () => customers.at(url).length > before);
      await eventually(async () => (await read()).last_status === answer);
    };
    const startedAt = Date.now();
    await happen(key, 500);
    while ((await owed(key)).length > 0) await nextRound(key);
    vi.setSystemTime(startedAt + 4 * day);
    await happen(key, 500);
    vi.setSystemTime(startedAt + 4 * day + hour);
    await happen(other, 200);
    vi.setSystemTime(startedAt + 5.2 * day);
    await happen(key, 500);
    expect(await read()).toMatchObject({ is_active: true, failing_since: null });
    vi.setSystemTime(startedAt + 9.2 * day);
    await happen(key, 500);
    await eventually(async () => (await read()).disabled_because === "failing");
  });

  it("an open circuit is in what a message says of its deliveries: none is due before the next probe", async () => {
    const key = await makeTestKey();
    const url = "https://waits-for-a-probe.example/hook";
    customers.answerAlways(url, 500);
    await subscribe(key, url);
    const startedAt = Date.now();
    for (let sent = 0; sent < 12; sent += 1) await sendRefused(key);
    await eventually(async () => (await owed(key)).filter((row) => row.attempt === 2).length === 12);
    await ringAt(key, startedAt + 11 * 60_000);
    await eventually(async () => (await ask(key, "SELECT 1 FROM endpoints WHERE probe_at IS NOT NULL")).length === 1);
    const id = await sendRefused(key);
    const due = await eventually(async () => {
      const { timeline } = (await admin(`/api-keys/${key.id}/messages/${id}`)).body as { timeline: Told[] };
      return timeline.flatMap(({ attempts = [] }) => attempts).find(({ state }) => state === "waiting");
    });
    const [probe] = await ask<{ probe_at: number }>(key, "SELECT probe_at FROM endpoints");
    expect(due).toMatchObject({ attempt: 1, at: probe?.probe_at });
  });

  it("an open circuit is in what a webhook says of itself, with the next try and what was wrong, and in its deliveries", async () => {
    const key = await makeTestKey();
    const url = "https://says-why-nothing-comes.example/hook";
    customers.answerAlways(url, () => Promise.reject(new Error("Connection refused.")));
    const v2 = await subscribe(key, url);
    const read = async () => (await call(`/v2/api/webhooks/${v2.id}`, { token: key.token })).body;
    expect(await read()).toMatchObject({ next_attempt_at: null, circuit_open_until: null, last_error: null });
    const startedAt = Date.now();
    for (let sent = 0; sent < 12; sent += 1) await sendRefused(key);
    const rows = await eventually(async () => {
      const found = (await owed(key)).filter((row) => row.attempt === 2);
      return found.length === 12 && found;
    });
    const first = Math.min(...rows.map((row) => row.due_at));
    expect(await read()).toMatchObject({ next_attempt_at: first, circuit_open_until: null });
    await ringAt(key, startedAt + 11 * 60_000);
    await eventually(async () => (await ask(key, "SELECT 1 FROM endpoints WHERE probe_at IS NOT NULL")).length === 1);
    const [probe] = await ask<{ probe_at: number }>(key, "SELECT probe_at FROM endpoints");
    const open = { owed: 12, next_attempt_at: probe?.probe_at, circuit_open_until: probe?.probe_at };
    expect(await read()).toMatchObject({ ...open, last_error: expect.stringContaining("Connection refused.") });
    expect((await admin(`/webhooks/${v2.id}`)).body).toMatchObject(open);
    const { data } = (await call(`/v4/webhooks/${v2.id}/deliveries`, { token: key.token })).body as {
      data: { next_attempt_at: number }[];
    };
    expect(Math.min(...data.map(({ next_attempt_at }) => next_attempt_at))).toBe(probe?.probe_at);

    const paused = await admin(`/webhooks/${v2.id}`, { method: "PATCH", body: { deprecate: true } });
    expect(paused.body).toMatchObject({ owed: 12, next_attempt_at: null, circuit_open_until: null });
  });

  it("an open circuit burns no attempts: only probes leave, and one success lets the backlog through", async () => {
    const key = await makeTestKey();
    const url = "https://circuit.example/hook";
    customers.answerAlways(url, 500);
    const hook = await subscribe(key, url);
    const startedAt = Date.now();
    for (let sent = 0; sent < 12; sent += 1) await sendRefused(key);
    await eventually(async () => (await owed(key)).filter((row) => row.attempt === 2).length === 12);
    await ringAt(key, startedAt + 11 * 60_000);
    await eventually(async () => (await ask(key, "SELECT 1 FROM endpoints WHERE probe_at IS NOT NULL")).length === 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = await countAttempts(key, hook.id);
    await ringAt(key, startedAt + 12 * 60_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await countAttempts(key, hook.id)).toHaveLength(before.length);

    customers.answerAlways(url, 200);
    await ringAt(key, startedAt + 20 * 60_000);
    await eventually(async () => (await owed(key)).every((row) => row.due_at > Date.now()));
    const probes = (await countAttempts(key, hook.id)).slice(before.length);
    expect(probes.length).toBeGreaterThan(5);
    expect(probes.every((attempt) => attempt.status === 200)).toBe(true);
  });
});
