import { readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";

const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as Record<
  "dependencies" | "devDependencies",
  Record<string, string>
>;

describe("the packages of the project's card", () => {
  test("have exact versions, like every other", () => {
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/.test(version))).toEqual([]);
  });

  test("validate at the edge: what the router hands to a handler has been through zValidator, and a plain send in front of it through the same schemas", () => {
    expect(dependencies).toHaveProperty(["@hono/zod-validator"]);
    expect(readFileSync("src/http/validate.ts", "utf8")).toContain('import { zValidator } from "@hono/zod-validator"');
    expect(readFileSync("src/http/mount.ts", "utf8")).not.toMatch(/safeParse|\.parse\(/);
    expect(readFileSync("src/http/doors/sends.ts", "utf8")).not.toMatch(/safeParse|\.parse\(/);
    expect(readFileSync("src/http/v2/plain-send.ts", "utf8")).not.toMatch(/safeParse|\.parse\(/);
  });

  test("type the runtime: what wrangler generates is the bindings alone", () => {
    expect(devDependencies).toHaveProperty(["@cloudflare/workers-types"]);
    expect(statSync("worker-configuration.d.ts").size).toBeLessThan(10_000);
  });
});
