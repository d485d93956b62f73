import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { operations } from "../http/table.ts";
import { readSamples } from "./parts/webhooks/read-samples.ts";

/** Serves a module whose one value is known when the app is built. */
function serve(id: string, name: string, value: unknown): Plugin {
  return {
    name: id,
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) => (source === `\0${id}` ? `export const ${name} = ${JSON.stringify(value)};` : undefined),
  };
}

/** Method and path of each admin call by its id, so that the app carries no schema and repeats no path. */
function operationPaths() {
  const calls = operations.filter(({ base }) => base === "admin");
  return Object.fromEntries(calls.map((call) => [call.id, [call.method.toUpperCase(), call.path]]));
}

const webhookGuide = readFileSync(new URL("../../docs/webhooks.md", import.meta.url), "utf8");

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/dashboard/",
  plugins: [
    serve("virtual:operations", "paths", operationPaths()),
    serve("virtual:verify-samples", "samples", readSamples(webhookGuide)),
    react(),
  ],
  build: {
    outDir: "../../assets/dashboard",
    assetsDir: "",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } },
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
  },
});
