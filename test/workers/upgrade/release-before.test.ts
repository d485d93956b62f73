import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { snapshotShape } from "../../../src/domain/snapshot.ts";
import { NumberPool } from "../../../src/pool/number-pool.ts";
import { ledgerShape, shapeOfLedger } from "../../../src/pool/tables.ts";
import { open } from "../../../src/sealing/envelope.ts";
import { parseKeyRing } from "../../../src/sealing/key-ring.ts";
import recordedCalls from "../../fixtures/release-before/calls.ndjson?raw";
import directoryBefore from "../../fixtures/release-before/directory.sql?raw";
import ledgerBefore from "../../fixtures/release-before/ledger.sql?raw";
import { admin, call, eventually } from "../../support/workers/gateway.ts";
import type { RecordedCall } from "../../support/workers/release-story.ts";
import { type Outside, standInForTheOutside } from "../../support/workers/twilio.ts";

const [head = "", ...lines] = recordedCalls.trim().split("\n");
const before = JSON.parse(head) as { keyId: string; token: string; at: number };
const calls = lines.map((line) => JSON.parse(line) as RecordedCall);
const stub = () => env.POOLS.get(env.POOLS.idFromName(before.keyId));
const v2 = (path: string, body?: unknown) =>
  call(`/v2/api${path}`, { token: before.token, ...(body === undefined ? {} : { body }) });

/** Changes what is stored behind the object's back, and ends it; the next call wakes it on that. */
async function meddle(change: (sql: SqlStorage) => void): Promise<void> {
  const ended = runInDurableObject(stub(), async (_pool, state) => {
    await state.storage.deleteAlarm();
    change(state.storage.sql);
    await state.storage.sync();
    state.abort("meddled with");
  });
  await ended.catch(() => undefined);
}

/** Puts the rows of the release before where its object and its directory would have left them, and its account at Twilio; the object has not woken on them yet. */
async function restoreRelease(): Promise<void> {
  for (const line of directoryBefore.trim().split("\n")) await env.DB.prepare(line).run();
  // An account stays for the whole file.
  if (!isAccountOpen) outside.open(await loginOf("Twilio …47e5"));
  isAccountOpen = true;
  await meddle((sql) => {
    const tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";
    for (const { name } of sql.exec<{ name: string }>(tables).toArray()) sql.exec(`DROP TABLE ${name}`);
    sql.exec(ledgerBefore);
  });
}

/** Returns what the account of this name is called by, its token opened, and its numbers. */
async function loginOf(name: string) {
  const account = await env.DB.prepare("SELECT id, account_sid, auth_token FROM twilio_accounts WHERE name = ?")
    .bind(name)
    .first<{ id: string; account_sid: string; auth_token: string }>();
  const ring = parseKeyRing(env.MASTER_KEYS ?? "");
  if (account === null || !ring.ok) throw new Error("The account or the master keys are missing.");
  const place = { table: "twilio_accounts", row: account.id, column: "auth_token" };
  const opened = await open(ring.value, account.auth_token, place);
  if (!opened.ok) throw new Error(`The token was not opened: ${opened.because}`);
  const { results } = await env.DB.prepare("SELECT address FROM numbers WHERE account_id = ?")
    .bind(account.id)
    .all<{ address: string }>();
  return { accountSid: account.account_sid, authToken: opened.text, numbers: results.map(({ address }) => address) };
}

let outside: Outside;
let isAccountOpen = false;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: before.at + 1_000 });
  outside = standInForTheOutside();
  await env.DB.batch(
    ["webhooks", "numbers", "api_key_secrets", "api_keys", "twilio_accounts", "organizations"].map((table) =>
      env.DB.prepare(`DELETE FROM ${table}`),
    ),
  );
  await restoreRelease();
});
afterEach(() => vi.useRealTimers());

async function rows<T extends Record<string, SqlStorageValue>>(query: string): Promise<T[]> {
  return runInDurableObject(stub(), (_pool, { storage }) => storage.sql.exec<T>(query).toArray());
}

