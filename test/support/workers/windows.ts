import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { listBegun } from "../../../src/directory/begun.ts";
import { openDatabase } from "../../../src/directory/database.ts";
import { listBehind } from "../../../src/directory/key-versions.ts";
import { listLobbiesBehind } from "../../../src/directory/lobbies.ts";
import { listHalfImported, listNumbers } from "../../../src/directory/numbers.ts";
import type { Deps } from "../../../src/flows/deps.ts";
import worker from "../../../src/index.ts";
import { Cut, cutAt, freshDeps, type Moment, type Way } from "./cut.ts";

/** What a flow starts from. `turn` counts how often it was begun on this ground, so that each time it changes something. */
export type AnyGround = { organizationId: string; turn: number };

/** A flow that changes two places: what it starts from, how it is begun (and begun again), and what must hold. */
export type Window<Ground> = {
  flow: string;
  /** The flow leaves what cannot be brought back: each cut has ground of its own. */
  needsFreshGround?: true;
  /** Brings the ground to where the flow starts, also where an earlier turn has gone through it. */
  before?: (ground: Ground) => Promise<unknown>;
  run: (deps: Deps, ground: Ground) => Promise<unknown>;
  /** The call after which the watchdog must bring the flow to its end without being asked; "D1 insert begun" where it makes that. */
  promisedBy?: string;
  /** What holds after the watchdog's first round, wherever everything ended. */
  watched?: (ground: Ground) => Promise<void>;
  /** What holds in the end. */
  done: (ground: Ground) => Promise<void>;
};

const callsAtMost = 80;
const roundsBeforeAll = 5;

/** One flow on its way through all its cuts; `whole` is the way it went when nothing was cut. */
type Lane<Ground> = { window: Window<Ground>; ground: Ground; whole: Way | null; moments: Moment[] };
type Turn<Ground> = { lane: Lane<Ground>; moment: Moment | null; way: Way; where: string };

/**
 * Cuts each flow at each of its calls, before and after it: then the watchdog runs once, as at a start, and the flow is asked for again. The flows stand on grounds
 * of their own and go side by side: of each one a cut, one round of the watchdog for all of them, and so on.
 */
export async function driveCuts<Ground extends AnyGround>(
  makeGround: () => Promise<Ground>,
  windows: readonly Window<Ground>[],
): Promise<void> {
  const lanes: Lane<Ground>[] = [];
  for (const window of windows) lanes.push({ window, ground: await makeGround(), whole: null, moments: [] });
  for (let round = 0; round < roundsBeforeAll; round += 1) await watchOnce();
  let open = lanes;
  while (open.length > 0) {
    const turns = await Promise.all(open.map((lane) => begin(lane, makeGround)));
    await holding(turns.map(({ where }) => where).join("; "), async () => {
      await watchOnce();
      await nothingIsHalf();
    });
    await each(turns, lookAfterTheRound);
    await each(turns, askAgain);
    await nothingIsHalf();
    await each(turns, lookInTheEnd);
    open = lanes.filter(({ whole, moments }) => whole === null || moments.length > 0);
  }
}

async function watchOnce(): Promise<void> {
  await worker.scheduled(createScheduledController(), env);
}

async function each<Ground>(
  turns: readonly Turn<Ground>[],
  look: (turn: Turn<Ground>) => Promise<void>,
): Promise<void> {
  await Promise.all(turns.map((turn) => holding(turn.where, () => look(turn))));
}

