import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Desk } from "../../../src/pool/desk.ts";
import { GroupCommit } from "../../../src/pool/group-commit.ts";
import { call, eventually } from "../../support/workers/gateway.ts";
import { crash, makePool, newPerson, report, send } from "../../support/workers/pool.ts";
import { standInForTheOutside } from "../../support/workers/twilio.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("calls that come within the same moment", () => {
  it("share one turn, in the order in which they came", async () => {
    const commits = new GroupCommit();
    expect(commits.join(1_000)).toBeNull();
    const seen: string[] = [];
    const first = commits.join(1_001)?.then(() => {
      seen.push("first");
      setTimeout(() => seen.push("the next turn"), 0);
    });
    const second = commits.join(1_001)?.then(() => seen.push("second"));
    const late = commits.join(1_500)?.then(() => seen.push("late"));
    await Promise.all([first, second, late]);
    expect(seen).toEqual(["first", "second", "late"]);
  });

  it("go ahead at once where there is no other call near", () => {
    const commits = new GroupCommit();
    expect([1_000, 1_011, 2_000].map((now) => commits.join(now))).toEqual([null, null, null]);
  });

  it("wait ever more rarely where waiting was in vain, until two meet again", async () => {
    const commits = new GroupCommit();
    const waits: number[] = [];
    for (let index = 0; index < 270; index += 1) {
      const turn = commits.join(1_000);
      if (turn !== null) waits.push(index);
      await turn;
    }
    expect(waits).toEqual([1, 4, 9, 18, 35, 68, 133, 198, 263]);
    while (commits.join(1_000) === null);
    await commits.join(1_000);
    expect(commits.join(1_000)).not.toBeNull();
  });

  it("write what they decide in fewer turns than they are", async () => {
    const pool = await makePool([{}, {}, {}]);
    standInForTheOutside();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const turns = new Set<number>();
    let turn = 0;
    const transact = Desk.prototype.transact;
    vi.spyOn(Desk.prototype, "transact").mockImplementation(function <T>(this: Desk, work: () => T): T {
      turns.add(turn);
      setTimeout(() => {
        turn += 1;
      }, 0);
      return transact.call(this, work) as T;
    });
    const send_at = new Date(Date.now() + 86_400_000).toISOString();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(pool, newPerson(), { text: "Hello", send_at })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect(turns.size).toBeLessThan(20);
  });

  it("fail by themselves: what the others wrote in the same turn stands", async () => {
    const pool = await makePool([{}]);
    const outside = standInForTheOutside();
    await runInDurableObject(env.POOLS.getByName(pool.id), (_pool, { storage: { sql } }) => {
      sql.exec(
        "CREATE TRIGGER refuses BEFORE INSERT ON messages WHEN NEW.text = 'broken' BEGIN SELECT RAISE(ABORT, 'no'); END",
      );
    });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const texts = ["one", "broken", "two", "broken", "three", "four"];
    const people = texts.map(() => newPerson());
    const answers = await Promise.all(texts.map((text, index) => send(pool, String(people[index]), { text })));
    expect(answers.map(({ status }) => status)).toEqual(texts.map((text) => (text === "broken" ? 500 : 202)));
    await outside.calm();
    await crash(pool);
    const read = await Promise.all(
      people.map((person) => call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, { token: pool.token })),
    );
    expect(read.map(({ body }) => (body.messages as unknown[] | undefined)?.length ?? 0)).toEqual([1, 0, 1, 0, 1, 1]);
    expect(pool.carrier.departures.map(({ body }) => body).sort()).toEqual(["four", "one", "three", "two"]);
  });

  it("of one idempotency key accept one message", async () => {
    const pool = await makePool([{}]);
    const outside = standInForTheOutside();
    const person = newPerson();
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages`;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        call(path, { body: { text: "Once" }, token: pool.token, headers: { "Idempotency-Key": "of-one-moment" } }),
      ),
    );
    expect(new Set(answers.map(({ body }) => body.message_id)).size).toBe(1);
    await outside.calm();
    expect(pool.carrier.departures).toHaveLength(1);
  });

  it("keep the order of a message's reports", async () => {
    const pool = await makePool([{}]);
    const outside = standInForTheOutside();
    await Promise.all([1, 2, 3, 4].map(() => send(pool, newPerson())));
    await eventually(async () => pool.carrier.departures.length === 4);
    await outside.calm();
    await Promise.all(
      pool.carrier.departures.flatMap((one) => [report(pool, one, "sent"), report(pool, one, "delivered")]),
    );
    await outside.calm();
    const { body } = await call("/v2/api/events?limit=50", { token: pool.token });
    const events = body.events as { event: string; message_id: string }[];
    for (const id of new Set(events.map(({ message_id }) => message_id))) {
      const told = events.filter(({ message_id }) => message_id === id).map(({ event }) => event);
      expect(told).toEqual(["message.sent", "message.delivered"]);
    }
    expect(events).toHaveLength(8);
  });
});
