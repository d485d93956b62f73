import { describe, expect, it } from "vitest";
import { findNearestCall } from "./nearest-path.ts";
import { fullPath } from "./operation.ts";
import { operations } from "./table.ts";

const calls = operations.map((operation) => ({ method: operation.method.toUpperCase(), path: fullPath(operation) }));
const nearest = (method: string, path: string): string | null => {
  const call = findNearestCall(calls, method, path);
  return call === null ? null : `${call.method} ${call.path}`;
};

describe("an unknown path is told the nearest real one", () => {
  it.each([
    ["POST", "/v2/api/chat/+15551234567/messages", "POST /v2/api/chats/{chatId}/messages"],
    ["POST", "/v2/chats/+15551234567/messages", "POST /v2/api/chats/{chatId}/messages"],
    ["POST", "/api/v2/chats/+15551234567/messages", "POST /v2/api/chats/{chatId}/messages"],
    ["POST", "/chats/%2B15551234567/messages", "POST /v2/api/chats/{chatId}/messages"],
    ["POST", "/v2/api/chats/+15551234567/message", "POST /v2/api/chats/{chatId}/messages"],
    [
      "GET",
      "/v2/api/chats/+15551234567/messages/msg_1/state",
      "GET /v2/api/chats/{chatId}/messages/{messageId}/status",
    ],
    ["POST", "/v2/api/webhook", "POST /v2/api/webhooks"],
    ["GET", "/v2/api/webhooks/wh_1/log", "GET /v2/api/webhooks/{webhookId}/logs"],
    ["POST", "/v2/api/messages/bulks", "POST /v2/api/messages/bulk"],
    ["GET", "/v2/api/number", "GET /v2/api/me/numbers"],
    ["GET", "/admin/api/api_keys", "GET /admin/api/api-keys"],
    ["GET", "/admin/status", "GET /admin/api/status"],
    ["POST", "/V2/API/Webhooks", "POST /v2/api/webhooks"],
    ["POST", "/v4/message", "POST /v4/messages"],
    ["GET", "/v4/chat/chat_1/messages", "GET /v4/chats/{chat}/messages"],
  ])("%s %s: %s", (method, path, expected) => {
    expect(nearest(method, path)).toBe(expected);
  });

  it.each(["/", "/favicon.ico", "/wp-login.php", "/.env", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n"])(
    "%s is like none",
    (path) => {
      expect(nearest("GET", path)).toBeNull();
    },
  );

  it("names each call by its own path", () => {
    for (const { method, path } of calls) {
      expect(nearest(method, path.replace(/\{\w+\}/g, "id_1"))).toBe(`${method} ${path}`);
    }
  });
});
