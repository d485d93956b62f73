import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/node/fake-twilio.ts";

const many = Array.from({ length: 1_000 }, (_, index) => `+1212555${String(index).padStart(4, "0")}`);

let twilio: FakeTwilio;
let dashboard: Dashboard;

beforeAll(async () => {
  twilio = await startFakeTwilio({
    accountSid: `AC${"a1".repeat(16)}`,
    authToken: "f0e1d2c3b4a5968778695a4b3c2d1e0f",
    numbers: many,
  });
  dashboard = await startDashboard({ env: { TWILIO_API_URL: twilio.url } });
});
afterAll(async () => {
  await dashboard?.stop();
  await twilio?.stop();
});

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

  test("stays usable with a thousand numbers, and keeps its filters in the address", async () => {
    const { page, admin, goTo, findFaults } = dashboard;
    const { accountSid, authToken } = twilio;
    const account = await admin("POST", "/integrations/twilio", { account_sid: accountSid, auth_token: authToken });
    const path = `/integrations/twilio/${account.body.integration_id}/import`;
    for (let done = 0; done < many.length; done += 50) {
      await admin("POST", path, { phone_numbers: many.slice(done, done + 50) });
    }
    await goTo("Overview");
    await goTo("Numbers");
    await page.getByText("1003 numbers").waitFor({ timeout: 45_000 });
    expect(await page.getByRole("row").count()).toBe(101);
    expect(await findFaults("numbers many")).toEqual([]);
    await page.getByRole("button", { name: "Show more" }).click();
    expect(await page.getByRole("row").count()).toBe(201);
    await page.getByLabel("Find a number").fill("555 0999");
    await page.getByText("1 of 1003 numbers").waitFor();
    await page.getByLabel("API key").selectOption("Not assigned");
    await page.reload();
    await page.getByText("1 of 1003 numbers").waitFor();
    await page.getByLabel(`Assigned To: ${many[999]}`).waitFor();
  });
});
