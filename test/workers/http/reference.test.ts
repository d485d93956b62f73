import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { failureMessages } from "../../../src/domain/failure.ts";
import { call } from "../../support/workers/gateway.ts";

async function readPage(path: string): Promise<{ status: number; type: string; policy: string; text: string }> {
  const response = await exports.default.fetch(`https://gateway.test${path}`);
  const header = (name: string) => response.headers.get(name) ?? "";
  const text = await response.text();
  return { status: response.status, type: header("Content-Type"), policy: header("Content-Security-Policy"), text };
}

describe("the reference", () => {
  it("is an OpenAPI document of this deployment", async () => {
    const { status, body } = await call("/openapi.json");
    expect(status).toBe(200);
    expect(body).toMatchObject({ openapi: "3.1.0", servers: [{ url: "https://gateway.test" }] });
    expect((await call("/openapi.json")).body).toEqual(body);
  });

  it("is a page that may ask no other origin for anything", async () => {
    const page = await readPage("/docs");
    expect(page).toMatchObject({ status: 200, type: expect.stringContaining("text/html") });
    expect(page.text).toContain('data-url="/openapi.json"');
    expect(page.text).toContain(`&#34;preferredSecurityScheme&#34;:&#34;api_key&#34;`);
    expect(page.text).not.toMatch(/https?:\/\//);
    expect(page.policy).toContain("default-src 'none'");
    expect(page.policy).not.toMatch(/https?:/);
  });

  it("has a place for each doc_url of an error", async () => {
    const { body } = await call("/v2/api/me");
    const place = new URL(String(body.doc_url));
    const page = await readPage(place.pathname);
    expect(page.text).toContain(`id="${place.hash.slice(1)}"`);
    for (const code of Object.keys(failureMessages)) expect(page.text).toContain(`id="${code}"`);
  });

  it("has a summary in plain text beside it", async () => {
    const text = await readPage("/llms.txt");
    expect(text).toMatchObject({ status: 200, type: expect.stringContaining("text/plain") });
    expect(text.text).toContain("https://gateway.test/openapi.json");
  });
});
