import type { Context, Hono } from "hono";
import { needAddress } from "../../flows/addresses.ts";
import type { Edge } from "../edge.ts";
import { failureResponse } from "../errors.ts";
import { type Base, basePaths } from "../operation.ts";
import { makeDocsPage } from "./docs-page.ts";
import { standIn } from "./stand-in.ts";

/** Where Scalar's script lies among the static files (scripts/make-assets.mjs). */
const scriptPath = "/reference/scalar.js";

/** The page shows what its own origin serves and may ask nothing of any other. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Registers the document of the API at a base, a file beside the Worker. The admin API stands in the root's. */
export function mountDocument(app: Hono<Edge>, base: Base): Hono<Edge> {
  if (base === "admin") return app;
  const file = base === "v4" ? "/reference/openapi-v4.json" : "/reference/openapi.json";
  return app.get(`${basePaths[base]}/openapi.json`, (c) =>
    withAddress(c, async (publicUrl) =>
      c.body(await readFile(c, file, publicUrl), 200, { "Content-Type": "application/json" }),
    ),
  );
}

/** Registers what describes the API at its root: the OpenAPI document, its page, the errors' page, and a summary for language models. All but the page are files beside the Worker. */
export function mountReference(app: Hono<Edge>): Hono<Edge> {
  mountDocument(app, "root");
  app.get("/llms.txt", (c) =>
    withAddress(c, async (publicUrl) => c.text(await readFile(c, "/reference/llms.txt", publicUrl))),
  );
  app.get("/errors", async (c) => {
    secure(c);
    return c.html(await readFile(c, "/reference/errors", ""));
  });
  app.get("/docs", (c) =>
    withAddress(c, () => {
      secure(c);
      return c.html(makeDocsPage(scriptPath));
    }),
  );
  return app;
}

/** What names our address to its readers stays shut while none is known; the errors, which that answer refers to, stay open. */
async function withAddress(
  c: Context<Edge>,
  show: (publicUrl: string) => Response | Promise<Response>,
): Promise<Response> {
  const address = await needAddress(c.get("deps"));
  return address.ok ? show(address.value) : failureResponse(c, address.failure);
}

/** A file as this deployment's own: its address stands where the files have none. */
async function readFile(c: Context<Edge>, path: string, publicUrl: string): Promise<string> {
  const file = await c.get("deps").readAsset(path);
  if (!file.ok) throw new Error(`${path} is not among the static files: it is made by scripts/make-assets.mjs.`);
  const address = publicUrl.replace(/\/+$/, "");
  return (await file.text()).replaceAll(`"${standIn}"`, `"${address || "/"}"`).replaceAll(standIn, address);
}

function secure(c: Context<Edge>): void {
  c.header("Content-Security-Policy", pagePolicy);
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "no-referrer");
}
