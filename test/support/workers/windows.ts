import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { listBehind } from "../../../src/directory/api-keys.ts";
import { openDatabase } from "../../../src/directory/database.ts";
import { listLobbiesBehind } from "../../../src/directory/lobbies.ts";
import { listHalfImported, listNumbers } from "../../../src/directory/numbers.ts";
import type { Deps } from "../../../src/flows/deps.ts";
import worker from "../../../src/index.ts";
import { Cut, cutAt, freshDeps, type Moment } from "./cut.ts";

/** A flow that changes two places: what it starts from, how it is begun (and begun again), and what must hold. */
export type Window<Ground> = {
  flow: string;
  before?: (ground: Ground) => Promise<unknown>;
  run: (deps: Deps, ground: Ground) => Promise<unknown>;
  /** What holds after the watchdog's first round, wherever everything ended; `before` was the state until the cut. */
  watched?: (ground: Ground) => Promise<void>;
  /** What holds after it was asked for again. */
  done: (ground: Ground) => Promise<void>;
};

const callsAtMost = 80;

/** Cuts a flow at each of its calls, before and after it, each time on fresh ground: then the watchdog runs once, as at a start, and the flow is asked for again. Returns the calls it makes when nothing is cut. */
export async function driveCuts<Ground extends { organizationId: string }>(
  makeGround: () => Promise<Ground>,
  window: Window<Ground>,
): Promise<string[]> {
  const calls = await drive(makeGround, window, null);
  expect(calls.length).toBeGreaterThan(1);
  expect(calls.length).toBeLessThan(callsAtMost);
  for (let nth = 1; nth <= calls.length; nth += 1) {
    if (nth === 1) await drive(makeGround, window, { nth, when: "before" });
    // A call that never took effect is the one before it, its answer unseen.
    await drive(makeGround, window, { nth, when: "after" });
  }
  return calls;
}

async function drive<Ground extends { organizationId: string }>(
  makeGround: () => Promise<Ground>,
  window: Window<Ground>,
  moment: Moment | null,
): Promise<string[]> {
  const ground = await makeGround();
  await window.before?.(ground);
  const { deps, calls } = cutAt(moment);
  const ended = await window.run(deps, ground).then(
    () => null,
    (error: unknown) => error,
  );
  if (ended !== null && !isCut(ended)) throw ended;
  const where = `${window.flow} cut ${moment === null ? "nowhere" : `${moment.when} ${calls.at(-1)} (call ${moment.nth})`}`;
  await holding(where, async () => {
    await worker.scheduled(createScheduledController(), env);
    await agree(ground.organizationId);
    await window.watched?.(ground);
    if (moment !== null) await window.run(freshDeps(), ground);
    await agree(ground.organizationId);
    await window.done(ground);
  });
  return calls;
}

/** Drizzle wraps what its driver throws. */
function isCut(error: unknown): boolean {
  return error instanceof Cut || (error instanceof Error && error.cause !== undefined && isCut(error.cause));
}

async function holding(where: string, look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The directory and what it speaks to say the same: every pool has its last word and holds the numbers that it names, and no import is half. */
async function agree(organizationId: string): Promise<void> {
  const db = openDatabase(env.DB);
  expect(await listBehind(db, 100), "keys behind").toEqual([]);
  expect(await listLobbiesBehind(db, 100), "lobbies behind").toEqual([]);
  expect(await listHalfImported(db, 100), "half imports").toEqual([]);
  const keys = await env.DB.prepare("SELECT id FROM api_keys WHERE organization_id = ?")
    .bind(organizationId)
    .all<{ id: string }>();
  for (const { id } of keys.results) {
    const named = (await listNumbers(db, { apiKeyId: id })).map(({ address }) => address);
    const held = (await freshDeps().pool(id).numberStats()).map(({ phoneNumber }) => phoneNumber);
    expect(held.sort(), `numbers of ${id}`).toEqual(named.sort());
  }
}
