import { afterEach, expect, it, vi } from "vitest";
import { NumberPool } from "../../../src/pool/number-pool.ts";
import { recordRelease } from "../../support/workers/release-story.ts";

afterEach(() => vi.useRealTimers());

it("the story that each release is recorded by meets every method of a key's object", { timeout: 60_000 }, async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  const recording = await recordRelease();
  const met = new Set(recording.calls.map(({ method }) => method));
  const methods = Object.getOwnPropertyNames(NumberPool.prototype).filter(
    (name) => !/^(constructor|alarm)$/.test(name),
  );
  expect(methods.filter((name) => !met.has(name))).toEqual([]);
  console.info(`RECORDED ${JSON.stringify(recording)}`);
});
