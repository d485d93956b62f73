import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf } from "../../support/node/client.ts";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";
import { startGateway } from "../../support/node/start-gateway.ts";

const added = 997;
const patienceMs = 60_000;

let dashboard: Dashboard;
let keyId: string;

beforeAll(async () => {
  const gateway = await startGateway();
  const keys = (await adminOf(gateway)("GET", "/api-keys")).body.api_keys as { api_key_id: string }[];
  keyId = String(keys[0]?.api_key_id);
  await gateway.stop();
  pileUp(gateway.stateDir);
  dashboard = await startDashboard({ stateDir: gateway.stateDir });
  // Whatever changes a key publishes its pool, as it now stands in the directory.
  expect((await dashboard.admin("PATCH", `/api-keys/${keyId}`, { name: "A large pool" })).status).toBe(200);
}, 180_000);
afterAll(() => dashboard?.stop());

/** So many numbers are given to the key in the directory while the gateway is down: imported one by one they would take minutes. */
function pileUp(stateDir: string): void {
  const files = globSync(join(stateDir, "**", "*.sqlite")).map((path) => new DatabaseSync(path));
  const ours = files.filter((file) => file.prepare("SELECT 1 FROM sqlite_master WHERE name = 'numbers_by_key'").get());
  const [directory] = ours;
  if (directory === undefined || ours.length > 1) throw new Error(`${ours.length} files look like the directory.`);
  const columns = (directory.prepare("SELECT name FROM pragma_table_info('numbers')").all() as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => !["address", "allocation_id", "provider_id", "position"].includes(name));
  directory.exec(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${added})
     INSERT INTO numbers (address, allocation_id, provider_id, position, ${columns.join(", ")})
     SELECT '+1212555' || printf('%04d', n.i), 'na_many' || n.i, 'PN' || printf('%032d', n.i), 1000 + n.i, ${columns.join(", ")}
     FROM n, (SELECT * FROM numbers WHERE api_key_id IS NOT NULL ORDER BY position LIMIT 1)`,
  );
  for (const file of files) file.close();
}

async function readOrder(): Promise<string[]> {
  const { numbers } = (await dashboard.admin("GET", `/api-keys/${keyId}/pool`)).body as {
    numbers: { phone_number: string }[];
  };
  return numbers.map(({ phone_number }) => phone_number);
}

test("a pool of 1,000 numbers is shown in parts, searched, ordered by place and asked what it would choose", async () => {
  const { page, gateway, complaints, findFaults } = dashboard;
  const last = "+12125550997";
  expect(await readOrder()).toHaveLength(1_000);
  await page.goto(`${gateway.url}/app/keys/${keyId}`);
  await page.getByRole("heading", { name: "Pool: 1000 numbers" }).waitFor({ timeout: patienceMs });
  const rows = page.locator("[data-address]");
  expect(await rows.count()).toBe(50);
  expect(await findFaults("pool of many")).toEqual([]);
  await page.getByRole("button", { name: "Show more" }).first().click();
  expect(await rows.count()).toBe(100);
  await page.getByLabel("Find a number").fill("555 0997");
  await expect.poll(() => rows.count()).toBe(1);
  await page.getByLabel("from 1 to 1000").fill("1");
  await page.getByLabel("from 1 to 1000").press("Enter");
  await page.getByRole("button", { name: "Save the order" }).click();
  await page.getByText("The pool stands in its new order.").waitFor({ timeout: patienceMs });
  const order = await readOrder();
  expect([order[0], order.length, new Set(order).size]).toEqual([last, 1_000, 1_000]);

  await page.getByLabel("To", { exact: true }).fill("+15551234567");
  await page.getByRole("button", { name: "Ask the pool" }).click();
  await page.getByText("Would leave from").waitFor({ timeout: patienceMs });
  expect(complaints).toEqual([]);
});

test("the list of a thousand numbers is shown in parts, searched, and keeps its filters in the address", async () => {
  const { page, goTo, findFaults } = dashboard;
  await goTo("Numbers");
  await page.getByText("1000 numbers").waitFor({ timeout: patienceMs });
  expect(await page.getByRole("row").count()).toBe(101);
  expect(await findFaults("numbers many")).toEqual([]);
  await page.getByRole("button", { name: "Show more" }).click();
  expect(await page.getByRole("row").count()).toBe(201);
  await page.getByLabel("Find a number").fill("555 0996");
  await page.getByText("1 of 1000 numbers").waitFor();
  await page.getByLabel("API key").selectOption("A large pool");
  await page.reload();
  await page.getByText("1 of 1000 numbers").waitFor();
  await page.getByLabel("Assigned To: +12125550996").waitFor();
  await page.getByLabel("API key").selectOption("Not assigned");
  await page.getByText("0 of 1000 numbers").waitFor();
});
