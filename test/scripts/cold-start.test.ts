import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleWorkerOnce, inAscii } from "../../scripts/bundle.mjs";

/** Evaluates the Worker as an isolate does that starts, and prints what it made of what costs more than its line shows. */
const evaluate = `
import { registerHooks } from "node:module";
const runtime = "export class DurableObject {}; export class WorkerEntrypoint {}; export const waitUntil = () => {};";
registerHooks({
  resolve: (name, context, next) =>
    name === "cloudflare:workers" ? { url: "data:text/javascript," + runtime, shortCircuit: true } : next(name, context),
});
const made = {};
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
let code: string;
beforeAll(async () => {
  code = await bundleWorkerOnce(process.cwd());
  folder = mkdtempSync(join(tmpdir(), "trunkline-cold-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "index.js"), code);
  writeFileSync(join(folder, "evaluate.js"), evaluate);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("a cold start", () => {
  test("reads one byte a character", () => {
    expect(/[\u0080-\uffff]/.exec(code)).toBeNull();
  });

  test("reads none of the languages' rules", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "evaluate.js")]);
    expect(JSON.parse(stdout)).toEqual({});
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
