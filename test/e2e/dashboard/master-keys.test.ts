import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf } from "../../support/node/client.ts";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";
import { startGateway } from "../../support/node/start-gateway.ts";

const old = `k1:${Buffer.alloc(32, 1).toString("base64")}`;
const fresh = `k2:${Buffer.alloc(32, 2).toString("base64")}`;

let dashboard: Dashboard;

beforeAll(async () => {
  const gateway = await startGateway({ env: { MASTER_KEYS: old } });
  const hook = { webhook_url: "https://example.com/hook", webhook_type: "all" };
  expect((await adminOf(gateway)("POST", "/webhooks", hook)).status).toBe(201);
  await gateway.stop();
  dashboard = await startDashboard({ stateDir: gateway.stateDir, env: { MASTER_KEYS: `${fresh},${old}` } });
});
afterAll(() => dashboard?.stop());

test("a new master key takes over what the old one sealed, and what still needs the old one is said", async () => {
  const { page, admin, complaints, goTo, findFaults } = dashboard;
  await goTo("Settings");
  const row = page.getByRole("row", { name: "k1" });
  await row.getByText("seals secrets").waitFor();
  expect(await findFaults("settings master keys")).toEqual([]);
  await page.getByRole("button", { name: "Seal everything anew" }).click();
  await page.getByRole("status").getByText("0 are left").waitFor();
  await row.getByText("API keys to rotate").waitFor();
  expect(await page.getByRole("button", { name: "Seal everything anew" }).count()).toBe(0);
  const keys = (await admin("GET", "/status")).body.master_keys as { id: string; secrets: number }[];
  expect(keys.find(({ id }) => id === "k1")?.secrets).toBe(0);
  expect(complaints).toEqual([]);
});
