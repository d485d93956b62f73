import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";

type Pool = { numbers: { phone_number: string; weight: number }[] };

let dashboard: Dashboard;
let apiKeyId = "";

beforeAll(async () => {
  dashboard = await startDashboard();
  const { api_keys } = (await dashboard.admin("GET", "/api-keys")).body as { api_keys: { api_key_id: string }[] };
  apiKeyId = String(api_keys[0]?.api_key_id);
});
afterAll(() => dashboard?.stop());

async function readOrder(): Promise<string[]> {
  const { numbers } = (await dashboard.admin("GET", `/api-keys/${apiKeyId}/pool`)).body as Pool;
  return numbers.map(({ phone_number }) => phone_number);
}

async function openKey() {
  const { page, goTo } = dashboard;
  await goTo("API Keys");
  await page.getByRole("main").getByRole("row").nth(1).getByRole("link").click();
  await page.getByRole("heading", { name: "What would a send choose, and why?" }).waitFor();
}

describe("one API key in the dashboard", () => {
  test("orders its pool by the keyboard, keeps the focus on what was moved, and saves the order as a whole", async () => {
    const { page, findFaults } = dashboard;
    const before = await readOrder();
    await openKey();
    expect(await findFaults("one key")).toEqual([]);
    await page.getByRole("button", { name: "place 3 of 3" }).press("Home");
    await page.getByText("stands at place 1 of 3 now. Not saved yet.").waitFor();
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toContain("place 1 of 3");
    expect(await readOrder()).toEqual(before);
    await page.getByRole("button", { name: "Save the order" }).click();
    await page.getByText("The pool stands in its new order.").waitFor();
    expect(await readOrder()).toEqual([before[2], before[0], before[1]]);
  });

  test("overwrites nobody who ordered the pool meanwhile, and loses neither order", async () => {
    const { page, admin, complaints } = dashboard;
    const [first, second, third] = await readOrder();
    await page.getByRole("button", { name: "place 1 of 3" }).press("ArrowDown");
    await admin("PUT", `/api-keys/${apiKeyId}/pool/order`, { phone_numbers: [third, second, first] });
    await page.getByRole("button", { name: "Save the order" }).click();
    await page.getByText("Somebody else has changed this pool meanwhile.").waitFor();
    await expect.poll(() => complaints.length).toBe(1);
    expect(complaints.splice(0)).toEqual([expect.stringContaining("409 (Conflict)")]);
    expect(await readOrder()).toEqual([third, second, first]);
    await page.getByRole("button", { name: "Lay my order over what stands now" }).click();
    await page.getByRole("button", { name: "Save the order" }).click();
    await expect.poll(readOrder).toEqual([second, first, third]);
  });

  test("shows the shares that weights give before they are saved", async () => {
    const { page, admin } = dashboard;
    const heaviest = String((await readOrder())[0]);
    await admin("PATCH", `/numbers/${encodeURIComponent(heaviest)}`, { weight: 2 });
    await openKey();
    const own = page.getByRole("switch", { name: "This key picks in a way of its own" });
    if (!(await own.isChecked())) await own.check();
    await page.getByRole("radio", { name: "By weight" }).check();
    await page.locator(`[data-address="${heaviest}"]`).getByText("50%").waitFor();
    await page.getByRole("button", { name: "Save how it picks" }).click();
    await page.getByText("The pool picks so from the next message on.").waitFor();
    expect((await admin("GET", `/api-keys/${apiKeyId}`)).body.selection).toMatchObject({ strategy: "weighted" });
  });

  test("says which number a send would choose and why, and why one would be refused", async () => {
    const { page, admin, findFaults } = dashboard;
    await admin("POST", `/api-keys/${apiKeyId}/opt-outs`, { contact: "+15551110000" });
    await page.getByLabel("To", { exact: true }).fill("+15551234567");
    await page.getByLabel("Text", { exact: true }).fill("Hello");
    await page.getByRole("button", { name: "Ask the pool" }).click();
    await page.getByText("because it is its turn by weight").waitFor();
    expect(await findFaults("preview")).toEqual([]);
    await page.getByLabel("To", { exact: true }).fill("+15551110000");
    await page.getByRole("button", { name: "Ask the pool" }).click();
    await page.getByText("Would be refused:").waitFor();
    await page.getByRole("link", { name: "recipient_opted_out" }).waitFor();
  });

  test("shows a rotated key once", async () => {
    const { page, complaints } = dashboard;
    await page.getByRole("button", { name: "Rotate" }).click();
    await page.getByRole("button", { name: "Make a new key" }).click();
    const token = await page.getByText(/^tl_test_/).textContent();
    await page.getByText("The old key works until").waitFor();
    await page.getByRole("button", { name: "I have it: close" }).click();
    const kept = await page.evaluate(
      "document.body.innerText + JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href",
    );
    expect(kept).not.toContain(token);
    expect(complaints).toEqual([]);
  });

  test("pauses and resumes, and ends only for one who types its name", async () => {
    const { page, admin, findFaults, goTo } = dashboard;
    const made = await admin("POST", "/api-keys", { name: `<img src=x onerror=alert(1)> "Doomed"`, mode: "test" });
    await goTo("API Keys");
    await page.getByRole("link", { name: "Doomed" }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Pause the key" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("The key sends again.").waitFor();
    await page.getByRole("button", { name: "Revoke" }).click();
    const end = page.getByRole("button", { name: "Revoke the key" });
    expect(await end.isDisabled()).toBe(true);
    expect(await findFaults("revoke")).toEqual([]);
    await page.getByLabel("to confirm").fill(`<img src=x onerror=alert(1)> "Doomed"`);
    await end.click();
    await page.getByText("This key was revoked").waitFor();
    expect((await admin("GET", `/api-keys/${made.body.api_key_id}`)).body.status).toBe("revoked");
  });

  test("bounds what the key may send, says what is no number, and takes the guard away only where that is switched off", async () => {
    const { page, admin, findFaults } = dashboard;
    await openKey();
    await page.getByLabel("Messages to one person an hour").fill("five");
    await page.getByText("Whole numbers, or nothing for no limit.").waitFor();
    await page.getByLabel("Messages to one person an hour").fill("5");
    await page.getByLabel("Messages to one country a day").fill("1000");
    await page.getByRole("button", { name: "Save the settings" }).click();
    await page.getByText("The settings are in force.").waitFor();
    expect(await findFaults("a key's limits")).toEqual([]);
    expect((await admin("GET", `/api-keys/${apiKeyId}`)).body).toMatchObject({
      velocity: { per_recipient_per_hour: 5, per_country_per_day: 1_000, per_prefix_per_hour: null },
      pause_itself: true,
    });
    await page.getByLabel("Messages to one person an hour").fill("");
    await page.getByLabel("Messages to one country a day").fill("");
    await page.getByRole("switch", { name: "Pause itself" }).uncheck();
    await page.getByRole("button", { name: "Save the settings" }).click();
    await expect
      .poll(async () => (await admin("GET", `/api-keys/${apiKeyId}`)).body)
      .toMatchObject({ velocity: null, pause_itself: false });
  });

  test("keeps what is changed while its settings are saved, and saves it next", async () => {
    const { page, admin } = dashboard;
    await openKey();
    // Without the notices of before.
    await page.reload();
    const path = `**/admin/api/api-keys/${apiKeyId}`;
    const answered = Promise.withResolvers<void>();
    await page.route(path, async (route) => {
      if (route.request().method() === "PATCH") await answered.promise;
      await route.continue();
    });
    const limit = page.getByLabel("Messages to one person an hour");
    const parts = page.getByLabel("Parts a day");
    await limit.fill("7");
    await page.getByRole("button", { name: "Save the settings" }).click();
    await parts.fill("900");
    answered.resolve();
    await page.getByText("The settings are in force.").waitFor();
    await page.unroute(path);
    expect(await parts.inputValue()).toBe("900");
    await page.getByRole("button", { name: "Save the settings" }).click();
    await expect
      .poll(async () => (await admin("GET", `/api-keys/${apiKeyId}`)).body)
      .toMatchObject({ velocity: { per_recipient_per_hour: 7 }, daily_cap: 900 });
  });
});
