import { setTimeout as pause } from "node:timers/promises";
import { roll } from "./dice.mjs";

/** Where nothing has been asked or written for so long after the clients were done, nothing will: a product that is broken may never get as far as the next kill. */
const patienceMs = 10_000;

/**
 * Kills the runtime at even parts of the way, and every third time once more in its first moments; resolves after the last of them. When `clients` have ended and the way
 * stalls, the kills that are left come one after another.
 */
export async function killOften(
  world,
  { messages, inbound, campaign = 0, kills },
  log,
  clients,
  stalledMs = patienceMs,
) {
  const whole = messages * (1 + inbound) + campaign;
  const wayOf = () => world.creates.length + log.inbound.filter(({ answers }) => answers.length > 0).length;
  const watch = { done: false, way: wayOf(), movedAt: Date.now() };
  const stop = () => (watch.done = true);
  clients.then(stop, stop);
  const isStalled = () => {
    const way = wayOf();
    if (way !== watch.way || !watch.done) Object.assign(watch, { way, movedAt: Date.now() });
    return Date.now() - watch.movedAt > stalledMs;
  };
  for (let number = 1; number <= kills; number += 1) {
    while (wayOf() < (number * whole) / (kills + 1) && !isStalled()) await pause(20);
    await pause(roll(world.seed, `kill ${number}`) * 200);
    await world.kill(number % 3 === 2 ? roll(world.seed, `again ${number}`) * 100 : null);
  }
}