describe("a ledger of the release before", () => {
  it("is brought forward and loses nothing: messages, people, keys, what is owed and what waits", async () => {
    const counted = (table: string) => ledgerBefore.split(`INSERT INTO ${table} `).length - 1;
    expect((await v2("/me")).status).toBe(200);
    expect(await rows("SELECT max(id) + 1 AS shape FROM migrations")).toEqual([{ shape: ledgerShape }]);
    for (const table of ["messages", "chats", "heard", "tags", "links", "idempotency", "attempts", "health"]) {
      const [row] = await rows<{ total: number }>(`SELECT count(*) AS total FROM ${table}`);
      expect([table, Number(row?.total)]).toEqual([table, expect.toSatisfy((total) => total >= counted(table))]);
    }
    const statuses = await rows<{ status: string }>("SELECT DISTINCT status FROM messages");
    expect(statuses.map(({ status }) => status)).toEqual(
      expect.arrayContaining(["delivered", "failed", "scheduled", "received", "cancelled"]),
    );
    const contact = await v2(`/contacts/${encodeURIComponent("+14156662005")}`);
    expect(contact.body).toMatchObject({ name: "Heard" });
    expect(JSON.stringify(contact.body)).toContain("vip");
    const stopped = await v2(`/chats/${encodeURIComponent("+14156662006")}/messages`, { text: "Hello?" });
    expect(stopped.body.code).toBe("recipient_opted_out");
    const kept = await admin(`/api-keys/${before.keyId}/assignments?contact=${encodeURIComponent("+14156662009")}`);
    expect(JSON.stringify(kept.body)).toContain("+12125551003");
  });

  it("answers a repeated request with the first answer, and sends what was scheduled when its time comes", async () => {
    const [kept] = await rows<{ answer: string }>("SELECT answer FROM idempotency");
    const repeated = await call(`/v2/api/chats/${encodeURIComponent("+14156662000")}/messages`, {
      body: { text: "See https://example.com/page", shorten_links: true },
      token: before.token,
      headers: { "Idempotency-Key": "kept-key" },
    });
    expect(repeated.status).toBe(200);
    expect(kept?.answer).toContain(String(repeated.body.message_id));
    vi.setSystemTime(before.at + 25 * 60 * 60 * 1000);
    await eventually(async () => {
      // The number sends at a pace: the clock goes on between two looks.
      vi.setSystemTime(Date.now() + 1_000);
      await runDurableObjectAlarm(stub());
      return (await rows("SELECT 1 FROM messages WHERE status = 'scheduled'")).length === 0;
    });
  });
});

describe("a snapshot whose shape is not the one of this code", () => {
  const shapes: [string, string][] = [
    ["older", "json_remove(body, '$.shape')"],
    ["unknown", "json_set(body, '$.shape', 999)"],
    ["not of JSON at all", "'{\"version\": 7'"],
    ["empty", "''"],
    ["of another kind", "'null'"],
  ];
  it.each(shapes)("%s, is asked for anew: the next call is answered", async (_name, body) => {
    expect((await v2("/me")).status).toBe(200);
    await meddle((sql) => {
      sql.exec(`UPDATE snapshot SET body = ${body}`);
    });
    expect((await v2("/me")).status).toBe(200);
    const [stored] = await rows<{ shape: number }>("SELECT json_extract(body, '$.shape') AS shape FROM snapshot");
    expect(stored?.shape).toBe(snapshotShape);
  });

  it("is asked for by the object itself, so that what waits there is sent though nobody calls", async () => {
    vi.setSystemTime(before.at + 60_000);
    await runDurableObjectAlarm(stub());
    await eventually(async () => outside.lines.some((line) => /"event":"send".*"outcome":"accepted"/.test(line)));
  });

  it("keeps a revoked key revoked, also where the directory was set back behind the revocation", async () => {
    await admin(`/api-keys/${before.keyId}`, { method: "DELETE" });
    await env.DB.prepare(
      "UPDATE api_keys SET status = 'active', revoked_at = NULL, version = 2, published_version = 2",
    ).run();
    await meddle((sql) => sql.exec("UPDATE snapshot SET body = json_remove(body, '$.shape')"));
    expect((await v2("/me")).status).toBe(401);
    expect((await admin(`/api-keys/${before.keyId}`)).body.status).toBe("revoked");
  });
});

