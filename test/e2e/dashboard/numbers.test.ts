import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.stop());

describe("numbers in the dashboard", () => {
  test("takes a number from its key by its dropdown, after saying what follows", async () => {
    const { page, admin, goTo } = dashboard;
    const { numbers } = (await admin("GET", "/numbers")).body as { numbers: { phone_number: string }[] };
    const number = String(numbers[2]?.phone_number);
    await goTo("Numbers");
    await page.getByLabel(`Assigned To: ${number}`).selectOption("Nobody");
    await page.getByText("What still waits to leave from it fails").waitFor();
    expect((await admin("GET", "/numbers?unassigned=true")).body.numbers).toEqual([]);
    const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH");
    await page.getByRole("button", { name: "Take it away" }).click();
    expect((await saved).status()).toBe(200);
    expect((await admin("GET", "/numbers?unassigned=true")).body.numbers).toMatchObject([{ phone_number: number }]);
  });

  test("switches a number off and sets its pace", async () => {
    const { page, admin } = dashboard;
    type Listed = { phone_number: string; is_active: boolean; messages_per_second: number | null };
    const list = async () => (await admin("GET", "/numbers")).body.numbers as Listed[];
    const number = String((await list())[0]?.phone_number);
    const read = async () => (await list()).find(({ phone_number }) => phone_number === number);
    const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH");
    await page.getByLabel(`Active: ${number}`).uncheck();
    expect((await saved).status()).toBe(200);
    expect(await read()).toMatchObject({ is_active: false });
    await page.getByRole("button", { name: `Change ${number}` }).click();
    await page.getByLabel("Pace").fill("2.5");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved, and in force.").waitFor();
    expect(await read()).toMatchObject({ messages_per_second: 2.5 });
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
