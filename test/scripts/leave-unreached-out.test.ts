import { rolldown } from "rolldown";
import { describe, expect, test } from "vitest";
import { leaveUnreachedOut } from "../../scripts/leave-unreached-out.mjs";

const relations = "/node_modules/drizzle-orm/relations.js";
const dialect = "/node_modules/drizzle-orm/sqlite-core/dialect.js";

/** Bundles what a program imports from the library's module, of which `text` is the source. */
async function bundle(program: string, text: string, library = relations): Promise<Record<string, () => unknown>> {
  const files: Record<string, string> = { "/program.js": program, [library]: text };
  const built = await rolldown({
    input: "/program.js",
    logLevel: "silent",
    plugins: [
      { name: "files", resolveId: (id) => (id in files ? id : null), load: (id) => files[id] ?? null },
      { ...leaveUnreachedOut(), buildEnd: () => {} },
    ],
  });
  const { output } = await built.generate();
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}

describe("what no part of the Worker reaches of a library", () => {
  test("is a function that says so to whoever reaches it, however it is written, and the rest stays", async () => {
    const { one, two, three } = await bundle(
      `export * from "${relations}";`,
      "function one() { return 1; } export const two = () => 2; export class three {} export { one };",
    );
    expect(() => one?.()).toThrow("left out of the Worker");
    expect(() => two?.()).toThrow("left out of the Worker");
    expect(String(three)).toContain("class");
  });

  test("is a method that says so, beside those that stay", async () => {
    const text = "export class one { buildRelationalQuery() { return 1; } stays() { return 2; } }";
    const { one: One } = await bundle(`export * from "${dialect}";`, text, dialect);
    const made = new (One as unknown as new () => Record<string, () => unknown>)();
    expect(() => made.buildRelationalQuery?.()).toThrow("left out of the Worker");
    expect(made.stays?.()).toBe(2);
    const gone = bundle(`export * from "${dialect}";`, "export class one { stays() {} }", dialect);
    await expect(gone).rejects.toThrow("no longer has what scripts/leave-unreached-out.mjs leaves out");
  });

  test("fails the build where the library has changed so that nothing of it would be left out", async () => {
    const built = bundle(`export * from "${relations}";`, "export class three {}");
    await expect(built).rejects.toThrow("no longer has what scripts/leave-unreached-out.mjs leaves out");
  });

  test("fails the build where the library's file is no part of the bundle", async () => {
    const built = rolldown({
      input: "/empty.js",
      logLevel: "silent",
      plugins: [{ name: "empty", resolveId: (id) => id, load: () => "" }, leaveUnreachedOut()],
    }).then((one) => one.generate());
    await expect(built).rejects.toThrow("No part of the bundle");
  });
});
