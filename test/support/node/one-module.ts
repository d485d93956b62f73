import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Plugin } from "vite";
import { replaceFile } from "../../../scripts/build-cache.mjs";

/** What runs in a browser or beside the Worker. */
const apart = /^src\/(dashboard|sdk)\/|\.test\.ts$|\.d\.ts$/;
const everything = "everything.mjs";

/** `main` is the Worker's file; `plugin` leads imports of `src/` to the bundle, and by `rules` the runtime loads that as it is. */
type OneModule = { main: string; plugin: Plugin; rules: { type: "ESModule"; include: string[] }[] };

/**
 * Bundles the source into one module below `dist/test`, where the Worker and the tests find the same instances, and returns how they get there.
 * Each test file of the Worker starts a runtime of its own, which asks for its modules one by one: 600 of them take five times as long as the bundle.
 */
export async function bundleSource(root: string): Promise<OneModule> {
  const target = join(root, "dist", "test");
  const found = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).map((file) => join("src", file));
  const files = found.filter((file) => file.endsWith(".ts") && !apart.test(file));
  bundleFiles(root, files, join(target, everything));
  const exported = await readExports(root, files);
  const doors = new Map(files.map((file) => [resolve(root, file), join(target, `${file.slice(0, -3)}.mjs`)]));
  for (const [index, [file, door]] of [...doors].entries()) {
    const names = exported.get(relative(root, file)) ?? [];
    replaceFile(door, describeDoor(relative(dirname(door), join(target, everything)), index, names));
  }
  return {
    main: join(target, "src", "index.mjs"),
    rules: [{ type: "ESModule", include: [`**/dist/test/${everything}`, "**/dist/test/node_modules/**"] }],
    plugin: {
      name: "source-as-one-module",
      enforce: "pre",
      resolveId(id, importer) {
        if (importer === undefined || !id.startsWith(".")) return null;
        return doors.get(resolve(dirname(importer), id)) ?? null;
      },
    },
  };
}

function bundleFiles(root: string, files: readonly string[], target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  const half = `${target}.${process.pid}`;
  const bundler = fileURLToPath(new URL("bundle-modules.mjs", import.meta.url));
  const input = files.join("\n");
  execFileSync(process.execPath, [bundler, root, half], { input, stdio: ["pipe", "inherit", "inherit"] });
  renameSync(half, target);
}

/** Returns the names that each file exports as values. */
async function readExports(root: string, files: readonly string[]): Promise<Map<string, string[]>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...files],
    outdir: "exports",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "error",
  });
  return new Map(Object.values(metafile.outputs).map(({ entryPoint = "", exports }) => [entryPoint, exports]));
}

function describeDoor(path: string, index: number, names: readonly string[]): string {
  const plain = names.filter((name) => name !== "default");
  const lines = [`import { m${index} as all } from ${JSON.stringify(path)};`];
  if (plain.length > 0) lines.push(`export const { ${plain.join(", ")} } = all;`);
  if (plain.length < names.length) lines.push("export default all.default;");
  return `${lines.join("\n")}\n`;
}
