import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Customers, standInForCustomers } from "../../support/workers/customers.ts";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

const url = "https://fare.example/hook";
const own = "https://own.fare.example/hook";

let customers: Customers;
let key: TestKey;
let id: string;
beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  customers = standInForCustomers();
  key = await makeTestKey();
  const body = { webhook_url: url, organization_id: key.organizationId, events: ["contact.opted_out"] };
  id = String((await admin("/webhooks", { body })).body.webhook_id);
});
afterEach(() => vi.restoreAllMocks());

const read = async () => (await admin(`/webhooks/${id}`)).body;
/** Makes one event, and waits for its attempt. */
async function happen(contact: string, times: number) {
  await admin(`/api-keys/${key.id}/opt-outs`, { body: { contact } });
  await eventually(async () => customers.at(url).length === times);
  await eventually(async () => (await logs("")).length === times);
}
const logs = async (query: string) =>
  (await admin(`/webhooks/${id}/logs?${query}`)).body.logs as { response_status: number | null }[];

describe("how a webhook fares", () => {
  it("is what its newest attempt was answered, what is owed to it, and since when it fails", async () => {
    expect(await read()).toMatchObject({ last_status: null, failing_since: null, owed: 0, disabled_because: null });
    await happen("+15556620001", 1);
    expect(await read()).toMatchObject({ last_status: 200, failing_since: null, owed: 0 });
    customers.answerAlways(url, 503);
    await happen("+15556620002", 2);
    const failing = await read();
    expect(failing).toMatchObject({ last_status: 503, owed: 1, is_active: true });
    expect(failing.failing_since).toBeGreaterThanOrEqual(Number(failing.last_triggered));
  });

  it("is said by the answer to a change as by a read, at each API", async () => {
    const { token } = key;
    const { webhook_id } = (await call("/v2/api/webhooks", { token, body: { webhook_url: own, webhook_type: "all" } }))
      .body;
    customers.answerAlways(own, 503);
    const at = `/v2/api/webhooks/${webhook_id}`;
    const to = "+15556620009";
    await call(`/v2/api/chats/${to}/messages`, { token, body: { text: "Hello" } });
    const failing = await eventually(async () => {
      const { body } = await call(at, { token });
      return body.owed === 2 && body.failure_count === 2 && body;
    });
    const body = { webhook_type: "all" };
    expect((await call(at, { method: "PATCH", token, body })).body).toEqual(failing);
    expect((await admin(`/webhooks/${webhook_id}`, { method: "PATCH", body })).body).toEqual(failing);
  });

  it("says why it was switched off", async () => {
    customers.answerAlways(url, 410);
    await happen("+15556620003", 1);
    const off = await eventually(async () => {
      const now = await read();
      return now.is_active === false && now;
    });
    expect(off).toMatchObject({ last_status: 410, disabled_because: "gone" });
    const resumed = await admin(`/webhooks/${id}`, { method: "PATCH", body: { deprecate: false } });
    expect(resumed.body).toMatchObject({ is_active: true, disabled_because: null });
  });

  it("can be looked through for failures alone, those without an answer too", async () => {
    customers.answer(url, 200, 500, () => Promise.reject(new Error("refused")));
    for (const [index, person] of ["+15556620004", "+15556620005", "+15556620006"].entries()) {
      await happen(person, index + 1);
    }
    expect((await logs("failed=true")).map(({ response_status }) => response_status)).toEqual([null, 500]);
    expect((await logs("failed=false")).map(({ response_status }) => response_status)).toEqual([200]);
    expect((await logs("failed=true&status=500")).length).toBe(1);
    expect((await admin(`/webhooks/${id}/logs?failed=perhaps`)).status).toBe(400);
  });
});
