import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as driver, type Page } from "playwright-core";

export type TestBrowser = { browser: Browser; close: () => Promise<void> };

/** Starts the Chromium that came with npm, unpacked once for all test files; or the one that CHROMIUM_PATH names. */
export async function startBrowser(): Promise<TestBrowser> {
  const executablePath = process.env.CHROMIUM_PATH || (await unpackChromium());
  // The package's own arguments are for one page a process, and switch the web's security off, which is what is tested here.
  const browser = await driver.launch({ executablePath, args: ["--no-sandbox"], headless: true });
  return { browser, close: () => browser.close() };
}

/** The package unpacks into TMPDIR, which takes three seconds: into a folder that gets its name once it is whole, for two files may come at once. */
async function unpackChromium(): Promise<string> {
  const { version } = JSON.parse(await readFile("node_modules/@sparticuz/chromium/package.json", "utf8"));
  const folder = resolve("dist", "cache", "chromium", version);
  if (!existsSync(folder)) {
    await mkdir(dirname(folder), { recursive: true });
    const half = await mkdtemp(`${folder}.`);
    await withTemporaryFolder(half, () => chromium.executablePath());
    await rename(half, folder).catch(() => rm(half, { recursive: true, force: true }));
  }
  return await withTemporaryFolder(folder, () => chromium.executablePath());
}

async function withTemporaryFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/** Collects what a page complains of: its console's errors and warnings (a breach of its policy is one), uncaught errors, and requests that leave its origin. */
export function listenForComplaints(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on("console", (line) => {
    if (["error", "warning"].includes(line.type())) complaints.push(`console: ${line.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(`${origin}/`))
      complaints.push(`left its origin: ${request.url()}`);
  });
  return complaints;
}
