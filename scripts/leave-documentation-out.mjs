import { join, relative } from "node:path";

/** What of an operation only the API's document shows (`src/http/reference`), which is made before the Worker is. */
const shownOnly = new Set(["summary", "description", "tags", "answers", "documentedBody"]);
/** Those of them whose name is nothing else's: whoever reads one in the Worker would find it gone. */
const read = /\.(?:answers|documentedBody)\b/;
/** Of a tool for agents its schemas' words, which `describe-tools.mjs` has read before. */
const told = /^src\/http\/(?!reference\/).*\.ts$/;
/** Files that only declare: a schema that nobody uses then is left out too. */
const declares = /(?:\/(?:contract|schemas|send-request|logs-query)|\/shapes(?:\/[\w-]+)?)\.ts$/;

/**
 * Returns a plugin that leaves out of the Worker what only the API's document shows: operations' summaries, descriptions, tags and answers, and schemas' `meta`.
 * The build fails where something else reads an operation's answers.
 */
export function leaveDocumentationOut(root) {
  return {
    name: "leave-documentation-out",
    transform: {
      order: "pre",
      filter: { id: /\.ts$/ },
      handler(code, id) {
        const file = relative(root, id);
        if (!told.test(file) || file === join("src", "http", "operation.ts")) return null;
        const edits = [];
        for (const statement of this.parse(code, { lang: "ts" }).body)
          collect(statement, code, declares.test(file), edits);
        const left = apply(code, edits);
        if (read.test(left)) this.error(`${file} reads what the Worker leaves out of an operation.`);
        return left === code ? null : { code: left, map: null };
      },
    },
  };
}

/** Notes as `[from, to, text]` what becomes of `node` and of what is in it; `pure` where its calls are made as the module loads and do nothing but declare. */
function collect(node, code, pure, edits) {
  if (typeof node?.type !== "string") return;
  if (isDescribed(node)) {
    edits.push([node.callee.object.end, node.end, ""]);
    return collect(node.callee.object, code, pure, edits);
  }
  if (node.type === "CallExpression" && pure)
    edits.push([node.start, node.start, "(/* @__PURE__ */"], [node.end, node.end, ")"]);
  const gone = isOperation(node) ? node.arguments[0].properties.filter(({ key }) => shownOnly.has(key?.name)) : [];
  for (const one of gone) {
    edits.push([one.start, one.end + /^\s*,?/.exec(code.slice(one.end))[0].length, ""]);
    one.value = null;
  }
  const within = pure && !/Function/.test(node.type);
  for (const part of Object.values(node).flat()) collect(part, code, within, edits);
}

function isDescribed({ type, callee, arguments: given }) {
  return type === "CallExpression" && given.length === 1 && /^(?:meta|describe)$/.test(callee.property?.name);
}

function isOperation({ type, callee, arguments: given }) {
  return type === "CallExpression" && callee.name === "defineOperation" && given[0]?.type === "ObjectExpression";
}

/** Applies edits; what lies within a part that goes, goes with it. */
function apply(code, edits) {
  let [text, at] = ["", 0];
  for (const [from, to, instead] of edits.sort((one, other) => one[0] - other[0] || one[1] - other[1])) {
    if (from < at) continue;
    text += code.slice(at, from) + instead;
    at = to;
  }
  return text + code.slice(at);
}
