import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf } from "../../support/node/client.ts";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";
import { startGateway } from "../../support/node/start-gateway.ts";

const hay = 100_000;

let dashboard: Dashboard;
let keyId: string;

beforeAll(async () => {
  const gateway = await startGateway();
  const admin = adminOf(gateway);
  const keys = (await admin("GET", "/api-keys")).body.api_keys as { api_key_id: string }[];
  keyId = String(keys[0]?.api_key_id);
  const body = { to: "+15556000001", text: "The needle", send_at: Date.now() + 86_400_000 };
  expect((await admin("POST", `/api-keys/${keyId}/messages`, body)).status).toBe(202);
  await gateway.stop();
  pileUp(gateway.stateDir);
  dashboard = await startDashboard({ stateDir: gateway.stateDir });
});
afterAll(() => dashboard?.stop());

/** So many messages are written into the key's ledger while the gateway is down: sent one by one they would take an hour. */
function pileUp(stateDir: string): void {
  const ledgers = globSync(join(stateDir, "**", "*.sqlite")).map((path) => new DatabaseSync(path));
  const holds = (ledger: DatabaseSync) => {
    if (ledger.prepare("SELECT 1 FROM sqlite_master WHERE name = 'agenda'").get() === undefined) return false;
    return ledger.prepare("SELECT 1 FROM messages WHERE text = 'The needle'").get() !== undefined;
  };
  const ours = ledgers.filter(holds);
  expect(ours).toHaveLength(1);
  ours[0]?.exec(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${hay})
     INSERT INTO messages (seq, chat, direction, number, channel, account, status, text, created_at, detail)
     SELECT first.seq + n.i, first.chat, 'outbound', first.number, 'sms', first.account, 'cancelled', 'Hay ' || n.i, first.created_at, first.detail
     FROM n, (SELECT * FROM messages ORDER BY seq LIMIT 1) AS first`,
  );
  for (const ledger of ledgers) ledger.close();
}

test("a key of 100,000 messages is read page by page, searched as far as one call goes, and on from there", async () => {
  const { page, gateway, complaints, findFaults } = dashboard;
  await page.goto(`${gateway.url}/app/messages`);
  const rows = page.locator("tbody tr");
  await page.getByText(`Hay ${hay}`, { exact: true }).waitFor();
  expect(await rows.count()).toBe(50);
  await page.getByRole("button", { name: "Older messages" }).click();
  await expect.poll(() => rows.count()).toBe(100);

  await page.getByLabel("Text or id").fill("needle");
  await page.getByLabel("Text or id").press("Enter");
  await page.getByText("Searched down to").waitFor();
  expect(await rows.count()).toBe(0);
  expect(await findFaults("messages searched so far")).toEqual([]);
  for (let tries = 0; (await rows.count()) === 0; tries += 1) {
    expect(tries).toBeLessThan(10);
    const went = page.waitForResponse((answer) => answer.url().includes("before="));
    await page.getByRole("button", { name: "Go on searching" }).click();
    await went;
    await page.getByRole("button", { name: "Reading …" }).waitFor({ state: "hidden" });
  }
  await page.getByRole("row", { name: "The needle" }).waitFor();
  await page.getByRole("button", { name: "Go on searching" }).waitFor({ state: "hidden" });
  expect(complaints).toEqual([]);
});

test("a conversation of 100,000 messages opens at its end", async () => {
  const { page, gateway } = dashboard;
  await page.goto(`${gateway.url}/app/inbox/${keyId}?chat=%2B15556000001`);
  const log = page.getByRole("log");
  await log.getByText(`Hay ${hay}`, { exact: true }).waitFor();
  expect(await log.getByRole("article").count()).toBe(50);
});
