import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleWorkerOnce, inAscii } from "../../scripts/bundle.mjs";
import { evaluatedFirst } from "../../scripts/sizes.mjs";
import { operations } from "../../src/http/table.ts";

/** Evaluates the Worker as an isolate does that starts, and prints what it made of what costs more than its line shows. */
const evaluate = `
import { registerHooks } from "node:module";
const runtime = "export class DurableObject {}; export class WorkerEntrypoint {}; export const waitUntil = () => {};";
registerHooks({
  resolve: (name, context, next) =>
    name === "cloudflare:workers" ? { url: "data:text/javascript," + runtime, shortCircuit: true } : next(name, context),
});
const made = { loaded: [] };
registerHooks({
  load: (url, context, next) => {
    made.loaded.push(url.split("/").at(-1));
    return next(url, context);
  },
});
for (const name of ["Segmenter", "DateTimeFormat", "DisplayNames", "NumberFormat", "Collator"]) {
  Intl[name] = new Proxy(Intl[name], {
    construct: (target, given) => {
      made[name] = (made[name] ?? 0) + 1;
      return new target(...given);
    },
  });
}
await import("./index.js");
console.log(JSON.stringify(made));
`;

let folder: string;
let modules: { name: string; code: string }[];
beforeAll(async () => {
  modules = await bundleWorkerOnce(process.cwd());
  folder = mkdtempSync(join(tmpdir(), "trunkline-cold-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const { name, code } of modules) writeFileSync(join(folder, name), code);
  writeFileSync(join(folder, "evaluate.js"), evaluate);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("a cold start", () => {
  test("reads one byte a character", () => {
    expect(modules.filter(({ code }) => /[\u0080-\uffff]/.test(code))).toEqual([]);
  });

  test("evaluates no API, none of its operations and nothing of the protocol for agents, and reads none of the languages' rules", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "evaluate.js")]);
    const { loaded, ...made } = JSON.parse(stdout) as { loaded: string[] };
    expect(made).toEqual({});
    const evaluated = modules.filter(({ name }) => loaded.includes(name));
    const later = modules.filter(({ name }) => !loaded.includes(name)).map(({ name }) => name);
    expect(later.toSorted()).toEqual(["admin.part.js", "mcp.part.js", "v2.part.js", "v4.part.js"]);
    expect(evaluatedFirst(modules)).toEqual(expect.arrayContaining(evaluated));
    const code = evaluated.map(({ code }) => code).join("");
    expect(operations.filter(({ id }) => id !== "getHealth" && code.includes(`id:\`${id}\``))).toEqual([]);
    expect(modules.filter(({ code }) => code.includes("id:`getMe`")).map(({ name }) => name)).toContain("v2.part.js");
  });
});

describe("a program is written in ASCII", () => {
  test("and says the same", async () => {
    const said = 'export default ["“”😀", `…é`, /[“”]/.test("”"), /^.$/u.test("😀"), "\\\\n"]';
    const written = inAscii(said);
    expect(written).not.toMatch(/[\u0080-\uffff]/);
    const load = (program: string) => import(`data:text/javascript,${encodeURIComponent(program)}`);
    expect((await load(written)).default).toEqual((await load(said)).default);
  });

  test("but not where an escape would say something else", () => {
    expect(() => inAscii('"\\…"')).toThrow("cannot be written in ASCII");
    expect(() => inAscii("String.raw`…`")).toThrow("cannot be written in ASCII");
  });
});
