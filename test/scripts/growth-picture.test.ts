import { expect, test } from "vitest";
import { drawGrowth } from "../../scripts/bench/svg.mjs";

test("the picture of growth shows each point with its figures, larger ones higher", () => {
  const svg = drawGrowth([
    { held: 1_000, micros: 100 },
    { held: 10_000, micros: 120 },
    { held: 100_000, micros: 90 },
  ]);
  for (const text of [">1,000<", ">10,000<", ">100,000<", ">100<", ">120<", ">90<"]) expect(svg).toContain(text);
  const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  const [first = 0, second = 0, third = 0] = heights;
  expect(second).toBeLessThan(first);
  expect(first).toBeLessThan(third);
});
