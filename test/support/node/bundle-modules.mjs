// Bundles files below a root into one module, and exports each as `m0`, `m1`, … in their order: node bundle-modules.mjs ROOT TARGET, the files on the standard input,
// one a line. A process of its own, for the bundler's memory is given back when it ends.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { bundleOptions } from "../../../scripts/bundle.mjs";

const [root = "", target = ""] = process.argv.slice(2);
const files = readFileSync(0, "utf8").split("\n");
const named = files.map((file, index) => `export * as m${index} from ${JSON.stringify(`./${file}`)};`);
const entry = join(root, "everything.mjs");
const bundle = await rolldown({
  ...bundleOptions(root),
  input: entry,
  logLevel: "warn",
  plugins: [
    {
      name: "everything",
      resolveId: (id) => (id === entry ? entry : null),
      load: (id) => (id === entry ? named.join("\n") : null),
    },
  ],
});
const { output } = await bundle.generate({ format: "esm", codeSplitting: false });
writeFileSync(target, output[0].code);
