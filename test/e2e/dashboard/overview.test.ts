import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";
import { type FakeTwilio, startFakeTwilio } from "../../support/node/fake-twilio.ts";

const accountSid = `AC${"a1".repeat(16)}`;
const authToken = "f0e1d2c3b4a5968778695a4b3c2d1e0f";
const [number, other] = ["+12125550001", "+12125550002"];

let twilio: FakeTwilio;
let dashboard: Dashboard;
let live: string | undefined;

beforeAll(async () => {
  twilio = await startFakeTwilio({ accountSid, authToken, numbers: [number, other] });
  dashboard = await startDashboard({ env: { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1" } });
});
afterAll(async () => {
  await dashboard?.stop();
  await twilio?.stop();
});

describe("the overview", () => {
  test("leads a newcomer by clicking alone from the sandbox to the first assigned number of an account", async () => {
    const { page, goTo, findFaults } = dashboard;
    await page.getByText("0 of 7 done").waitFor();
    await page.getByText("sandbox only").waitFor();
    expect(await findFaults("overview new")).toEqual([]);
    await page.getByRole("link", { name: "Send a message" }).click();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("heading", { name: "Why this number" }).waitFor();
    await goTo("Overview");
    await page.getByText("1 of 7 done").waitFor();
    await page.getByRole("link", { name: "Connect an account" }).click();
    await page.getByLabel("Account SID").fill(accountSid);
    await page.getByLabel("Auth token alone").check();
    await page.getByLabel("Auth token", { exact: true }).fill(authToken);
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByRole("checkbox", { name: /555 0001/ }).check();
    await page.getByRole("button", { name: "Import 1 number" }).click();
    await page.getByText("Imported or repaired: 1 of 1").waitFor();
    await goTo("Overview");
    await page.getByText("3 of 7 done").waitFor();
    await page.getByText("sandbox only").waitFor({ state: "hidden" });
    await page.getByRole("link", { name: "Create a key" }).click();
    await page.getByRole("button", { name: "Create an API key" }).first().click();
    await page.getByLabel("Name").fill("Bakery");
    await page.getByLabel("Mode").selectOption("live");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByText(/^tl_live_/).waitFor();
    await page.getByRole("button", { name: "close" }).last().click();
    await goTo("Overview");
    await page.getByRole("link", { name: "Assign a number" }).click();
    await page.getByLabel(`Assigned To: ${number}`).selectOption("Bakery (live)");
    await goTo("Overview");
    await page.getByText("5 of 7 done").waitFor();
  });

  test("loses its list when all of it is done", async () => {
    const { page, admin } = dashboard;
    const { api_keys: keys } = (await admin("GET", "/api-keys")).body as {
      api_keys: { api_key_id: string; name: string }[];
    };
    live = keys.find(({ name }) => name === "Bakery")?.api_key_id;
    const sent = await admin("POST", `/api-keys/${live}/test-message`, { to: "+15551234567", text: "Fresh bread" });
    expect(sent.status).toBe(200);
    await admin("POST", "/webhooks", { webhook_url: "http://127.0.0.1:9/hook" });
    await page.reload();
    await page.getByRole("heading", { name: "Messages" }).waitFor();
    await page.getByRole("img", { name: "Messages by day" }).waitFor();
    await page.getByRole("heading", { name: "Set up" }).waitFor({ state: "hidden" });
  });

  test("shows what was carried by day and by number, as bars and in figures", async () => {
    const { page, findFaults, complaints } = dashboard;
    await page.getByRole("img", { name: /2 sent, 2 delivered, 0 failed in 7 days/ }).waitFor();
    await page.getByText("The same figures as a table").click();
    await page.getByRole("row", { name: /2 2 0/ }).waitFor();
    await page.getByRole("row", { name: /212 555 0001.* 1 1 0/ }).waitFor();
    await page.getByLabel("API key").selectOption("Bakery");
    await page.getByLabel("Time").selectOption("30 days");
    await page.getByRole("img", { name: /1 sent, 1 delivered, 0 failed in 30 days/ }).waitFor();
    expect(await findFaults("overview")).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("says what needs a person first, and the doctor how to mend it, in a text without anybody's name", async () => {
    const { page, admin, context, goTo, findFaults, complaints } = dashboard;
    const unauthorized = { kind: "refuse", status: 401, code: 20003, message: "Authenticate" } as const;
    for (const call of ["create", "numbers", "account", "list"] as const) twilio.fault({ call }, unauthorized, 99);
    await admin("POST", `/api-keys/${live}/messages`, { to: "+15551234567", text: "Stale bread" });
    await goTo("Integrations");
    await goTo("Overview");
    const verdict = page.getByRole("region", { name: "What needs you" });
    await verdict.getByText("Twilio refuses it").waitFor({ timeout: 30_000 });
    expect(await findFaults("overview unhealthy")).toEqual([]);
    await verdict.getByRole("link", { name: "Every check" }).click();
    await page
      .getByRole("row", { name: /needs you/ })
      .getByText("Replace the credentials")
      .waitFor();
    expect(await findFaults("doctor")).toEqual([]);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy as text" }).click();
    await page.getByText("Copied").waitFor();
    const text = String(await page.evaluate("navigator.clipboard.readText()"));
    expect(text).toContain("directory");
    expect(text).not.toContain("Bakery");
    expect(text).not.toContain("127.0.0.1");
    expect(complaints).toEqual([]);
  });
});
