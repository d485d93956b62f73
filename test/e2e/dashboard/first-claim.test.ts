import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleWorker, workerOptions } from "../../../scripts/bundle.mjs";
import { signInLink } from "../../../scripts/claim.mjs";
import { applyMigrations } from "../../../scripts/local/migrate.mjs";
import { startBrowser } from "../../support/node/browser.ts";

const root = process.cwd();
const secrets = { ADMIN_TOKEN: "t".repeat(64), MASTER_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}` };

let runtime: Miniflare;
let chromium: Awaited<ReturnType<typeof startBrowser>>;
let url: string;
beforeAll(async () => {
  const modules = await bundleWorker(root);
  // As a deployment stands before anybody came: its secrets, its directory, and no public URL.
  runtime = new Miniflare(
    convertV4MiniflareOptions({
      ...workerOptions(root, modules, secrets),
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: () => {},
    } as never),
  );
  url = String(await runtime.ready).replace(/\/$/, "");
  await applyMigrations(await runtime.getD1Database("DB"), join(root, "migrations"));
  chromium = await startBrowser();
});
afterAll(async () => {
  await chromium?.close();
  await runtime?.dispose();
});

test("the first who signs in to a new deployment is asked for its public URL, and says yes to the one that the browser shows", async () => {
  const headers = { authorization: `Bearer ${secrets.ADMIN_TOKEN}` };
  const known = async () => (await fetch(`${url}/admin/api/public-url`, { headers })).json();
  expect(await known()).toMatchObject({ url: null });
  const page = await (await chromium.browser.newContext()).newPage();
  await page.goto(signInLink(url, secrets.ADMIN_TOKEN));
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
  expect(await page.getByLabel("Address").inputValue()).toBe(url);
  await page.getByRole("button", { name: "Set the address" }).click();
  await page.getByRole("heading", { name: "Public address" }).waitFor({ state: "hidden" });
  expect(await known()).toMatchObject({ url, source: "directory" });
});
