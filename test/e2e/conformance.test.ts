import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.kill9();
  await gateway.forget();
});

describe("npm run conformance", () => {
  test("finds nothing wrong with the gateway, and has called all 55 operations of the contract", async () => {
    const { stdout } = await runConformance("--url", gateway.url, "--key", gateway.testKey, "--json");
    const report = JSON.parse(stdout) as { seen: number; total: number; results: { ok: boolean }[] };
    expect(report.results.filter(({ ok }) => !ok)).toEqual([]);
    expect([report.seen, report.total]).toEqual([55, 55]);
  });

  test("sees a server that does not keep the contract", async () => {
    const broken = await runConformance("--url", `${gateway.url}/elsewhere`, "--key", gateway.testKey);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/getMe .* FAILED/);
  });
});

describe("the reference", () => {
  test("loads nothing but what its own origin serves", async () => {
    const page = await (await fetch(`${gateway.url}/docs`)).text();
    const sources = [...page.matchAll(/(?:src|href|data-url)="([^"]+)"/g)].map(([, source]) => String(source));
    expect(sources).toContain("/openapi.json");
    expect(sources.length).toBeGreaterThan(1);
    for (const source of sources) {
      expect(source).toMatch(/^\/[a-z]/);
      expect((await fetch(gateway.url + source)).status, source).toBe(200);
    }
  });
});

async function runConformance(...args: string[]): Promise<{ code: number; stdout: string }> {
  const running = promisify(execFile)("node", ["scripts/conformance.mjs", ...args]);
  return running.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
  );
}
