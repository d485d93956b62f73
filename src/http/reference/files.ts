import { operations } from "../table.ts";
import { makeErrorPage } from "./errors-page.ts";
import { makeLlmsText, makeOpenApi } from "./openapi.ts";
import { standIn } from "./stand-in.ts";

/** Returns, by file name, what describes the API and is the same for every deployment but for its address: made once, beside the Worker (scripts/make-reference.mjs). */
export function makeReferenceFiles(version: string): Record<string, string> {
  const edition = { publicUrl: standIn, version };
  return {
    "openapi.json": JSON.stringify(makeOpenApi(operations, edition)),
    "openapi-v4.json": JSON.stringify(
      makeOpenApi(
        operations.filter(({ base }) => base === "v4"),
        edition,
      ),
    ),
    "llms.txt": makeLlmsText(operations, edition),
    "errors.html": makeErrorPage(operations),
  };
}
