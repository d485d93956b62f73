import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/node/fake-twilio.ts";

const accountSid = `AC${"a1".repeat(16)}`;
const authToken = "f0e1d2c3b4a5968778695a4b3c2d1e0f";
const apiKey = { sid: `SK${"b2".repeat(16)}`, secret: "a-secret-of-the-stand-in" };
const before = "https://before.example/sms";
/** More than two calls import at once. */
const numbers = Array.from({ length: 120 }, (_, index) => `+1212555${String(index).padStart(4, "0")}`);
const [first = "", second = "", third = ""] = numbers;
const hostile = "<img src=x onerror=alert(1)> مرحبا";

let twilio: FakeTwilio;
let dashboard: Dashboard;

beforeAll(async () => {
  twilio = await startFakeTwilio({
    accountSid,
    authToken,
    apiKeys: [apiKey],
    numbers: numbers.map((phoneNumber) => ({ phoneNumber, smsUrl: before })),
  });
  dashboard = await startDashboard({ env: { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1" } });
});
afterAll(async () => {
  await dashboard?.stop();
  await twilio?.stop();
});

const smsUrlOf = (number: string) => twilio.numbers.find((one) => one.phoneNumber === number)?.fields.sms_url;

describe("a Twilio account in the dashboard", () => {
  test("is refused with Twilio's code and its meaning, and nothing of the form is kept", async () => {
    const { page, admin, goTo, findFaults } = dashboard;
    await goTo("Integrations");
    expect(await findFaults("integrations")).toEqual([]);
    await page.getByRole("link", { name: "Connect" }).click();
    await page.getByLabel("Account SID").fill(accountSid);
    await page.getByLabel("API key SID").fill(apiKey.sid);
    await page.getByLabel("API key secret").fill("wrong");
    await page.getByLabel("Auth token (recommended)").fill(authToken);
    await page.getByLabel("Name (optional)").fill(hostile);
    await page.getByRole("button", { name: "Connect" }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("20003").waitFor();
    await alert.getByText("Twilio refused the account's credentials").waitFor();
    await alert.getByRole("link", { name: "twilio_authentication_failed" }).waitFor();
    expect(await findFaults("connect refused")).toEqual([]);
    expect(JSON.stringify((await admin("GET", "/integrations/twilio")).body)).not.toContain(accountSid);
  });

  test("is connected once the credentials work, under the name that was given, and a page of HTML in between is a refusal like any other", async () => {
    const { page, findFaults } = dashboard;
    await page.getByLabel("API key secret").fill(apiKey.secret);
    const body = `<html><body onload="alert(1)"><h1>Bad gateway</h1>${"<p>مرحبا so sorry</p>".repeat(200)}</body></html>`;
    await page.route(/\/integrations\/twilio$/, (route) =>
      route.fulfill({ status: 502, contentType: "text/html", body }),
    );
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByRole("alert").getByText("The gateway answered 502.").waitFor();
    expect(await findFaults("connect unavailable")).toEqual([]);
    await page.unroute(/\/integrations\/twilio$/);
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByRole("heading", { name: hostile, exact: true }).waitFor();
    expect(await page.locator("img").count()).toBe(0);
    await page.getByText(`0 imported`).waitFor();
  });

  test("imports many numbers in slices, tells how far it is, goes on after a failed call, and names each that failed", async () => {
    const { page, findFaults } = dashboard;
    const slices: number[] = [];
    await page.route(/\/import$/, async (route) => {
      slices.push(route.request().postDataJSON().phone_numbers.length);
      await (slices.length === 2 ? route.abort("connectionreset") : route.continue());
    });
    await page.getByLabel("Choose all 120 that are not imported").check();
    twilio.numbers.splice(-1, 1);
    await page.getByRole("button", { name: "Import 120 numbers" }).click();
    await page.getByRole("status").getByText("Importing").waitFor();
    await page.getByRole("alert").waitFor();
    await page.getByText("Imported or repaired: 50 of 120").waitFor();
    await page.getByRole("button", { name: "Go on with the other 70" }).click();
    await page.getByText("Imported or repaired: 119 of 120").waitFor({ timeout: 60_000 });
    expect(slices).toEqual([50, 50, 50, 20]);
    await page.unroute(/\/import$/);
    await page.getByText("This Twilio account does not have the number.").waitFor();
    await page.getByText("119 of 119 numbers, 119 imported").waitFor();
    expect(smsUrlOf(first)).toContain("/twilio/");
    expect(await findFaults("one integration")).toEqual([]);
  });

  test("shows a number that calls elsewhere, and repairs it", async () => {
    const { page } = dashboard;
    const drifted = twilio.numbers.find((one) => one.phoneNumber === second);
    if (drifted) drifted.fields.sms_url = "https://elsewhere.example/";
    await page.getByRole("button", { name: "Look again" }).click();
    await page.getByRole("row", { name: "calls elsewhere" }).waitFor();
    await page.getByRole("button", { name: `Repair ${second}` }).click();
    await page.getByText("Imported or repaired: 1 of 1").waitFor();
    await page.getByRole("row", { name: "calls elsewhere" }).waitFor({ state: "hidden" });
    expect(smsUrlOf(second)).toContain("/twilio/");
  });

  test("is tested capability by capability, and changes its settings", async () => {
    const { page, admin } = dashboard;
    await page.getByRole("button", { name: "Test the connection" }).click();
    await page.getByRole("row", { name: "Credentials works" }).waitFor();
    const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH");
    await page.getByRole("switch", { name: "WhatsApp" }).uncheck();
    expect((await saved).status()).toBe(200);
    await page.getByLabel("Forward incoming calls to").fill("+12125550100");
    await page.getByRole("button", { name: "Save the details" }).click();
    await page.getByText("Saved, and in force.").waitFor();
    const { integrations } = (await admin("GET", "/integrations/twilio")).body as {
      integrations: { account_sid: string; sync: { channels: string[] }; voice_forward: string | null }[];
    };
    const kept = integrations.find((one) => one.account_sid === accountSid);
    expect(kept).toMatchObject({ sync: { channels: ["sms"] }, voice_forward: "+12125550100", name: hostile });
  });

  test("gives its first number to a key, from the import on by clicking alone", async () => {
    const { page, admin, goTo } = dashboard;
    await goTo("API Keys");
    await page.getByRole("button", { name: "Create an API key" }).first().click();
    await page.getByLabel("Name").fill("Live");
    await page.getByLabel("Mode").selectOption("live");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("button", { name: "close", exact: false }).last().click();
    await goTo("Numbers");
    await page.getByLabel("API key").selectOption("Not assigned");
    await page.getByLabel(`Assigned To: ${first}`).selectOption("Live (live)");
    await page.getByLabel(`Assigned To: ${first}`).waitFor({ state: "hidden" });
    const { numbers: held } = (await admin("GET", "/numbers")).body as {
      numbers: { phone_number: string; api_key_id: string | null }[];
    };
    expect(held.find((one) => one.phone_number === first)?.api_key_id).toBeTruthy();
  });

  test("releases a number when its name is typed, and says what follows", async () => {
    const { page, admin, goTo, findFaults } = dashboard;
    await goTo("Overview");
    await goTo("Numbers");
    await page.getByLabel("Find a number").fill("(212) 555-0002");
    await page.getByRole("button", { name: `Change ${third}` }).click();
    expect(await findFaults("change a number")).toEqual([]);
    await page.getByRole("button", { name: "Release the number" }).click();
    const release = page.getByRole("button", { name: "Release it" });
    expect(await release.isDisabled()).toBe(true);
    expect(await findFaults("release a number")).toEqual([]);
    await page.getByLabel(/^Type/).fill(third);
    await release.click();
    await page.getByText("its former webhooks stand again").waitFor();
    expect(JSON.stringify((await admin("GET", "/numbers")).body)).not.toContain(third);
    expect(smsUrlOf(third)).toBe(before);
  });

  test("is disconnected with the numbers named whose webhooks could not be restored", async () => {
    const { page, admin, goTo, findFaults } = dashboard;
    await goTo("Integrations");
    await page.getByRole("link", { name: hostile }).click();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByText("118 imported").waitFor();
    twilio.fault({ call: "numbers" }, { kind: "error", status: 500, taken: false }, 9);
    await page.getByText("118 numbers are released, 1 of them from API keys").waitFor();
    await page.getByLabel(/^Type/).fill(hostile);
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
    await page.getByRole("heading", { name: "The account is disconnected" }).waitFor({ timeout: 60_000 });
    await page.getByRole("dialog").getByTitle(second, { exact: true }).waitFor();
    expect(await findFaults("disconnected")).toEqual([]);
    await page.getByRole("button", { name: "To the integrations" }).click();
    await page.getByRole("heading", { name: "Integrations", level: 1 }).waitFor();
    expect(JSON.stringify((await admin("GET", "/integrations/twilio")).body)).not.toContain(accountSid);
    // Of the requests that failed on purpose the browser's console tells.
    expect(dashboard.complaints.filter((line) => !/422|502|ERR_CONNECTION_RESET/.test(line))).toEqual([]);
    expect(twilio.violations).toEqual([]);
  });
});
