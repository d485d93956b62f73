import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { admin, call, makeTestKey } from "../../support/workers/gateway.ts";

beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
});

const send = (token: string) => call("/v2/api/chats/+15554760001/messages", { body: { text: "a" }, token });

describe("the errors that the guides name", () => {
  it("a pool that never held a number is empty", async () => {
    const key = await makeTestKey({ numbers: 0 });
    expect(await send(key.token)).toMatchObject({
      status: 503,
      body: { code: "no_numbers_assigned", message: "No numbers assigned to this API key" },
    });
  });

  it("a pool whose last Twilio number was released lacks Twilio numbers", async () => {
    const key = await makeTestKey();
    const number = encodeURIComponent(String(key.numbers[0]));
    await admin(`/numbers/${number}`, { method: "PATCH", body: { api_key_id: null } });
    const expected = {
      status: 503,
      body: { code: "no_numbers_assigned", message: "No Twilio numbers assigned to this API key" },
    };
    expect(await send(key.token)).toMatchObject(expected);
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { name: "Renamed" } });
    expect(await send(key.token)).toMatchObject(expected);
  });

  it("a key that holds Blooio numbers takes no Twilio number, and the other way round", async () => {
    const key = await makeTestKey({ numbers: 0 });
    const available = await admin(`/integrations/twilio/${key.integrationId}/available-numbers`);
    const number = (available.body.numbers as { phone_number: string }[])[0]?.phone_number ?? "";
    await admin(`/integrations/twilio/${key.integrationId}/import`, { body: { phone_numbers: [number] } });
    const line = (address: string, keyId: string | null) =>
      env.DB.prepare(
        "INSERT INTO numbers (address, allocation_id, organization_id, protocol, channel, api_key_id, position, capabilities, created_at) VALUES (?, ?, ?, 'blooio', 'imessage', ?, 0, '{}', 0)",
      )
        .bind(address, `all_${address}`, key.organizationId, keyId)
        .run();
    await line("+15554769001", key.id);
    const assign = (address: string) =>
      admin(`/numbers/${encodeURIComponent(address)}`, { method: "PATCH", body: { api_key_id: key.id } });
    expect(await assign(number)).toMatchObject({
      status: 409,
      body: { code: "api_key_protocol_conflict", message: "API key already owns Blooio numbers" },
    });
    await env.DB.prepare("DELETE FROM numbers WHERE address = ?").bind("+15554769001").run();
    expect((await assign(number)).status).toBe(200);
    await line("+15554769002", null);
    expect(await assign("+15554769002")).toMatchObject({
      status: 409,
      body: { code: "api_key_protocol_conflict", message: "API key already owns Twilio numbers" },
    });
  });
});
