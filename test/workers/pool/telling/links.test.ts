import { exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { countSegments } from "../../../../src/domain/segments.ts";
import { type Customers, standInForCustomers } from "../../../support/workers/customers.ts";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../../support/workers/gateway.ts";
import { owed } from "../../../support/workers/ledger.ts";
import { send, subscribe } from "../../../support/workers/story.ts";

const day = 24 * 60 * 60 * 1000;
const phone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

let customers: Customers;
beforeEach(() => {
  customers = standInForCustomers();
});
afterEach(() => vi.useRealTimers());

function open(link: string, init: { method?: string; headers?: Record<string, string> } = {}): Promise<Response> {
  const headers = { "User-Agent": phone, ...init.headers };
  return exports.default.fetch(link, { method: init.method ?? "GET", headers, redirect: "manual" });
}

async function readMessage(key: TestKey, id: string) {
  return (await call(`/v2/api/chats/%2B15551234567/messages/${id}`, { token: key.token })).body;
}

async function sendLinks(key: TestKey, text: string, more: Record<string, unknown> = { shorten_links: true }) {
  const id = await send(key, "+15551234567", { text, ...more });
  const message = await readMessage(key, id);
  const links = String(message.text).match(/https:\/\/gateway\.test\/l\/[0-9A-Za-z-]+/g) ?? [];
  return { id, message, links };
}

describe("link shortening", () => {
  it("replaces every URL of a text before its segments are counted, and leads where the message led and nowhere else", async () => {
    const key = await makeTestKey();
    const long = `https://shop.example/sale?${"x".repeat(150)}#top`;
    const { message, links } = await sendLinks(
      key,
      `See ${long}, or (http://shop.example/faq). Bye https://shop.example/ü`,
    );
    expect(links).toHaveLength(3);
    expect(message.text).toBe(`See ${links[0]}, or (${links[1]}). Bye ${links[2]}`);
    expect(message.number_of_message_parts).toBe(countSegments(String(message.text)).segments);
    for (const link of links) expect(link.length).toBeLessThan("https://gateway.test/l/".length + 14);
    const led = await Promise.all(links.map((link) => open(link)));
    expect(led.map((response) => [response.status, response.headers.get("Location")])).toEqual([
      [302, long],
      [302, "http://shop.example/faq"],
      [302, "https://shop.example/%C3%BC"],
    ]);
    expect(led[0]?.headers.get("Cache-Control")).toBe("no-store");

    const code = String(links[0]).split("/l/")[1] ?? "";
    const guesses = [
      `${code}x`,
      code.slice(0, -1),
      `${code.slice(0, -1)}!`,
      "1-1",
      "https://evil.example",
      "//evil.example",
    ];
    for (const guess of guesses) {
      const response = await open(`https://gateway.test/l/${encodeURIComponent(guess)}?url=https://evil.example`);
      expect([guess, response.status, response.headers.get("Location")]).toEqual([guess, 404, null]);
    }
    const other = code.replace(/.$/, (last) => (last === "a" ? "b" : "a"));
    expect((await open(`https://gateway.test/l/${other}`)).status).toBe(404);
  });

  it("is a matter of the message, or of its key", async () => {
    const key = await makeTestKey();
    const plain = await sendLinks(key, "https://shop.example/a", {});
    expect(plain.message.text).toBe("https://shop.example/a");
    await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { shorten_links: true } });
    expect((await sendLinks(key, "https://shop.example/a", {})).links).toHaveLength(1);
    expect((await sendLinks(key, "https://shop.example/a", { shorten_links: false })).links).toEqual([]);
    const own = await sendLinks(key, "https://shop.example/a", {});
    expect((await sendLinks(key, own.links[0] ?? "", {})).message.text).toBe(own.links[0]);
    const filled = await call("/v2/api/chats/%2B15551234567/messages", {
      body: { text: `${"x".repeat(1580)} http://a.example/` },
      token: key.token,
    });
    expect(filled).toMatchObject({ status: 400, body: { code: "text_too_long" } });
  });
});

describe("clicks", () => {
  it("are told apart: people, bots, previews and what came too fast; a HEAD leads on and counts nothing", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const key = await makeTestKey();
    const url = "https://clicks.example/hook";
    await subscribe(key, url, { webhook_type: "message" });
    await subscribe(key, "https://clicks-campaign.example/hook", { format: "campaign" });
    const { id, links } = await sendLinks(key, "Look: https://shop.example/now");
    const link = links[0] ?? "";
    expect((await readMessage(key, id)).clicks ?? null).toBeNull();
    expect((await open(link)).status).toBe(302);
    await eventually(async () => (await owed(key)).length === 0);
    vi.setSystemTime(Date.now() + 60_000);
    expect((await open(link, { method: "HEAD" })).status).toBe(302);
    await open(link, { headers: { "User-Agent": "facebookexternalhit/1.1" } });
    await open(link, { headers: { "Sec-Purpose": "prefetch;prerender" } });
    await open(link, { headers: { "User-Agent": "" } });
    await open(link);
    await open(link);
    const clicked = await eventually(async () => {
      const events = customers.events(url).filter((event) => event.event === "message.clicked");
      return events.length === 6 ? events.sort((a, b) => Number(a.sequence) - Number(b.sequence)) : null;
    });
    expect(clicked.map((event) => event.is_bot)).toEqual([true, true, true, true, false, false]);
    expect(clicked.at(-1)).toMatchObject({
      message_id: id,
      url: "https://shop.example/now",
      clicks: { raw: 6, human: 2 },
      clicked_at: Date.now(),
    });
    expect((await readMessage(key, id)).clicks).toEqual({ raw: 6, human: 2 });
    const campaign = await eventually(async () => {
      const events = customers.events("https://clicks-campaign.example/hook");
      return events.filter((event) => event.status === "clicked").length === 6 ? events : null;
    });
    expect(campaign.find((event) => event.status === "clicked")).toMatchObject({
      type: "campaign",
      url: "https://shop.example/now",
      is_bot: expect.any(Boolean),
    });
  });

  it("work after the key was rotated, and end after ninety days with a page that says so", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const key = await makeTestKey();
    const { links } = await sendLinks(key, "https://shop.example/later");
    const link = links[0] ?? "";
    await admin(`/api-keys/${key.id}/rotate`, { body: {} });
    expect((await open(link)).status).toBe(302);
    vi.setSystemTime(Date.now() + 90 * day - 60_000);
    expect((await open(link)).status).toBe(302);
    vi.setSystemTime(Date.now() + 120_000);
    const ended = await open(link);
    expect([ended.status, ended.headers.get("Location")]).toEqual([410, null]);
    expect(ended.headers.get("Content-Type")).toContain("text/html");
    expect(await ended.text()).toContain("expired");
  });
});
