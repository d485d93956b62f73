import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { operations } from "../http/table.ts";

/** Serves `virtual:operations`: method and path of each admin call by its id, so that the app carries no schema and repeats no path. */
function operationPaths(): Plugin {
  const id = "virtual:operations";
  const calls = operations.filter(({ base }) => base === "admin");
  const table = Object.fromEntries(calls.map((call) => [call.id, [call.method.toUpperCase(), call.path]]));
  return {
    name: "operation-paths",
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) => (source === `\0${id}` ? `export const paths = ${JSON.stringify(table)};` : undefined),
  };
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/dashboard/",
  plugins: [operationPaths(), react()],
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