/** Begins a flow, and ends everything at its next moment; the first time, nothing. */
async function begin<Ground extends AnyGround>(
  lane: Lane<Ground>,
  makeGround: () => Promise<Ground>,
): Promise<Turn<Ground>> {
  const { window, whole } = lane;
  const moment = lane.moments.shift() ?? null;
  if (window.needsFreshGround === true && whole !== null) lane.ground = await makeGround();
  lane.ground.turn += 1;
  await window.before?.(lane.ground);
  const way = cutAt(moment);
  const ended = await window.run(way.deps, lane.ground).then(
    () => null,
    (error: unknown) => error,
  );
  await way.over();
  if (ended !== null && !isCut(ended)) throw ended;
  if (whole === null) return { lane, moment, way, where: await openLane(lane, way) };
  const nth = moment?.nth ?? 0;
  // Each time the same flow: no cut falls beside the way that the first one went. What goes side by side may come in another order.
  expect(surplus(way.calls.slice(0, nth), whole.calls), `${window.flow} until call ${nth}`).toEqual([]);
  return { lane, moment, way, where: `${window.flow} cut ${moment?.when} ${way.calls[nth - 1]} (call ${nth})` };
}

/** Returns the calls that are not among those of the whole way. */
function surplus(calls: readonly string[], whole: readonly string[]): string[] {
  const left = [...whole];
  return calls.filter((call) => {
    const at = left.indexOf(call);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

/** A call that never took effect is the one before it, its answer unseen; but not where it began beside that one. */
async function openLane<Ground>(lane: Lane<Ground>, way: Way): Promise<string> {
  expect(way.calls.length).toBeGreaterThan(1);
  expect(way.calls.length).toBeLessThan(callsAtMost);
  lane.whole = way;
  lane.moments = way.calls.flatMap((_, index): Moment[] => {
    const after: Moment = { nth: index + 1, when: "after" };
    return index === 0 || way.beside.has(index + 1) ? [{ nth: index + 1, when: "before" }, after] : [after];
  });
  return `${lane.window.flow} cut nowhere`;
}

async function lookAfterTheRound<Ground extends AnyGround>({ lane, moment, way }: Turn<Ground>): Promise<void> {
  const { window, ground } = lane;
  await poolsHoldTheirNumbers(ground.organizationId);
  await window.watched?.(ground);
  if (isPromised(way.calls, moment, window.promisedBy)) await window.done(ground);
}

async function askAgain<Ground>({ lane, moment }: Turn<Ground>): Promise<void> {
  if (moment !== null) await lane.window.run(freshDeps(), lane.ground);
}

async function lookInTheEnd<Ground extends AnyGround>({ lane: { window, ground } }: Turn<Ground>): Promise<void> {
  await poolsHoldTheirNumbers(ground.organizationId);
  await window.done(ground);
}

/** Says whether the directory knew, before everything ended, that the flow had begun. */
function isPromised(calls: readonly string[], moment: Moment | null, by = "D1 insert begun"): boolean {
  const at = calls.indexOf(by) + 1;
  return at > 0 && (moment === null || moment.nth > at || (moment.nth === at && moment.when === "after"));
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

const db = openDatabase(env.DB);

/** Every pool has the directory's last word, and nothing is half done. */
async function nothingIsHalf(): Promise<void> {
  const [keys, lobbies, imports, begun] = await Promise.all([
    listBehind(db, 100),
    listLobbiesBehind(db, 100),
    listHalfImported(db, 100),
    listBegun(db, 100),
  ]);
  expect({ keys, lobbies, imports, begun }).toEqual({ keys: [], lobbies: [], imports: [], begun: [] });
}

/** Every pool of an organization holds the numbers that the directory names. */
async function poolsHoldTheirNumbers(organizationId: string): Promise<void> {
  const keys = await env.DB.prepare("SELECT id FROM api_keys WHERE organization_id = ?")
    .bind(organizationId)
    .all<{ id: string }>();
  const compared = keys.results.map(async ({ id }) => {
    const [named, held] = await Promise.all([listNumbers(db, { apiKeyId: id }), freshDeps().pool(id).numberStats()]);
    const addresses = named.map(({ address }) => address).sort();
    expect(held.map(({ phoneNumber }) => phoneNumber).sort(), `numbers of ${id}`).toEqual(addresses);
  });
  await Promise.all(compared);
}
