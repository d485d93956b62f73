import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { fetch as fetchFromNode, type Request } from "miniflare";
import { defineConfig } from "vitest/config";
import "./scripts/make-assets.mjs";
import { CountReporter } from "./test/support/node/count-reporter.ts";
import { startLeanProcesses } from "./test/support/node/lean-processes.ts";
import { keepTemporaryFilesInMemory } from "./test/support/node/memory-folder.ts";
import { MixedOrder } from "./test/support/node/mixed-order.ts";
import { bundleSource } from "./test/support/node/one-module.ts";
import { bundleRunner } from "./test/support/node/runner-module.ts";

keepTemporaryFilesInMemory();
startLeanProcesses();

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** The settings of the Worker under test; its secrets are worth nothing outside. */
const settings = {
  ADMIN_TOKEN: "admin-token-of-the-tests-0123456789abcdef0123456789abcdef",
  MASTER_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
  PUBLIC_URL: "https://gateway.test",
  TWILIO_API_URL: "http://twilio.invalid",
  ALLOW_LOCAL_WEBHOOKS: "1",
  // Every line is judged.
  LOG_SHARE: "1",
};
// wrangler looks for required secrets here and does not count the bindings below.
Object.assign(process.env, { ADMIN_TOKEN: settings.ADMIN_TOKEN, MASTER_KEYS: settings.MASTER_KEYS });

/** Where the Worker's requests leave the runtime: servers of the tests are reached, the world is not. */
async function goOutside(request: Request) {
  if (LOOPBACK.has(new URL(request.url).hostname)) return fetchFromNode(request);
  return new Response(`outbound blocked: ${request.method} ${request.url}`, { status: 599 });
}

/**
 * A Worker that still works when its test file ends (an alarm, a log line) cannot reach the runner any more. That says nothing about a test;
 * every other error outside a test fails the run.
 */
function onUnhandledError(error: { name?: string; message?: string }): boolean {
  return !(error.name === "EnvironmentTeardownError" && error.message?.includes("Closing rpc while"));
}

const consumer = { maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 2, retryDelay: 0 };

const source = await bundleSource(import.meta.dirname);
const runner = await bundleRunner(import.meta.dirname);

/** Where nobody watches, what ran out of time on a busy machine is asked once more, and the report says so. */
const retry = process.env.CI === undefined ? 0 : 1;

export default defineConfig(async () => ({
  plugins: [runner.outside],
  test: {
    reporters: ["default", new CountReporter()],
    silent: "passed-only" as const,
    maxWorkers: 2,
    sequence: { sequencer: MixedOrder },
    onUnhandledError,
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "test/{house,docs,scripts}/**/*.test.ts"],
          // A process for each file would cost as much as all that the files test.
          isolate: false,
          testTimeout: 20_000,
          // The linter, which one of them begins with, takes a whole core.
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [
          source.plugin,
          runner.inside,
          cloudflareTest({
            main: source.main,
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              modulesRules: source.rules,
              bindings: settings,
              queueConsumers: { "trunkline-bell": consumer, "trunkline-bell-slow": consumer },
              outboundService: goOutside as never,
            },
          }),
        ],
        test: {
          name: "workers",
          include: ["test/workers/**/*.test.ts"],
          setupFiles: ["test/support/workers/found-once.ts", "test/support/workers/migrate.ts"],
          provide: {
            migrations: await readD1Migrations("./migrations"),
            fuzzRuns: Number(process.env.FUZZ_RUNS ?? 0),
            stormSends: Number(process.env.STORM_SENDS ?? 60),
          },
          restoreMocks: true,
          retry,
          testTimeout: 20_000,
          hookTimeout: 20_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          retry,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
}));
