import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.stop());

describe("API keys in the dashboard", () => {
  test("shows a new key once, and leaves it nowhere", async () => {
    const { page, complaints, goTo, findFaults } = dashboard;
    await goTo("API Keys");
    await page.getByRole("button", { name: "Create an API key" }).click();
    expect(await findFaults("create a key")).toEqual([]);
    await page.getByLabel("Name").fill("Shown once");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    const token = await page.getByText(/^tl_test_/).textContent();
    await page.getByRole("button", { name: "I have it: close" }).click();
    await page.getByRole("row", { name: "Shown once" }).waitFor();
    const kept = await page.evaluate(
      "document.body.innerText + JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href",
    );
    expect(kept).not.toContain(token);
    expect(complaints).toEqual([]);
  });

  test("gives the focus back to where a window was opened from", async () => {
    const { page } = dashboard;
    const opener = page.getByRole("button", { name: "Create an API key" });
    await opener.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Create an API key");
  });

  test("is free of faults in every look", async () => {
    expect(await dashboard.findFaults("keys")).toEqual([]);
  });
});
