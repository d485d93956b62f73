import { expect, test } from "vitest";
import { killOften } from "../../scripts/chaos/kills.mjs";

const plan = { messages: 10, inbound: 0, kills: 3 };

/** A world in which a kill is noted, with how many calls had come by then. */
function worldOf(calls: number) {
  const kills: number[] = [];
  const creates = Array.from({ length: calls }, () => ({}));
  return { seed: 7, creates, kills, kill: async () => void kills.push(creates.length) };
}

test("the kills that are left come all the same when the clients are done and the way stalls", async () => {
  const world = worldOf(4);
  await killOften(world, plan, { inbound: [] }, Promise.resolve(), 0);
  expect(world.kills).toEqual([4, 4, 4]);
});

test("as long as there are clients, a kill waits for its part of the way", async () => {
  const world = worldOf(4);
  const { promise: clients, resolve: end } = Promise.withResolvers<void>();
  const killing = killOften(world, plan, { inbound: [] }, clients, 0);
  for (let call = 4; call < 10; call += 1) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    world.creates.push({});
  }
  await killing;
  end();
  expect(world.kills).toHaveLength(3);
  expect(world.kills.every((calls, index) => calls >= ((index + 1) * plan.messages) / (plan.kills + 1))).toBe(true);
});
