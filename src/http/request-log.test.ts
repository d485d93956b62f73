import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { rowId } from "../domain/ids.ts";
import { isKept } from "../domain/log-share.ts";
import { mount } from "./mount.ts";
import { defineOperation } from "./operation.ts";
import { type EdgeVariables, type Handled, logRequest, nameAndLog } from "./request-log.ts";

const readThing = defineOperation({
  id: "readThing",
  method: "get",
  path: "/things/{thingId}",
  base: "v2",
  auth: "none",
  tags: ["Test"],
  summary: "Test",
  params: z.object({ thingId: z.string().max(20) }),
  answers: { 200: { description: "A thing.", schema: z.object({}) } },
  errors: [],
});

/** Asks for every path in turn and returns the lines that were written. */
async function linesOf(paths: string[], share = 1): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const app = new Hono<{ Variables: EdgeVariables }>();
  app.use(nameAndLog({ write: (line) => lines.push(line), share }, () => "req_new"));
  const router = new Hono<{ Variables: EdgeVariables }>();
  mount(router, readThing, ({ reply }) => reply(200, {}));
  app.route("/v2/api", router);
  app.get("/l/:code", () => new Response("leads on"));
  for (const path of paths) {
    const answer = await app.request(path);
    expect(answer.headers.get("X-Request-Id")).toBe("req_new");
  }
  return lines.map((line) => JSON.parse(line));
}

/** The line of one request, null where none was written. */
function lineOf(handled: Partial<Handled>, share: number): Record<string, unknown> | null {
  const lines: string[] = [];
  const whole = {
    requestId: "req_1",
    method: "POST",
    route: "/x",
    status: 202,
    apiKeyId: null,
    startedAt: 0,
    about: [],
  };
  logRequest({ write: (line) => lines.push(line), share }, { ...whole, ...handled });
  return lines[0] === undefined ? null : JSON.parse(lines[0]);
}

const ids = Array.from({ length: 400 }, (_, index) => rowId("msg", 1_790_000_000_000_000 + index, "Ab3dEf9h"));
const [kept = "", other = ""] = ids.filter((id) => isKept(id, 0.1));
const [left = "", out = ""] = ids.filter((id) => !isKept(id, 0.1));

describe("the line of a healthy request", () => {
  it("stands or is left out with its message, whatever its own name, and says its share", () => {
    for (const requestId of ["req_1", "req_2", "req_3", "req_4"]) {
      expect(lineOf({ requestId, about: [left] }, 0.1)).toBeNull();
      expect(lineOf({ requestId, about: [kept] }, 0.1)).toMatchObject({ message_id: kept, share: 0.1 });
    }
  });

  it("that names no message is decided by its own name", () => {
    const names = Array.from({ length: 400 }, (_, index) => `req_${index}`);
    const written = names.filter((requestId) => lineOf({ requestId }, 0.1) !== null);
    expect(written).toEqual(names.filter((name) => isKept(name, 0.1)));
    expect(lineOf({}, 1)).not.toHaveProperty("share");
    expect(lineOf({}, 0)).toBeNull();
  });

  it("about several messages stands where any of theirs do, names those, and stands for fewer", () => {
    expect(lineOf({ about: [left, out] }, 0.1)).toBeNull();
    const one = lineOf({ about: [left, kept] }, 0.1);
    expect(one).toMatchObject({ message_id: kept, share: expect.closeTo(0.19, 10) });
    expect(lineOf({ about: [kept, left, other] }, 0.1)).toMatchObject({ message_ids: [kept, other] });
  });

  it("repeats no id that a caller made up", () => {
    for (const about of ["+15551234567", "msg_ann@example.com", "msg_0000", `${kept}x`]) {
      expect(JSON.stringify(lineOf({ about: [about] }, 1))).not.toContain(about);
    }
  });
});

describe("what is refused or fails", () => {
  it("is always logged, with its messages, and stands for itself", () => {
    const refused = { code: "number_unavailable" };
    for (const handled of [{ status: 404 }, { status: 500 }, { status: 202, refused }]) {
      const line = lineOf({ ...handled, about: [left] }, 0);
      expect(line).toMatchObject({
        ...("refused" in handled ? refused : {}),
        status: handled.status,
        message_id: left,
      });
      expect(line).not.toHaveProperty("share");
    }
  });
});

describe("the line of a request", () => {
  it("names the route, never the path", async () => {
    const lines = await linesOf(["/v2/api/things/+15551234567?q=Ann", "/l/secret", "/of/Ann"]);
    expect(lines).toEqual([
      expect.objectContaining({
        event: "request",
        request_id: "req_new",
        route: "/v2/api/things/:thingId",
        status: 200,
      }),
      expect.objectContaining({ route: "/l/:code", status: 200 }),
      expect.objectContaining({ route: "none", status: 404 }),
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/Ann|5551234567|secret/);
  });

  it("is always written for what was refused", async () => {
    const lines = await linesOf([`/v2/api/things/${"x".repeat(21)}`, "/nowhere"], 0);
    expect(lines.map(({ status, share }) => [status, share])).toEqual([
      [400, undefined],
      [404, undefined],
    ]);
  });
});
