import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { GroupCommit } from "../../../src/pool/group-commit.ts";
import { NumberPool } from "../../../src/pool/number-pool.ts";

/** One SQL statement of an object, with what it read and wrote as it is billed. */
type Statement = { query: string; rowsRead: number; rowsWritten: number };

/** What a stretch of work cost in the objects: statements with their rows, transactions that wrote, alarms that were set, and calls from outside. */
export type Cost = {
  statements: number;
  rowsRead: number;
  rowsWritten: number;
  transactions: number;
  alarms: number;
  calls: string[];
};

/** Counts until it is stopped; `since` gives the cost since the last time it was asked, `statements` what those were. */
export type Counter = {
  since: () => Cost;
  statements: () => Statement[];
  /** What the last call of a method did before it first waited, by the method's name. */
  atOnce: Map<string, Pick<Cost, "statements" | "rowsWritten">>;
  stop: () => void;
};

const poolMethods = Object.getOwnPropertyNames(NumberPool.prototype).filter(
  (name) => name !== "constructor" && name !== "alarm",
);

type Spied = Record<string, (...args: unknown[]) => unknown>;

/** Begins to count what objects do from now on, by the runtime's own figures: `keyId` names one that is alive. */
export async function countCost(keyId: string): Promise<Counter> {
  const cursors: { query: string; cursor: { rowsRead: number; rowsWritten: number } }[] = [];
  const calls: string[] = [];
  const atOnce: Counter["atOnce"] = new Map();
  const stops: (() => void)[] = [];
  let transactions = 0;
  let alarms = 0;
  // What is counted is a call that is alone: of those that share a turn none does anything before it waits.
  const alone = vi.spyOn(GroupCommit.prototype, "join").mockReturnValue(null);
  stops.push(() => alone.mockRestore());
  const watch = (prototype: Spied, name: string, note: (args: unknown[], answer: unknown) => void) => {
    const original = prototype[name];
    const spy = vi.spyOn(prototype, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
      const answer = Reflect.apply(original as () => unknown, this, args);
      note(args, answer);
      return answer;
    });
    stops.push(() => spy.mockRestore());
  };
  await runInDurableObject(env.POOLS.getByName(keyId), (_pool, { storage }) => {
    const written = () => cursors.reduce((sum, { cursor }) => sum + cursor.rowsWritten, 0);
    watch(Object.getPrototypeOf(storage.sql), "exec", ([query], cursor) => {
      cursors.push({ query: String(query), cursor: cursor as { rowsRead: number; rowsWritten: number } });
    });
    const prototype = Object.getPrototypeOf(storage) as Spied;
    watch(prototype, "setAlarm", () => {
      alarms += 1;
    });
    const { transactionSync } = prototype;
    let depth = 0;
    const spy = vi.spyOn(prototype, "transactionSync").mockImplementation(function (this: unknown, ...args: unknown[]) {
      const before = written();
      depth += 1;
      try {
        return Reflect.apply(transactionSync as () => unknown, this, args);
      } finally {
        depth -= 1;
        if (depth === 0 && written() > before) transactions += 1;
      }
    });
    stops.push(() => spy.mockRestore());
  });
  for (const name of poolMethods) {
    const prototype = NumberPool.prototype as unknown as Spied;
    const original = prototype[name];
    const spy = vi.spyOn(prototype, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
      calls.push(name);
      const before = cursors.length;
      const answer = Reflect.apply(original as () => unknown, this, args);
      const own = cursors.slice(before);
      atOnce.set(name, {
        statements: own.length,
        rowsWritten: own.reduce((sum, { cursor }) => sum + cursor.rowsWritten, 0),
      });
      return answer;
    });
    stops.push(() => spy.mockRestore());
  }
  const seen = { cursors: 0, transactions: 0, alarms: 0, calls: 0 };
  const statements = () =>
    cursors
      .slice(seen.cursors)
      .map(({ query, cursor }) => ({ query, rowsRead: cursor.rowsRead, rowsWritten: cursor.rowsWritten }));
  return {
    atOnce,
    statements,
    since() {
      const fresh = statements();
      const cost = {
        statements: fresh.length,
        rowsRead: fresh.reduce((sum, one) => sum + one.rowsRead, 0),
        rowsWritten: fresh.reduce((sum, one) => sum + one.rowsWritten, 0),
        transactions: transactions - seen.transactions,
        alarms: alarms - seen.alarms,
        calls: calls.slice(seen.calls),
      };
      Object.assign(seen, { cursors: cursors.length, transactions, alarms, calls: calls.length });
      return cost;
    },
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
