import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** Writes what describes the API (OpenAPI document, errors' page, summary) into `assets/reference`, from the table of operations. */
export async function makeReference(root) {
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
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const folder = join(root, "assets", "reference");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(makeReferenceFiles(version))) {
    // Whoever reads the file meanwhile sees the old one or the new one, never a half.
    const half = join(folder, `.${name}.${process.pid}`);
    writeFileSync(half, text);
    renameSync(half, join(folder, name));
  }
}
