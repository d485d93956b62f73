import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, stop as stopBundler } from "esbuild";
import { parse } from "smol-toml";
import { hashSources, keepBuilt } from "./build-cache.mjs";

/** Returns `wrangler.toml` as an object. */
export function readWranglerToml(root) {
  return parse(readFileSync(join(root, "wrangler.toml"), "utf8"));
}

/**
 * Returns how a Worker is bundled, by the settings of `wrangler.toml`; what is bundled, and into what, is the caller's.
 * @returns {import("esbuild").BuildOptions & { bundle: true }}
 */
export function bundleOptions(root) {
  const { keep_names: keepNames = true, alias = {} } = readWranglerToml(root);
  return {
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    target: "es2024",
    platform: "neutral",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["cloudflare:*", "node:*"],
    define: { "process.env.NODE_ENV": '"production"' },
    alias,
    keepNames,
    logLevel: "silent",
  };
}

/** Bundles the Worker as `wrangler deploy` does; resolves to its code. `plugins` may change its sources on the way. */
export async function bundleWorker(root, plugins = []) {
  const { main, minify = false } = readWranglerToml(root);
  const { outputFiles } = await build({
    ...bundleOptions(root),
    entryPoints: [main],
    write: false,
    outfile: "index.js",
    minify,
    plugins,
  });
  return outputFiles[0].text;
}

const workerSources = [
  "src",
  "migrations/meta/_journal.json",
  "package.json",
  "package-lock.json",
  "wrangler.toml",
  "scripts/bundle.mjs",
];

/** Resolves to the Worker's code as `bundleWorker` does, without the work where nothing has changed since the last time; no bundler stays behind. */
export function bundleWorkerOnce(root) {
  return keepBuilt(root, "worker", hashSources(root, workerSources), async () => {
    const code = await bundleWorker(root);
    await stopBundler();
    return code;
  });
}

/** Returns what `wrangler.toml` binds, as options of a miniflare worker that runs `code`; `values` go over its `[vars]`. */
export function workerOptions(root, code, values) {
  const toml = readWranglerToml(root);
  const { producers = [], consumers = [] } = toml.queues ?? {};
  return {
    name: toml.name,
    modules: [{ type: "ESModule", path: join(root, "index.js"), contents: code }],
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
