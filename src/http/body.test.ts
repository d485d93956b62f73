import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonBodyLimit, readBytes, readFile, readJson } from "./body.ts";

type Sent = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

function post(body: Sent, headers: Record<string, string> = { "Content-Type": "application/json" }): Request {
  return new Request("https://edge.test/", { method: "POST", headers, body, duplex: "half" } as RequestInit);
}

function chunked(total: number, chunk: number): { stream: ReadableStream<Uint8Array>; pulled: () => number } {
  let sent = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const size = Math.min(chunk, total - sent);
      if (size === 0) return controller.close();
      sent += size;
      controller.enqueue(new Uint8Array(size).fill(0x20));
    },
  });
  return { stream, pulled: () => sent };
}

/** A stream of bytes, as a request's own body is; `asked` is how much room its reader brought each time. */
function bytes(pieces: readonly string[]): { stream: ReadableStream<Uint8Array>; asked: () => number[] } {
  const left = [...pieces];
  const asked: number[] = [];
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const request = controller.byobRequest;
      asked.push(request?.view?.byteLength ?? 0);
      const next = left.shift();
      if (next !== undefined) return controller.enqueue(new TextEncoder().encode(next));
      controller.close();
      request?.respond(0);
    },
  });
  return { stream, asked: () => asked };
}

const codeOf = async (answer: ReturnType<typeof readJson>): Promise<string> => {
  const read = await answer;
  return read.ok ? "ok" : read.failure.code;
};

const jsonOf = async (answer: ReturnType<typeof readJson>): Promise<unknown> => {
  const read = await answer;
  return read.ok ? read.value.value : read.failure.code;
};

describe("the size of a body", () => {
  it.each([
    [jsonBodyLimit, "ok"],
    [jsonBodyLimit + 1, "body_too_large"],
  ])("%i bytes answer %s, sent whole", async (size, expected) => {
    expect(await codeOf(readJson(post(`"${"a".repeat(size - 2)}"`), jsonBodyLimit))).toBe(expected);
  });

  it("is measured, not believed: a chunked body and one that lies about its length are cut at the limit", async () => {
    for (const headers of [{}, { "Content-Length": "2" }, { "Content-Length": "abc" }]) {
      const body = chunked(10 * jsonBodyLimit, 4096);
      const read = await readBytes(post(body.stream, headers), jsonBodyLimit);
      expect(read).toMatchObject({
        failure: {
          code: "body_too_large",
          message: expect.stringMatching(/larger than .*: shorten it, or divide it\.$/),
        },
      });
      expect(body.pulled()).toBeLessThanOrEqual(2 * jsonBodyLimit);
    }
  });

  it("is taken as it comes, whether a stream of bytes holds what it declares, less, more or nothing", async () => {
    for (const [pieces, declared] of [
      [["he", "llo"], 5],
      [["he", "llo"], 9],
      [["he", "llo", "!"], 3],
      [[], 3],
      [[], 0],
    ] as const) {
      const { stream, asked } = bytes(pieces);
      const read = await readBytes(post(stream, { "Content-Length": String(declared) }), jsonBodyLimit);
      expect(read.ok && new TextDecoder().decode(read.value)).toBe(pieces.join(""));
      expect(asked().at(0)).toBe(declared + 1);
    }
    const long = bytes(Array.from({ length: 40 }, () => "x".repeat(4096)));
    const cut = await readBytes(post(long.stream, { "Content-Length": "2" }), jsonBodyLimit);
    expect(cut.ok ? "ok" : cut.failure.code).toBe("body_too_large");
  });

  it("is refused by its declared length before anything is read", async () => {
    const body = chunked(10 * jsonBodyLimit, 4096);
    const read = await readBytes(post(body.stream, { "Content-Length": String(jsonBodyLimit + 1) }), jsonBodyLimit);
    expect(read.ok).toBe(false);
    expect(body.pulled()).toBeLessThanOrEqual(4096);
  });
});

it("answers a body that breaks off as the caller's fault", async () => {
  const cut = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("lost")) });
  const read = await readBytes(post(cut), jsonBodyLimit);
  expect(read.ok ? "ok" : read.failure.code).toBe("invalid_request");
});

