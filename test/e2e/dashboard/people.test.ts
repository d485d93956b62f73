import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";

const names = ["<img src=x onerror=alert(1)>", "مرحبا بالعالم", "Family 👩‍👩‍👧‍👦"];

let dashboard: Dashboard;
let apiKeyId = "";
let numbers: string[] = [];

beforeAll(async () => {
  dashboard = await startDashboard();
  const { api_keys } = (await dashboard.admin("GET", "/api-keys")).body as { api_keys: { api_key_id: string }[] };
  apiKeyId = String(api_keys[0]?.api_key_id);
  const pool = (await dashboard.admin("GET", `/api-keys/${apiKeyId}/pool`)).body as {
    numbers: { phone_number: string }[];
  };
  numbers = pool.numbers.map(({ phone_number }) => phone_number);
});
afterAll(() => dashboard?.stop());

const open = (place: string) => dashboard.page.goto(`${dashboard.gateway.url}/app/keys/${apiKeyId}/people${place}`);

describe("the people of a key in the dashboard", () => {
  test("are added, tagged and found, whatever their names are written in, and nothing of a name is executed", async () => {
    const { page, complaints, findFaults } = dashboard;
    await open("");
    for (const [index, name] of names.entries()) {
      await page.getByRole("button", { name: "Add a contact" }).first().click();
      await page.getByLabel("Number or email").fill(`+1555888000${index}`);
      await page.getByLabel("Name", { exact: true }).fill(name);
      await page.getByLabel("Tags").fill("vip, <b>bold</b>");
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await page.getByRole("cell", { name, exact: true }).waitFor();
    }
    expect(await page.locator("main img, main b").count()).toBe(0);
    expect(await findFaults("contacts")).toEqual([]);
    await page.getByLabel("Search").fill("amily");
    await page.getByText("1 of 1,").waitFor();
    await page.getByRole("button", { name: `Edit ${names[2]}` }).click();
    await page.getByRole("button", { name: "Remove the tag <b>bold</b>" }).click();
    await page.getByRole("button", { name: "Remove the tag <b>bold</b>" }).waitFor({ state: "hidden" });
    await page.getByLabel("New tags").fill("late");
    await page.getByRole("button", { name: "Add tags" }).click();
    await page.getByRole("button", { name: "Remove the tag late" }).waitFor();
    expect(await findFaults("edit a contact")).toEqual([]);
    await page.getByRole("button", { name: "Done" }).click();
    const read = await dashboard.admin("GET", `/api-keys/${apiKeyId}/contacts/%2B15558880002`);
    expect(read.body).toMatchObject({ name: names[2], tags: ["late", "vip"] });
    expect(complaints).toEqual([]);
  });

  test("are brought along from a file of 10,000 rows, each refused row with its line", async () => {
    const { page, admin, findFaults } = dashboard;
    await open("/sticky");
    await page.getByRole("button", { name: "Import a CSV" }).click();
    const rows = Array.from({ length: 10_000 }, (_, index) => `+1555${2_000_000 + index},${numbers[index % 3]}`);
    rows[6_998] = `+15559999999,+12025550000`;
    rows[4_998] = `,${numbers[0]}`;
    const buffer = Buffer.from(`contact,phone_number\n${rows.join("\n")}\n`);
    await page.getByLabel("File").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer });
    await page.getByText("10,000 rows read, 1 of which cannot be used.").waitFor();
    await page.getByRole("button", { name: "Import 9,999 rows" }).click();
    await page.getByText("9,998 tied, 2 refused.").waitFor({ timeout: 120_000 });
    await page.getByRole("row", { name: "Line 5000" }).getByText("The contact is missing.").waitFor();
    await page.getByRole("row", { name: "Line 7000" }).getByText("+12025550000").waitFor();
    expect(await findFaults("imported")).toEqual([]);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText(/of \d,\d{3}/).waitFor();
    const tied = await admin("GET", `/api-keys/${apiKeyId}/assignments?contact=%2B15552009999`);
    expect(tied.body.assignments).toMatchObject([{ phone_number: numbers[9_999 % 3] }]);
  });

  test("are freed one by one, and found by their number", async () => {
    const { page, admin, findFaults } = dashboard;
    await page.getByLabel("Contact", { exact: true }).fill("+15552000007");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("1 of 1,").waitFor();
    expect(await findFaults("sticky contacts")).toEqual([]);
    await page.getByRole("button", { name: "Free +15552000007" }).click();
    await page.getByText("This contact is tied to no number").waitFor();
    const free = await admin("GET", `/api-keys/${apiKeyId}/assignments?contact=%2B15552000007`);
    expect(free.body.assignments).toEqual([]);
  });

  test("are opted out at once, and let in again only after a warning", async () => {
    const { page, admin, complaints, findFaults } = dashboard;
    await page.getByRole("link", { name: "Opt-outs" }).click();
    await page.getByText("Nobody has opted out").waitFor();
    await page.getByRole("button", { name: "Opt somebody out" }).click();
    await page.getByLabel("Contact", { exact: true }).last().fill("+15558880001");
    await page.getByRole("button", { name: "Opt out", exact: true }).click();
    await page.getByRole("cell", { name: "an admin" }).waitFor();
    expect(await findFaults("opt-outs")).toEqual([]);
    await page.getByRole("button", { name: "Lift the opt-out of +15558880001" }).click();
    await page.getByText("Only where the person has asked for it").waitFor();
    expect(await findFaults("lift an opt-out")).toEqual([]);
    await page.getByRole("button", { name: "Lift the opt-out", exact: true }).click();
    await page.getByText("Nobody has opted out").waitFor();
    expect((await admin("GET", `/api-keys/${apiKeyId}/opt-outs`)).body.opt_outs).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("are written to by a campaign: a list with why some are left out, a preview, a test, the start and what became of it", async () => {
    const { page, admin, complaints, findFaults } = dashboard;
    await page.getByRole("link", { name: "Campaigns" }).click();
    await page.getByText("No campaign yet").waitFor();
    await page.getByRole("button", { name: "New campaign" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Spring <b>sale</b>");
    await page.getByLabel("Text").fill("Hi {first_name|there}");
    await page.getByRole("button", { name: "Make the draft" }).click();
    await page.getByText("Nobody is in its list yet.").waitFor();
    const rows = "phone;first_name\r\n+15558890001;Ann\r\n+15558890002;\r\n(555) 889-0001;Ann\r\nnobody;Bob\r\n";
    await page
      .getByLabel("A CSV file")
      .setInputFiles({ name: "list.csv", mimeType: "text/csv", buffer: Buffer.from(rows) });
    await page.getByText("4 rows, 2 left out. Fields: first_name.").waitFor();
    await page.getByText("1: stands twice").waitFor();
    await page.getByText("2 messages, 2 parts in all.").waitFor();
    await page.getByRole("cell", { name: "Hi Ann" }).waitFor();
    expect(await page.locator("main b").count()).toBe(0);
    expect(await findFaults("a campaign's draft")).toEqual([]);
    await page.getByLabel("Send one to yourself").fill("+15558890009");
    await page.getByRole("button", { name: "Send the test" }).click();
    await page.getByText("On its way from").waitFor();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("button", { name: "Start now" }).click();
    await page.getByText("Written to: 2 of 2").waitFor();
    await page.getByText("completed", { exact: true }).waitFor();
    expect(await findFaults("a campaign that is completed")).toEqual([]);
    const { campaigns } = (await admin("GET", `/api-keys/${apiKeyId}/campaigns`)).body as { campaigns: object[] };
    expect(campaigns).toMatchObject([{ state: "completed", progress: { taken: 2, rejected: 2 } }]);
    expect(complaints).toEqual([]);
  });
});
