import { mkdir, readFile } from "node:fs/promises";
import type { BrowserContext, Page } from "playwright-core";
import { listenForComplaints, startBrowser } from "./browser.ts";
import { adminOf } from "./client.ts";
import { type Gateway, type GatewayOptions, startGateway } from "./start-gateway.ts";

/** A folder for a picture of every screen that `findFaults` looks at. */
const shots = process.env.DASHBOARD_SHOTS;
const patienceMs = 15_000;

/** How a screen is looked at: by day, by night, and on a phone by day and by night. */
export const looks = {
  light: { colorScheme: "light", width: 1280, height: 800 },
  dark: { colorScheme: "dark", width: 1280, height: 800 },
  phone: { colorScheme: "light", width: 390, height: 844 },
  "phone-dark": { colorScheme: "dark", width: 390, height: 844 },
} as const;
export type Look = keyof typeof looks;

export type Dashboard = Awaited<ReturnType<typeof startDashboard>>;

/** Starts a gateway and a browser of its own, with one page that is signed in by the link that the gateway prints. An address may sign in ten times a minute, so the tests of a file share this page. */
export async function startDashboard(options: GatewayOptions = {}) {
  const gateway = await startGateway(options);
  const chromium = await startBrowser();
  const axe = await readFile("node_modules/axe-core/axe.min.js", "utf8");
  const context = await openContext(chromium.browser);
  const page = await context.newPage();
  const complaints = listenForComplaints(page, gateway.url);
  await page.goto(signInLink(gateway));
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
  return {
    gateway,
    admin: adminOf(gateway),
    /** The page that is signed in. */
    page,
    context,
    /** What that page has complained of so far: the console, uncaught errors, requests to other origins. */
    complaints,
    /** Another browser, as it were: it knows of no session. */
    openStranger: () => openContext(chromium.browser),
    goTo: (name: string) => goTo(page, name),
    findFaults: (name: string) => findFaults(page, axe, name),
    async stop() {
      await chromium.close();
      await gateway.stop();
      await gateway.forget();
    },
  };
}

/** Returns the sign-in link that the gateway printed. */
export function signInLink(gateway: Gateway): string {
  return /Dashboard\s+(\S+)/.exec(gateway.output())?.[1] ?? "";
}

async function openContext(browser: { newContext: (options: object) => Promise<BrowserContext> }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  context.setDefaultTimeout(patienceMs);
  return context;
}

/** Goes to a section by the navigation, as a person does; on a phone the menu is opened first. */
export async function goTo(page: Page, name: string): Promise<void> {
  const menu = page.getByRole("button", { name: "Menu" });
  if (await menu.isVisible()) await menu.click();
  await page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { name, exact: true, level: 1 }).waitFor();
}

/** Looks at the page as it stands in every look: what axe finds, whether it scrolls sideways, and what is wider than its place, so that it stands over its neighbour. Each fault names its look. Writes pictures where DASHBOARD_SHOTS names a folder. */
async function findFaults(page: Page, axe: string, name: string): Promise<string[]> {
  const faults: string[] = [];
  for (const [look, { colorScheme, width, height }] of Object.entries(looks)) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    // By night the same page has other colours, and nothing else to look at.
    const rules = colorScheme === "dark" ? ["color-contrast"] : undefined;
    faults.push(...(await findFaultsNow(page, axe, rules)).map((fault) => `${name}, ${look}: ${fault}`));
    if (!shots) continue;
    await mkdir(shots, { recursive: true });
    await page.evaluate("window.scrollTo(0, 0)");
    await page.screenshot({ path: `${shots}/${name.toLowerCase().replaceAll(" ", "-")}-${look}.png`, fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: looks.light.width, height: looks.light.height });
  return faults;
}

/** A script tag would be stopped by the page's policy; what the debugger evaluates is not. */
async function findFaultsNow(page: Page, axe: string, rules?: string[]): Promise<string[]> {
  await page.evaluate(axe);
  const options = JSON.stringify(rules === undefined ? {} : { runOnly: rules });
  const found = (await page.evaluate(`axe.run(${options})`)) as {
    violations: { id: string; nodes: { html: string }[] }[];
  };
  const wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
  const faults = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  const spilled = (await page.evaluate(findSpilled)) as string[];
  return [...faults, ...(wide ? ["scrolls sideways"] : []), ...spilled.map((html) => `wider than its place: ${html}`)];
}

/** Boxes whose content is wider than they are, and is neither cut off nor scrolled: the innermost of them. */
const findSpilled = `(() => {
  const spills = (element) =>
    !["SELECT", "INPUT", "TEXTAREA"].includes(element.tagName) &&
    element.checkVisibility({ visibilityProperty: true }) &&
    element.clientWidth > 1 &&
    element.scrollWidth > element.clientWidth + 1 &&
    getComputedStyle(element).overflowX === "visible";
  return [...document.querySelectorAll("body *")]
    .filter((element) => spills(element) && ![...element.querySelectorAll("*")].some(spills))
    .map(({ outerHTML }) => outerHTML.slice(0, 300));
})()`;
