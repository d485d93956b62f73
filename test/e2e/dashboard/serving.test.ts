import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Gateway, startGateway } from "../../support/node/start-gateway.ts";

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
});

function ask(path: string, accept = "*/*") {
  return fetch(gateway.url + path, { redirect: "manual", headers: { Accept: accept } });
}

describe("the dashboard's files", () => {
  test("pass the Worker as pages, with their policy, and as hashed files without it, kept for a year", async () => {
    for (const path of ["/app", "/app/", "/app/index.html", "/app/messages", "/app/icon.svg"]) {
      const page = await ask(path, "text/html");
      expect([path, page.status, page.headers.get("Cache-Control")]).toEqual([path, 200, "no-store"]);
      expect(page.headers.get("Content-Security-Policy")).toContain("require-trusted-types-for 'script'");
    }
    const names = await readdir("assets/dashboard");
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) {
      const file = await ask(`/dashboard/${name}`);
      expect([name, file.status]).toEqual([name, 200]);
      expect(file.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
      expect(file.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(file.headers.get("X-Request-Id")).toBeNull();
    }
  });

  test("of an older build are missed without anybody keeping that, and without a page in their place", async () => {
    const missed = await ask("/dashboard/index-00000000.js");
    expect([missed.status, missed.headers.get("Cache-Control")]).toEqual([404, "no-store"]);
    expect(missed.headers.get("Content-Type")).toContain("application/json");
  });

  test("leave every other path to the Worker, also where a browser navigates", async () => {
    const [front, docs, link, script] = await Promise.all([
      ask("/", "text/html"),
      ask("/docs", "text/html"),
      ask("/l/nothing", "text/html"),
      ask("/reference/scalar.js"),
    ]);
    expect([front.status, front.headers.get("Location")]).toEqual([302, "/app/"]);
    expect([docs.status, docs.headers.get("Content-Security-Policy")]).toEqual([200, expect.any(String)]);
    expect([link.status, link.headers.get("X-Request-Id")]).toEqual([404, expect.any(String)]);
    expect(script.status).toBe(200);
    expect((await ask("/")).status).toBe(404);
    expect((await ask("/_headers")).status).toBe(404);
  });
});
