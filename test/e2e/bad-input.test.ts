import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminOf, clientOf } from "../support/node/client.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const messages = "/v2/api/chats/%2B15551234567/messages";
const json = { "content-type": "application/json" };
let gateway: Gateway;
let stored: string;

beforeAll(async () => {
  gateway = await startGateway();
  stored = await takeStock();
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
});

type Rough = {
  path?: string;
  method?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  token?: string;
};
type Raw = { status: number; body: string; type: string };

/** Sends bytes as they are: no client library tidies them up. */
function ask({
  path = messages,
  method = "POST",
  body = "",
  headers = json,
  token = gateway.testKey,
}: Rough): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const bearer = token === "" ? {} : { authorization: `Bearer ${token}` };
    const outgoing = request(gateway.url + path, { method, headers: { ...bearer, ...headers } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          type: answer.headers["content-type"] ?? "",
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Everything that a bad request might have left behind. */
async function takeStock(): Promise<string> {
  const client = clientOf(gateway, gateway.testKey);
  const admin = adminOf(gateway);
  const looks = [
    client("GET", "/chats"),
    client("GET", "/webhooks"),
    client("GET", "/me/numbers"),
    admin("GET", "/organizations"),
    admin("GET", "/integrations/twilio"),
    admin("GET", "/numbers"),
  ];
  return JSON.stringify((await Promise.all(looks)).map(({ body }) => body));
}

function expectEnvelope({ status, body, type }: Raw, wanted: number, code: string): void {
  expect({ status, type, body }).toMatchObject({ status: wanted, type: expect.stringContaining("application/json") });
  expect(JSON.parse(body)).toMatchObject({
    error: "ApiError",
    message: expect.stringMatching(/^.{10,}/),
    status: wanted,
    code,
    request_id: expect.stringMatching(/^req_/),
  });
  expect(body).not.toMatch(/\bat \w+ \(|\.ts:\d|node_modules|SQLITE/);
}

const text = (value: unknown) => JSON.stringify({ text: value });
const cases: [string, Rough, number, string][] = [
  ["half a JSON", { body: '{"text": "Hello' }, 400, "invalid_json"],
  ["a word", { body: "Hello" }, 400, "invalid_json"],
  ["bytes that are no UTF-8", { body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) }, 400, "invalid_json"],
  ["a thousand brackets", { body: "[".repeat(1000) + "]".repeat(1000) }, 400, "invalid_json"],
  ["half a surrogate pair", { body: '{"text": "\\ud800"}' }, 400, "invalid_json"],
  ["an array for the body", { body: "[]" }, 400, "invalid_request"],
  ["null for the body", { body: "null" }, 400, "invalid_request"],
  ["a number for the text", { body: text(42) }, 400, "invalid_request"],
  ["an object for the text", { body: text({ toString: "x" }) }, 400, "invalid_request"],
  ["a string for the attachments", { body: '{"attachments": "https://example.com/a.png"}' }, 400, "invalid_request"],
  ["no content at all", { body: "{}" }, 400, "missing_content"],
  ["an http attachment", { body: '{"attachments": ["http://example.com/a.png"]}' }, 400, "invalid_attachment"],
  ["more than 1600 characters", { body: text("x".repeat(1601)) }, 400, "text_too_long"],
  ["more than 64 KiB", { body: text("x".repeat(65_536)) }, 413, "body_too_large"],
  [
    "a form",
    { body: "text=Hello", headers: { "content-type": "application/x-www-form-urlencoded" } },
    415,
    "unsupported_media_type",
  ],
  [
    "a bad Idempotency-Key",
    { body: text("Hi"), headers: { ...json, "idempotency-key": "x".repeat(256) } },
    400,
    "invalid_idempotency_key",
  ],
  ["letters for a number", { path: "/v2/api/chats/nobody/messages", body: text("Hi") }, 400, "invalid_chat_id"],
  ["too many digits", { path: "/v2/api/chats/%2B1234567890123456/messages", body: text("Hi") }, 400, "invalid_chat_id"],
  ["too few digits", { path: "/v2/api/chats/%2B12/messages", body: text("Hi") }, 400, "invalid_chat_id"],
  ["broken percent signs", { path: "/v2/api/chats/%2/messages", body: text("Hi") }, 400, "invalid_chat_id"],
  ["a zero byte", { path: "/v2/api/chats/%00/messages", body: text("Hi") }, 400, "invalid_chat_id"],
  [
    "an email address",
    { path: "/v2/api/chats/a%40example.com/messages", body: text("Hi") },
    400,
    "email_not_supported",
  ],
  [
    "two recipients",
    { path: "/v2/api/chats/%2B15551234567%2C%2B15551234568/messages", body: text("Hi") },
    400,
    "groups_not_supported",
  ],
  ["a limit of letters", { path: "/v2/api/chats?limit=many", method: "GET", headers: {} }, 400, "invalid_request"],
  ["no key", { token: "", body: text("Hi") }, 401, "unauthorized"],
  ["a short key", { token: "tl_live_x", body: text("Hi") }, 401, "unauthorized"],
  ["a made-up key", { token: `tl_live_${"A".repeat(56)}`, body: text("Hi") }, 401, "unauthorized"],
  ["a key of 16 KiB", { token: "A".repeat(14_000), body: text("Hi") }, 401, "unauthorized"],
  ["a key for the admin API", { path: "/admin/api/organizations", method: "GET", headers: {} }, 401, "unauthorized"],
  ["a path that is not there", { path: "/v2/api/nothing", method: "GET", headers: {} }, 404, "not_found"],
  ["a method that is not taken", { method: "PUT", body: text("Hi") }, 405, "method_not_allowed"],
  ["a webhook without a URL", { path: "/v2/api/webhooks", body: "{}" }, 400, "invalid_request"],
  [
    "a webhook on this machine",
    { path: "/v2/api/webhooks", body: '{"webhook_url": "https://127.0.0.1/"}' },
    400,
    "invalid_webhook_url",
  ],
  [
    "an unsigned callback",
    {
      path: "/twilio/int_x/inbound",
      token: "",
      body: "To=1",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
    403,
    "signature_invalid",
  ],
];

test.each(cases)("%s: one envelope, no stack", async (_, rough, status, code) => {
  expectEnvelope(await ask(rough), status, code);
});

test("the admin API refuses unknown fields and says which", async () => {
  const answer = await adminOf(gateway)("POST", "/organizations", { name: "Acme", colour: "red" });
  expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  expect(String(answer.body.message)).toContain("colour");
});

test("a body that grows past 64 KiB without saying its length is cut off", async () => {
  const headers = { ...json, "transfer-encoding": "chunked" };
  expectEnvelope(await ask({ body: text("x".repeat(80_000)), headers }), 413, "body_too_large");
});

test("a line that is no HTTP leaves the gateway standing", async () => {
  const { hostname, port } = new URL(gateway.url);
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write("\x16\x03\x01 nonsense\r\n\r\n"));
    socket
      .on("data", () => socket.destroy())
      .on("close", () => resolve())
      .on("error", () => {});
    setTimeout(() => socket.destroy(), 2_000).unref();
  });
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
});

test("none of it left anything behind", async () => {
  expect(await takeStock()).toBe(stored);
});
