import { basename, dirname } from "node:path";

/** What several of the later modules need lies in this one: the other APIs build on v2. */
const shared = "v2";

/**
 * Returns the groups by which rolldown divides a program: `main` is all that `entry` imports, which a start evaluates, and each `import()` loads a module by the name of its
 * file's folder.
 */
export function divideModules(entry) {
  let parts = null;
  const partOf = (id, context) => {
    parts ??= divide(entry, (file) => context.getModuleInfo(file));
    return parts.get(id) ?? null;
  };
  const named = (name) => (id, context) => (partOf(id, context) === name ? name : null);
  return [
    { name: named("main"), priority: 2 },
    { name: named(shared), priority: 1 },
    { name: partOf, priority: 0 },
  ];
}

/** Returns the part that each file belongs to. */
function divide(entry, infoOf) {
  const main = new Set();
  const starts = reach(entry, infoOf, main);
  const parts = new Map([...main].map((id) => [id, "main"]));
  for (const start of starts) {
    const found = new Set(main);
    reach(start, infoOf, found);
    for (const id of found) if (!main.has(id)) parts.set(id, parts.has(id) ? shared : basename(dirname(start)));
  }
  return parts;
}

/** Adds to `found` what `start` imports, and what that imports; returns what these load by `import()`. */
function reach(start, infoOf, found) {
  const later = new Set();
  const walk = (id) => {
    if (found.has(id)) return;
    found.add(id);
    const { importedIds = [], dynamicallyImportedIds = [] } = infoOf(id) ?? {};
    for (const one of dynamicallyImportedIds) later.add(one);
    for (const one of importedIds) walk(one);
  };
  walk(start);
  return later;
}
