import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { hashSources, replaceFile } from "./build-cache.mjs";

const sources = ["src", "package.json", "package-lock.json", "scripts/make-reference.mjs"];

/** Writes what describes the API (OpenAPI document, errors' page, summary) into `assets/reference`, from the table of operations, unless what stands there was made from the same sources. */
export async function makeReference(root) {
  const folder = join(root, "assets", "reference");
  const mark = join(folder, ".built");
  const hash = hashSources(root, sources);
  if (existsSync(mark) && readFileSync(mark, "utf8") === hash) return;
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const files = await describeApi(root, version);
  for (const [name, text] of Object.entries(files)) replaceFile(join(folder, name), text);
  replaceFile(mark, hash);
}

async function describeApi(root, version) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["src/http/reference/files.ts"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "silent",
  });
  const source = Buffer.from(outputFiles[0].text).toString("base64");
  const { makeReferenceFiles } = await import(`data:text/javascript;base64,${source}`);
  return makeReferenceFiles(version);
}
