// Prints the Worker as it is deployed: npx node scripts/make-worker.mjs [root]. A process of its own, for the bundler's memory is given back when it ends.
import { resolve } from "node:path";
import { bundleWorker } from "./bundle.mjs";

process.stdout.write(await bundleWorker(resolve(process.argv[2] ?? ".")));
