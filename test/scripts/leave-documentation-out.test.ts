import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bundleWorkerOnce } from "../../scripts/bundle.mjs";
import { leaveDocumentationOut } from "../../scripts/leave-documentation-out.mjs";
import { tools } from "../../src/http/mcp/tools.ts";
import { operations } from "../../src/http/table.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "trunkline-documentation-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const contract = `
  import * as z from "zod";
  const Shown = z.object({ made: z.string().optional() }).meta({ id: "Shown" });
  const name: z.ZodString = z.string().min(1).meta({ description: "What it is called." }).max(9);
  export const ask = defineOperation({
    id: "ask", summary: "Ask", description: "Of " + "it.",
    query: z.object({ name }), answers: { 200: { description: "It.", schema: Shown } } });`;

/** Bundles a contract, and a file that uses it, as the Worker is bundled. */
async function bundle(user: string): Promise<string> {
  const folder = join(root, "src", "http", "v2");
  for (const [name, text] of Object.entries({ "contract.ts": contract, "routes.ts": user })) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const built = await rolldown({
    input: join(folder, "routes.ts"),
    external: ["zod"],
    logLevel: "silent",
    treeshake: { manualPureFunctions: ["z"] },
    plugins: [leaveDocumentationOut(root)],
  });
  const { output } = await built.generate({ comments: false });
  return output[0].code.replaceAll(/\s+/g, " ");
}

describe("the Worker is bundled without what only the API's document shows:", () => {
  test("an operation's words and answers go, with the schemas that only those name, and what validates stays", async () => {
    const code = await bundle('import { ask } from "./contract.ts"; serve(ask.query);');
    expect(code).toContain("const name = z.string().min(1).max(9);");
    expect(code).toContain('defineOperation({ id: "ask", query: z.object({ name }) })');
    expect(code).not.toMatch(/summary|description|answers|Shown|meta\(/);
  });

  test("the build fails where an operation's answers are read", async () => {
    const built = bundle('import { ask } from "./contract.ts"; serve(ask.answers);');
    await expect(built).rejects.toThrow("src/http/v2/routes.ts reads what the Worker leaves out of an operation");
  });

  test("no operation's description is in the Worker, and every tool's is", async () => {
    const code = JSON.stringify(await bundleWorkerOnce(process.cwd()));
    const described = operations.filter(({ description = "" }) => description.length > 40);
    expect(described.length).toBeGreaterThan(50);
    expect(described.filter(({ description = "" }) => code.includes(description))).toEqual([]);
    // A tool's text may be put together: its first words are not.
    const firstWords = tools.map(({ description }) => description.slice(0, 12));
    expect(firstWords.filter((words) => !code.includes(words))).toEqual([]);
  });
});
