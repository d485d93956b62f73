import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openDatabase } from "../../../src/directory/database.ts";
import { readSnapshot } from "../../../src/directory/publish.ts";
import { call, eventually } from "../../support/workers/gateway.ts";
import { ask, owed, ringAt } from "../../support/workers/ledger.ts";
import { makePool, newPerson, type Pool, writeTo } from "../../support/workers/pool.ts";

let pool: Pool;
beforeEach(async () => {
  pool = await makePool([{}]);
});
afterEach(() => vi.restoreAllMocks());

const first = () => String(pool.numbers[0]);
/** The pool as a key of which only the id is asked for. */
const key = () => ({ ...pool, organizationId: pool.carrier.organizationId, integrationId: pool.carrier.integrationId });
/** Every statement to the directory fails, as while D1 is away. */
function loseTheDirectory() {
  const away = () => {
    throw new Error("D1_ERROR: Network connection lost.");
  };
  const statements = [vi.spyOn(env.DB, "prepare"), vi.spyOn(env.DB, "batch")];
  for (const statement of statements) statement.mockImplementation(away as never);
  return { find: () => statements.map((statement) => statement.mockRestore()) };
}

describe("while the directory is away", () => {
  it("what comes in is kept by its pool or refused so that Twilio repeats it, never answered 200 and lost", async () => {
    const person = newPerson();
    const directory = loseTheDirectory();
    const status = await writeTo(pool, person, first());
    directory.find();
    const kept = await ask(key(), "SELECT 1 FROM messages WHERE direction = 'inbound'");
    expect([status, kept.length]).toEqual(status === 200 ? [200, 1] : [expect.toSatisfy((code) => code >= 500), 0]);
    expect(await writeTo(pool, person, first())).toBe(200);
  });

  it("a key goes on sending and reading, for its object knows all that a send needs", async () => {
    const person = newPerson();
    await call(`/v2/api/chats/${person}/messages`, { body: { text: "Before" }, token: pool.token });
    const directory = loseTheDirectory();
    const sent = await call(`/v2/api/chats/${person}/messages`, { body: { text: "Meanwhile" }, token: pool.token });
    const me = await call("/v2/api/me", { token: pool.token });
    directory.find();
    expect([sent.status, me.status]).toEqual([202, 200]);
  });

  it("the admin API answers in the one envelope, and is whole again afterwards", async () => {
    const directory = loseTheDirectory();
    const answer = await call("/admin/api/organizations", { token: env.ADMIN_TOKEN });
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.body).toMatchObject({ error: "ApiError", code: expect.any(String) });
    directory.find();
    expect((await call("/admin/api/organizations", { token: env.ADMIN_TOKEN })).status).toBe(200);
  });
});

async function sendTo(person: string): Promise<void> {
  const sent = await call(`/v2/api/chats/${person}/messages`, { body: { text: "Hi" }, token: pool.token });
  expect(sent.status).toBe(202);
}

describe("a queue that takes nothing", () => {
  it("loses no event: it stands in the ledger until a bell rings", async () => {
    const refuse = async () => {
      throw new Error("Queue send failed: Too Many Requests");
    };
    vi.spyOn(env.BELL, "send").mockImplementation(refuse as never);
    vi.spyOn(env.BELL_SLOW, "send").mockImplementation(refuse as never);
    const hook = { webhook_url: "https://queue.example/hook", events: ["message.queued"] };
    await call("/v2/api/webhooks", { body: hook, token: pool.token });
    await sendTo(newPerson());
    await eventually(async () => (await owed(key())).length === 1);
    await ringAt(key(), Date.now());
    expect(await owed(key())).toHaveLength(1);
  });

  it("hears of ids and times alone: no number, no text and no token", async () => {
    const bells: unknown[] = [];
    vi.spyOn(env.BELL, "send").mockImplementation((async (bell: unknown) => bells.push(bell)) as never);
    const hook = { webhook_url: "https://queue.example/canary-hook", events: ["message.queued"] };
    await call("/v2/api/webhooks", { body: hook, token: pool.token });
    const person = newPerson();
    await sendTo(person);
    await eventually(async () => bells.length > 0);
    const said = JSON.stringify(bells);
    for (const word of [person, first(), "canary", pool.token, "+1"]) expect(said).not.toContain(word);
  });
});

