// Prints the modules of the Worker as it is deployed, as JSON: npx node scripts/make-worker.mjs [root]. A process of its own, for the bundler's memory is given back when it ends.
import { resolve } from "node:path";
import { bundleWorker } from "./bundle.mjs";

process.stdout.write(JSON.stringify(await bundleWorker(resolve(process.argv[2] ?? "."))));
