import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, signInLink, startDashboard } from "../../support/node/dashboard.ts";

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.stop());

describe("signing in to the dashboard", () => {
  test("takes the claim out of the address, and takes it once", async () => {
    expect(dashboard.page.url()).not.toContain("claim");
    const stranger = await dashboard.openStranger();
    const page = await stranger.newPage();
    await page.goto(signInLink(dashboard.gateway));
    await page.getByRole("alert").getByText("used already").waitFor();
    await stranger.close();
  });

  test("refuses a wrong token and says which one is meant", async () => {
    const stranger = await dashboard.openStranger();
    const page = await stranger.newPage();
    await page.goto(`${dashboard.gateway.url}/app/sign-in`);
    await page.getByLabel("Admin token").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("ADMIN_TOKEN").waitFor();
    await stranger.close();
  });

  test("is free of faults in every look", async () => {
    const { page, gateway, findFaults } = dashboard;
    await page.goto(`${gateway.url}/app/sign-in`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await findFaults("sign in")).toEqual([]);
    expect(dashboard.complaints).toEqual([]);
  });

  test("opens by the admin token, and ends in every tab by signing out in one", async () => {
    const { gateway } = dashboard;
    const stranger = await dashboard.openStranger();
    const page = await stranger.newPage();
    await page.goto(`${gateway.url}/app/sign-in`);
    await page.getByLabel("Admin token").fill(gateway.adminToken);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    const other = await stranger.newPage();
    await other.goto(`${gateway.url}/app/`);
    await other.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await other.getByRole("link", { name: "Numbers", exact: true }).click();
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    await stranger.close();
  });
});