describe("the kind of a body", () => {
  it.each([
    ["application/json", "ok"],
    ["application/json; charset=UTF-8", "ok"],
    ['application/json; charset="utf-8"', "ok"],
    ["APPLICATION/JSON", "ok"],
    ["application/vnd.api+json", "ok"],
    ["application/json; charset=utf-16", "unsupported_media_type"],
    ["application/json; charset=utf-7", "unsupported_media_type"],
    ["text/plain", "unsupported_media_type"],
    ["application/x-www-form-urlencoded", "unsupported_media_type"],
    ["multipart/form-data; boundary=x", "unsupported_media_type"],
    ["application/jsonp", "unsupported_media_type"],
  ])("%s is answered %s", async (contentType, expected) => {
    expect(await codeOf(readJson(post('{"a":1}', { "Content-Type": contentType }), jsonBodyLimit))).toBe(expected);
  });

  it("is taken as JSON when nobody says", async () => {
    const bytes = new TextEncoder().encode('{"a":1}');
    expect(await readJson(post(bytes, {}), jsonBodyLimit)).toEqual({
      ok: true,
      value: { text: '{"a":1}', value: { a: 1 } },
    });
  });

  it("must not be compressed", async () => {
    const headers = { "Content-Type": "application/json", "Content-Encoding": "gzip" };
    expect(await codeOf(readJson(post("{}", headers), jsonBodyLimit))).toBe("unsupported_media_type");
  });

  it("may begin with the byte order mark of UTF-8, but not be UTF-16 or broken UTF-8", async () => {
    expect(await readJson(post(new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d])), jsonBodyLimit)).toEqual({
      ok: true,
      value: { text: "{}", value: {} },
    });
    expect(await codeOf(readJson(post(new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0])), jsonBodyLimit))).toBe(
      "invalid_json",
    );
    expect(await codeOf(readJson(post(new Uint8Array([0x22, 0xc3, 0x28, 0x22])), jsonBodyLimit))).toBe("invalid_json");
  });

  it("is no text at all when empty, whatever the content type", async () => {
    expect(await readJson(post("", { "Content-Type": "text/plain" }), jsonBodyLimit)).toEqual({
      ok: true,
      value: { text: "", value: undefined },
    });
  });
});

describe("the contents of a body", () => {
  it.each([31, 32, 33, 1000, 30_000])("nested %i deep are read up to 32 levels", async (depth) => {
    const text = "[".repeat(depth) + "]".repeat(depth);
    expect(await codeOf(readJson(post(text), jsonBodyLimit))).toBe(depth <= 32 ? "ok" : "invalid_json");
  });

  it("brackets inside strings do not count as depth", async () => {
    const text = JSON.stringify({ text: `\\"${"[{".repeat(500)}` });
    expect(await codeOf(readJson(post(text), jsonBodyLimit))).toBe("ok");
  });

  it("halves of surrogate pairs are refused in values and in names, whole pairs are kept", async () => {
    expect(await codeOf(readJson(post('{"a":["\\ud83d"]}'), jsonBodyLimit))).toBe("invalid_json");
    expect(await codeOf(readJson(post('{"\\udc00":1}'), jsonBodyLimit))).toBe("invalid_json");
    expect(await jsonOf(readJson(post('"\\ud83d\\ude00"'), jsonBodyLimit))).toBe("😀");
  });

  it("any JSON comes out as it went in, and anything else is a failure, never a throw", async () => {
    const runs = Number(process.env.FUZZ_RUNS ?? 100);
    const json = fc.jsonValue({ maxDepth: 6, stringUnit: "grapheme" });
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const read = await jsonOf(readJson(post(JSON.stringify(value)), jsonBodyLimit));
        expect(read).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: runs },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        const read = await readJson(post(new Uint8Array(bytes)), jsonBodyLimit);
        expect(read.ok || read.failure.code === "invalid_json").toBe(true);
      }),
      { numRuns: runs },
    );
  });
});

describe("a form with a file", () => {
  const icon = { field: "icon", maxBytes: 100, types: ["image/png"] };
  const form = (field: string, file: Blob): Request => {
    const data = new FormData();
    data.append(field, file, "icon.png");
    return new Request("https://edge.test/", { method: "POST", body: data });
  };

  it("gives the file", async () => {
    const read = await readFile(form("icon", new Blob(["png"], { type: "image/png" })), icon);
    expect(read.ok && read.value.size).toBe(3);
  });

  it.each([
    ["another field", "picture", new Blob(["png"], { type: "image/png" }), "invalid_request"],
    ["an empty file", "icon", new Blob([], { type: "image/png" }), "invalid_request"],
    ["another type", "icon", new Blob(["svg"], { type: "image/svg+xml" }), "invalid_request"],
    ["too many bytes", "icon", new Blob(["x".repeat(101)], { type: "image/png" }), "body_too_large"],
  ])("is refused for %s", async (_, field, file, expected) => {
    const read = await readFile(form(field, file), icon);
    expect(read.ok ? "ok" : read.failure.code).toBe(expected);
  });

  it("is refused when it is no form at all", async () => {
    const read = await readFile(post("{}"), icon);
    expect(read.ok ? "ok" : read.failure.code).toBe("unsupported_media_type");
    const broken = await readFile(post("junk", { "Content-Type": "multipart/form-data; boundary=x" }), icon);
    expect(broken.ok ? "ok" : broken.failure.code).toBe("invalid_request");
  });
});
