import { describe, expect, it } from "vitest";
import type { Deps } from "../../../src/flows/deps.ts";
import { makeDoor } from "../../../src/http/app.ts";
import { type Base, basePaths, fullPath } from "../../../src/http/operation.ts";
import { operations } from "../../../src/http/table.ts";

/** Pages, links, media and Twilio's callbacks: what stands here is no call of the API, and its list is kept by hand on purpose. */
const beside = [
  "GET /openapi.json",
  "GET /v2/api/openapi.json",
  "GET /v4/openapi.json",
  "GET /llms.txt",
  "GET /errors",
  "GET /docs",
  "GET /l/:code",
  "GET /media/:accountId/:messageSid/:mediaSid/:name",
  "POST /mcp",
  "POST /bluebubbles/:accountId/:secret",
  "GET /",
  "POST /app/session",
  "GET /app/session",
  "DELETE /app/session",
  "GET /app/*",
];

describe("the inventory", async () => {
  // Nothing is called, so nothing of what the stories need is ever touched.
  const setup = { ok: true, deps: {} as Deps, adminToken: "x", version: "0.0.0" } as const;
  const whole = { fetch: () => new Response() };
  const doors = Object.keys(basePaths).map((base) =>
    makeDoor(base as Base, setup, { write: () => {}, share: 1 }, whole),
  );
  const routes = (await Promise.all(doors))
    .flatMap((door) => door.routes)
    .filter(
      ({ method, path }) => method !== "ALL" && !path.startsWith("/twilio/") && !beside.includes(`${method} ${path}`),
    )
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
  const table = operations.map((operation) => `${operation.method.toUpperCase()} ${fullPath(operation)}`);

  it("routes every operation of the table and nothing beside it", () => {
    expect(routes.toSorted()).toEqual(table.toSorted());
  });

  it("gives every route once", () => {
    expect(new Set(routes).size).toBe(routes.length);
  });
});
