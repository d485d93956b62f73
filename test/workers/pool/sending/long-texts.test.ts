import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import { acceptedBy, type LiveKey, makeLiveKey, standInForTheOutside } from "../../../support/workers/twilio.ts";

const sentence = `${"These are words. ".repeat(20)}\n`;
const long = sentence.repeat(12);
const picture = "https://example.com/cat.jpg";

let twilio: FakeAccount;
let key: LiveKey;
let person = 0;

beforeEach(async () => {
  twilio = standInForTheOutside().open();
  key = await makeLiveKey(twilio);
});
afterEach(() => vi.restoreAllMocks());

const change = (body: object) => admin(`/api-keys/${key.id}`, { method: "PATCH", body });
const preview = (to: string, body: object) => admin(`/api-keys/${key.id}/pool/preview`, { body: { to, ...body } });

function newPerson(): string {
  person += 1;
  return `+1555654${String(person).padStart(4, "0")}`;
}

async function listed(to: string): Promise<Record<string, unknown>[]> {
  const page = await call(`/v2/api/chats/${encodeURIComponent(to)}/messages?sort=asc`, { token: key.token });
  return page.body.messages as Record<string, unknown>[];
}

function send(to: string, body: object, idempotencyKey?: string) {
  const headers = idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey };
  return call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { body, headers, token: key.token });
}

