import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { promiseVisit, type Visitor, visiting } from "./visits.ts";

type World = { deps: Visitor; kept: { keyId: string; again: boolean }[]; work: Promise<unknown>[] };

/** A Worker whose pools answer an offer to come again as `answers` say, the last of them for ever. */
function stand(answers: readonly (boolean | Error)[]): World {
  const [kept, work]: [World["kept"], World["work"]] = [[], []];
  const pool = (keyId: string) => ({
    keepAll: async (again: boolean) => {
      const answer = answers[Math.min(kept.length, answers.length - 1)] ?? false;
      kept.push({ keyId, again });
      if (answer instanceof Error) throw answer;
      return answer && again;
    },
  });
  const deps: Visitor = { visits: new Map(), pool, now: () => Date.now(), keepAlive: (one) => void work.push(one) };
  return { deps, kept, work };
}

const pass = (times: number) => vi.advanceTimersByTimeAsync(times * visiting.afterMs);

describe("who promised a pool to come back", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("comes once for all who called meanwhile, and to each pool by itself", async () => {
    const { deps, kept } = stand([false]);
    for (const keyId of ["a", "a", "b", "a"]) expect(promiseVisit(deps, keyId)).toBe(true);
    await pass(1);
    expect(kept.map(({ keyId }) => keyId)).toEqual(["a", "b"]);
    await pass(5);
    expect(kept).toHaveLength(2);
    promiseVisit(deps, "a");
    await pass(1);
    expect(kept).toHaveLength(3);
  });

  it("comes again while something is on its way, within the 30 s that a request has, and does not offer it the last time", async () => {
    const { deps, kept } = stand([true]);
    promiseVisit(deps, "a");
    await pass(10);
    expect(kept.map(({ again }) => again)).toEqual([true, true, true, false]);
    expect(visiting.atMost * visiting.afterMs).toBeLessThan(30_000);
  });

  it("comes once more for who calls shortly before a visit, which may be over when his call arrives", async () => {
    const { deps, kept } = stand([false]);
    promiseVisit(deps, "a");
    await vi.advanceTimersByTimeAsync(visiting.afterMs - visiting.calledWithinMs - 1);
    promiseVisit(deps, "a");
    expect(kept).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(2);
    for (let calls = 0; calls < 3; calls += 1) promiseVisit(deps, "a");
    await vi.advanceTimersByTimeAsync(visiting.calledWithinMs);
    expect(kept).toHaveLength(1);
    promiseVisit(deps, "a");
    await pass(1);
    expect(kept).toHaveLength(2);
  });

  it("never throws, and comes again when it is promised anew, where the pool cannot be asked", async () => {
    const { deps, kept, work } = stand([new Error("The release before does not know this.")]);
    promiseVisit(deps, "a");
    await pass(1);
    await Promise.all(work);
    promiseVisit(deps, "a");
    await pass(1);
    expect(kept).toHaveLength(2);
  });

  it("is not thought to come where the request that promised it was ended before: who calls later comes himself", async () => {
    const { deps, kept } = stand([false]);
    promiseVisit({ ...deps, keepAlive: () => {} }, "a");
    // What goes on behind an answer is ended after 30 s: its timers never fire.
    vi.clearAllTimers();
    vi.advanceTimersByTime(60_000);
    promiseVisit(deps, "a");
    await pass(1);
    expect(kept).toHaveLength(1);
  });
});