/** Says where an answer lacks something that the answer of the release before had, or has it of another type; null and a value may stand for each other. */
function missing(was: unknown, is: unknown, path = ""): string[] {
  if (was === null || is === null || was === undefined) return [];
  if (typeof was !== typeof is || Array.isArray(was) !== Array.isArray(is)) return [`${path}: ${typeof is}`];
  if (Array.isArray(was))
    return was.length === 0 || (is as unknown[]).length === 0 ? [] : missing(was[0], (is as unknown[])[0], `${path}[]`);
  if (typeof was !== "object") return [];
  return Object.entries(was).flatMap(([name, value]) =>
    value === null || name in (is as object)
      ? missing(value, (is as Record<string, unknown>)[name], `${path}.${name}`)
      : [`${path}.${name}`],
  );
}

/** What can be done once, or whose end depends on what is stored: a refusal from the list is an answer too. */
const once = new Set([
  "cancelMessage",
  "replayOne",
  "replayRange",
  "removeTag",
  "deleteContact",
  "createContact",
  "renameContact",
]);

describe("while an upgrade is under way", () => {
  it("a new object answers every call of the Worker before in a form that it reads", async () => {
    await v2("/me");
    const complaints: string[] = [];
    for (const { method, args, answer } of calls.filter(({ method }) => method !== "publish")) {
      const known = stub() as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
      const now = (await known[method]?.(...args)) as { ok?: boolean; failure?: { code: string } };
      if (now?.ok === false && once.has(method) && now.failure?.code !== "internal_error") continue;
      complaints.push(...missing(answer, now, method));
    }
    expect(complaints).toEqual([]);
  });

  it("a new object takes no snapshot of the Worker before, so that it is published again, but a revocation is in force at once", async () => {
    expect((await v2("/me")).status).toBe(200);
    const { args } = calls.findLast(({ method }) => method === "publish") ?? { args: [] };
    const [snapshot] = args as [{ version: number; apiKey: object }];
    const publish = (given: unknown) => runInDurableObject(stub(), (pool) => pool.publish(given as never));
    await expect(publish(snapshot)).rejects.toThrow(/release before/);
    expect((await v2("/me")).status).toBe(200);
    const gone = { ...snapshot, version: snapshot.version + 1, apiKey: { ...snapshot.apiKey, status: "revoked" } };
    await expect(publish(gone)).rejects.toThrow(/release before/);
    expect((await v2("/me")).status).toBe(401);
  });

  it("a new Worker reads every answer of an object before, and says of a call that this does not know that it passes", async () => {
    const answers = new Map(calls.map(({ method, answer }) => [method, answer]));
    const old = new Proxy({} as Record<string, unknown>, {
      get: (_target, method: string) => async () => {
        if (answers.has(method)) return structuredClone(answers.get(method));
        throw new TypeError(`The RPC receiver does not implement the method "${method}".`);
      },
    });
    vi.spyOn(Object.getPrototypeOf(env.POOLS), "getByName").mockReturnValue(old);
    const chat = `/chats/${encodeURIComponent("+14156662000")}`;
    const key = `/api-keys/${before.keyId}`;
    const seen: [string, number, unknown][] = [];
    for (const path of [
      "/me",
      "/me/numbers",
      "/chats",
      chat,
      `${chat}/messages`,
      "/webhooks",
      "/events",
      "/contacts",
    ]) {
      const { status, body } = await v2(path);
      seen.push([path, status, body.code]);
    }
    for (const path of [
      "",
      "/pool",
      "/stats?days=3",
      "/messages",
      "/chats",
      `${chat}/messages`,
      "/assignments",
      "/opt-outs",
      "/contacts",
    ]) {
      const { status, body } = await admin(key + path);
      seen.push([key + path, status, body.code]);
    }
    const sent = await v2(`${chat}/messages`, { text: "Hello" });
    seen.push(["send", sent.status, sent.body.code]);
    expect(seen.filter(([, status]) => status >= 400)).toEqual([]);
    answers.delete("listChats");
    expect(await v2("/chats")).toMatchObject({ status: 503, body: { code: "release_mismatch" } });
  });

  it("no method of the release before is gone", () => {
    const methods = new Set(Object.getOwnPropertyNames(NumberPool.prototype));
    expect(calls.map(({ method }) => method).filter((method) => !methods.has(method))).toEqual([]);
  });
});

