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
  { file: /\/drizzle-orm\/sqlite-core\/dialect\.js$/, methods: ["buildRelationalQuery"] },
  // A server of tools alone has no resources, prompts or completions, and asks nothing of a client.
  {
    file: /\/@modelcontextprotocol\/server\/dist\/mcp-[\w-]+\.mjs$/,
    methods: [
      "setCompletionRequestHandler",
      "handlePromptCompletion",
      "handleResourceCompletion",
      "setResourceRequestHandlers",
      "setPromptRequestHandlers",
      "registerResource",
      "registerPrompt",
      "_createRegisteredResource",
      "_createRegisteredResourceTemplate",
      "_createRegisteredPrompt",
      "createMessage",
      "elicitInput",
      "_sendElicitationLeg",
      "createElicitationCompletionNotifier",
    ],
  },
  // The door takes nothing but POST, and keeps no stream to go on with.
  {
    file: /\/@modelcontextprotocol\/server\/dist\/index\.mjs$/,
    methods: ["handleGetRequest", "handleDeleteRequest", "replayEvents"],
  },
  // The protocol's and OAuth's schemas: files that only declare, so what nothing validates by goes.
  { file: /\/@modelcontextprotocol\/core\/dist\/(?:schemas|auth)-[\w-]+\.mjs$/, declares: /Schema$/ },
  // A register of the protocol's schemas, for programs that validate by them themselves.
  {
    file: /\/@modelcontextprotocol\/server\/dist\/src-[\w-]+\.mjs$/,
    lines: [
      "for (const key of SPEC_SCHEMA_KEYS) register(key, schemas_exports[key]);",
      "for (const [key, schema] of Object.entries(authSchemas)) register(key, schema);",
      "return triState$1(hasTools ? s.CreateMessageResultWithToolsSchema : s.CreateMessageResultSchema, raw);",
    ],
    // Its two revisions' schemas, of which a server of tools alone validates these: it has no handler for the others, and asks nothing of a client.
    functions: /^(?:inputSchemaMaps|getWireResultSchemas)$/,
    schemas: {
      requestSchemas: ["ping", "initialize", "tools/call", "tools/list"],
      notificationSchemas: ["notifications/cancelled", "notifications/progress", "notifications/initialized"],
      resultSchemas: ["tools/call"],
      dispatchRequestSchemas: ["tools/call", "tools/list", "server/discover", "subscriptions/listen"],
      dispatchResultSchemas: ["tools/call"],
      notificationSchemas2026: ["notifications/cancelled", "notifications/progress"],
    },
    builders: ["build$1", "build"],
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
        const left = leaveOut(found, code, (text) => this.parse(text));
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

function leaveOut({ lines, declares, functions, methods, schemas, builders }, code, parse) {
  const steps = [
    lines && ((text) => withoutLines(text, lines)),
    declares && ((text) => declaringOnly(parse(text), text, declares)),
    functions && ((text) => withoutFunctions(parse(text), text, { functions })),
    methods && ((text) => withoutMethods(parse(text), text, methods)),
    schemas && ((text) => withSchemasOf(parse(text), text, schemas)),
    builders && ((text) => withBuildersOf(parse(text), text, builders)),
  ];
  return steps.filter(Boolean).reduce((text, step) => (text === null ? null : step(text)), code);
}

const cut = (code, edits) =>
  edits
    .sort((one, other) => other.start - one.start)
    .reduce((text, { start, end }) => `${text.slice(0, start)}${text.slice(end).replace(/^,/, "")}`, code);

function* nodesOf(node) {
  if (typeof node?.type !== "string") return;
  yield node;
  for (const part of Object.values(node).flat()) yield* nodesOf(part);
}

/** Of the tables named by `kept`, the entries that are named there. */
function withSchemasOf(program, code, kept) {
  const [edits, found] = [[], new Set()];
  for (const { type, id, key, init, value } of nodesOf(program)) {
    const name = type === "VariableDeclarator" ? id.name : type === "Property" ? key.name : undefined;
    const table = init ?? value;
    if (!Object.hasOwn(kept, name ?? "") || table?.type !== "ObjectExpression") continue;
    found.add(name);
    edits.push(...table.properties.filter((one) => !kept[name].includes(one.key.value ?? one.key.name)));
  }
  return found.size === Object.keys(kept).length ? cut(code, edits) : null;
}

/** Of what the named functions build, which is pure, what the module reads. */
function withBuildersOf(program, code, names) {
  const builders = program.body.filter(({ id }) => names.includes(id?.name));
  if (builders.length !== names.length) return null;
  const read = new Set();
  for (const { type, property } of nodesOf(program)) if (type === "MemberExpression") read.add(property.name);
  return cut(
    code,
    builders.flatMap(({ body }) => unreadOf(body.body, read)),
  );
}

function unreadOf(statements, read) {
  const last = statements.at(-1);
  const isUnread = ({ key }) => !read.has(key.name);
  const edits = last.argument.properties.filter(isUnread);
  const used = new Set();
  const use = (node) => {
    for (const { type, name } of nodesOf(node)) if (type === "Identifier") used.add(name);
  };
  for (const { value } of last.argument.properties.filter((one) => !isUnread(one))) use(value);
  for (const statement of statements.slice(0, -1).reverse()) {
    const made = statement.declarations?.map(({ id }) => id.name) ?? [statement.id?.name];
    if (made.some((name) => used.has(name))) use(statement);
    else edits.push(statement);
  }
  return edits;
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

/** Every method of these names becomes one that throws. */
function withoutMethods(program, code, names) {
  const found = [...nodesOf(program)].filter(
    ({ type, key }) => type === "MethodDefinition" && names.includes(key.name),
  );
  if (new Set(found.map(({ key }) => key.name)).size < names.length) return null;
  const change = (text, { value: { body } }) =>
    `${text.slice(0, body.start)}{ throw new Error("This is left out of the Worker."); }${text.slice(body.end)}`;
  return found.reduceRight(change, code);
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
