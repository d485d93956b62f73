import { env } from "cloudflare:workers";
import { macCarrier } from "../../../src/carriers/bluebubbles/client.ts";
import type { Fetch } from "../../../src/carriers/exchange.ts";
import { twilioCarrier } from "../../../src/carriers/twilio/client.ts";
import { makeDeps } from "../../../src/deps.ts";
import type { Deps } from "../../../src/flows/deps.ts";
import { readSettings } from "../../../src/settings.ts";

/** What a story that was cut off ends with: nothing after it has any effect, as after the death of its process. */
export class Cut extends Error {}

/** Where everything ends: at the story's n-th call to the outside, before it takes effect or after it, its answer unseen. */
export type Moment = { nth: number; when: "before" | "after" };

/** A story's way out, cut at one moment, and the calls that it made until then; `beside` are those that began while another was under way, by their place. */
export type Way = {
  deps: Deps;
  calls: string[];
  beside: Set<number>;
  /** Resolves when what goes on behind the story's answer has ended too. */
  over: () => Promise<unknown>;
};

/** Returns the dependencies of a fresh process. */
export function freshDeps(): Deps {
  const settings = readSettings(env);
  if (!settings.ok) throw new Error("The settings of the tests are incomplete.");
  return makeDeps(env, settings.value);
}

/** Returns a story's dependencies with every call to D1, an object or the queue and every request to Twilio or a Mac counted, and cut at this moment; null cuts nothing. */
export function cutAt(moment: Moment | null): Way {
  const calls: string[] = [];
  const beside = new Set<number>();
  let ended = false;
  let underWay = 0;
  const step: Step = async (name, act) => {
    if (ended) throw new Cut(name);
    calls.push(name);
    if (underWay > 0) beside.add(calls.length);
    const isHere = calls.length === moment?.nth;
    ended ||= isHere && moment?.when === "before";
    if (ended) throw new Cut(name);
    underWay += 1;
    const answer = await act().finally(() => {
      underWay -= 1;
    });
    ended ||= isHere;
    if (ended) throw new Cut(name);
    return answer;
  };
  const settings = readSettings(env);
  if (!settings.ok) throw new Error("The settings of the tests are incomplete.");
  const cutEnv = { ...env, DB: cutDatabase(env.DB, step) };
  const deps = makeDeps(cutEnv, settings.value);
  const sendLater = deps.send;
  const requests =
    (place: string): Fetch =>
    (url, init) => {
      // What has a name of its own in each world has none here.
      const path = new URL(url).pathname.replace(/[A-Z]{2}[0-9a-f]{32}/g, "…");
      return step(`${place} ${init?.method ?? "GET"} ${path}`, () => fetch(url, init));
    };
  const twilio = twilioCarrier({ fetch: requests("Twilio"), apiUrl: settings.value.twilioApiUrl });
  const openMac = macCarrier({
    fetch: requests("Mac"),
    openFile: () => Promise.reject(new Error("No file is opened here.")),
  });
  const behind: Promise<unknown>[] = [];
  return {
    calls,
    beside,
    over: () => Promise.all(behind),
    deps: {
      ...deps,
      pool: (id) => cutCalls(deps.pool(id), id.startsWith("org_") ? "lobby" : "pool", step),
      sandbox: (id) => cutCalls(deps.sandbox(id), "sandbox", step),
      carrier: (account, login) =>
        account.sandbox ? cutCalls(deps.carrier(account, login), "sandbox", step) : twilio(login),
      mac: openMac,
      send: (errand) => step(`queue ${errand.errand}`, () => sendLater(errand)),
      fetch: (...sent) => step("endpoint POST", () => deps.fetch(...sent)),
      keepAlive: (work) => void behind.push(work),
      log: () => {},
    },
  };
}

type Step = <T>(name: string, act: () => Promise<T>) => Promise<T>;

function cutCalls<T extends object>(target: T, place: string, step: Step): T {
  return new Proxy(target, {
    get(_, name) {
      const method = Reflect.get(target, name) as unknown;
      if (typeof method !== "function") return method;
      return (...args: unknown[]) =>
        step(`${place} ${String(name)}`, async () =>
          (target as Record<PropertyKey, (...given: unknown[]) => unknown>)[name]?.(...args),
        );
    },
  });
}

const whole = new WeakMap<object, D1PreparedStatement>();

function cutDatabase(database: D1Database, step: Step): D1Database {
  return {
    prepare: (query: string) => cutStatement(database.prepare(query), `D1 ${describe(query)}`, step),
    batch: (statements: D1PreparedStatement[]) =>
      step("D1 batch", () => database.batch(statements.map((one) => whole.get(one) ?? one))),
  } as unknown as D1Database;
}

function cutStatement(statement: D1PreparedStatement, name: string, step: Step): D1PreparedStatement {
  const cut = {
    bind: (...values: unknown[]) => cutStatement(statement.bind(...values), name, step),
    all: () => step(name, () => statement.all()),
    run: () => step(name, () => statement.run()),
    first: () => step(name, () => statement.first()),
    raw: () => step(name, () => statement.raw()),
  } as unknown as D1PreparedStatement;
  whole.set(cut, statement);
  return cut;
}

function describe(query: string): string {
  const [verb = ""] = query.trim().split(/\s/, 1);
  const table = /(?:from|into|update)\s+"?(\w+)"?/i.exec(query)?.[1] ?? "";
  return `${verb.toLowerCase()} ${table}`.trim();
}
