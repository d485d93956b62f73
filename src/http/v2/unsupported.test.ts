import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { fail, ok } from "../../domain/failure.ts";
import type { EdgeVariables } from "../request-log.ts";
import { operations } from "../table.ts";
import { mountUnsupported } from "./unsupported.ts";

const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema({ $id: "contract", ...JSON.parse(readFileSync("test/fixtures/blooio-v2.openapi.json", "utf8")) });

function edge(): Hono<{ Variables: EdgeVariables }> {
  const app = new Hono<{ Variables: EdgeVariables }>();
  mountUnsupported(app, {
    authenticate: async (c) =>
      /^Bearer (good|line)$/.test(c.req.header("Authorization") ?? "") ? ok({ keyId: "key_1" }) : fail("unauthorized"),
    readChatId: (chatId) => (/^\+\d{7,15}$/.test(chatId) ? ok(chatId) : fail("invalid_chat_id")),
    holdsLines: (c) => c.req.header("Authorization") === "Bearer line",
  });
  return app;
}

type Answer = { status: number; body: Record<string, unknown> };

async function call(
  method: string,
  path: string,
  body: BodyInit | undefined,
  headers: Record<string, string>,
): Promise<Answer> {
  const init = {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  };
  const response = await edge().request(path, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const json = (method: string, path: string, body: unknown, headers: Record<string, string>) =>
  call(method, path, JSON.stringify(body), { "Content-Type": "application/json", ...headers });

function picture(field: string, type: string): FormData {
  const form = new FormData();
  form.append(field, new Blob(["x"], { type }), "picture");
  return form;
}

const conforms = (schema: string, body: unknown) =>
  ajv.validate({ $ref: `contract#/components/schemas/${schema}` }, body);

describe.each([
  ["a Twilio key", "good", "not_supported_on_twilio"],
  ["a line", "line", "not_supported_on_line"],
])("on %s", (_, token, code) => {
  const headers = { Authorization: `Bearer ${token}` };

  it.each([
    ["POST", "/chats/+15551234567/polls", { options: ["a", "b"] }],
    ["GET", "/chats/+15551234567/polls/poll_1", undefined],
    ["GET", "/chats/+15551234567/background", undefined],
    ["DELETE", "/chats/+15551234567/background", undefined],
    ["PUT", "/me/numbers/+15551234567/contact-card", { first_name: "Ada", sharing: { audience: 1 } }],
    ["POST", "/me/numbers/+15551234567/call-forwarding", { forward_to: "+15557654321" }],
  ])("%s %s is 400, in the words of the key's kind", async (method, path, body) => {
    const answer =
      body === undefined ? await call(method, path, undefined, headers) : await json(method, path, body, headers);
    expect(answer).toMatchObject({ status: 400, body: { code, error: "ApiError" } });
    expect(conforms("Error", answer.body)).toBe(true);
  });

  it.each([["PUT", "/chats/+15551234567/background"]])("%s %s judges the picture first", async (method, path) => {
    expect((await call(method, path, picture("background", "image/png"), headers)).body.code).toBe(code);
    expect((await call(method, path, picture("background", "text/html"), headers)).body.code).toBe("invalid_request");
    expect((await call(method, path, picture("other", "image/png"), headers)).body.code).toBe("invalid_request");
    expect((await json(method, path, {}, headers)).status).toBe(415);
  });

  it.each([
    ["POST", "/chats/+15551234567/polls", { options: ["a"] }, "invalid_request"],
    ["POST", "/chats/+15551234567/polls", { options: new Array(11).fill("a") }, "invalid_request"],
    ["POST", "/chats/nobody/polls", { options: ["a", "b"] }, "invalid_chat_id"],
    ["PUT", "/me/numbers/+1555/contact-card", { sharing: { audience: 2 } }, "invalid_request"],
  ])("%s %s %j is judged before it is refused: %s", async (method, path, body, refusal) => {
    expect(await json(method, path, body, headers)).toMatchObject({ status: 400, body: { code: refusal } });
  });
});

it("nothing is told without a key", async () => {
  const app = edge();
  for (const { path, method } of app.routes) {
    const response = await app.request(path.replace(/:\w+/g, "x"), { method });
    expect(response.status, `${method} ${path}`).toBe(401);
  }
  expect(app.routes).toHaveLength(7);
  expect(
    operations.filter(({ base, errors }) => base === "v2" && errors.includes("not_supported_on_twilio")),
  ).toHaveLength(23);
});
