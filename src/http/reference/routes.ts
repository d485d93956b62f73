import type { Context, Hono } from "hono";
import { needAddress } from "../../flows/addresses.ts";
import type { Edge } from "../edge.ts";
import { failureResponse } from "../errors.ts";
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

/** Registers what describes the API: the OpenAPI document, its page, the errors' page, and a summary for language models; each is made once for each address. */
export function mountReference(app: Hono<Edge>, version: string): void {
  const openApi = once((publicUrl) => JSON.stringify(makeOpenApi(operations, { publicUrl, version })));
  const llms = once((publicUrl) => makeLlmsText(operations, { publicUrl, version }));
  const errors = once(() => makeErrorPage(operations));
  for (const path of ["/openapi.json", `${basePaths.v2}/openapi.json`]) {
    app.get(path, (c) =>
      withAddress(c, (publicUrl) => c.body(openApi(publicUrl), 200, { "Content-Type": "application/json" })),
    );
  }
  app.get("/llms.txt", (c) => withAddress(c, (publicUrl) => c.text(llms(publicUrl))));
  app.get("/errors", (c) => {
    secure(c);
    return c.html(errors(""));
  });
  app.get("/docs", (c) =>
    withAddress(c, () => {
      secure(c);
      return c.html(makeDocsPage(scriptPath));
    }),
  );
}

/** What names our address to its readers stays shut while none is known; the errors, which that answer refers to, stay open. */
async function withAddress(c: Context<Edge>, show: (publicUrl: string) => Response): Promise<Response> {
  const address = await needAddress(c.get("deps"));
  return address.ok ? show(address.value) : failureResponse(c, address.failure);
}

function secure(c: Context<Edge>): void {
  c.header("Content-Security-Policy", pagePolicy);
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "no-referrer");
}

/** Keeps what was made for the address that was asked for last. */
function once<T>(make: (publicUrl: string) => T): (publicUrl: string) => T {
  let made: { publicUrl: string; value: T } | null = null;
  return (publicUrl) => {
    if (made?.publicUrl !== publicUrl) made = { publicUrl, value: make(publicUrl) };
    return made.value;
  };
}
