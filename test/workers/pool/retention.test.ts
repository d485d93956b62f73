import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { draftCampaign, give, readCampaign, resultsOf, runCampaign } from "../../support/workers/campaigns.ts";
import { admin, call, eventually, type TestKey } from "../../support/workers/gateway.ts";
import { ask } from "../../support/workers/ledger.ts";
import { evict, makePool, newPerson, type Pool, ring, writeTo } from "../../support/workers/pool.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

afterEach(() => vi.useRealTimers());

function asKey(pool: Pool): TestKey {
  return { ...pool, organizationId: pool.carrier.organizationId, integrationId: pool.carrier.integrationId };
}

async function count(pool: Pool, table: string): Promise<number> {
  const [row] = await ask<{ total: number }>(asKey(pool), `SELECT count(*) AS total FROM ${table}`);
  return row?.total ?? -1;
}

function sendWith(pool: Pool, idempotencyKey: string, more: Record<string, unknown> = {}) {
  return call(`/v2/api/chats/${encodeURIComponent(newPerson())}/messages`, {
    body: { text: "See https://example.com/a and https://example.com/b", ...more },
    token: pool.token,
    headers: { "Idempotency-Key": idempotencyKey },
  });
}

function hear(pool: Pool): Promise<number> {
  return writeTo(pool, newPerson(), String(pool.numbers[0]));
}

/** The pool rests for an hour when nothing was left to forget. */
async function ringUntilDone(pool: Pool): Promise<void> {
  vi.setSystemTime(Date.now() + 61 * minute);
  for (let alarm = 0; alarm < 20; alarm += 1) await ring(pool);
}

describe("what is too old is forgotten", () => {
  it("also on a pool that never rests: an alarm every 30 minutes for 33 days", { timeout: 120_000 }, async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const pool = await makePool([{}]);
    await call("/v2/api/webhooks", {
      body: { webhook_url: "https://kept.example/hook", webhook_type: "all" },
      token: pool.token,
    });
    expect((await sendWith(pool, "the-first")).status).toBe(202);
    expect(await hear(pool)).toBe(200);
    const startedAt = Date.now();
    const stub = env.POOLS.getByName(pool.id);
    const [old] = await ask<{ seq: number }>(asKey(pool), "SELECT max(seq) AS seq FROM events");
    expect(old?.seq).toBeGreaterThan(0);
    for (let at = startedAt; at < startedAt + 33 * day; at += 30 * minute) {
      vi.setSystemTime(at);
      await runDurableObjectAlarm(stub);
      if ((at - startedAt) % (3 * day) !== 0) continue;
      expect((await sendWith(pool, `at-${at}`)).status).toBe(202);
      expect(await hear(pool)).toBe(200);
    }
    const events = await ask(asKey(pool), "SELECT seq FROM events WHERE seq <= ?", old?.seq);
    expect(events).toEqual([]);
    expect(await count(pool, "events")).toBeGreaterThan(0);
    const keys = await ask<{ created_at: number }>(asKey(pool), "SELECT created_at FROM idempotency");
    expect(keys.length).toBeGreaterThan(0);
    expect(Math.min(...keys.map((key) => key.created_at))).toBeGreaterThan(Date.now() - 9 * day);
    const attempts = await ask<{ at: number }>(asKey(pool), "SELECT min(attempted_at) AS at FROM attempts");
    expect(attempts[0]?.at ?? Date.now()).toBeGreaterThan(Date.now() - 31 * day);
  });

  it("more than one slice of a kind, within as many alarms, and the rows that are young stay", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const pool = await makePool([{}]);
    await sendWith(pool, "the-only-one");
    await ask(
      asKey(pool),
      `INSERT INTO idempotency SELECT 'old ' || value, '', '{}', ?1 FROM
         (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 12000) SELECT value FROM n)`,
      Date.now() - 8 * day,
    );
    await ask(
      asKey(pool),
      `INSERT INTO attempts SELECT 'wh_' || (value % 3), value, 1, 1, 0, 1, 200, NULL, NULL, 'https://a.example', NULL, NULL FROM
         (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1700) SELECT value FROM n)`,
    );
    await ringUntilDone(pool);
    expect(await count(pool, "idempotency")).toBe(1);
    expect(await count(pool, "attempts")).toBe(0);
  });

  it("idempotency keys, links and logs also where no event is left to wake the pool", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const pool = await makePool([{}]);
    await sendWith(pool, "first", { shorten_links: true });
    await sendWith(pool, "second", { shorten_links: true });
    expect(await count(pool, "links")).toBe(4);
    await ask(asKey(pool), "DELETE FROM events");
    vi.setSystemTime(Date.now() + 121 * day);
    for (let alarm = 0; alarm < 20; alarm += 1) {
      vi.setSystemTime(Date.now() + 61 * minute);
      await ring(pool);
    }
    expect(await count(pool, "idempotency")).toBe(0);
    expect(await count(pool, "links")).toBe(1);
  });

  it("what a paused webhook was owed of forgotten events", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const pool = await makePool([{}]);
    const made = await call("/v2/api/webhooks", {
      body: { webhook_url: "https://paused.example/hook", webhook_type: "all" },
      token: pool.token,
    });
    await sendWith(pool, "wakes-the-pool");
    await admin(`/webhooks/${made.body.webhook_id}`, { method: "PATCH", body: { deprecate: true } });
    await ask(
      asKey(pool),
      `INSERT INTO owed (webhook, rank, due_at, event, attempt) SELECT ?1, 1, value, value, 1 FROM
         (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1200) SELECT value FROM n)`,
      made.body.webhook_id,
    );
    await evict(pool);
    await ringUntilDone(pool);
    expect(await ask(asKey(pool), "SELECT event FROM owed WHERE event <= 1200")).toEqual([]);
  });

  it("what a deleted webhook was owed, a slice at a time", async () => {
    // Ahead of the runtime's own clock, so that no alarm rings by itself.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + day });
    const pool = await makePool([{}]);
    const made = await call("/v2/api/webhooks", {
      body: { webhook_url: "https://deleted.example/hook", webhook_type: "all" },
      token: pool.token,
    });
    await ask(
      asKey(pool),
      `INSERT INTO owed (webhook, rank, due_at, event, attempt) SELECT ?1, 1, ?2, value, 1 FROM
         (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 1200) SELECT value FROM n)`,
      made.body.webhook_id,
      Date.now() + day,
    );
    await evict(pool);
    await call(`/v2/api/webhooks/${made.body.webhook_id}`, { method: "DELETE", token: pool.token });
    expect(await count(pool, "owed")).toBe(700);
    for (let alarm = 0; alarm < 2; alarm += 1) await ring(pool);
    expect(await count(pool, "owed")).toBe(0);
  });
});

