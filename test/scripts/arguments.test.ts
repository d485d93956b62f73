import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

/** Every script that reads options of its own. */
const scripts = ["chaos", "conformance", "demo", "listen"];

function run(script: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [`scripts/${script}.mjs`, ...args]).then(
    (output) => ({ code: 0, ...output }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

describe("a script's options", () => {
  it("are read in one way by every script", () => {
    const own = globSync("scripts/**/*.mjs").filter((file) => readFileSync(file, "utf8").includes("parseArgs"));
    expect(own).toEqual(["scripts/arguments.mjs"]);
  });

  it.each(scripts)("npm run %s names an unknown option and shows the usage", async (script) => {
    const { code, stderr } = await run(script, "--nonsense", "1");
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^Unknown option '--nonsense'\\.\n\nUsage: npm run ${script}`));
    expect(stderr).not.toContain("    at ");
  });

  it.each(scripts)("npm run %s -- --help shows the usage", async (script) => {
    expect(await run(script, "--help")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Usage: npm run ${script}`),
    });
  });
});
