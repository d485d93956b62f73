// Makes clients from our OpenAPI document with the two generators most in use, and compiles them as a strict stranger would: npm run clients
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeReference } from "./make-reference.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "trunkline-clients-"));
const tool = (name) => join(scratch, "node_modules/.bin", name);
const compilers = { "TypeScript 7": join(root, "node_modules/.bin/tsc"), "TypeScript 5": tool("tsc") };

const strict = { strict: true, noUncheckedIndexedAccess: true, skipLibCheck: false, noEmit: true };
const place = {
  module: "esnext",
  moduleResolution: "bundler",
  target: "es2022",
  lib: ["es2023", "dom", "dom.iterable"],
  types: [],
};

const path = { chatId: "+15551234567" };
const generators = [
  {
    name: "openapi-typescript",
    make: [tool("openapi-typescript"), "openapi.json", "-o", "openapi-typescript/schema.ts"],
    use: (body) => `
      import createClient from "openapi-fetch";
      import type { paths } from "./schema.js";
      const client = createClient<paths>({ baseUrl: "http://127.0.0.1:8787" });
      const { data, error } = await client.POST("/v2/api/chats/{chatId}/messages", {
        params: { path: ${JSON.stringify(path)} }, body: ${body},
      });
      export const id: string | undefined = data?.message_id;
      export const code: string | undefined = error?.code;`,
  },
  {
    name: "@hey-api/openapi-ts",
    make: [tool("openapi-ts"), "-i", "openapi.json", "-o", "hey-api", "--no-log-file"],
    use: (body) => `
      import { sendMessage } from "./index.js";
      const { data, error } = await sendMessage({ path: ${JSON.stringify(path)}, body: ${body} });
      export const id: string | undefined = data?.message_id;
      export const code: string | undefined = error?.code;`,
  },
];

function run(name, [command, ...args]) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: scratch, encoding: "utf8" });
  return { name, passed: status === 0, said: `${stdout}${stderr}${error?.message ?? ""}` };
}

/** Compiles a generator's client with one use of it; a wrong use must be refused, and nothing else. */
function compile(compiler, { name, make, use }, body, wanted) {
  const folder = join(scratch, make[make.indexOf("-o") + 1].split("/")[0]);
  writeFileSync(join(folder, "use.ts"), use(body));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...strict, ...place } }));
  const { passed, said } = run("", [compilers[compiler], "-p", folder]);
  const complaints = said.split("\n").filter((line) => line.includes("error TS"));
  const refused = complaints.length > 0 && complaints.every((line) => line.includes("use.ts"));
  return {
    name: `${name} under ${compiler}: ${wanted ? "compiles" : "refuses a wrong type in a body"}`,
    passed: wanted ? passed : refused,
    said,
  };
}

function* steps() {
  yield run("npm ci of scripts/clients", ["npm", "ci", "--ignore-scripts", "--no-audit"]);
  for (const generator of generators) {
    yield run(`${generator.name} makes a client`, generator.make);
    for (const compiler of Object.keys(compilers)) {
      yield compile(compiler, generator, '{ text: "Hi", metadata: { order: 7 } }', true);
      yield compile(compiler, generator, '{ text: "Hi", attachments: 7 }', false);
    }
  }
}

await makeReference(root);
for (const file of [
  "assets/reference/openapi.json",
  "scripts/clients/package.json",
  "scripts/clients/package-lock.json",
  ".npmrc",
]) {
  copyFileSync(join(root, file), join(scratch, basename(file)));
}
process.exitCode = 0;
for (const { name, passed, said } of steps()) {
  console.log(`${passed ? "ok    " : "FAILED"} ${name}`);
  if (passed) continue;
  console.log(said);
  process.exitCode = 1;
  break;
}
rmSync(scratch, { recursive: true, force: true });
