import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { call, eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

const person = "+15554770001";
let key: TestKey;

beforeAll(async () => {
  key = await makeTestKey();
});
beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("no", { status: 503 }));
});

const read = (path: string) => call(`/v2/api${path}`, { token: key.token });

describe("a row says whose it is", () => {
  it("messages in a chat's list and by themselves carry chat_id and contact", async () => {
    await call("/v2/api/contacts", { body: { identifier: person, name: "Ada" }, token: key.token });
    const sent = await call(`/v2/api/chats/${person}/messages`, { body: { text: "a" }, token: key.token });
    const contact = { contact_id: expect.any(String), identifier: person, name: "Ada" };
    const list = await read(`/chats/${person}/messages`);
    const row = (list.body.messages as Record<string, unknown>[])[0];
    expect(row).toMatchObject({ chat_id: person, external_id: person, contact });
    const detail = await read(`/chats/${person}/messages/${sent.body.message_id}`);
    expect(detail.body).toMatchObject({ chat_id: person, contact: row?.contact });
    const chats = await read("/chats");
    expect((chats.body.chats as Record<string, unknown>[])[0]).toMatchObject({ id: person, contact: row?.contact });
  });

  it("a webhook's log names the chat, and says in words why an attempt failed", async () => {
    const hook = await call("/v2/api/webhooks", {
      body: { webhook_url: "https://hooks.example/rows", webhook_type: "all" },
      token: key.token,
    });
    await call(`/v2/api/chats/${person}/messages`, { body: { text: "b" }, token: key.token });
    const log = await eventually(async () => {
      const page = await read(`/webhooks/${hook.body.webhook_id}/logs`);
      return (page.body.logs as Record<string, unknown>[])[0];
    });
    expect(log).toMatchObject({
      response_status: 503,
      error: "The receiver answered 503: only 2xx counts as received.",
      metadata: { chat_id: person },
    });
  });
});
