import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../support/node/client.ts";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";
import { type Sink, startSink } from "../../support/node/sink.ts";

const html = `<!doctype html><h1>Out of order</h1><img src=x onerror="alert(1)"><script>alert(2)</script>${"<p>…</p>".repeat(500)}`;

let dashboard: Dashboard;
let sink: Sink;
let apiKeyId = "";

beforeAll(async () => {
  sink = await startSink();
  dashboard = await startDashboard({ env: { ALLOW_LOCAL_WEBHOOKS: "1" } });
  const { api_keys } = (await dashboard.admin("GET", "/api-keys")).body as { api_keys: { api_key_id: string }[] };
  apiKeyId = String(api_keys[0]?.api_key_id);
});
afterAll(async () => {
  await dashboard?.stop();
  await sink?.stop();
});

const optOut = (contact: string) => dashboard.admin("POST", `/api-keys/${apiKeyId}/opt-outs`, { contact });
const arrived = (times: number) => eventually(async () => sink.deliveries.length >= times && sink.deliveries.at(-1));

describe("webhooks in the dashboard", () => {
  test("says what they are for while there are none", async () => {
    const { page, goTo, findFaults } = dashboard;
    await goTo("Webhooks");
    await page.getByRole("heading", { name: "No webhooks yet" }).waitFor();
    expect(await findFaults("no webhooks")).toEqual([]);
  });

  test("shows a new secret once with samples in four languages, and leaves it nowhere", async () => {
    const { page, complaints, findFaults } = dashboard;
    await page.getByRole("button", { name: "Add a webhook" }).first().click();
    expect(await findFaults("add a webhook")).toEqual([]);
    await page.getByLabel("URL").fill(`${sink.url}/hook`);
    await page.getByLabel("It hears").selectOption("Only events that I name");
    await page.getByLabel("Events", { exact: true }).fill("contact.*");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    const secret = String(await page.getByText(/^whsec_/).textContent());
    sink.trust(secret, "/hook");
    await page.getByLabel("Verify a delivery in").selectOption("PHP");
    await page.getByRole("region", { name: "Sample in PHP" }).getByText("hash_equals").waitFor();
    expect(await findFaults("webhook secret")).toEqual([]);
    await page.getByRole("link", { name: "Open it" }).click();
    await page.getByText("not called yet").waitFor();
    const kept = await page.evaluate(
      "document.body.innerText + JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href",
    );
    expect(kept).not.toContain(secret);
    expect(complaints).toEqual([]);
  });

  test("sends a test event and shows how it went", async () => {
    const { page } = dashboard;
    await page.getByRole("button", { name: "Send a test event" }).click();
    await page.getByRole("button", { name: "Send it" }).click();
    await page.getByText("Received.", { exact: true }).waitFor();
    expect(await arrived(1)).toMatchObject({ standard: true, payload: { event: "webhook.test" } });
    sink.answer("/hook", { kind: "status", status: 500, body: html });
    await page.getByRole("button", { name: "Send another" }).click();
    await page.getByText("Answered 500").waitFor();
    await page.getByText("<h1>Out of order</h1>").waitFor();
    await page.keyboard.press("Escape");
  });

  test("shows a failed attempt with its answer as text, and delivers it again", async () => {
    const { page, complaints, findFaults } = dashboard;
    sink.answer("/hook", { kind: "status", status: 500, body: html });
    await optOut("+15553330001");
    await arrived(3);
    await page.getByLabel("Show").selectOption("Failed");
    await page.getByRole("button", { name: "Details of contact.opted_out" }).first().click();
    await page.getByRole("region", { name: "The receiver's answer" }).getByText("<script>alert(2)</script>").waitFor();
    expect(await page.locator("dialog img, dialog script").count()).toBe(0);
    expect(await findFaults("one attempt")).toEqual([]);
    await page.getByRole("button", { name: "Deliver it again" }).click();
    await page.getByText("Received.", { exact: true }).waitFor();
    const again = await eventually(async () =>
      sink.deliveries.find((one) => one.headers["x-blooio-replay"] === "true"),
    );
    expect(again.payload).toMatchObject({ event: "contact.opted_out", external_id: "+15553330001" });
    await page.keyboard.press("Escape");
    expect(await findFaults("one webhook")).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("delivers everything of a time again, and says how much that is", async () => {
    const { page, findFaults } = dashboard;
    const before = sink.deliveries.length;
    await page.getByRole("button", { name: "Deliver events again" }).click();
    await page.getByLabel("Which").selectOption("Everything, also what was received");
    expect(await findFaults("replay")).toEqual([]);
    await page.getByRole("button", { name: "Deliver them again" }).click();
    await page.getByText("That is all there were.").waitFor();
    await arrived(before + 1);
    await page.keyboard.press("Escape");
  });

  test("pauses and resumes, rotates its secret, and ends only for one who types its URL", async () => {
    const { page, admin, findFaults } = dashboard;
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Somebody paused it.").waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.getByRole("button", { name: "Rotate the secret" }).click();
    await page.getByRole("button", { name: "Make a new secret" }).click();
    await page.getByText(/^whsec_/).waitFor();
    await page.getByRole("button", { name: "I have it: close" }).click();
    await page.getByRole("link", { name: "← Webhooks" }).click();
    await page.getByRole("table").waitFor();
    expect(await findFaults("webhooks")).toEqual([]);
    await page.getByRole("link", { name: `${sink.url}/hook` }).click();
    await page.getByRole("button", { name: "Delete" }).click();
    const end = page.getByRole("button", { name: "Delete the webhook" });
    expect(await end.isDisabled()).toBe(true);
    await page.getByLabel("to confirm").fill(`${sink.url}/hook`);
    await end.click();
    await page.getByRole("heading", { name: "No webhooks yet" }).waitFor();
    expect((await admin("GET", "/webhooks")).body.webhooks).toEqual([]);
    expect(dashboard.complaints).toEqual([]);
  });
});
