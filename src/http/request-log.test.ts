import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { mount } from "./mount.ts";
import { defineOperation } from "./operation.ts";
import { type EdgeVariables, nameAndLog } from "./request-log.ts";

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

/** Asks for every path in turn and returns the lines that were written; `draws` are the random numbers. */
async function linesOf(paths: string[], share = 1, draws: number[] = []): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  const random = () => draws.shift() ?? 0;
  const app = new Hono<{ Variables: EdgeVariables }>();
  app.use(nameAndLog({ write: (line) => lines.push(line), share, random }, () => "req_new"));
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

  it("is written for the share of healthy requests that is asked for, and says so", async () => {
    const lines = await linesOf(["/l/1", "/l/2", "/l/3"], 0.5, [0.7, 0.2, 0.5]);
    expect(lines).toEqual([expect.objectContaining({ status: 200, share: 0.5 })]);
    expect(await linesOf(["/l/1", "/l/2"], 0)).toEqual([]);
  });

  it("is always written for what was refused", async () => {
    const lines = await linesOf([`/v2/api/things/${"x".repeat(21)}`, "/nowhere"], 0, [0.9, 0.9]);
    expect(lines.map(({ status, share }) => [status, share])).toEqual([
      [400, undefined],
      [404, undefined],
    ]);
  });
});
