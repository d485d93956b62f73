import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { fail, ok } from "../../domain/failure.ts";
import type { EdgeVariables } from "../request-log.ts";
import { operations } from "../table.ts";
import { mountUnsupported } from "./unsupported.ts";

const now = 1_700_000_000_000;
const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema({ $id: "contract", ...JSON.parse(readFileSync("test/fixtures/blooio-v2.openapi.json", "utf8")) });

function edge(): Hono<{ Variables: EdgeVariables }> {
  const app = new Hono<{ Variables: EdgeVariables }>();
  mountUnsupported(app, {
    authenticate: async (c) =>
      c.req.header("Authorization") === "Bearer good" ? ok({ keyId: "key_1" }) : fail("unauthorized"),
    readChatId: (chatId) => (/^\+\d{7,15}$/.test(chatId) ? ok(chatId) : fail("invalid_chat_id")),
    now: () => now,
  });
  return app;
}

type Answer = { status: number; body: Record<string, unknown> };

async function call(
  method: string,
  path: string,
  body?: BodyInit,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const init = {
    method,
    headers: { Authorization: "Bearer good", ...headers },
    ...(body === undefined ? {} : { body }),
  };
  const response = await edge().request(path, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const json = (method: string, path: string, body: unknown) =>
  call(method, path, JSON.stringify(body), { "Content-Type": "application/json" });

function picture(field: string, type: string): FormData {
  const form = new FormData();
  form.append(field, new Blob(["x"], { type }), "picture");
  return form;
}

const conforms = (schema: string, body: unknown) =>
  ajv.validate({ $ref: `contract#/components/schemas/${schema}` }, body);

describe("on a Twilio key", () => {
  it.each([
    ["post", "/chats/+15551234567/messages/-1/reactions", { reaction: "+love" }],
    ["post", "/chats/+15551234567/polls", { options: ["a", "b"] }],
    ["get", "/chats/+15551234567/polls/poll_1", undefined],
    ["post", "/chats/+15551234567/contact-card", undefined],
    ["get", "/chats/+15551234567/background", undefined],
    ["delete", "/chats/+15551234567/background", undefined],
    ["post", "/groups", { name: "Friends" }],
    ["get", "/groups/grp_abc", undefined],
    ["patch", "/groups/grp_abc", { name: "Friends" }],
    ["delete", "/groups/grp_abc", undefined],
    ["get", "/groups/grp_abc/members", undefined],
    ["post", "/groups/grp_abc/members", { contact_id: "+15551234567" }],
    ["delete", "/groups/grp_abc/members/+15551234567", undefined],
    ["delete", "/groups/grp_abc/icon", undefined],
    ["get", "/me/numbers/+15551234567/contact-card", undefined],
    ["put", "/me/numbers/+15551234567/contact-card", { first_name: "Ada", sharing: { audience: 1 } }],
    ["post", "/me/numbers/+15551234567/call-forwarding", { forward_to: "+15557654321" }],
    ["get", "/location/contacts", undefined],
    ["get", "/location/contacts/+15551234567", undefined],
    ["post", "/location/contacts/refresh", undefined],
    ["post", "/facetime/calls", { handle: "+15551234567" }],
  ])("%s %s is 400 not_supported_on_twilio", async (method, path, body) => {
    const upper = method.toUpperCase();
    const answer = body === undefined ? await call(upper, path) : await json(upper, path, body);
    expect(answer).toMatchObject({ status: 400, body: { code: "not_supported_on_twilio", error: "ApiError" } });
    expect(conforms("Error", answer.body)).toBe(true);
  });

  it.each([
    ["POST", "/groups/grp_abc/icon", "icon"],
    ["PUT", "/chats/+15551234567/background", "background"],
  ])("%s %s judges the picture first", async (method, path, field) => {
    expect((await call(method, path, picture(field, "image/png"))).body.code).toBe("not_supported_on_twilio");
    expect((await call(method, path, picture(field, "text/html"))).body.code).toBe("invalid_request");
    expect((await call(method, path, picture("other", "image/png"))).body.code).toBe("invalid_request");
    expect((await json(method, path, {})).status).toBe(415);
  });

  it.each([
    ["POST", "/chats/+15551234567/messages/m/reactions", { reaction: "love" }, "invalid_request"],
    ["POST", "/chats/+15551234567/messages/m/reactions", {}, "invalid_request"],
    ["POST", "/chats/+15551234567/polls", { options: ["a"] }, "invalid_request"],
    ["POST", "/chats/+15551234567/polls", { options: new Array(11).fill("a") }, "invalid_request"],
    ["POST", "/chats/nobody/polls", { options: ["a", "b"] }, "invalid_chat_id"],
    ["POST", "/groups", { name: "a".repeat(256) }, "invalid_request"],
    ["PATCH", "/groups/abc", { name: "a" }, "invalid_request"],
    ["POST", "/facetime/calls", {}, "invalid_request"],
    ["PUT", "/me/numbers/+1555/contact-card", { sharing: { audience: 2 } }, "invalid_request"],
  ])("%s %s %j is judged before it is refused: %s", async (method, path, body, code) => {
    expect(await json(method, path, body)).toMatchObject({ status: 400, body: { code } });
  });

  it("GET /groups is an empty page", async () => {
    const answer = await call("GET", "/groups?limit=10&offset=5");
    expect(answer).toEqual({ status: 200, body: { groups: [], pagination: { limit: 10, offset: 5, total: 0 } } });
    expect(conforms("GroupsPage", answer.body)).toBe(true);
    expect((await call("GET", "/groups?limit=1000")).status).toBe(400);
  });

  it.each([
    ["POST", "typing", { typing: true, started_at: now }, "TypingResponse"],
    ["DELETE", "typing", { typing: false, stopped_at: now }, "TypingResponse"],
    ["POST", "read", { status: "read", marked_at: now }, "ReadResponse"],
  ])(
    "%s %s answers 200 with a warning, also to a JSON content type without a body",
    async (method, path, body, schema) => {
      for (const chat of ["+15551234567", "%2B15551234567"]) {
        const answer = await call(method, `/chats/${chat}/${path}`, undefined, { "Content-Type": "application/json" });
        expect(answer).toMatchObject({ status: 200, body: { chat_id: "+15551234567", ...body } });
        expect(answer.body.warning).toMatch(/no effect/);
        expect(conforms(schema, answer.body)).toBe(true);
      }
      expect(await call(method, `/chats/nobody/${path}`)).toMatchObject({
        status: 400,
        body: { code: "invalid_chat_id" },
      });
    },
  );

  it("nothing is told without a key", async () => {
    const app = edge();
    for (const { path, method } of app.routes) {
      const response = await app.request(path.replace(/:\w+/g, "x"), { method });
      expect(response.status, `${method} ${path}`).toBe(401);
    }
    expect(app.routes).toHaveLength(27);
    expect(operations.filter(({ errors }) => errors.includes("not_supported_on_twilio"))).toHaveLength(23);
  });
});
