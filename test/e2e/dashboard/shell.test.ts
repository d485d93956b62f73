import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, goTo, looks, startDashboard } from "../../support/node/dashboard.ts";

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.stop());

describe("the frame of the dashboard", () => {
  test("leads to every section by its navigation, and opens each page by its address", async () => {
    const { page, complaints } = dashboard;
    const links = page.getByRole("navigation").getByRole("link");
    for (const name of await links.allInnerTexts()) {
      await goTo(page, name.trim());
      await page.reload();
      await page.getByRole("heading", { name: name.trim(), exact: true, level: 1 }).waitFor();
    }
    expect(complaints).toEqual([]);
  });

  test("opens its menu on a phone, and closes it on arrival", async () => {
    const { page, findFaults } = dashboard;
    await page.setViewportSize(looks.phone);
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("navigation").waitFor();
    expect(await findFaults("menu")).toEqual([]);
    await page.setViewportSize(looks.phone);
    await page.getByRole("navigation").getByRole("link", { name: "Numbers" }).click();
    await page.getByRole("navigation").waitFor({ state: "hidden" });
    await page.setViewportSize(looks.light);
  });

  test("keeps the look that a person chose, whatever the system says", async () => {
    const { page } = dashboard;
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await ground();
    await page.getByLabel("Theme").selectOption("Dark");
    await expect.poll(ground).not.toBe(light);
    await page.reload();
    await page.getByLabel("Theme").waitFor();
    expect(await ground()).not.toBe(light);
    await page.getByLabel("Theme").selectOption("As the system");
    await expect.poll(ground).toBe(light);
    expect(await page.evaluate("localStorage.length")).toBe(0);
  });

  test("says so where an address is no page of its own", async () => {
    const { page, gateway, findFaults } = dashboard;
    await page.goto(`${gateway.url}/app/nothing/here`);
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    expect(await findFaults("not found")).toEqual([]);
  });

  test("leads back from whatever is not there", async () => {
    const { page, gateway } = dashboard;
    const { api_keys } = (await dashboard.admin("GET", "/api-keys")).body as { api_keys: { api_key_id: string }[] };
    const key = `/keys/${api_keys[0]?.api_key_id}`;
    const pages = [
      ["/integrations/int_nothing", "← Integrations", "/integrations"],
      ["/webhooks/wh_nothing", "← Webhooks", "/webhooks"],
      ["/keys/key_nothing", "← API Keys", "/keys"],
      [`${key}/campaigns/camp_nothing`, "← Campaigns", `${key}/campaigns`],
      [`/messages${key.replace("/keys", "")}/msg_nothing`, "← Messages", "/messages"],
    ] as const;
    for (const [at, link, to] of pages) {
      await page.goto(`${gateway.url}/app${at}`);
      await page.getByRole("alert").first().waitFor();
      await page.getByRole("link", { name: link }).click();
      await expect.poll(() => new URL(page.url()).pathname).toBe(`/app${to}`);
    }
  });
});
