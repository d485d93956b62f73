import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes the some 500 processes that a run starts (gateways, wrangler, npm, commands) cheaper, and what they do stays the same: Node keeps what it has compiled
 * beside the other temporary files until the run ends, and a machine's own certificates, of which each runtime is given two copies, stay out, for no test
 * leaves the machine.
 */
export function startLeanProcesses(): void {
  delete process.env.NODE_EXTRA_CA_CERTS;
  if (process.env.NODE_COMPILE_CACHE !== undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "trunkline-compiled-"));
  process.env.NODE_COMPILE_CACHE = folder;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}
