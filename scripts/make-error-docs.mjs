// Writes docs/errors.md from the list of failures and the table of operations. Needs Node 24, which reads TypeScript.
import { writeFileSync } from "node:fs";
import { operations } from "../src/http/contract/table.ts";
import { makeErrorDocs } from "../src/http/docs-page.ts";

writeFileSync(new URL("../docs/errors.md", import.meta.url), makeErrorDocs(operations));
