import type { Context, Hono } from "hono";
import type { Edge } from "../edge.ts";
import { basePaths } from "../operation.ts";
import { operations } from "../table.ts";
import { makeDocsPage } from "./docs-page.ts";
import { makeErrorPage } from "./errors-page.ts";
import { makeLlmsText, makeOpenApi } from "./openapi.ts";

/** Where Scalar's script lies among the static files (scripts/make-assets.mjs). */
const scriptPath = "/reference/scalar.js";

/** The page shows what its own origin serves and may ask nothing of any other. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Registers what describes the API: the OpenAPI document, its page, the errors' page, and a summary for language models; each is made once. */
export function mountReference(app: Hono<Edge>, version: string): void {
  const edition = (c: Context<Edge>) => ({ publicUrl: c.get("deps").publicUrl, version });
  const openApi = once((c: Context<Edge>) => JSON.stringify(makeOpenApi(operations, edition(c))));
  const llms = once((c: Context<Edge>) => makeLlmsText(operations, edition(c)));
  const errors = once(() => makeErrorPage(operations));
  for (const path of ["/openapi.json", `${basePaths.v2}/openapi.json`]) {
    app.get(path, (c) => c.body(openApi(c), 200, { "Content-Type": "application/json" }));
  }
  app.get("/llms.txt", (c) => c.text(llms(c)));
  app.get("/errors", (c) => {
    secure(c);
    return c.html(errors(c));
  });
  app.get("/docs", (c) => {
    secure(c);
    return c.html(makeDocsPage(scriptPath));
  });
}

function secure(c: Context<Edge>): void {
  c.header("Content-Security-Policy", pagePolicy);
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "no-referrer");
}

/** The public URL is a setting, the same for every request of this isolate. */
function once<T>(make: (c: Context<Edge>) => T): (c: Context<Edge>) => T {
  let made: { value: T } | null = null;
  return (c) => {
    made ??= { value: make(c) };
    return made.value;
  };
}
