import { readFileSync } from "node:fs";
import { parseSync } from "vite";

const KINDS = new Set(["test", "it", "describe"]);
const ABSENT = new Set(["skip", "todo", "skipIf", "runIf", "fails"]);

/**
 * Returns what a test file declares, in its order: the titles of its tests and groups as they are written (a template's with its `${}`),
 * whether each may be left out of a run, and of a group how many tests it holds. Throws where there is no such file or it does not parse.
 */
export function findTests(file) {
  const { program, errors } = parseSync(file, readFileSync(file, "utf8"));
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0].message}`);
  const found = [];
  visit(program, { groups: [], skipped: false }, found);
  return found;
}

function visit(node, around, found) {
  if (node === null || typeof node !== "object") return;
  const inside = (node.type === "CallExpression" && declare(node, around, found)) || around;
  for (const [name, value] of Object.entries(node)) {
    if (name === "parent") continue;
    for (const child of Array.isArray(value) ? value : [value]) visit(child, inside, found);
  }
}

/** Notes a call of `test`, `it` or `describe` in any of its forms; returns what stands around the calls inside it. */
function declare({ callee, arguments: [title] }, around, found) {
  const { root, words } = unwrap(callee);
  const written = titleOf(title);
  if (!KINDS.has(root) || written === null) return null;
  const skipped = around.skipped || words.some((word) => ABSENT.has(word));
  const isGroup = root === "describe";
  const entry = { title: written, skipped, isGroup, tests: isGroup ? 0 : 1 };
  found.push(entry);
  if (!isGroup) for (const group of around.groups) group.tests += 1;
  return { groups: isGroup ? [...around.groups, entry] : around.groups, skipped };
}

/** `test.each(cases)(title)` is `test` with the word `each`. */
function unwrap(callee, words = []) {
  if (callee?.type === "Identifier") return { root: callee.name, words };
  if (callee?.type === "MemberExpression") return unwrap(callee.object, [...words, callee.property.name]);
  if (callee?.type === "CallExpression") return unwrap(callee.callee, words);
  if (callee?.type === "TaggedTemplateExpression") return unwrap(callee.tag, words);
  return { root: null, words };
}

function titleOf(node) {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type !== "TemplateLiteral") return null;
  const names = node.expressions.map((expression) => (expression.type === "Identifier" ? expression.name : "…"));
  return node.quasis
    .map(({ value }, index) => value.cooked + (index < names.length ? `\${${names[index]}}` : ""))
    .join("");
}
