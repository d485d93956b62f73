import { type Context, Hono, type Next } from "hono";
import { fail, ok } from "../domain/failure.ts";
import { readConversationId } from "../domain/phone.ts";
import { hopHeader } from "../domain/webhook-signature.ts";
import { askPool } from "../flows/ask-pool.ts";
import type { Deps } from "../flows/deps.ts";
import { fitsDirectory } from "../flows/directory-shape.ts";
import { ensureDefaultOrganization } from "../flows/keys/organizations.ts";
import { mountAdmin } from "./admin/mount-admin.ts";
import { getHealth } from "./admin/status/contract.ts";
import { appDoor } from "./doors/app.ts";
import { bellDoor } from "./doors/bell.ts";
import { frontDoor } from "./doors/front.ts";
import { linkDoor } from "./doors/links.ts";
import { mediaRouter } from "./doors/media.ts";
import { setupPage } from "./doors/setup-page.ts";
import { twilioDoor } from "./doors/twilio.ts";
import { adminGuard, apiKeyGuard, credentialOf, type Edge } from "./edge.ts";
import { failureResponse, notFound, onError } from "./errors.ts";
import { mcpDoor } from "./mcp/door.ts";
import { mount } from "./mount.ts";
import { basePaths } from "./operation.ts";
import { readPath } from "./read-path.ts";
import { mountReference } from "./reference/routes.ts";
import { nameAndLog, type RequestLog } from "./request-log.ts";
import { operations } from "./table.ts";
import { mountCampaigns } from "./v2/campaigns/routes.ts";
import { mountChatCalls } from "./v2/chats/line-routes.ts";
import { mountChats } from "./v2/chats/routes.ts";
import { mountContacts } from "./v2/contacts/routes.ts";
import { mountEvents } from "./v2/events/routes.ts";
import { mountGroups } from "./v2/groups/routes.ts";
import { mountMe } from "./v2/me/routes.ts";
import { mountMessages } from "./v2/messages/routes.ts";
import { mountNearby } from "./v2/nearby/routes.ts";
import { mountPhoneNumbers } from "./v2/phone-numbers/routes.ts";
import { mountUnsupported } from "./v2/unsupported.ts";
import { mountWebhooks } from "./v2/webhooks/routes.ts";
import { mountV4 } from "./v4/mount-v4.ts";

/** A webhook that leads here by a name that is not known as ours is stopped at its first step. */
const looped = "This is a webhook of this gateway: its URL leads back to it.";

/** What the Worker gives the edge: the stories' needs, or the names of the settings that are missing. */
export type Setup =
  | { ok: true; deps: Deps; adminToken: string; version: string }
  | { ok: false; missing: string[]; faults?: string[]; version: string };

/** Returns the HTTP side of the gateway. Without its secrets nothing is open: every call answers 503 with what is missing. */
export function makeApp(setup: Setup, log: RequestLog): Hono<Edge> {
  const app = new Hono<Edge>({ getPath: readPath });
  app.use(nameAndLog(log));
  app.onError(onError(log.write));
  if (!setup.ok) {
    const message = `The gateway is not set up: ${setup.missing.join(" and ")} ${setup.missing.length === 1 ? "is" : "are"} missing or not valid. ${setup.faults?.join(" ") ?? "Set it as a secret of the Worker."}`;
    const { missing } = setup;
    app.all(
      "*",
      (c) => setupPage(c, missing) ?? failureResponse(c, fail("setup_incomplete", message, { missing }).failure),
    );
    return app;
  }
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
  for (const base of [basePaths.v2, basePaths.v4, basePaths.admin, "/twilio", "/bluebubbles", "/mcp", "/l", "/media"])
    app.use(`${base}/*`, neverStore);
  mount(app, getHealth, ({ reply }) => reply(200, { status: "ok", version: setup.version }));
  app.route(basePaths.v2, v2Router());
  app.route(basePaths.v4, v4Router());
  app.route(basePaths.admin, adminRouter(setup.deps));
  app.route("/twilio", twilioDoor());
  app.route("/bluebubbles", bellDoor());
  app.get("/", frontDoor);
  app.route("/app", appDoor(setup.version));
  app.route("/l", linkDoor());
  app.route("/media", mediaRouter());
  app.route(
    "/mcp",
    mcpDoor((request, c) => app.fetch(request, c.env, c.executionCtx), setup.version),
  );
  mountReference(app);
  app.notFound(notFound(operations));
  return app;
}

function v2Router(): Hono<Edge> {
  const router = new Hono<Edge>();
  // A key's own webhooks are the one thing that v2 writes into the directory.
  router.use("/webhooks/*", needFittingDirectory);
  mountMessages(router);
  mountChats(router);
  mountMe(router);
  mountCampaigns(router);
  mountContacts(router);
  mountPhoneNumbers(router);
  mountWebhooks(router);
  mountEvents(router);
  mountChatCalls(router);
  mountGroups(router);
  mountNearby(router);
  mountUnsupported(router, {
    authenticate: async (c) => {
      const allowed = await apiKeyGuard(c);
      if (!allowed.ok) return allowed;
      const credential = credentialOf(c);
      const key = await askPool(c.get("deps"), credential.keyId, (pool) => pool.authenticate(credential));
      if (key.ok) {
        c.set("homeCountry", key.value.organization.countryCode);
        c.set("holdsLines", key.value.protocol === "blooio");
      }
      return key;
    },
    readChatId: (chatId, c) => readConversationId(chatId, c.get("homeCountry"), c.get("holdsLines")),
    holdsLines: (c) => c.get("holdsLines"),
  });
  return router;
}

function v4Router(): Hono<Edge> {
  const router = new Hono<Edge>();
  router.use("/webhooks/*", needFittingDirectory);
  mountV4(router, operations);
  return router;
}

function adminRouter(deps: Deps): Hono<Edge> {
  const router = new Hono<Edge>();
  let ensured: Promise<void> | null = null;
  router.use(async function ensureDefaults(c, next) {
    const allowed = await adminGuard(c);
    if (!allowed.ok) return failureResponse(c, allowed.failure);
    if (c.req.path.endsWith("/status")) return next();
    const fits = await fitsDirectory(deps);
    if (!fits.ok) return failureResponse(c, fits.failure);
    ensured ??= ensureDefaultOrganization(deps).catch((error: unknown) => {
      ensured = null;
      throw error;
    });
    await ensured;
    return next();
  });
  mountAdmin(router);
  return router;
}

async function needFittingDirectory(c: Context<Edge>, next: Next): Promise<Response | undefined> {
  const fits = c.req.method === "GET" ? ok(null) : await fitsDirectory(c.get("deps"));
  if (!fits.ok) return failureResponse(c, fits.failure);
  await next();
  return undefined;
}

/** Answers of the API name people or hold secrets: nobody on the way keeps them, unless the route itself has said otherwise. */
async function neverStore(c: Context, next: Next): Promise<void> {
  // Before the answer is made it costs nothing; one that is made already is made anew for it, as a stream.
  c.header("Cache-Control", "no-store");
  await next();
  if (c.res.headers.get("Cache-Control") === null) c.header("Cache-Control", "no-store");
}
