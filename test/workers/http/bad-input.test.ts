import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { call, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

const later = () => Date.now() + 86_400_000;
const chat = "/v2/api/chats/+15554600001/messages";
let key: TestKey;

beforeAll(async () => {
  key = await makeTestKey();
});
beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
});

function post(raw: BodyInit, headers: Record<string, string> = { "Content-Type": "application/json" }, path = chat) {
  return call(path, { method: "POST", raw, headers, token: key.token });
}

/** A request to send, written by hand where the way it is written matters. */
const text = (more = "") => `{"text":"a","send_at":${later()}${more}}`;

describe("numbers", () => {
  it.each(["-0", "1e400", "-1e400", "9007199254740993", '"1"', '"NaN"', "1.5", "-1", "true", "[1]", "{}"])(
    "%s is no validity period",
    async (number) => {
      const answer = await post(text(`,"validity_period":${number}`));
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    },
  );

  it.each(["-0", "1e2", "0x10", "1.0", "+1", "01", "NaN", "Infinity", "1,000", "٣", " 1", "1 ", "", "9".repeat(400)])(
    "%j is no limit and no offset",
    async (number) => {
      for (const name of ["limit", "offset"]) {
        const answer = await call(`/v2/api/chats?${name}=${encodeURIComponent(number)}`, { token: key.token });
        expect(answer, name).toMatchObject({ status: 400, body: { code: "invalid_request" } });
      }
    },
  );
});

describe("names of the prototype", () => {
  it.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"])(
    "%s is a name like any other, at every level",
    async (name) => {
      const sent = await post(
        text(`,"${name}":{"admin":true},"metadata":{"${name}":{"admin":true},"in":{"${name}":1}}`),
      );
      expect(sent.status).toBe(202);
      const read = await call(`${chat}/${sent.body.message_id}`, { token: key.token });
      const kept = Object.getOwnPropertyDescriptor(read.body.metadata ?? {}, name)?.value;
      // zod leaves out `__proto__` where it knows the level; below, it is data.
      expect(kept).toEqual(name === "__proto__" ? undefined : { admin: true });
      for (const path of [
        `/chats/${name}`,
        `/contacts/${name}`,
        `/webhooks/${name}`,
        `/chats/+15554600001/messages/${name}`,
      ]) {
        const answer = await call(`/v2/api${path}?${name}=1&${name}[admin]=1`, { token: key.token });
        expect([400, 404], path).toContain(answer.status);
      }
      await call("/v2/api/contacts/+15554600001/tags", { body: { tags: [name] }, token: key.token });
      expect((await call("/v2/api/contacts/+15554600001", { token: key.token })).body.tags).toContain(name);
      expect({}).not.toHaveProperty("admin");
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );
});

describe("keys and types", () => {
  it("of two equal keys the last one counts, as JSON.parse has it", async () => {
    const sent = await post(`{"text":"first","send_at":${later()},"text":"second"}`);
    expect((await call(`${chat}/${sent.body.message_id}`, { token: key.token })).body.text).toBe("second");
  });

  it.each(["null", "[]", "1", '"text"', "true", '[{"text":"a"}]'])("%s is no request", async (raw) => {
    expect(await post(raw)).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  });

  it("a query field given twice is refused, not chosen from", async () => {
    const answer = await call("/v2/api/chats?sort=recent&sort=oldest", { token: key.token });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
  });
});

describe("depth and width", () => {
  it.each([
    [10, 202],
    [30, 202],
    [33, 400],
    [100, 400],
    [1000, 400],
    [10_000, 400],
  ])("a body nested %i deep is %i", async (depth, status) => {
    const started = performance.now();
    // Two levels are the body and its metadata.
    const nested = `${'{"a":'.repeat(depth - 2)}1${"}".repeat(depth - 2)}`;
    expect((await post(text(`,"metadata":{"deep":${nested === "" ? "1" : nested}}`))).status).toBe(status);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("a million levels, a million keys and ten megabytes are cut off at the limit", async () => {
    for (const raw of [
      "[".repeat(1_000_000),
      `{${Array.from({ length: 1_000_000 }, (_, index) => `"k${index}":1`).join(",")}}`,
      `{"text":"${"a".repeat(10_000_000)}"}`,
      JSON.stringify({ messages: Array.from({ length: 100_000 }, () => ({ chat_id: "+15554600001", text: "a" })) }),
    ]) {
      expect(await post(raw)).toMatchObject({ status: 413, body: { code: "body_too_large" } });
    }
  });
});

describe("the body limit", () => {
  const limit = 64 * 1024;
  const sized = (bytes: number) => text(`,"pad":"${"a".repeat(bytes - text(',"pad":""').length)}"`);
  const streamed = (whole: string) => {
    const bytes = new TextEncoder().encode(whole);
    return new ReadableStream({
      start(controller) {
        for (let start = 0; start < bytes.length; start += 1000) controller.enqueue(bytes.slice(start, start + 1000));
        controller.close();
      },
    });
  };

  it.each([
    [limit - 1, 202],
    [limit, 202],
    [limit + 1, 413],
  ])("%i bytes are %i, with their length said or in chunks", async (bytes, status) => {
    expect((await post(sized(bytes))).status).toBe(status);
    expect((await post(streamed(sized(bytes)))).status).toBe(status);
  });

  it("is not moved by a compressed body: it is refused", async () => {
    const zipped = new Response(new Blob([text()]).stream().pipeThrough(new CompressionStream("gzip")));
    const answer = await post(await zipped.arrayBuffer(), {
      "Content-Type": "application/json",
      "Content-Encoding": "gzip",
    });
    expect(answer).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
  });
});

describe("content types", () => {
  it.each([
    ["application/json", 202],
    ["application/json; charset=utf-8", 202],
    ['application/json; charset="UTF-8"', 202],
    ["APPLICATION/JSON", 202],
    ["application/vnd.api+json", 202],
    ["text/plain", 415],
    ["text/json", 415],
    ["application/x-www-form-urlencoded", 415],
    ["multipart/form-data; boundary=x", 415],
    ["application/json; charset=utf-16", 415],
    ["application/json; charset=utf-7", 415],
    ["application/jsonp", 415],
    ["json", 415],
  ])("%s is %i", async (contentType, status) => {
    expect((await post(text(), { "Content-Type": contentType })).status).toBe(status);
  });

  it("none at all, or a byte order mark, is read as JSON in UTF-8", async () => {
    const bytes = new TextEncoder().encode(text());
    expect((await post(bytes, {})).status).toBe(202);
    expect((await post(`\ufeff${text()}`)).status).toBe(202);
  });

  it("bytes that are no UTF-8 are refused", async () => {
    for (const bytes of [
      [0xff, 0xfe, 0x7b, 0x00],
      [0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d],
      [0xed, 0xa0, 0x80],
    ]) {
      expect(await post(new Uint8Array(bytes))).toMatchObject({ status: 400, body: { code: "invalid_json" } });
    }
  });
});
