// Writes docs/errors.md from the list of failures and the table of operations. Needs Node 24, which reads TypeScript.
import { writeFileSync } from "node:fs";
import { makeErrorDocs } from "../src/http/reference/errors-page.ts";
import { operations } from "../src/http/table.ts";

writeFileSync(new URL("../docs/errors.md", import.meta.url), makeErrorDocs(operations));
