import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "smol-toml";
import { hashSources, keepBuilt, replaceFile } from "./build-cache.mjs";
import { describeTools } from "./describe-tools.mjs";
import { divideModules } from "./divide-modules.mjs";
import { leaveDocumentationOut } from "./leave-documentation-out.mjs";
import { leaveUnreachedOut } from "./leave-unreached-out.mjs";

/** Returns `wrangler.toml` as an object. */
export function readWranglerToml(root) {
  return parse(readFileSync(join(root, "wrangler.toml"), "utf8"));
}

/**
 * Returns how the Worker's sources are bundled, by the settings of `wrangler.toml`; what is bundled, and into what, is the caller's.
 * @returns {import("rolldown").InputOptions}
 */
export function bundleOptions(root) {
  const { alias = {} } = readWranglerToml(root);
  const place = (path) => (path.startsWith(".") ? join(root, path) : path);
  return {
    cwd: root,
    platform: "neutral",
    external: [/^cloudflare:/, /^node:/],
    resolve: {
      alias: Object.fromEntries(Object.entries(alias).map(([name, path]) => [name, place(path)])),
      conditionNames: ["workerd", "worker", "browser"],
      mainFields: ["browser", "module", "main"],
    },
    transform: { target: "es2024", define: { "process.env.NODE_ENV": '"production"' } },
    // Making a schema, or reading of one, does nothing else: what nobody uses goes.
    treeshake: { manualPureFunctions: ["z"], propertyReadSideEffects: false },
    logLevel: "silent",
  };
}

/**
 * Bundles the Worker as it is deployed, without what only the API's document shows; resolves to its modules as `{ name, code }`, first the one that the runtime begins with.
 * `plugins` may change its sources on the way.
 */
export async function bundleWorker(root, plugins = []) {
  const { main } = readWranglerToml(root);
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({
    ...bundleOptions(root),
    input: join(root, main),
    preserveEntrySignatures: "strict",
    plugins: [...plugins, leaveDocumentationOut(root), describeTools(root), leaveUnreachedOut()],
  });
  try {
    const { output } = await bundle.generate({
      format: "esm",
      codeSplitting: { groups: divideModules(join(root, main)) },
      minify: true,
      comments: { annotation: false },
      entryFileNames: "index.js",
      chunkFileNames: "[name].part.js",
    });
    return output
      .toSorted((one, other) => other.isEntry - one.isEntry)
      .map(({ fileName, code }) => ({ name: fileName, code: inAscii(code) }));
  } finally {
    await bundle.close();
  }
}

/** Returns the same program in ASCII alone: for one character beyond Latin-1 the runtime would keep all of it in two bytes a character. */
export function inAscii(code) {
  // Behind a backslash, or read raw, an escape would say something else.
  const found = /\\[\u0080-\uffff]|String\.raw`[^`]*[\u0080-\uffff]/.exec(code);
  if (found !== null) throw new Error(`${found[0]} cannot be written in ASCII: write it as an escape in the sources.`);
  return code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Bundles the Worker into files that `wrangler deploy` uploads as they are (`--no-bundle`, `rules` in wrangler.toml); resolves to the path of the first below `root`. */
export async function writeWorker(root) {
  const folder = join("dist", "worker");
  const modules = await bundleWorkerOnce(root);
  for (const { name, code } of modules) replaceFile(join(root, folder, name), code);
  // Whatever else lay there would be uploaded too.
  const names = new Set(modules.map(({ name }) => name));
  for (const name of readdirSync(join(root, folder)))
    if (!names.has(name)) rmSync(join(root, folder, name), { force: true });
  return join(folder, modules[0].name);
}

const workerSources = [
  "src",
  "migrations/meta/_journal.json",
  "package.json",
  "package-lock.json",
  "wrangler.toml",
  "scripts/bundle.mjs",
  "scripts/describe-tools.mjs",
  "scripts/divide-modules.mjs",
  "scripts/leave-documentation-out.mjs",
  "scripts/leave-unreached-out.mjs",
];

const makeWorker = fileURLToPath(new URL("make-worker.mjs", import.meta.url));

/** Resolves to the Worker's modules as `bundleWorker` does, without the work where nothing has changed since the last time; no bundler stays behind, nor its memory. */
export async function bundleWorkerOnce(root) {
  const made = await keepBuilt(root, "worker", hashSources(root, workerSources), async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [makeWorker, root], { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  });
  return JSON.parse(made);
}

const certificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Returns the binding by which requests leave straight for the network: the simulator puts a worker of its own before the plain `fetch`. It trusts what the simulator's trusts. */
export function internetBinding({ NODE_EXTRA_CA_CERTS: extra } = process.env) {
  const trustedCertificates = [
    ...(process.platform === "win32" ? rootCertificates : []),
    ...(extra === undefined || !existsSync(extra) ? [] : (readFileSync(extra, "utf8").match(certificate) ?? [])),
  ];
  const allow = ["public", "private", "240.0.0.0/4"];
  return { INTERNET: { network: { allow, tlsOptions: { trustBrowserCas: true, trustedCertificates } } } };
}

/** Returns what `wrangler.toml` binds, as options of a miniflare worker that runs these modules, the first as its entry; `values` go over its `[vars]`. */
export function workerOptions(root, modules, values) {
  const toml = readWranglerToml(root);
  const { producers = [], consumers = [] } = toml.queues ?? {};
  return {
    name: toml.name,
    modules: modules.map(({ name, code }) => ({ type: "ESModule", path: join(root, name), contents: code })),
    modulesRoot: root,
    compatibilityDate: toml.compatibility_date,
    compatibilityFlags: toml.compatibility_flags,
    bindings: { ...toml.vars, ...values },
    // As wrangler keeps it: a preview id stands for the local database, so that a new id of production loses nothing here.
    d1Databases: Object.fromEntries(
      toml.d1_databases.map((one) => [one.binding, one.preview_database_id ?? one.database_id]),
    ),
    durableObjects: Object.fromEntries(
      toml.durable_objects.bindings.map((one) => [one.name, { className: one.class_name, useSQLite: true }]),
    ),
    queueProducers: Object.fromEntries(producers.map((one) => [one.binding, { queueName: one.queue }])),
    queueConsumers: Object.fromEntries(
      consumers.map((one) => [
        one.queue,
        {
          maxBatchSize: one.max_batch_size,
          maxBatchTimeout: one.max_batch_timeout,
          maxRetries: one.max_retries,
          retryDelay: one.retry_delay,
        },
      ]),
    ),
    ratelimits: Object.fromEntries(
      (toml.ratelimits ?? []).map(({ name, namespace_id, simple }) => [name, { namespace_id, simple }]),
    ),
    assets: {
      directory: join(root, toml.assets.directory),
      binding: toml.assets.binding,
      run_worker_first: toml.assets.run_worker_first,
      routerConfig: { has_user_worker: true },
    },
  };
}
