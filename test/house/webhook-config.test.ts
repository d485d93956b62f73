import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => join(folder, file));
}

it("D19: requests to strangers' URLs leave by fetch alone, and pass the front door even on our own zone", () => {
  expect(readFileSync("wrangler.toml", "utf8")).toMatch(/^compatibility_flags = \[.*"global_fetch_strictly_public"/m);
  const others = /from "(?:node:(?:https?|net|tls|dns|http2)|cloudflare:sockets)"/;
  expect(sources("src").filter((file) => others.test(readFileSync(file, "utf8")))).toEqual([]);
});

it("a batch of bells is handed back before its slow deliveries end", () => {
  expect(readFileSync("wrangler.toml", "utf8")).toContain('"queue_consumer_no_wait_for_wait_until"');
});