describe("a text of more than 1600 characters", () => {
  it("is refused, and the preview says the same, until its key splits long texts", async () => {
    const to = newPerson();
    const refused = await send(to, { text: long });
    expect(refused).toMatchObject({ status: 400, body: { code: "text_too_long" } });
    expect(String(refused.body.message)).toContain("split_long_texts");
    expect((await preview(to, { text: long })).body).toMatchObject({
      would_send: false,
      code: "text_too_long",
      message: refused.body.message,
    });
    expect((await change({ split_long_texts: "yes" })).status).toBe(400);
    expect((await change({ split_long_texts: true })).body.split_long_texts).toBe(true);
    expect((await preview(to, { text: long })).body.would_send).toBe(true);
    expect(acceptedBy(twilio)).toEqual([]);
  });

  it("becomes several messages in order from one number, its attachment with the first; the parts of a preview are those that leave", async () => {
    await change({ split_long_texts: true });
    const to = newPerson();
    const asked = { text: long, metadata: { order: 17 } };
    const { parts } = (await preview(to, asked)).body;
    const sent = await send(to, asked);
    expect(sent.status).toBe(202);
    const ids = sent.body.message_ids as string[];
    expect(ids.length).toBeGreaterThan(2);
    await eventually(async () => acceptedBy(twilio).length === ids.length);
    const left = acceptedBy(twilio);
    expect(
      left
        .map(({ body }) => body)
        .join(" ")
        .replace(/\s+/g, ""),
    ).toBe(long.replace(/\s+/g, ""));
    for (const { body, to: recipient, from } of left) {
      expect(body.length).toBeLessThanOrEqual(1600);
      expect(body).toMatch(/words\.$/);
      expect({ recipient, from }).toEqual({ recipient: to, from: left[0]?.from });
    }
    const messages = await listed(to);
    expect(messages.map(({ message_id }) => message_id)).toEqual(ids);
    expect(messages.every(({ metadata }) => JSON.stringify(metadata) === '{"order":17}')).toBe(true);
    expect(messages.reduce((sum, message) => sum + Number(message.number_of_message_parts), 0)).toBe(parts);
    const other = newPerson();
    const shown = await send(other, { text: long, attachments: [picture] });
    const many = (shown.body.message_ids as string[]).length;
    await eventually(async () => acceptedBy(twilio).length === ids.length + many);
    const withPicture = await listed(other);
    expect(withPicture.map(({ attachments }) => (attachments as unknown[]).length)).toEqual([
      1,
      ...Array.from({ length: many - 1 }, () => 0),
    ]);
  });

  it("is one request: the same idempotency key answers with the same messages, also after the setting was changed", async () => {
    await change({ split_long_texts: true });
    const to = newPerson();
    const first = await send(to, { text: long }, "long-1");
    await change({ split_long_texts: false });
    const again = await send(to, { text: long }, "long-1");
    expect([first.status, again.status]).toEqual([202, 200]);
    expect(again.body.message_ids).toEqual(first.body.message_ids);
    expect((await send(to, { text: `${long}!` }, "long-1")).body.code).toBe("idempotency_key_reused");
    const { length } = first.body.message_ids as string[];
    await eventually(async () => acceptedBy(twilio).length === length);
  });

  it("counts every message against the daily cap, and is refused as a whole where it does not fit", async () => {
    await change({ split_long_texts: true, daily_cap: 5 });
    const refused = await send(newPerson(), { text: long });
    expect(refused.body.code).toBe("daily_cap_reached");
    expect((await env.POOLS.getByName(key.id).stats())?.waitingMessages).toBe(0);
    expect(acceptedBy(twilio)).toEqual([]);
  });

  it("is measured after its links are shortened, and each short link counts clicks for the message it stands in", async () => {
    await admin("/public-url", { method: "PUT", body: { public_url: "https://gateway.test" } });
    await change({ split_long_texts: true, shorten_links: true });
    const far = `https://shop.example/${"long/".repeat(40)}`;
    const short = await send(newPerson(), { text: `${"word ".repeat(300)}${far}` });
    expect(short.body.message_ids).toBeUndefined();
    const to = newPerson();
    const sent = await send(to, {
      text: `${"Words here. ".repeat(130)} ${far}first ${"Words here. ".repeat(130)} ${far}second`,
    });
    const ids = sent.body.message_ids as string[];
    const texts = (await listed(to)).map(({ text }) => String(text));
    const links = texts.map((text) => text.match(/https:\/\/\S+/g) ?? []);
    expect(links.flat()).toHaveLength(2);
    for (const [index, found] of links.entries()) {
      for (const link of found) {
        expect((await exports.default.fetch(link, { redirect: "manual" })).status).toBe(302);
        const message = await call(`/v2/api/chats/${encodeURIComponent(to)}/messages/${ids[index]}`, {
          token: key.token,
        });
        expect(message.body.clicks).toMatchObject({ raw: 1 });
      }
    }
  });

  it("is refused where it cannot be cut: a link beyond a message, a template, more than 50 messages", async () => {
    await change({ split_long_texts: true });
    const link = `https://shop.example/${"x".repeat(1700)}`;
    const uncuttable = await send(newPerson(), { text: link });
    expect(uncuttable).toMatchObject({ status: 400, body: { code: "text_too_long" } });
    expect(String(uncuttable.body.message)).toContain("link");
    expect((await send(newPerson(), { text: long, content_sid: `HX${"0".repeat(32)}` })).body.code).toBe(
      "text_too_long",
    );
    const many = [long, ...Array.from({ length: 49 }, () => "short")];
    expect((await send(newPerson(), { text: many })).body).toMatchObject({ code: "text_too_long" });
    expect((await send(newPerson(), { text: "a".repeat(16_001) })).body.code).toBe("text_too_long");
    expect(acceptedBy(twilio)).toEqual([]);
  });

  it("in a bulk call each is judged by itself, and counts as the messages it comes to", async () => {
    await change({ split_long_texts: true });
    const bulk = (texts: string[]) =>
      call("/v2/api/messages/bulk", {
        body: { messages: texts.map((text) => ({ chat_id: newPerson(), text })) },
        token: key.token,
      });
    const { body } = await bulk([long, "short", `https://shop.example/${"x".repeat(1700)}`]);
    const results = body.results as Record<string, unknown>[];
    expect(results.map(({ status, code }) => code ?? status)).toEqual(["queued", "queued", "text_too_long"]);
    expect((results.at(0)?.message_ids as string[] | undefined)?.length).toBeGreaterThan(2);
    expect((await bulk(Array.from({ length: 26 }, () => "a".repeat(16_000)))).body.code).toBe("bulk_limit_exceeded");
  });
});
