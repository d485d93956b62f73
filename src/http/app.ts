import { type Context, Hono, type Next } from "hono";
import { fail } from "../domain/failure.ts";
import { hopHeader } from "../domain/webhook-signature.ts";
import type { Deps } from "../flows/deps.ts";
import { appDoor } from "./doors/app.ts";
import { bellDoor } from "./doors/bell.ts";
import { frontDoor } from "./doors/front.ts";
import { linkDoor } from "./doors/links.ts";
import { mediaRouter } from "./doors/media.ts";
import { setupPage } from "./doors/setup-page.ts";
import { twilioDoor } from "./doors/twilio.ts";
import type { Edge } from "./edge.ts";
import { failureResponse, notFound, onError } from "./errors.ts";
import { getHealth } from "./health.ts";
import { mcpDoor } from "./mcp/door.ts";
import { mount } from "./mount.ts";
import { type Base, basePaths, type Operation } from "./operation.ts";
import { readPath } from "./read-path.ts";
import { mountDocument, mountReference } from "./reference/routes.ts";
import { nameAndLog, type RequestLog } from "./request-log.ts";

/** A webhook that leads here by a name that is not known as ours is stopped at its first step. */
const looped = "This is a webhook of this gateway: its URL leads back to it.";

/** What the Worker gives the edge: the stories' needs, or the names of the settings that are missing. */
export type Setup =
  | { ok: true; deps: Deps; adminToken: string; version: string }
  | { ok: false; missing: string[]; faults?: string[]; version: string };

/** An API as its module gives it. */
type Api = { operations: readonly Operation[]; makeRouter: (deps: Deps) => Hono<Edge> };

/** Each is loaded when it is first called: a callback, a batch of the queue and an object that wakes wait for none of their schemas and routes. */
const apis: Record<Exclude<Base, "root">, () => Promise<Api>> = {
  v2: () => import("./v2/api.ts"),
  v4: () => import("./v4/api.ts"),
  admin: () => import("./admin/api.ts"),
};
const apiBases = Object.keys(apis) as Exclude<Base, "root">[];

/** What answers requests. */
export type App = Pick<Hono<Edge>, "fetch">;

/** Returns the HTTP side of the gateway. Without its secrets nothing is open: every call answers 503 with what is missing. */
export function makeApp(setup: Setup, log: RequestLog): App {
  if (!setup.ok) return makeShut(setup, log);
  const made = new Map<Base, Hono<Edge>>();
  const app: App = {
    fetch(request, env, ctx) {
      const base = baseOf(readPath(request));
      const known = made.get(base);
      if (known !== undefined) return known.fetch(request, env, ctx);
      return makeDoor(base, setup, log, app).then((door) => {
        made.set(base, door);
        return door.fetch(request, env, ctx);
      });
    },
  };
  return app;
}

function baseOf(path: string): Base {
  return apiBases.find((base) => path === basePaths[base] || path.startsWith(`${basePaths[base]}/`)) ?? "root";
}

function makeBare(log: RequestLog): Hono<Edge> {
  const app = new Hono<Edge>({ getPath: readPath });
  app.use(nameAndLog(log));
  app.onError(onError(log.write));
  return app;
}

function makeShut({ missing, faults }: Extract<Setup, { ok: false }>, log: RequestLog): App {
  const message = `The gateway is not set up: ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing or not valid. ${faults?.join(" ") ?? "Set it as a secret of the Worker."}`;
  return makeBare(log).all(
    "*",
    (c) => setupPage(c, missing) ?? failureResponse(c, fail("setup_incomplete", message, { missing }).failure),
  );
}

/** Returns what answers below a base: its API, or at the root all that is none. `whole` is the app that it is part of. */
export async function makeDoor(base: Base, setup: Extract<Setup, { ok: true }>, log: RequestLog, whole: App) {
  const app = makeBare(log);
  app.use(async function setUp(c, next) {
    c.set("deps", setup.deps);
    c.set("adminToken", setup.adminToken);
    c.set("publicUrl", setup.deps.addresses.known().current ?? "");
    c.set("credential", null);
    c.set("sessionSeen", false);
    c.set("poolAsked", false);
    c.set("homeCountry", null);
    c.set("holdsLines", false);
    if (c.req.header(hopHeader) !== undefined) return failureResponse(c, fail("forbidden", looped).failure);
    await next();
  });
  app.notFound(notFound(listOperations));
  if (base === "root") return mountRoot(app, setup, whole);
  const { makeRouter } = await apis[base]();
  app.use(`${basePaths[base]}/*`, neverStore);
  app.route(basePaths[base], makeRouter(setup.deps));
  return mountDocument(app, base);
}

function mountRoot(app: Hono<Edge>, { version }: Setup, whole: App): Hono<Edge> {
  for (const path of ["/twilio", "/bluebubbles", "/mcp", "/l", "/media"]) app.use(`${path}/*`, neverStore);
  mount(app, getHealth, ({ reply }) => reply(200, { status: "ok", version }));
  app.route("/twilio", twilioDoor());
  app.route("/bluebubbles", bellDoor());
  app.get("/", frontDoor);
  app.route("/app", appDoor(version));
  app.route("/l", linkDoor());
  app.route("/media", mediaRouter());
  app.route(
    "/mcp",
    mcpDoor((request, c) => whole.fetch(request, c.env, c.executionCtx), version),
  );
  return mountReference(app);
}

/** Every operation there is, for whoever asks for none of them. */
async function listOperations(): Promise<readonly Operation[]> {
  const loaded = await Promise.all(apiBases.map((base) => apis[base]()));
  return [...loaded.flatMap(({ operations }) => operations), getHealth];
}

/** Answers of the API name people or hold secrets: nobody on the way keeps them, unless the route itself has said otherwise. */
async function neverStore(c: Context, next: Next): Promise<void> {
  // Before the answer is made it costs nothing; one that is made already is made anew for it, as a stream.
  c.header("Cache-Control", "no-store");
  await next();
  if (c.res.headers.get("Cache-Control") === null) c.header("Cache-Control", "no-store");
}
