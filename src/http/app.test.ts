import { describe, expect, it } from "vitest";
import type { Deps } from "../flows/deps.ts";
import { makeApp } from "./app.ts";
import { operations } from "./contract/table.ts";
import { fullPath } from "./operation.ts";

/** Paths that are pages, files or other people's callbacks, and so no calls of the API. */
const pages = ["/openapi.json", "/llms.txt", "/errors", "/docs"];

describe("the inventory", () => {
  // Nothing is called, so nothing of what the stories need is ever touched.
  const app = makeApp({ ok: true, deps: {} as Deps, adminToken: "x", version: "0.0.0" }, () => {});
  const routes = app.routes
    .filter(({ method, path }) => method !== "ALL" && !path.startsWith("/twilio/") && !pages.includes(path))
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
  const table = operations.map((operation) => `${operation.method.toUpperCase()} ${fullPath(operation)}`);

  it("routes every operation of the table and nothing beside it", () => {
    expect(routes.toSorted()).toEqual(table.toSorted());
  });

  it("gives every route once", () => {
    expect(new Set(routes).size).toBe(routes.length);
  });
});
