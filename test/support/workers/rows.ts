import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";

/** Counts the rows that a key's object reads until the answer is called, as they are billed. */
export async function countRowsRead(keyId: string): Promise<() => number> {
  const cursors: { rowsRead: number }[] = [];
  let stop = () => {};
  await runInDurableObject(env.POOLS.getByName(keyId), (_pool, { storage }) => {
    const { sql } = storage;
    const prototype = Object.getPrototypeOf(sql);
    const { exec } = prototype;
    const spy = vi.spyOn(prototype, "exec").mockImplementation(function (this: unknown, ...args: unknown[]) {
      const cursor = Reflect.apply(exec, this, args) as { rowsRead: number };
      // Objects of earlier tests are of the same prototype, and may be at work.
      if (this === sql) cursors.push(cursor);
      return cursor;
    });
    stop = () => spy.mockRestore();
  });
  return () => {
    stop();
    return cursors.reduce((sum, cursor) => sum + cursor.rowsRead, 0);
  };
}
