import { afterEach, expect, test, vi } from "vitest";
import { runScript } from "../../scripts/cli/run-script.ts";

afterEach(() => vi.restoreAllMocks());

test("a command that is a script runs under the project's own Node, whatever Node has started the command", async () => {
  vi.spyOn(process, "execPath", "get").mockReturnValue("/nowhere/node-of-before");
  const script = { name: "export", script: "export.mjs", example: "" } as Parameters<typeof runScript>[0];
  expect(await runScript(script, ["--help"], process.cwd())).toBe(0);
});
