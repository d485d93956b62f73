import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";

type Campaign = {
  campaign_id: string;
  state: string;
  pace_per_minute: number | null;
  start_at: number | null;
  double_opt_in: unknown;
  quiet_hours: unknown;
  progress: { waiting: number; asked: number; taken: number };
};

let dashboard: Dashboard;
let apiKeyId = "";
const people = ["+15558870001", "+15558870002", "+15558870003"];

beforeAll(async () => {
  dashboard = await startDashboard();
  const { api_keys } = (await dashboard.admin("GET", "/api-keys")).body as { api_keys: { api_key_id: string }[] };
  apiKeyId = String(api_keys[0]?.api_key_id);
  for (const person of people) {
    const base = `/api-keys/${apiKeyId}/contacts`;
    await dashboard.admin("POST", base, { identifier: person, name: `Ann ${person.slice(-1)}` });
    await dashboard.admin("POST", `${base}/${encodeURIComponent(person)}/tags`, { tags: ["vip"] });
  }
});
afterAll(() => dashboard?.stop());

async function newest(): Promise<Campaign> {
  const { campaigns } = (await dashboard.admin("GET", `/api-keys/${apiKeyId}/campaigns`)).body as {
    campaigns: Campaign[];
  };
  return campaigns[0] as Campaign;
}

/** Makes a draft for everybody with the tag, by hand. */
async function draft(name: string): Promise<void> {
  const { page, gateway } = dashboard;
  await page.goto(`${gateway.url}/app/keys/${apiKeyId}/campaigns`);
  await page.getByRole("button", { name: "New campaign" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Text").fill("Hi {first_name}");
  await page.getByRole("button", { name: "Make the draft" }).click();
  await page.getByLabel("Or everybody with the tag").fill("vip");
  await page.getByRole("button", { name: "Take them" }).click();
  await page.getByText("3 rows with the tag vip, 0 left out.").waitFor();
}

describe("a campaign in the dashboard", () => {
  test("is given a tag's people and a pace, scheduled, paused, resumed and cancelled", async () => {
    const { page, complaints, findFaults } = dashboard;
    await draft("Later");
    await page.getByLabel("At most a minute").fill("30");
    await page.getByLabel("Quiet from").fill("22:00");
    await page.getByLabel("until", { exact: true }).fill("07:00");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect.poll(async () => (await newest()).pace_per_minute).toBe(30);
    expect((await newest()).quiet_hours).toEqual({ from: "22:00", to: "07:00" });
    await page.getByRole("button", { name: "Start", exact: true }).click();
    const tomorrow = new Date(Date.now() + 86_400_000 - new Date().getTimezoneOffset() * 60_000);
    await page.getByLabel("Start at").fill(tomorrow.toISOString().slice(0, 16));
    await page.getByRole("button", { name: "Start then" }).click();
    await page.getByText("scheduled", { exact: true }).waitFor();
    expect((await newest()).start_at).toBeGreaterThan(Date.now());
    expect(await findFaults("a campaign that is scheduled")).toEqual([]);
    await page.getByRole("button", { name: "Pause the campaign" }).click();
    await page.getByText("paused", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Resume the campaign" }).click();
    await page.getByText("scheduled", { exact: true }).waitFor();
    await page.getByLabel("At most a minute").fill("60");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect.poll(async () => (await newest()).pace_per_minute).toBe(60);
    await page.getByRole("button", { name: "Cancel the campaign" }).click();
    await page.getByText("3 people are then not written to").waitFor();
    await page.getByRole("button", { name: "Cancel it", exact: true }).click();
    await page.getByText("cancelled", { exact: true }).waitFor();
    await expect.poll(() => page.getByLabel("At most a minute").count()).toBe(0);
    expect(await newest()).toMatchObject({ state: "cancelled", progress: { waiting: 3, taken: 0 } });
    expect(complaints).toEqual([]);
  });

  test("asks first, says who has not answered, and shows the contact's consent", async () => {
    const { page, admin, complaints, findFaults } = dashboard;
    await draft("Newsletter");
    await page.getByLabel("Ask first").fill("{first_name}, reply YES to hear from us.");
    await page.getByLabel("Words that say yes").fill("JOIN, YES");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("and 3 of the question that comes first").waitFor();
    expect((await newest()).double_opt_in).toEqual({
      text: "{first_name}, reply YES to hear from us.",
      words: ["JOIN", "YES"],
      days: 7,
    });
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("button", { name: "Start now" }).click();
    await page.getByText("It waits: Everybody who is left was asked").waitFor();
    await page.getByText("asked, no answer yet").waitFor();
    expect(await findFaults("a campaign that asks")).toEqual([]);
    const chat = `/api-keys/${apiKeyId}/chats/${encodeURIComponent(String(people[0]))}/messages`;
    const { messages } = (await admin("GET", chat)).body as { messages: { internal_id: string }[] };
    const written = await admin("POST", "/sandbox/inbound", {
      from: people[0],
      to: messages[0]?.internal_id,
      text: "Join!",
    });
    expect(written.status).toBe(200);
    await expect.poll(async () => (await newest()).progress).toMatchObject({ asked: 2, taken: 1 });
    await page.goto(`${dashboard.gateway.url}/app/keys/${apiKeyId}/people`);
    await page.getByRole("button", { name: "Edit Ann 1" }).click();
    await page.getByText("Consent (1)").click();
    await page.getByText("written down by their answer").waitFor();
    await page.getByText("“Join!”").waitFor();
    await page.getByLabel("Agreed at").fill("2026-01-02T10:00");
    await page.getByLabel("Where").fill("Shop in Bonn");
    await page.getByRole("button", { name: "Write it down" }).click();
    await page.getByText("Consent (2)").waitFor();
    expect(await findFaults("a contact's consent")).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
