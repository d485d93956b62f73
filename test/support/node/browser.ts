import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as driver, type Page } from "playwright-core";

export type TestBrowser = { browser: Browser; close: () => Promise<void> };

/** Starts the Chromium that came with npm, unpacked into a folder of its own; or the one that CHROMIUM_PATH names. */
export async function startBrowser(): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), "trunkline-browser-"));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const executablePath = process.env.CHROMIUM_PATH || (await chromium.executablePath());
    // The package's own arguments are for one page a process, and switch the web's security off, which is what is tested here.
    const browser = await driver.launch({ executablePath, args: ["--no-sandbox"], headless: true });
    const close = async () => {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    };
    return { browser, close };
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
