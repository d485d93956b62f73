import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { fail, ok } from "../domain/failure.ts";
import { coded } from "./complaint.ts";
import { mount } from "./mount.ts";
import { defineOperation } from "./operation.ts";
import { type EdgeVariables, nameAndLog } from "./request-log.ts";
import { pageQuery } from "./shapes/paging.ts";

const answer = { 200: { description: "What arrived.", schema: z.looseObject({}) } } as const;
const common = { base: "v2", auth: "api_key", tags: ["Test"], summary: "Test", answers: answer, errors: [] } as const;

const readThing = defineOperation({
  ...common,
  id: "readThing",
  method: "get",
  path: "/things/{thingId}",
  params: z.object({ thingId: z.string() }),
  query: z.object({ ...pageQuery, flag: z.boolean().optional(), sort: z.enum(["asc", "desc"]).default("desc") }),
});
const makeThing = defineOperation({
  ...common,
  id: "makeThing",
  method: "post",
  path: "/things",
  headers: z.object({ "X-Colour": z.enum(["red"]).optional() }),
  body: z.object({
    name: z.string().min(1),
    size: z.int().min(1).max(9).optional(),
    short: z
      .string()
      .refine((text) => text.length < 5, coded("text_too_long"))
      .optional(),
    list: z.array(z.object({ url: z.string() })).optional(),
    either: z.union([z.string(), z.array(z.string())], { error: "must be a string, or a list of strings." }).optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
  }),
});
const makeStrictThing = defineOperation({
  ...common,
  id: "makeStrictThing",
  method: "put",
  path: "/things",
  body: z.strictObject({ name: z.string().optional() }),
  bodyOptional: true,
});
const touchThing = defineOperation({ ...common, id: "touchThing", method: "post", path: "/things/touch" });

function edge(): Hono<{ Variables: EdgeVariables }> {
  const app = new Hono<{ Variables: EdgeVariables }>();
  app.use(nameAndLog({ write: () => {}, share: 1 }, () => "req_new"));
  mount(app, readThing, ({ params, query, reply }) => reply(200, { ...params, ...query }));
  mount(app, makeThing, ({ headers, body, reply }) => reply(200, { headers, body }));
  mount(app, makeStrictThing, ({ body, reply }) => reply(200, { body }));
  mount(app, touchThing, ({ body, reply }) => reply(200, { body }));
  return app;
}

