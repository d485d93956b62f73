import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";
import { basePaths } from "../../src/http/operation.ts";
import { makeOpenApi } from "../../src/http/reference/openapi.ts";
import { operations } from "../../src/http/table.ts";

/** What becomes of each base path: its file in src/sdk, and the name of the type of all its calls. */
export const wires = {
  v2: { file: "wire.ts", calls: "Calls", said: "v2" },
  admin: { file: "admin-wire.ts", calls: "AdminCalls", said: "admin" },
};

/**
 * Returns the source of a file of `wires`: a type for every named schema of that API, what each call takes and answers, and its method and path. Calls that
 * carry files or lines instead of JSON are left out.
 */
export async function makeWire(base) {
  const { file, calls: name, said } = wires[base];
  const calls = operations.filter((call) => call.base === base && isJson(call));
  const { components, paths } = makeOpenApi(calls, { publicUrl: "", version: "" });
  const described = calls.map((call) => describeCall(call, paths[basePaths[base] + call.path][call.method]));
  const schema = {
    title: name,
    description: "What each call takes, and what it answers when it succeeds.",
    ...objectOf(Object.fromEntries(described.map(({ id, schema }) => [id, schema]))),
    components,
  };
  const source = await compile(openUp(schema), name, {
    additionalProperties: false,
    bannerComment: "// Made from the table of operations by `npm run sdk:types`.",
    declareExternallyReferenced: true,
    enableConstEnums: false,
    format: false,
    maxItems: -1,
    unknownAny: true,
    unreachableDefinitions: false,
  });
  const routes = described.map(({ id, route }) => `  ${id}: ${JSON.stringify(route)},`);
  const table = `/** Method and path of each call, below the base path of the ${said} API. */\nexport const routes = {\n${routes.join("\n")}\n} as const;\n`;
  return format(`${source}\n${table}`, file);
}

function isJson({ multipart, file, answers, tags }) {
  const answersJson = Object.values(answers).every(({ media }) => media === undefined);
  return multipart === undefined && file === undefined && answersJson && !tags.includes("Moving");
}

function describeCall({ id, method, path }, documented) {
  const parameters = documented.parameters ?? [];
  const parts = {
    params: parametersAt(parameters, "path"),
    query: parametersAt(parameters, "query"),
    headers: parametersAt(parameters, "header"),
    body: documented.requestBody?.content["application/json"].schema ?? null,
  };
  const answers = Object.entries(documented.responses).filter(([status]) => status.startsWith("2"));
  const schemas = answers.map(([, answer]) => answer.content["application/json"].schema);
  const distinct = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
  const answer = distinct.length === 1 ? distinct[0] : { anyOf: distinct };
  const given = Object.entries(parts).filter(([, part]) => part !== null);
  return {
    id,
    route: [method.toUpperCase(), path],
    schema: objectOf({ ...Object.fromEntries(given), answer }, [...given.map(([name]) => name), "answer"]),
  };
}

function parametersAt(parameters, place) {
  const found = parameters.filter((parameter) => parameter.in === place);
  if (found.length === 0) return null;
  const properties = found.map(({ name, description, schema }) => [
    name,
    description === undefined || "$ref" in schema ? schema : { description, ...schema },
  ]);
  const required = found.filter((parameter) => parameter.required).map(({ name }) => name);
  return { type: "object", properties: Object.fromEntries(properties), required, additionalProperties: false };
}

function objectOf(properties, required = Object.keys(properties)) {
  return { type: "object", properties, required, additionalProperties: false };
}

/** Leaves out bounds and lengths, which types cannot say, and the names of keys, which the generator does not read; an object of which nothing is known may hold anything. */
function openUp(schema) {
  if (Array.isArray(schema)) return schema.map(openUp);
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(([key]) => !["minItems", "maxItems", "propertyNames"].includes(key));
  const opened = Object.fromEntries(kept.map(([key, inner]) => [key, openUp(inner)]));
  const isBlank =
    schema.type === "object" &&
    Object.keys(schema.properties ?? {}).length + Number("additionalProperties" in schema) === 0;
  return isBlank ? { ...opened, additionalProperties: true } : opened;
}

function format(source, file) {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const biome = fileURLToPath(new URL("../../node_modules/.bin/biome", import.meta.url));
  const run = spawnSync(biome, ["format", `--stdin-file-path=src/sdk/${file}`], {
    cwd: root,
    input: source,
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}
