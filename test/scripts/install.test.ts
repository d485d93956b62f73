import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trunkline-install-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function npm(...args: string[]): { code: number | null; said: string; complained: string } {
  const environment = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const { status, stdout, stderr } = spawnSync("npm", args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...Object.fromEntries(environment), CI: "true" },
  });
  return { code: status, said: stdout, complained: stderr };
}

function writePackage(path: string, fields: object): void {
  mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, path, "package.json"), JSON.stringify({ version: "1.0.0", ...fields }));
}

/** A project with one dependency that asks for a Node which nobody has yet, as ours do on Node 20. */
function makeProject(): void {
  writePackage("tool", { name: "tool", engines: { node: ">=99" } });
  npm("pack", "./tool", "--silent");
  writePackage(".", { name: "project", dependencies: { tool: "file:tool-1.0.0.tgz" } });
  npm("install", "--package-lock-only", "--silent");
}

const useOurs = () => copyFileSync(".npmrc", join(folder, ".npmrc"));

describe("npm ci with this repository's .npmrc", () => {
  it("says nothing about a package that asks for a newer Node than npm's own", () => {
    makeProject();
    expect(npm("ci").complained).toContain("EBADENGINE");
    useOurs();
    expect(npm("ci")).toEqual({ code: 0, said: expect.stringContaining("added 1 package"), complained: "" });
  });

  it("shows errors", () => {
    makeProject();
    useOurs();
    writePackage(".", { name: "project", dependencies: { tool: "2.0.0" } });
    const { code, complained } = npm("ci", "--offline");
    expect(code).not.toBe(0);
    expect(complained).toContain("npm error code");
  });
});
