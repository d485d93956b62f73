import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.stop());

describe("messages in the dashboard", () => {
  test("leads a newcomer from the printed link to a delivered sandbox message and its explanation", async () => {
    const { page, complaints, findFaults } = dashboard;
    await page.getByRole("link", { name: "Send a message" }).click();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText("Delivered to the recipient's phone.").waitFor();
    await page.getByRole("status").getByText("delivered").waitFor();
    await page.getByRole("heading", { name: "Why this number" }).waitFor();
    expect(await findFaults("one message")).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("sends once when an answer is lost and the person presses again", async () => {
    const { page, admin, goTo } = dashboard;
    await goTo("Messages");
    await page.getByText("Send a message").click();
    const path = /\/admin\/api\/api-keys\/[^/]+\/messages$/;
    await page.route(path, async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      await route.fetch();
      await route.abort("connectionreset");
    });
    await page.getByLabel("To", { exact: true }).fill("+15551239999");
    await page.getByLabel("Text", { exact: true }).fill("Once, whatever happens");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("alert").waitFor();
    await page.unroute(path);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("heading", { name: "Why this number" }).waitFor();
    const [key] = ((await admin("GET", "/api-keys")).body.api_keys ?? []) as { api_key_id: string }[];
    const found = await admin("GET", `/api-keys/${key?.api_key_id}/messages?contact=%2B15551239999`);
    expect(found.body.messages).toHaveLength(1);
  });

  test("shows a text in another direction, of long emoji, and with markup, as it was written", async () => {
    const { page, goTo } = dashboard;
    await goTo("Messages");
    await page.getByText("Send a message").click();
    const text = "<img src=x onerror=alert(1)> مرحبا 👩‍👩‍👧‍👦";
    await page.getByLabel("Text", { exact: true }).fill(text);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText(text, { exact: true }).waitFor();
    expect(await page.locator("img").count()).toBe(0);
  });

  test("is free of faults in every look", async () => {
    const { page, goTo, findFaults } = dashboard;
    await goTo("Messages");
    await page.getByRole("table").waitFor();
    expect(await findFaults("messages")).toEqual([]);
  });
});
