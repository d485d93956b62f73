import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";
import { startGateway } from "../../support/node/start-gateway.ts";

let dashboard: Dashboard;
let keyId: string;

beforeAll(async () => {
  dashboard = await startDashboard();
  const keys = (await dashboard.admin("GET", "/api-keys")).body.api_keys as { api_key_id: string }[];
  keyId = String(keys[0]?.api_key_id);
});
afterAll(() => dashboard?.stop());

/** The names of every file that a page has fetched. */
const fetched = "performance.getEntriesByType('resource').map(({ name }) => name).join()";

async function signIn(): Promise<void> {
  const { page, gateway } = dashboard;
  await page.getByLabel("Admin token").fill(gateway.adminToken);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function openConversation(): Promise<void> {
  const { page, gateway } = dashboard;
  await page.goto(`${gateway.url}/app/inbox/${keyId}?chat=%2B15554000001`);
  await page.getByLabel("Your message").waitFor();
}

describe("a browser that calls itself offline", () => {
  test("reads and sends all the same: the gateway may be on this machine", async () => {
    const { page, goTo } = dashboard;
    await openConversation();
    await page.evaluate("window.dispatchEvent(new Event('offline'))");
    await page.getByLabel("Your message").fill("Sent without a network");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("log").getByText("Sent without a network").waitFor();
    await goTo("Webhooks");
    await page.getByRole("heading", { name: "No webhooks yet" }).waitFor();
    await page.evaluate("window.dispatchEvent(new Event('online'))");
  });
});

describe("a session that ends in another tab", () => {
  test("ends on this one by itself, leaves nothing that was read, and sign-in leads back to it", async () => {
    const { page, context, gateway } = dashboard;
    await page.goto(`${gateway.url}/app/messages?key=${keyId}&status=failed`);
    await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
    const other = await context.newPage();
    await other.goto(`${gateway.url}/app/`);
    await other.getByRole("button", { name: "Sign out", exact: true }).click();
    await other.getByRole("heading", { name: "Sign in to Trunkline" }).waitFor();
    await other.close();
    await page.getByRole("heading", { name: "Sign in to Trunkline" }).waitFor();
    expect(await page.getByRole("main").count()).toBe(1);
    await signIn();
    await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
    expect(new URL(page.url()).searchParams.get("status")).toBe("failed");
  });

  test("refuses what is sent from this one, and keeps what was written for after the sign-in", async () => {
    const { page, admin } = dashboard;
    await openConversation();
    await page.getByLabel("Your message").fill("Written before the end");
    await page.route(/\/admin\/api\/(?!.*\/messages$)/, (route) => route.abort());
    await admin("DELETE", "/sessions");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("heading", { name: "Sign in to Trunkline" }).waitFor();
    await page.unroute(/\/admin\/api\/(?!.*\/messages$)/);
    await signIn();
    await expect.poll(() => page.getByLabel("Your message").inputValue()).toBe("Written before the end");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("log").getByText("Written before the end").waitFor();
  });

  test("leads back to no address but its own", async () => {
    const { page, context, gateway } = dashboard;
    for (const to of ["//evil.test/", "https://evil.test/", "/\\evil.test"]) {
      await page.goto(`${gateway.url}/app/sign-in?to=${encodeURIComponent(to)}`);
      await context.clearCookies();
      await signIn();
      await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
      expect(page.url()).toBe(`${gateway.url}/app/`);
    }
  });
});

describe("a page that is open while the gateway is away", () => {
  test("says so, keeps what was written, and goes on by itself when it is back", async () => {
    const { page, gateway } = dashboard;
    await openConversation();
    await page.getByLabel("Your message").fill("Written while it was away");
    await expect.poll(() => page.evaluate(fetched), { timeout: 15_000 }).toContain("settings-");
    await gateway.stop();
    await page.getByRole("alert").getByText("The gateway does not answer.").first().waitFor();
    await page.getByRole("link", { name: "Settings" }).click();
    const back = await startGateway({ stateDir: gateway.stateDir, port: Number(new URL(gateway.url).port) });
    Object.assign(gateway, { stop: back.stop });
    await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
    await page.goBack();
    await expect.poll(() => page.getByLabel("Your message").inputValue()).toBe("Written while it was away");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("log").getByText("Written while it was away").waitFor();
    expect(await page.getByText("The gateway does not answer.").count()).toBe(0);
  });
});

describe("a page that is open over a deployment", () => {
  test("loads itself anew, once, where a file of its build is gone", async () => {
    const { page, gateway } = dashboard;
    const file = "**/dashboard/settings-*.js";
    const gone = (route: { fulfill: (answer: object) => Promise<void> }) =>
      route.fulfill({ status: 404, contentType: "application/json", body: "{}" });
    await page.route(file, gone, { times: 1 });
    await page.goto(`${gateway.url}/app/`);
    await expect.poll(() => page.evaluate(fetched)).toContain("settings-");
    let loads = 0;
    page.on("load", () => {
      loads += 1;
    });
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
    expect(loads).toBe(1);

    await page.route(file, gone);
    await page.goto(`${gateway.url}/app/`);
    await expect.poll(() => page.evaluate(fetched)).toContain("settings-");
    loads = 0;
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "This page broke" }).waitFor();
    expect(loads).toBe(1);
    await page.unroute(file);
  });
});
