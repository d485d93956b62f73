import { join } from "node:path";

/** Returns a plugin by which the Worker knows how each of the tools for agents is described, and needs not find it out: `describeTool` is asked before. */
export function describeTools(root) {
  const place = (name) => join(root, "src", "http", "mcp", name);
  return {
    name: "describe-tools",
    load: {
      filter: { id: /\/src\/http\/mcp\/described\.ts$/ },
      async handler() {
        const { tools, describeTool } = await loadTools(place);
        const described = Object.fromEntries(tools.map((tool) => [tool.name, describeTool(tool)]));
        return {
          code: `const described = ${JSON.stringify(described)};\nexport const describeTool = ({ name }) => described[name];`,
          moduleType: "js",
        };
      },
    },
  };
}

async function loadTools(place) {
  const entry = place("all.mjs");
  const exports = ["tools", "described"].map((name) => `export * from ${JSON.stringify(place(`${name}.ts`))};`);
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({
    input: entry,
    platform: "node",
    logLevel: "silent",
    plugins: [
      {
        name: "all",
        resolveId: (id) => (id === entry ? entry : null),
        load: (id) => (id === entry ? exports.join("\n") : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: "esm", codeSplitting: false });
  await bundle.close();
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`);
}