async function call(path: string, init?: RequestInit): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await edge().request(path, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const send = (body: unknown, method = "POST", path = "/things") =>
  call(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

describe("a path", () => {
  it.each([
    ["/things/+15551234567", "+15551234567"],
    ["/things/%2B15551234567", "+15551234567"],
    ["/things/%2015551234567", " 15551234567"],
    ["/things/whatsapp:%2B1555", "whatsapp:+1555"],
    ["/things/%252B1555", "%2B1555"],
    ["/things/a%2Fb", "a/b"],
    ["/things/a%40b.example", "a@b.example"],
    ["/things/%ff", "%ff"],
    ["/things/__proto__", "__proto__"],
  ])("%s names %j: decoded once, a plus kept", async (path, expected) => {
    expect((await call(path)).body.thingId).toBe(expected);
  });
});

describe("a query", () => {
  it("has its defaults, and numbers and booleans as such", async () => {
    expect((await call("/things/a")).body).toMatchObject({ limit: 50, offset: 0, sort: "desc" });
    expect((await call("/things/a?limit=200&offset=7&flag=true&x=1")).body).toEqual({
      thingId: "a",
      limit: 200,
      offset: 7,
      flag: true,
      sort: "desc",
    });
  });

  it.each([
    ["limit=0", "limit must be at least 1."],
    ["limit=201", "limit must be at most 200."],
    ["limit=1e2", "limit must be a whole number."],
    ["limit=5.0", "limit must be a whole number."],
    ["limit=NaN", "limit must be a whole number."],
    ["limit=+5", "limit must be a whole number."],
    ["limit=007", "limit must be a whole number."],
    ["limit=", "limit must be a whole number."],
    ["limit=1&limit=2", "limit is given 2 times: give it once."],
    ["offset=-1", "offset must be at least 0."],
    ["offset=-0", "offset must be a whole number."],
    ["offset=9007199254740993", "offset must be at most 9007199254740991."],
    ["flag=yes", "flag must be true or false."],
    ["sort=up", 'sort must be one of "asc", "desc".'],
  ])("%s is a 400 that says: %s", async (query, message) => {
    expect(await call(`/things/a?${query}`)).toMatchObject({ status: 400, body: { code: "invalid_request", message } });
  });
});

describe("a body", () => {
  it("reaches the handler parsed, unknown fields left out", async () => {
    expect(await send({ name: "a", extra: 1 })).toEqual({ status: 200, body: { headers: {}, body: { name: "a" } } });
  });

  it.each([
    [{}, "name is required."],
    [{ name: 5 }, "name must be a string."],
    [{ name: "" }, "name must not be empty."],
    [{ name: "a", size: 10 }, "size must be at most 9."],
    [{ name: "a", size: 1.5 }, "size must be a whole number."],
    [{ name: "a", list: {} }, "list must be a list."],
    [{ name: "a", list: [{ url: "u" }, { url: 1 }] }, "list[1].url must be a string."],
    [{ name: "a", either: 5 }, "either must be a string, or a list of strings."],
    [{ name: "a", metadata: [] }, "metadata must be an object."],
    [[], "The body must be an object."],
    ["null", "The body must be an object."],
  ])("%j is a 400 that says: %s", async (body, message) => {
    expect(await send(body)).toMatchObject({ status: 400, body: { code: "invalid_request", message } });
  });

  it("answers a rule's own code where it has one, and lists everything that is wrong", async () => {
    const refused = await send({ name: "a", short: "too long" });
    expect(refused).toMatchObject({ status: 400, body: { code: "text_too_long" } });
    const both = await send({ size: 0 });
    expect(both.body.issues).toEqual([
      { in: "body", field: "name", message: "name is required." },
      { in: "body", field: "size", message: "size must be at least 1." },
    ]);
  });

  it("never echoes what was sent", async () => {
    expect(JSON.stringify((await send({ name: { secret: "hush" }, size: "hush" })).body)).not.toContain("hush");
  });

  it("that is malformed, empty or too deep is invalid_json; too large is 413; of another kind 415", async () => {
    expect(await send('{"name":')).toMatchObject({ status: 400, body: { code: "invalid_json" } });
    expect(await send("")).toMatchObject({ status: 400, body: { code: "invalid_json" } });
    expect(await send("[".repeat(50_000))).toMatchObject({ status: 400, body: { code: "invalid_json" } });
    expect(await send({ name: "a".repeat(70_000) })).toMatchObject({ status: 413, body: { code: "body_too_large" } });
    const plain = await call("/things", { method: "POST", headers: { "Content-Type": "text/plain" }, body: "{}" });
    expect(plain).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
  });

  it("with __proto__ or constructor keys touches no prototype", async () => {
    const body =
      '{"name":"a","__proto__":{"polluted":1},"metadata":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}';
    expect((await send(body)).status).toBe(200);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("of a strict operation may hold no unknown field, and may be left out where it is optional", async () => {
    expect(await send({ nme: "a" }, "PUT")).toMatchObject({
      status: 400,
      body: { code: "invalid_request", message: 'The body has unknown fields: leave out "nme".' },
    });
    expect(await send("", "PUT")).toEqual({ status: 200, body: { body: {} } });
  });

  it("is never read where the operation has none", async () => {
    expect((await send("", "POST", "/things/touch")).status).toBe(200);
    expect((await send("{broken", "POST", "/things/touch")).status).toBe(200);
    expect((await call("/things/a", { headers: { "Content-Type": "application/json" } })).status).toBe(200);
  });
});

describe("headers, guards and expected failures", () => {
  it("validates headers whatever their case", async () => {
    const headers = { "Content-Type": "application/json", "x-colour": "blue" };
    const refused = await call("/things", { method: "POST", headers, body: '{"name":"a"}' });
    expect(refused).toMatchObject({ status: 400, body: { message: 'X-Colour must be one of "red".' } });
  });

  it("asks the guard before it looks at the request", async () => {
    const app = new Hono();
    mount(
      app,
      makeThing,
      ({ reply }) => reply(200, {}),
      (c) => (c.req.header("Authorization") === undefined ? fail("unauthorized") : ok(null)),
    );
    const refused = await app.request("/things", { method: "POST", body: "{broken" });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("WWW-Authenticate")).toBe("Bearer");
    const headers = { Authorization: "Bearer x", "Content-Type": "application/json" };
    expect((await app.request("/things", { method: "POST", headers, body: "{broken" })).status).toBe(400);
  });

  it("answers the failure that a handler hands back", async () => {
    const app = new Hono();
    mount(app, touchThing, () => fail("rate_limited", undefined, { limitPerDay: 5 }, 1.2));
    const refused = await app.request("/things/touch", { method: "POST" });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toBe("2");
    expect(await refused.json()).toMatchObject({ code: "rate_limited", limit_per_day: 5 });
  });
});
