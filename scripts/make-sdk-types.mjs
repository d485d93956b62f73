// Writes what the API takes and gives into src/sdk, from the table of operations. Needs Node 24, which reads TypeScript.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeWire, wires } from "./sdk/make-wire.mjs";

for (const [base, { file }] of Object.entries(wires)) {
  writeFileSync(fileURLToPath(new URL(`../src/sdk/${file}`, import.meta.url)), await makeWire(base));
}