describe("text that means something to SQL", () => {
  it.each(["%", "_", "'", '"', "--", "'; DROP TABLE messages; --", "\\", "*", "a%b_c", "x".repeat(60)])(
    "%j is found as it stands, and finds nothing else",
    async (word) => {
      await call("/v2/api/contacts", { body: { identifier: newPerson(), name: `Is ${word} here` }, token: pool.token });
      await call("/v2/api/contacts", { body: { identifier: newPerson(), name: "Is abc here" }, token: pool.token });
      const found = await call(`/v2/api/contacts?q=${encodeURIComponent(word)}`, { token: pool.token });
      const names = (found.body.contacts as { name: string }[]).map(({ name }) => name);
      expect(names).toEqual([`Is ${word} here`]);
    },
  );
});

describe("an alarm", () => {
  it("that rings early, twice and at once sends what is due once, and nothing that is not", async () => {
    const [soon, later] = [newPerson(), newPerson()];
    const at = Date.now() + 3_600_000;
    for (const [person, send_at] of [
      [soon, at],
      [later, at + 3_600_000],
    ] as const) {
      await call(`/v2/api/chats/${person}/messages`, { body: { text: "Once", send_at }, token: pool.token });
    }
    await ringAt(key(), at - 60_000);
    expect(pool.carrier.departures).toEqual([]);
    await Promise.all([ringAt(key(), at), ringAt(key(), at), ringAt(key(), at + 1)]);
    await ringAt(key(), at + 2);
    expect(pool.carrier.departures).toMatchObject([{ to: soon, body: "Once" }]);
  });
});

describe("a migration of the directory", () => {
  it("that is cut off at any statement leaves nothing of itself", async () => {
    const whole = [
      "CREATE TABLE cut_off (id TEXT)",
      "INSERT INTO cut_off VALUES ('a')",
      "ALTER TABLE cut_off ADD b TEXT",
    ];
    for (let length = 1; length <= whole.length; length += 1) {
      const statements = [...whole.slice(0, length), "INSERT INTO d1_migrations_of_nowhere VALUES (1)"];
      await expect(env.DB.batch(statements.map((sql) => env.DB.prepare(sql)))).rejects.toThrow();
      const left = await env.DB.prepare("SELECT name FROM sqlite_master WHERE name = 'cut_off'").all();
      expect(left.results).toEqual([]);
    }
  });
});

describe("three versions of a key's settings", () => {
  it.each([[[1, 2, 3]], [[1, 3, 2]], [[2, 1, 3]], [[2, 3, 1]], [[3, 1, 2]], [[3, 2, 1]]])(
    "that arrive as %j end at the third",
    async (order) => {
      const snapshot = await readSnapshot(openDatabase(env.DB), pool.id, Date.now());
      if (snapshot === null) throw new Error("There is no such key.");
      const object = env.POOLS.getByName(pool.id);
      const base = snapshot.version;
      for (const step of order) {
        await object.publish({ ...snapshot, version: base + step, apiKey: { ...snapshot.apiKey, dailyCap: step } });
      }
      expect((await object.stats())?.version).toBe(base + 3);
      const to = newPerson();
      const statuses = [];
      for (let count = 0; count < 4; count += 1) {
        const sent = await call(`/v2/api/chats/${to}/messages`, { body: { text: `${count}` }, token: pool.token });
        statuses.push(sent.status);
      }
      expect(statuses).toEqual([202, 202, 202, 429]);
    },
  );
});
