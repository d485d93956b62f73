import { mkdir, readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listenForComplaints, startBrowser, type TestBrowser } from "../support/node/browser.ts";
import { adminOf } from "../support/node/client.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const shots = process.env.DASHBOARD_SHOTS;
const looks = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 } },
} as const;

let gateway: Gateway;
let chromium: TestBrowser;
let axe: string;
/** The first test's page, signed in: an address may sign in ten times a minute. */
let newcomer: Page;

beforeAll(async () => {
  gateway = await startGateway();
  chromium = await startBrowser();
  axe = await readFile("node_modules/axe-core/axe.min.js", "utf8");
});

afterAll(async () => {
  await chromium?.close();
  await gateway?.stop();
  await gateway?.forget();
});

async function open(look: keyof typeof looks = "light") {
  const context = await chromium.browser.newContext(looks[look]);
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  return { context, page, complaints: listenForComplaints(page, gateway.url) };
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${gateway.url}/app/sign-in`);
  await page.getByLabel("Admin token").fill(gateway.adminToken);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
}

/** A script tag would be stopped by the page's policy; what the debugger evaluates is not. */
async function findFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = (await page.evaluate("axe.run()")) as { violations: { id: string; nodes: { html: string }[] }[] };
  const wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
  const faults = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  return wide ? [...faults, "scrolls sideways"] : faults;
}

describe("the dashboard in a browser", () => {
  test("leads a newcomer from the printed link to a delivered sandbox message and its explanation", async () => {
    const { page, complaints } = await open();
    const link = /Dashboard\s+(\S+)/.exec(gateway.output())?.[1] ?? "";
    await page.goto(link);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    expect(page.url()).not.toContain("claim");
    await page.getByRole("link", { name: "Send a message" }).click();
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("Delivered to the recipient's phone.").waitFor();
    await page.getByRole("status").getByText("delivered").waitFor();
    await page.getByRole("heading", { name: "Why this number" }).waitFor();
    expect(complaints).toEqual([]);
    newcomer = page;

    const again = await open();
    await again.page.goto(link);
    await again.page.getByRole("alert").getByText("used already").waitFor();
    await again.context.close();
  });

  test("sends once when an answer is lost and the person presses again", async () => {
    const page = newcomer;
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("link", { name: "Send a message" }).click();
    const path = /\/admin\/api\/api-keys\/[^/]+\/messages$/;
    await page.route(path, async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      await route.fetch();
      await route.abort("connectionreset");
    });
    await page.getByLabel("To").fill("+15551239999");
    await page.getByLabel("Text").fill("Once, whatever happens");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("alert").waitFor();
    await page.unroute(path);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("heading", { name: "Why this number" }).waitFor();
    const [key] = ((await adminOf(gateway)("GET", "/api-keys")).body.api_keys ?? []) as { api_key_id: string }[];
    const found = await adminOf(gateway)("GET", `/api-keys/${key?.api_key_id}/messages?contact=%2B15551239999`);
    expect(found.body.messages).toHaveLength(1);
    await page.context().close();
  });

  test("refuses a wrong token and says which one is meant", async () => {
    const { context, page } = await open();
    await page.goto(`${gateway.url}/app/sign-in`);
    await page.getByLabel("Admin token").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("ADMIN_TOKEN").waitFor();
    await context.close();
  });

  test("shows a new key once, and leaves it nowhere", async () => {
    const { context, page, complaints } = await open();
    await signIn(page);
    await page.getByRole("link", { name: "API Keys" }).click();
    await page.getByLabel("Name").fill("Shown once");
    await page.getByRole("button", { name: "Create" }).click();
    const token = await page.getByText(/^tl_test_/).textContent();
    await page.getByRole("button", { name: "close" }).click();
    await page.getByRole("heading", { name: "Create an API key" }).waitFor();
    await page.getByRole("row", { name: "Shown once" }).waitFor();
    const kept = await page.evaluate(
      "document.body.innerText + JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href",
    );
    expect(kept).not.toContain(token);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("assigns a number by its dropdown", async () => {
    const { context, page } = await open();
    const admin = adminOf(gateway);
    const { numbers } = (await admin("GET", "/numbers")).body as { numbers: { phone_number: string }[] };
    const number = String(numbers[2]?.phone_number);
    await signIn(page);
    await page.getByRole("link", { name: "Numbers" }).click();
    const holder = page.getByLabel(`Assigned To: ${number}`);
    const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH");
    await holder.selectOption("Nobody");
    expect((await saved).status()).toBe(200);
    expect((await admin("GET", "/numbers?unassigned=true")).body.numbers).toMatchObject([{ phone_number: number }]);
    await context.close();
  });

  test("ends in every tab by signing out in one", async () => {
    const { context, page } = await open();
    await signIn(page);
    const other = await context.newPage();
    await other.goto(`${gateway.url}/app/`);
    await other.getByRole("heading", { name: "Overview" }).waitFor();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await other.getByRole("link", { name: "Numbers" }).click();
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    await context.close();
  });

  test("shows a text in another direction, of long emoji, and with markup, as it was written", async () => {
    const { context, page, complaints } = await open();
    await signIn(page);
    await page.getByRole("link", { name: "Messages" }).click();
    const text = "<img src=x onerror=alert(1)> مرحبا 👩‍👩‍👧‍👦";
    await page.getByLabel("Text").fill(text);
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText(text, { exact: true }).waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(Object.keys(looks) as (keyof typeof looks)[])("is free of faults on every screen: %s", async (look) => {
    const { context, page, complaints } = await open(look);
    await page.goto(`${gateway.url}/app/sign-in`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    const faults: Record<string, string[]> = { "sign-in": await findFaults(page) };
    await signIn(page);
    for (const name of ["Overview", "Messages", "API Keys", "Numbers", "One message"]) {
      if (name === "One message") {
        await page.getByRole("link", { name: "Messages" }).click();
        await page.getByRole("row").getByRole("link").first().click();
        await page.getByRole("heading", { name: "What happened" }).waitFor();
      } else {
        await page.getByRole("link", { name, exact: true }).click();
        await page.getByRole("heading", { name, exact: true, level: 1 }).waitFor();
        await page.getByRole("table").waitFor();
      }
      faults[name] = await findFaults(page);
      if (shots) {
        await mkdir(shots, { recursive: true });
        await page.screenshot({ path: `${shots}/${name.toLowerCase().replace(" ", "-")}-${look}.png` });
      }
    }
    expect(Object.values(faults).flat(), JSON.stringify(faults)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