describe("data of a newer release than the code", () => {
  it("a directory: what reads or changes it answers 503 with both numbers, and sending goes on", async () => {
    expect((await v2("/me")).status).toBe(200);
    await env.DB.prepare("INSERT INTO d1_migrations (name) VALUES ('0999_of_a_later_release.sql')").run();
    vi.setSystemTime(Date.now() + 61_000);
    try {
      const refused = {
        status: 503,
        body: { code: "release_mismatch", stored_shape: 999, known_shape: expect.any(Number) },
      };
      expect(await admin("/organizations")).toMatchObject(refused);
      expect(await admin("/api-keys", { body: { name: "New" } })).toMatchObject(refused);
      expect(await v2("/webhooks", { webhook_url: "https://customer.example/new" })).toMatchObject(refused);
      expect((await admin("/status")).status).toBe(200);
      expect((await v2(`/chats/${encodeURIComponent("+14156662001")}/messages`, { text: "Hello" })).status).toBe(202);
    } finally {
      await env.DB.prepare("DELETE FROM d1_migrations WHERE name LIKE '0999%'").run();
    }
    expect((await admin("/organizations")).status).toBe(200);
  });

  it("a directory that lacks a migration says which numbers, and how to apply it", async () => {
    const last = await env.DB.prepare("SELECT id, name FROM d1_migrations ORDER BY id DESC LIMIT 1").first();
    await env.DB.prepare("DELETE FROM d1_migrations WHERE id = ?").bind(last?.id).run();
    vi.setSystemTime(Date.now() + 122_000);
    try {
      const refused = await admin("/organizations");
      expect(refused).toMatchObject({ status: 503, body: { code: "release_mismatch" } });
      expect(refused.body.message).toContain("migrations apply");
    } finally {
      await env.DB.prepare("INSERT INTO d1_migrations (id, name) VALUES (?, ?)").bind(last?.id, last?.name).run();
    }
  });

  it("a ledger: its object answers 503 with both numbers, writes nothing, and goes on when the newer code is there", async () => {
    expect((await v2("/me")).status).toBe(200);
    await meddle((sql) => {
      sql.exec("INSERT INTO migrations (id) VALUES (?)", ledgerShape + 4);
    });
    const refused = { code: "release_mismatch", stored_shape: ledgerShape + 5, known_shape: ledgerShape };
    expect(await v2(`/chats/${encodeURIComponent("+14156662001")}/messages`, { text: "Hello" })).toMatchObject({
      status: 503,
      body: refused,
    });
    await meddle((sql) => {
      expect(shapeOfLedger(sql)).toBe(ledgerShape + 5);
      sql.exec("DELETE FROM migrations WHERE id > ?", ledgerShape);
    });
    expect((await v2("/me")).status).toBe(200);
  });
});

describe("a directory that was set back in time", () => {
  const setBack = (more = "") => env.DB.prepare(`UPDATE api_keys SET version = 2, published_version = 2 ${more}`).run();

  it("hears of it with the next change, which is in force when it is answered", async () => {
    expect((await v2("/me")).status).toBe(200);
    await setBack();
    const paused = await admin(`/api-keys/${before.keyId}`, { method: "PATCH", body: { status: "paused" } });
    expect(paused.status).toBe(200);
    const sent = await v2(`/chats/${encodeURIComponent("+14156662001")}/messages`, { text: "Hello" });
    expect(sent.body.code).toBe("api_key_paused");
  });

  it("leaves a revoked key revoked: in its pool at once, and in the directory with the next publication", async () => {
    await admin(`/api-keys/${before.keyId}`, { method: "DELETE" });
    await setBack(", status = 'active', revoked_at = NULL");
    expect((await v2("/me")).status).toBe(401);
    await admin(`/api-keys/${before.keyId}`, { method: "PATCH", body: { name: "Alive?" } });
    expect((await v2("/me")).status).toBe(401);
    expect((await admin(`/api-keys/${before.keyId}`)).body.status).toBe("revoked");
  });
});
