import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { type FailureCode, failureMessages } from "../domain/failure.ts";
import { failureResponse, notFound, onError, statusOfFailure } from "./errors.ts";
import { type EdgeVariables, nameAndLog } from "./request-log.ts";
import { operations } from "./table.ts";

const lines: string[] = [];

function edge(): Hono<{ Variables: EdgeVariables }> {
  const app = new Hono<{ Variables: EdgeVariables }>();
  app.use(nameAndLog({ write: () => {}, share: 1 }, () => "req_new"));
  app.use(async (c, next) => {
    c.set("publicUrl", "https://gate.example/");
    await next();
  });
  app.get("/fail/:code", (c) => {
    const code = c.req.param("code") as FailureCode;
    return failureResponse(c, { code, message: failureMessages[code], context: { status: 1, allocationId: "all_1" } });
  });
  app.get("/crash", () => {
    throw new Error("lost +15551234567 with AC0123456789");
  });
  app.notFound(notFound(async () => operations));
  app.onError(onError((line) => lines.push(line)));
  return app;
}

describe("the envelope", () => {
  it.each(Object.entries(statusOfFailure))("of %s has status %i and one shape", async (code, status) => {
    const response = await edge().request(`/fail/${code}`);
    expect(response.status).toBe(status);
    const body = await response.json();
    if (code === "coming_soon") {
      expect(body).toEqual({ error: "Coming soon", message: failureMessages.coming_soon });
      return;
    }
    expect(body).toEqual({
      error: "ApiError",
      message: failureMessages[code as FailureCode],
      status,
      code,
      request_id: "req_new",
      doc_url: `https://gate.example/errors#${code}`,
      allocation_id: "all_1",
    });
  });

  it("knows a status for every code of the list", () => {
    expect(Object.keys(statusOfFailure).sort()).toEqual(Object.keys(failureMessages).sort());
  });

  it("leaves its code in the line of the request, and which limit was reached, so that a refusal is found afterwards", async () => {
    const written: string[] = [];
    const app = new Hono<{ Variables: EdgeVariables }>();
    app.use(nameAndLog({ write: (line) => written.push(line), share: 0 }));
    const context = { limit: "per_recipient_per_hour", at_most: 5 };
    app.get("/limited", (c) => failureResponse(c, { code: "send_limit_reached", message: "Too many.", context }));
    await app.request("/limited");
    expect(written.map((line) => JSON.parse(line))).toMatchObject([
      { event: "request", status: 429, code: "send_limit_reached", limit: "per_recipient_per_hour" },
    ]);
    expect(written.join()).not.toContain("Too many");
  });

  it("carries the caller's request id where it is usable, else a new one", async () => {
    const id = async (given: string) =>
      (await edge().request("/fail/not_found", { headers: { "X-Request-Id": given } })).headers.get("X-Request-Id");
    expect(await id("trace-1.a_b~c")).toBe("trace-1.a_b~c");
    expect(await id("a b")).toBe("req_new");
    expect(await id("x".repeat(129))).toBe("req_new");
  });

  it("of a crash says nothing of it; the log does, without whole numbers", async () => {
    const response = await edge().request("/crash");
    expect(response.status).toBe(500);
    expect(response.headers.get("X-Request-Id")).toBe("req_new");
    expect(await response.text()).not.toContain("lost");
    const line = JSON.parse(lines.at(-1) ?? "{}") as Record<string, unknown>;
    expect(line).toMatchObject({ level: "error", request_id: "req_new", method: "GET", error: "Error" });
    expect(String(line.message)).toContain("lost");
    expect(JSON.stringify(line)).not.toMatch(/5551234567|0123456789/);
  });
});

describe("where no route is", () => {
  it("an unknown path is 404 in the envelope", async () => {
    const response = await edge().request("/v2/api/nothing");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: "ApiError", code: "not_found", status: 404 });
  });

  it("another method is 405 and names those that there are", async () => {
    const response = await edge().request("/v2/api/chats/+1555/messages", { method: "PUT" });
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("GET, HEAD, POST, OPTIONS");
    expect(await response.json()).toMatchObject({
      code: "method_not_allowed",
      message: "This path does not take PUT: use GET or POST.",
    });
  });

  it("OPTIONS tells the methods and opens nothing to other origins", async () => {
    const response = await edge().request("/v2/api/location/contacts/refresh", { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("Allow")).toBe("GET, HEAD, POST, OPTIONS");
    expect(response.headers.get("Access-Control-Allow-Origin")).toBeNull();
  });

  it("HEAD and OPTIONS of an unknown path are 404", async () => {
    expect((await edge().request("/nothing", { method: "HEAD" })).status).toBe(404);
    expect((await edge().request("/nothing", { method: "OPTIONS" })).status).toBe(404);
  });
});
