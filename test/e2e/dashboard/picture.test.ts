import { stat } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../support/node/client.ts";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";

/** Where the picture of the README is written; without it the scene is played and nothing is written. */
const place = process.env.DASHBOARD_PICTURE;
const largestBytes = 200_000;

let dashboard: Dashboard;

beforeAll(async () => {
  dashboard = await startDashboard();
});
afterAll(() => dashboard?.stop());

test("the scene of the README's picture comes about: a conversation, what became of each message, and why its number speaks", async () => {
  const { admin, gateway, openStranger } = dashboard;
  const [key] = (await admin("GET", "/api-keys")).body.api_keys as { api_key_id: string }[];
  const id = String(key?.api_key_id);
  await admin("PATCH", `/api-keys/${id}`, {
    name: "Webshop",
    selection: { strategy: "round_robin", sticky: true, sticky_days: null },
  });
  const people = { "+14155550101": "Ann Becker", "+14155550102": "Tom Reyes", "+14155550103": "Mia Novak" };
  for (const [identifier, name] of Object.entries(people)) {
    await admin("POST", `/api-keys/${id}/contacts`, { identifier, name });
  }
  const send = async (to: string, text: string) => {
    const sent = await admin("POST", `/api-keys/${id}/messages`, { to, text });
    const path = `/api-keys/${id}/messages/${sent.body.message_id}`;
    await eventually(async () => /delivered|failed/.test(String((await admin("GET", path)).body.status)));
    return String(sent.body.from_number);
  };
  const answer = async (from: string, to: string, text: string) => {
    await admin("POST", "/sandbox/inbound", { from, to, text });
    const path = `/api-keys/${id}/messages?direction=inbound&q=${encodeURIComponent(text)}`;
    await eventually(async () => ((await admin("GET", path)).body.messages as unknown[]).length === 1);
  };
  await send("+15005553003", "Your parcel waits at the shop.");
  await answer("+14155550103", await send("+14155550103", "Is Thursday fine for the repair?"), "Thursday is fine");
  await send("+14155550102", "Your invoice is in your mailbox.");
  const ours = await send("+14155550101", "Hello Ann, your order 1047 has left our house. It arrives on Friday.");
  await answer("+14155550101", ours, "Great! Can the courier leave it with the neighbours?");
  await send("+14155550101", "Sure. He rings twice, then he tries next door.");
  await answer("+14155550101", ours, "Perfect, thank you!");

  const context = await openStranger();
  await context.addCookies(await dashboard.context.cookies());
  const page = await context.newPage();
  await page.setViewportSize({ width: 1280, height: 850 });
  await page.goto(`${gateway.url}/app/inbox/${id}?chat=%2B14155550101`);
  await page.getByRole("log").getByText("Perfect, thank you").waitFor();
  await page.getByLabel("Your message").fill("You are welcome, Ann.");
  await page.getByText("Will leave from").waitFor();
  await page.getByText("21 characters · 1 part · GSM-7").waitFor();
  if (place === undefined) return;
  await page.screenshot({ path: place });
  expect((await stat(place)).size).toBeLessThan(largestBytes);
});
