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
    expect(await findFaults("settings")).toEqual([]);
    await card.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved, and in force.").waitFor();
    const [saved] = await organizations();
    expect(saved).toMatchObject({
      name: "Shop",
      country_code: "DE",
      selection: { twilio: { strategy: "round_robin", sticky: true, sticky_days: 30 } },
    });
    const [key] = (await dashboard.admin("GET", "/api-keys")).body.api_keys as { api_key_id: string }[];
    const pool = await dashboard.admin("GET", `/api-keys/${key?.api_key_id}/pool`);
    expect(pool.body.selection).toMatchObject({ strategy: "round_robin", sticky: true });
    expect(complaints).toEqual([]);
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
