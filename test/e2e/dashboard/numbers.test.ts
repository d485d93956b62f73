import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.stop());

describe("numbers in the dashboard", () => {
  test("assigns a number by its dropdown", async () => {
    const { page, admin, goTo } = dashboard;
    const { numbers } = (await admin("GET", "/numbers")).body as { numbers: { phone_number: string }[] };
    const number = String(numbers[2]?.phone_number);
    await goTo("Numbers");
    const holder = page.getByLabel(`Assigned To: ${number}`);
    const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH");
    await holder.selectOption("Nobody");
    expect((await saved).status()).toBe(200);
    expect((await admin("GET", "/numbers?unassigned=true")).body.numbers).toMatchObject([{ phone_number: number }]);
  });

  test("is free of faults in every look", async () => {
    const { page, goTo, findFaults, complaints } = dashboard;
    await goTo("Overview");
    await page.getByRole("table").waitFor();
    const faults = await findFaults("overview");
    await goTo("Numbers");
    await page.getByRole("table").waitFor();
    expect([...faults, ...(await findFaults("numbers"))]).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
