import { expect, test } from "vitest";
import { Instant } from "./instant.tsx";

test("the first hour of a day is hour 00, with seconds and without", () => {
  const at = new Date(2026, 0, 1, 0, 5, 7).getTime();
  const shown = (precise: boolean) => Instant({ at, withDay: false, precise }).props.children;
  expect([shown(true), shown(false)]).toEqual(["00:05:07", "00:05"]);
});
