// Writes src/sdk/wire.ts, what the API takes and gives, from the table of operations. Needs Node 24, which reads TypeScript.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeWire } from "./sdk/make-wire.mjs";

writeFileSync(fileURLToPath(new URL("../src/sdk/wire.ts", import.meta.url)), await makeWire());
