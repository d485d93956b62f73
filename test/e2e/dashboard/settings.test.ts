import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.stop());

type Organization = { name: string; country_code: string | null; selection: Record<string, object> };

async function organizations(): Promise<Organization[]> {
  return (await dashboard.admin("GET", "/organizations")).body.organizations as Organization[];
}

describe("the settings", () => {
  test("change an organization: its name, its country and how its keys choose, in force at once", async () => {
    const { page, complaints, goTo, findFaults } = dashboard;
    await goTo("Settings");
    const card = page.getByRole("form", { name: "Default" });
    await card.getByLabel("Name").fill("Shop");
    await card.getByLabel("Default country").selectOption("DE");
    const twilio = card.getByRole("group", { name: "Twilio numbers" });
    await twilio.getByLabel("Takes").selectOption("round_robin");
    await twilio.getByRole("switch", { name: "Sticky" }).click();
    await twilio.getByLabel("For so many days").fill("30");
    await card.getByLabel("Keep messages for so many days").fill("90");
    expect(await findFaults("settings")).toEqual([]);
    await card.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved, and in force.").waitFor();
    const [saved] = await organizations();
    expect(saved).toMatchObject({
      name: "Shop",
      country_code: "DE",
      retention_days: 90,
      selection: { twilio: { strategy: "round_robin", sticky: true, sticky_days: 30 } },
    });
    const [key] = (await dashboard.admin("GET", "/api-keys")).body.api_keys as { api_key_id: string }[];
    const pool = await dashboard.admin("GET", `/api-keys/${key?.api_key_id}/pool`);
    expect(pool.body.selection).toMatchObject({ strategy: "round_robin", sticky: true });
    expect(complaints).toEqual([]);
  });

  test("export everything as one file, without a secret in the clear", async () => {
    const { page, gateway } = dashboard;
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export everything" }).click(),
    ]);
    const file = await readFile(await download.path(), "utf8");
    expect(download.suggestedFilename()).toBe("trunkline.ndjson");
    const lines = file
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(5);
    expect(file).toContain("Shop");
    expect(file).not.toContain(gateway.testKey);
  });

  test("make an organization, and show what is refused", async () => {
    const { page, findFaults } = dashboard;
    await page.getByRole("button", { name: "New organization" }).click();
    const dialog = page.getByRole("dialog");
    expect(await findFaults("settings organization")).toEqual([]);
    await dialog.getByLabel("Name").fill("Second <b>house</b>");
    await dialog.getByRole("button", { name: "Create" }).click();
    await page.getByRole("form", { name: "Second <b>house</b>" }).waitFor();
    expect((await organizations()).map(({ name }) => name)).toEqual(["Shop", "Second <b>house</b>"]);
  });

  test("show the public address, offer another where it is this machine's alone, and say that it is a setting where it is one of the world", async () => {
    const { page, gateway } = dashboard;
    const address = page.getByLabel("Address");
    const button = page.getByRole("button", { name: "Set the address" });
    expect(await address.inputValue()).toBe(gateway.url);
    expect(await button.isDisabled()).toBe(true);
    await address.fill("https://gateway.example");
    expect(await button.isDisabled()).toBe(false);
    const url = "https://gateway.example";
    const none = { former: [], numbers_behind: 0, phone_numbers_behind: [] };
    const known = { url, source: "setting", changeable: false, ...none };
    await page.route("**/admin/api/public-url", (route) => route.fulfill({ json: known }));
    await page.reload();
    await page.getByText("It is the Worker's setting PUBLIC_URL").waitFor();
    expect(await address.inputValue()).toBe(url);
    expect(await button.count()).toBe(0);
    await page.unroute("**/admin/api/public-url");
  });

  test("set the public address of a gateway that has none as a setting, and offer the one that the page is open at", async () => {
    const { page, gateway, findFaults } = dashboard;
    // Started by npm, a gateway always has the setting: the answers of one that was deployed without it are told here.
    const known = { url: null as string | null, source: null as string | null, former: ["https://old.example"] };
    const behind = { changeable: true, numbers_behind: 1, phone_numbers_behind: ["+15005550006"] };
    await page.route("**/admin/api/public-url", async (route) => {
      if (route.request().method() === "PUT")
        Object.assign(known, route.request().postDataJSON(), { source: "directory" });
      await route.fulfill({ json: { ...known, ...behind } });
    });
    await page.reload();
    await page.getByText(`This page is open at ${gateway.url}.`).waitFor();
    await page.getByText("1 number leads to an address of before").waitFor();
    expect(await findFaults("settings address")).toEqual([]);
    await page.getByLabel("Address").fill("https://gateway.example");
    await page.getByRole("button", { name: "Set the address" }).click();
    await page.getByText("The public address is https://gateway.example.").waitFor();
    expect(known).toMatchObject({ url: "https://gateway.example", source: "directory" });
    await page.unroute("**/admin/api/public-url");
  });

  test("show who is signed in, and end all of it after a question", async () => {
    const { page, findFaults, complaints } = dashboard;
    await page.getByText("this browser", { exact: true }).waitFor();
    await page.getByRole("main").getByRole("button", { name: "Sign out everywhere" }).click();
    await page.getByRole("dialog").getByText("this one as well").waitFor();
    expect(await findFaults("settings sessions")).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
    await page.getByRole("heading", { name: "Sign in to Trunkline" }).waitFor();
    expect((await dashboard.admin("GET", "/sessions")).body.sessions).toEqual([]);
    complaints.splice(0);
  });
});
