/**
 * What the libraries bring that nothing in the Worker reaches, and that a bundler cannot know to be out of reach: by file, functions that are not there, or lines that
 * do nothing for us. Whoever reaches such a function after all is told so by an error.
 */
export const unreached = [
  // How a schema becomes JSON Schema, which zod hangs on every schema: only `describeTool` asks, before the Worker is made (describe-tools.mjs).
  { file: /\/zod\/v4\/core\/json-schema-processors\.js$/, functions: /Processor$|^toJSONSchema$/ },
  { file: /\/zod\/v4\/core\/to-json-schema\.js$/, functions: /^(?!create)/ },
  // Queries over relations: the directory declares none.
  { file: /\/drizzle-orm\/relations\.js$/, functions: /./ },
  // The protocol's and OAuth's schemas: files that only declare, so what nothing validates by goes.
  { file: /\/@modelcontextprotocol\/core\/dist\/(?:schemas|auth)-[\w-]+\.mjs$/, declares: /Schema$/ },
  // A register of the protocol's schemas, for programs that validate by them themselves.
  {
    file: /\/@modelcontextprotocol\/server\/dist\/src-[\w-]+\.mjs$/,
    lines: [
      "for (const key of SPEC_SCHEMA_KEYS) register(key, schemas_exports[key]);",
      "for (const [key, schema] of Object.entries(authSchemas)) register(key, schema);",
    ],
  },
];

/** Returns a plugin that leaves out of a bundle what is `unreached`. The build fails where a library has changed, so that nothing of it can be left out. */
export function leaveUnreachedOut() {
  const missing = new Set(unreached);
  return {
    name: "leave-unreached-out",
    transform: {
      filter: { id: unreached.map(({ file }) => file) },
      handler(code, id) {
        const found = unreached.find(({ file }) => file.test(id));
        const left = leaveOut(found, code, () => this.parse(code));
        if (left === null) this.error(`${id} no longer has what scripts/leave-unreached-out.mjs leaves out of it.`);
        missing.delete(found);
        return { code: left, map: null };
      },
    },
    buildEnd(error) {
      if (error || missing.size === 0) return;
      this.error(`No part of the bundle: ${[...missing].map(({ file }) => file).join(", ")}`);
    },
  };
}

function leaveOut({ lines, declares, functions }, code, parse) {
  if (lines) return withoutLines(code, lines);
  return declares ? declaringOnly(parse(), code, declares) : withoutFunctions(parse(), code, { functions });
}

/** Every constant of the module whose name matches is made by a function of its own that a bundler may leave uncalled. */
function declaringOnly({ body }, code, names) {
  const made = body.flatMap(({ type, declarations }) => (type === "VariableDeclaration" ? declarations : []));
  const edits = made.filter(({ id, init }) => names.test(id.name) && init);
  if (edits.length === 0) return null;
  const change = (text, { init: { start, end } }) =>
    `${text.slice(0, start)}/* @__PURE__ */ (() => ${text.slice(start, end)})()${text.slice(end)}`;
  return edits.reduceRight(change, code);
}

function withoutLines(code, lines) {
  return lines.every((line) => code.includes(line)) ? lines.reduce((left, line) => left.replace(line, ""), code) : null;
}

/** Every function of the module whose name matches becomes one that throws. */
function withoutFunctions({ body }, code, { functions }) {
  const edits = body.map((statement) => cutFunction(statement.declaration ?? statement, functions)).filter(Boolean);
  if (edits.length === 0) return null;
  const change = (text, { start, end, instead }) => text.slice(0, start) + instead + text.slice(end);
  return `${edits.reduceRight(change, code)}\nfunction leftOut() { throw new Error("This is left out of the Worker."); }`;
}

function cutFunction(declared, functions) {
  if (declared.type === "FunctionDeclaration" && functions.test(declared.id.name))
    return { start: declared.start, end: declared.end, instead: `const ${declared.id.name} = leftOut;` };
  const [{ id, init } = {}] = declared.type === "VariableDeclaration" ? declared.declarations : [];
  const isCut = init?.type === "ArrowFunctionExpression" && functions.test(id.name);
  return isCut ? { start: init.start, end: init.end, instead: "leftOut" } : null;
}