describe("what an organization keeps for some days only", () => {
  const retain = (pool: Pool, days: number | null) =>
    admin(`/organizations/${pool.carrier.organizationId}`, { method: "PATCH", body: { retention_days: days } });

  it("is forgotten in time also on a pool that never rests: messages, their events and attempts; what has not ended stays", {
    timeout: 120_000,
  }, async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const pool = await makePool([{}]);
    expect(await retain(pool, 7)).toMatchObject({ status: 200, body: { retention_days: 7 } });
    await call("/v2/api/webhooks", {
      body: { webhook_url: "https://kept.example/hook", webhook_type: "all" },
      token: pool.token,
    });
    await sendWith(pool, "later", { send_at: Date.now() + 30 * day });
    const startedAt = Date.now();
    const stub = env.POOLS.getByName(pool.id);
    for (let at = startedAt; at < startedAt + 20 * day; at += 30 * minute) {
      vi.setSystemTime(at);
      await runDurableObjectAlarm(stub);
      if ((at - startedAt) % day === 0) expect(await hear(pool)).toBe(200);
    }
    const messages = await ask<{ created_at: number; status: string }>(
      asKey(pool),
      "SELECT created_at, status FROM messages",
    );
    expect(messages.filter(({ status }) => status === "scheduled")).toHaveLength(1);
    const ended = messages.filter(({ status }) => status !== "scheduled").map(({ created_at }) => created_at);
    expect(ended.length).toBeGreaterThan(5);
    expect(Math.min(...ended)).toBeGreaterThan(Date.now() - 7 * day - 2 * 60 * minute);
    const [attempts] = await ask<{ at: number }>(asKey(pool), "SELECT min(attempted_at) AS at FROM attempts");
    expect(attempts?.at ?? Date.now()).toBeGreaterThan(Date.now() - 7 * day - 2 * 60 * minute);
    expect((await call("/v2/api/chats", { token: pool.token })).status).toBe(200);
  });

  it("forgets who stood in the list of a campaign that ended so long ago, and not what became of it, nor the list of a draft", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const pool = await makePool([{}]);
    await retain(pool, 7);
    const people = [newPerson(), newPerson()];
    const ended = await runCampaign(pool, people);
    await eventually(async () => (await readCampaign(pool, ended)).state === "completed");
    const draft = await draftCampaign(pool);
    await give(pool, draft, people);
    for (let days = 0; days < 9; days += 1) {
      vi.setSystemTime(Date.now() + day);
      await hear(pool);
      await runDurableObjectAlarm(env.POOLS.getByName(pool.id));
      if (days === 4) expect((await resultsOf(pool, ended)).map(({ to }) => to)).toEqual(people);
    }
    expect((await resultsOf(pool, ended)).map(({ to, result }) => [to, result])).toEqual([
      ["", "taken"],
      ["", "taken"],
    ]);
    expect((await readCampaign(pool, ended)).progress).toMatchObject({ taken: 2 });
    expect((await resultsOf(pool, draft)).map(({ to }) => to)).toEqual(people);
  });

  it("is kept for ever where nothing is said, and refuses a time in which carriers still report", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const pool = await makePool([{}]);
    await hear(pool);
    vi.setSystemTime(Date.now() + 400 * day);
    for (let alarm = 0; alarm < 5; alarm += 1) await ringUntilDone(pool);
    expect(await count(pool, "messages")).toBe(1);
    expect((await retain(pool, 6)).status).toBe(400);
    expect((await retain(pool, 3_651)).status).toBe(400);
    expect(await retain(pool, null)).toMatchObject({ status: 200, body: { retention_days: null } });
  });
});

