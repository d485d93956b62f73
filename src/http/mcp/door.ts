import { type Context, Hono } from "hono";
import { hideNumericId } from "../../domain/discreet.ts";
import { fail } from "../../domain/failure.ts";
import { askPool } from "../../flows/ask-pool.ts";
import type { Deps } from "../../flows/deps.ts";
import { jsonBodyLimit, readBytes } from "../body.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../edge.ts";
import { failureResponse } from "../errors.ts";
import { basePaths } from "../operation.ts";

import { readAnswer, type World } from "./tool.ts";

/** How the door calls the API it stands beside: as a client would, without leaving the Worker. */
type Api = (request: Request, c: Context<Edge>) => Response | Promise<Response>;

/**
 * Returns the door for agents: the Model Context Protocol over Streamable HTTP, stateless, revision 2026-07-28 and those before it, with an API key as Bearer.
 * A browser's page gets in only from our own origin (the specification's guard against DNS rebinding).
 */
export function mcpDoor(api: Api, version: string): Hono<Edge> {
  const router = new Hono<Edge>();
  router.post("/", async (c) => {
    const origin = c.req.header("Origin");
    if (origin !== undefined && !(await isOwnOrigin(c.get("deps"), origin))) {
      return failureResponse(c, fail("forbidden", `Pages of ${origin} may not use these tools.`).failure);
    }
    const allowed = await apiKeyGuard(c);
    if (!allowed.ok) return failureResponse(c, allowed.failure);
    const world = await enter(c, api);
    if (!world.ok) return failureResponse(c, world.failure);
    const body = await readBytes(c.req.raw, jsonBodyLimit);
    if (!body.ok) return failureResponse(c, body.failure);
    const { log } = c.get("deps");
    // Loaded when a client first comes: no callback and no send waits for the protocol's schemas.
    const { serveMcp } = await import("./server.ts");
    return serveMcp(c.req.raw, body.value, world.value, version, (call) =>
      log({
        event: "tool_call",
        request_id: hideNumericId(c.get("requestId")),
        api_key_id: world.value.key.keyId,
        ...call,
      }),
    );
  });
  router.all("/", (c) => {
    c.header("Allow", "POST");
    return failureResponse(c, fail("method_not_allowed", "MCP clients POST here; there is no stream to GET.").failure);
  });
  return router;
}

/** A browser says its origin, a program does not: only then the directory may have to be asked. */
async function isOwnOrigin({ addresses }: Deps, origin: string): Promise<boolean> {
  const { current } = await addresses.read();
  return current !== null && origin === new URL(current).origin;
}

async function enter(c: Context<Edge>, api: Api) {
  const deps = c.get("deps");
  const credential = credentialOf(c);
  const key = await askPool(deps, credential.keyId, (pool) => pool.authenticate(credential));
  if (!key.ok) return key;
  const authorization = c.req.header("Authorization") ?? "";
  const world: World = {
    key: key.value,
    credential,
    api: async (method, path, { body, headers } = {}) => {
      const request = new Request(new URL(`${basePaths.v2}${path}`, c.req.url), {
        method,
        headers: { Authorization: authorization, "Content-Type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return readAnswer(await api(request, c));
    },
    pool: (question) => askPool(deps, credential.keyId, question),
    now: deps.now,
    pause: (ms) => scheduler.wait(ms),
  };
  return { ok: true as const, value: world };
}
