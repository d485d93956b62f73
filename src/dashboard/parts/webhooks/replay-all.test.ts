import { describe, expect, it } from "vitest";
import { type Part, type Replayed, replayAll } from "./replay-all.ts";

const busy = new Error("busy");
function run(answers: (Part | Error)[], stopAfter = Number.POSITIVE_INFINITY) {
  const asked: number[] = [];
  const waits: number[] = [];
  const seen: Replayed[] = [];
  const ended = replayAll(1, {
    ask: async (since) => {
      asked.push(since);
      const answer = answers.shift();
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("asked too often");
      return answer;
    },
    isBusy: (error) => error === busy,
    wait: async (ms) => {
      waits.push(ms);
    },
    onProgress: (so) => seen.push(so),
    isStopped: () => asked.length >= stopAfter,
  });
  return { ended, asked, waits, seen };
}

describe("a replay of a long time", () => {
  it("goes on from where each call ended, once its events have left", async () => {
    const { ended, asked, waits, seen } = run([
      { replayed: 500, next_since: 70, note: "older ones are left out" },
      { replayed: 30, next_since: null, note: null },
    ]);
    await ended;
    expect(asked).toEqual([1, 70]);
    expect(waits).toEqual([50_000]);
    expect(seen.at(-1)).toEqual({
      replayed: 530,
      upTo: null,
      waitMs: 0,
      note: "older ones are left out",
      isOver: true,
    });
  });

  it("waits while another replay is under way, and counts nothing twice", async () => {
    const { ended, asked, seen } = run([busy, { replayed: 2, next_since: null, note: null }]);
    await ended;
    expect(asked).toEqual([1, 1]);
    expect(seen.at(-1)?.replayed).toBe(2);
  });

  it("ends where it is stopped, and where a call fails", async () => {
    const stopped = run([{ replayed: 5, next_since: 9, note: null }], 1);
    await stopped.ended;
    expect(stopped.seen).toHaveLength(1);
    expect(stopped.seen[0]?.isOver).toBe(false);
    await expect(run([new Error("paused")]).ended).rejects.toThrow("paused");
  });
});