describe("erasing a person", () => {
  const erase = (pool: Pool, person: string) =>
    admin(`/api-keys/${pool.id}/contacts/${encodeURIComponent(person)}/erase`, { body: {} });

  async function everything(pool: Pool): Promise<string> {
    const tables = [
      "messages",
      "chats",
      "events",
      "attempts",
      "owed",
      "links",
      "heard",
      "tags",
      "blocks",
      "looks",
      "idempotency",
    ];
    const rows = await Promise.all(tables.map((table) => ask(asKey(pool), `SELECT * FROM ${table}`)));
    return JSON.stringify(rows);
  }

  it("leaves nothing of them in the ledger, and everything of others", async () => {
    const pool = await makePool([{}]);
    const [person, other] = [newPerson(), newPerson()];
    await call("/v2/api/webhooks", {
      body: { webhook_url: "https://kept.example/hook", webhook_type: "all" },
      token: pool.token,
    });
    for (const one of [person, other]) {
      await writeTo(pool, one, String(pool.numbers[0]), `Words of ${one}`);
      await admin(`/api-keys/${pool.id}/contacts/${encodeURIComponent(one)}/tags`, {
        body: { tags: [`tag of ${one}`] },
      });
    }
    expect(await everything(pool)).toContain(person.slice(1));
    const erased = await erase(pool, person);
    expect(erased).toMatchObject({ status: 200, body: { messages: 1, kept_opt_out: false } });
    expect(Number(erased.body.events)).toBeGreaterThan(0);
    const left = await everything(pool);
    expect(left).not.toContain(person.slice(1));
    expect(left).toContain(`Words of ${other}`);
    expect(left).toContain(`tag of ${other}`);
    expect((await erase(pool, person)).status).toBe(404);
  });

  it("keeps that they opted out, and nothing beside it: they are not written to again", async () => {
    const pool = await makePool([{}]);
    const person = newPerson();
    await writeTo(pool, person, String(pool.numbers[0]), "STOP, I am Ann");
    await writeTo(pool, person, String(pool.numbers[0]), "STOP");
    expect(await erase(pool, person)).toMatchObject({ status: 200, body: { messages: 2, kept_opt_out: true } });
    expect(await everything(pool)).not.toContain("Ann");
    const sent = await call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, {
      body: { text: "Hello" },
      token: pool.token,
    });
    expect(sent.body.code).toBe("recipient_opted_out");
  });

  it("waits for what is on its way", async () => {
    const pool = await makePool([{}]);
    const person = newPerson();
    await call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, {
      body: { text: "Later", send_at: Date.now() + day },
      token: pool.token,
    });
    expect(await erase(pool, person)).toMatchObject({ status: 409, body: { code: "message_on_its_way" } });
  });
});
