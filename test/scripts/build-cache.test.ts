import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashSources, keepBuilt } from "../../scripts/build-cache.mjs";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "trunkline-cache-"));
  mkdirSync(join(root, "src", "inner"), { recursive: true });
  writeFileSync(join(root, "src", "inner", "one.ts"), "export const one = 1;");
  writeFileSync(join(root, "settings.toml"), "minify = true");
});
afterEach(() => rmSync(root, { recursive: true }));

const hashNow = () => hashSources(root, ["src", "settings.toml"]);

describe("the hash of sources", () => {
  test.each([
    ["a source's text", () => writeFileSync(join(root, "src", "inner", "one.ts"), "export const one = 2;")],
    ["a source more", () => writeFileSync(join(root, "src", "two.json"), "{}")],
    ["a source's name", () => writeFileSync(join(root, "src", "one.ts"), "")],
    ["a file that is named by itself", () => writeFileSync(join(root, "settings.toml"), "minify = false")],
  ])("changes with %s", (_, change) => {
    const before = hashNow();
    expect(hashNow()).toBe(before);
    change();
    expect(hashNow()).not.toBe(before);
  });

  test("does not change with what is no source", () => {
    const before = hashNow();
    writeFileSync(join(root, "src", "notes.swp"), "draft");
    expect(hashNow()).toBe(before);
  });

  test("refuses a source that is not there", () => {
    expect(() => hashSources(root, ["gone.toml"])).toThrow("ENOENT");
  });
});

describe("what was built", () => {
  const names = () => readdirSync(join(root, "dist", "cache", "worker"));
  const build = (hash: string, text: string) => keepBuilt(root, "worker", hash, async () => text);

  test("is built once for a hash, and only the newest is kept", async () => {
    expect([await build("a", "first"), await build("a", "never"), await build("b", "second")]).toEqual([
      "first",
      "first",
      "second",
    ]);
    expect(names()).toEqual(["b"]);
  });

  test("is not kept where building failed", async () => {
    const failing = keepBuilt(root, "worker", "a", () => Promise.reject(new Error("no such module")));
    await expect(failing).rejects.toThrow("no such module");
    expect(await build("a", "whole")).toBe("whole");
  });

  test("is never read half: what a kill left half-written is passed over", async () => {
    mkdirSync(join(root, "dist", "cache", "worker"), { recursive: true });
    writeFileSync(join(root, "dist", "cache", "worker", "a.4711"), "ha");
    expect(await build("a", "whole")).toBe("whole");
  });
});
