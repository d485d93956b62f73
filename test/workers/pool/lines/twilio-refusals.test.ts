import { beforeAll, describe, expect, it } from "vitest";
import { call, makeTestKey, type TestKey } from "../../../support/workers/gateway.ts";

let key: TestKey;
const chat = "/chats/+15551234567";

beforeAll(async () => {
  key = await makeTestKey();
});

function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return call(`/v2/api${path}`, { method, token: key.token, headers, ...(body === undefined ? {} : { body }) });
}

describe("a key with Twilio numbers", () => {
  it.each([
    ["POST", `${chat}/messages/-1/reactions`, { reaction: "+love" }],
    ["POST", `${chat}/contact-card`, undefined],
    ["POST", `${chat}/polls`, { options: ["a", "b"] }],
    ["POST", "/groups", { name: "Friends" }],
    ["GET", "/groups/grp_abc", undefined],
    ["PATCH", "/groups/grp_abc", { name: "Friends" }],
    ["PATCH", "/groups/grp_abc", {}],
    ["DELETE", "/groups/grp_abc", undefined],
    ["GET", "/groups/grp_abc/members", undefined],
    ["POST", "/groups/grp_abc/members", { contact_id: "+15551234567" }],
    ["DELETE", "/groups/grp_abc/members/+15551234567", undefined],
    ["DELETE", "/groups/grp_abc/icon", undefined],
    ["GET", "/me/numbers/+15551234567/contact-card", undefined],
    ["GET", "/location/contacts", undefined],
    ["GET", "/location/contacts/+15551234567", undefined],
    ["POST", "/location/contacts/refresh", undefined],
    ["POST", "/facetime/calls", { handle: "+15551234567" }],
  ])("%s %s is 400 not_supported_on_twilio", async (method, path, body) => {
    expect(await ask(method, path, body)).toMatchObject({ status: 400, body: { code: "not_supported_on_twilio" } });
  });

  it.each([
    ["POST", `${chat}/messages/m/reactions`, { reaction: "love" }, "invalid_request"],
    ["POST", `${chat}/messages/m/reactions`, {}, "invalid_request"],
    ["POST", "/chats/nobody/messages/m/reactions", { reaction: "+love" }, "invalid_chat_id"],
    ["POST", "/groups", { name: "a".repeat(256) }, "invalid_request"],
    ["PATCH", "/groups/abc", { name: "a" }, "invalid_request"],
    ["POST", "/facetime/calls", {}, "invalid_request"],
  ])("%s %s %j is judged before it is refused: %s", async (method, path, body, code) => {
    expect(await ask(method, path, body)).toMatchObject({ status: 400, body: { code } });
  });

  it("reads an empty page of groups", async () => {
    const answer = await ask("GET", "/groups?limit=10&offset=5");
    expect(answer).toMatchObject({ status: 200, body: { groups: [], pagination: { limit: 10, offset: 5, total: 0 } } });
    expect((await ask("GET", "/groups?limit=1000")).status).toBe(400);
  });

  it.each([
    ["POST", "typing", { typing: true, started_at: expect.any(Number) }],
    ["DELETE", "typing", { typing: false, stopped_at: expect.any(Number) }],
    ["POST", "read", { status: "read", marked_at: expect.any(Number) }],
  ])("%s %s answers 200 with a warning, also to a JSON content type without a body", async (method, path, body) => {
    for (const form of ["+15551234567", "%2B15551234567"]) {
      const answer = await ask(method, `/chats/${form}/${path}`, undefined, { "Content-Type": "application/json" });
      expect(answer).toMatchObject({ status: 200, body: { chat_id: "+15551234567", ...body } });
      expect(answer.body.warning).toMatch(/no effect/);
    }
    expect(await ask(method, `/chats/nobody/${path}`)).toMatchObject({
      status: 400,
      body: { code: "invalid_chat_id" },
    });
  });
});
