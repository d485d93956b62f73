import { beforeEach, describe, expect, it } from "vitest";
import { type Customers, standInForCustomers } from "../../../support/workers/customers.ts";
import { call, eventually, makeTestKey, type TestKey } from "../../../support/workers/gateway.ts";
import { owed } from "../../../support/workers/ledger.ts";
import { refused, send } from "../../../support/workers/story.ts";

const url = "https://customer.example/answers";

let customers: Customers;
let key: TestKey;
let webhook: string;

beforeEach(async () => {
  customers = standInForCustomers();
  key = await makeTestKey();
  const made = await call("/v2/api/webhooks", { body: { webhook_url: url, webhook_type: "status" }, token: key.token });
  webhook = String(made.body.webhook_id);
});

async function log() {
  const logged = async () =>
    (await call(`/v2/api/webhooks/${webhook}/logs`, { token: key.token })).body.logs as Record<string, unknown>[];
  return eventually(async () => (await logged())[0]);
}

function broken(status: number): Response {
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new TypeError("incorrect header check"));
    },
  });
  return new Response(body, { status, headers: { "Content-Encoding": "identity" } });
}

describe("what a receiver answers", () => {
  it("counts by its status, also where the body cannot be read: 200 is a success, and the log says what was wrong", async () => {
    customers.answer(url, () => broken(200));
    await send(key, refused);
    expect(await log()).toMatchObject({
      response_status: 200,
      error: expect.stringContaining("could not be read"),
      attempt: 1,
    });
    expect(await owed(key)).toEqual([]);
  });

  it("is in words where there is none: a host that cannot be reached is told as that, not as the runtime's reference", async () => {
    customers.answer(url, () => {
      throw new Error("internal error; reference = nfraipbkmvjaj7kachll9a5v");
    });
    await send(key, refused);
    expect(await log()).toMatchObject({ response_status: null, error: expect.stringMatching(/could not be reached/) });
  });

  it("is still a failure where the status says so", async () => {
    customers.answer(url, () => broken(500));
    await send(key, refused);
    expect(await log()).toMatchObject({ response_status: 500 });
    expect(await owed(key)).toMatchObject([{ attempt: 2 }]);
  });

  it("as a redirect is not followed, and the log names its target", async () => {
    customers.answer(
      url,
      () => new Response(null, { status: 301, headers: { Location: "https://moved.example/hook" } }),
    );
    await send(key, refused);
    expect(await log()).toMatchObject({
      response_status: 301,
      error: expect.stringContaining("https://moved.example/hook"),
    });
    expect(customers.at("https://moved.example/hook")).toEqual([]);
  });

  it("to a replay has its content type as a text, also where it has none", async () => {
    await send(key, refused);
    const { event_id } = await log();
    customers.answer(url, () => new Response(null, { status: 204 }));
    const replayed = await call(`/v2/api/webhooks/${webhook}/logs/${event_id}/replay`, {
      method: "POST",
      token: key.token,
    });
    expect(replayed.body).toMatchObject({ success: true, response_data: { contentType: "" } });
  });
});
