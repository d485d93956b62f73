import type { Hono } from "hono";
import { operations } from "./contract/table.ts";
import { makeErrorPage } from "./docs-page.ts";
import type { Edge } from "./edge.ts";
import { makeLlmsText, makeOpenApi } from "./openapi.ts";

/** Registers what describes the API: the OpenAPI document, the errors' page, and a summary for language models. */
export function mountReference(app: Hono<Edge>, version: string): void {
  app.get("/openapi.json", (c) => c.json(makeOpenApi(operations, { publicUrl: c.get("deps").publicUrl, version })));
  app.get("/llms.txt", (c) => c.text(makeLlmsText(operations, { publicUrl: c.get("deps").publicUrl, version })));
  app.get("/errors", (c) => c.html(makeErrorPage(operations)));
}
