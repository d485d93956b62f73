import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Trunkline, TrunklineError } from "./index.ts";

type Asked = { method: string; url: string; headers: IncomingHttpHeaders; body: string };
type Fate = (response: ServerResponse) => void;

let server: Server;
let asked: Asked[];
let fates: Fate[];
let trunkline: Trunkline;

const answer =
  (status: number, body: object, headers: Record<string, string> = {}): Fate =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const reset: Fate = (response) => response.socket?.resetAndDestroy();
const brokenOff: Fate = (response) => {
  response.writeHead(202, { "content-length": "500" });
  response.write('{"message_id":');
  setTimeout(() => response.socket?.destroy(), 20);
};
const taken = answer(202, { message_id: "msg_1", status: "queued", from_number: "+15005550006" });

beforeEach(async () => {
  asked = [];
  fates = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url = "", headers } = request;
    asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    (fates.shift() ?? taken)(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  trunkline = new Trunkline({ apiKey: "tl_test_x", baseUrl: `http://127.0.0.1:${port}/v2/api/` });
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

async function failureOf(promise: Promise<unknown>): Promise<TrunklineError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TrunklineError)) throw new Error(`It did not fail as it should: ${String(error)}`);
  return error;
}

const keysSent = () => asked.map(({ headers }) => headers["idempotency-key"]);

describe("a send", () => {
  test.each<[string, Fate]>([
    ["a reset", reset],
    ["an answer that breaks off", brokenOff],
    ["500", answer(500, { code: "internal_error", message: "Oh." })],
    ["429 with Retry-After", answer(429, { code: "rate_limited", message: "Slow." }, { "retry-after": "1" })],
  ])("is repeated after %s under the same idempotency key, and so is one message", async (_, fate) => {
    fates = [fate];
    const sent = await trunkline.messages.send("+15551234567", "Hello");
    expect(sent).toMatchObject({ message_id: "msg_1", chat_id: "+15551234567" });
    expect(asked.map(({ url }) => url)).toEqual(Array(2).fill("/v2/api/chats/%2B15551234567/messages"));
    expect(keysSent()[0]).toMatch(/^sdk_[0-9a-f-]{36}$/);
    expect(new Set(keysSent()).size).toBe(1);
    expect(asked.map(({ body }) => JSON.parse(body))).toEqual(Array(2).fill({ text: "Hello" }));
  });

  test("has another key each time, or the one it is given", async () => {
    await trunkline.messages.send("+15551234567", "Hello");
    await trunkline.messages.send("+15551234567", "Hello");
    await trunkline.messages.send("+15551234567", { text: "Hello" }, { idempotencyKey: "mine" });
    expect(new Set(keysSent()).size).toBe(3);
    expect(keysSent()[2]).toBe("mine");
  });

  test("fails with what the gateway said, at once, when it was refused", async () => {
    const said = {
      code: "recipient_opted_out",
      message: "They said STOP.",
      request_id: "req_1",
      doc_url: "https://x/errors#a",
    };
    fates = [answer(403, { ...said, error: "forbidden", status: 403, opted_out_at: 7 })];
    expect(await failureOf(trunkline.messages.send("+15551234567", "Hello"))).toMatchObject({
      ...{ name: "TrunklineError", status: 403, code: "recipient_opted_out", message: "They said STOP." },
      ...{ requestId: "req_1", docUrl: "https://x/errors#a", body: { opted_out_at: 7 } },
    });
    expect(asked).toHaveLength(1);
  });

  test("is given up after two repeats unless told otherwise, with the last reason", async () => {
    fates = Array(9).fill(answer(503, { code: "storage_unavailable", message: "Later." }));
    const failure = await failureOf(trunkline.messages.send("+15551234567", "Hello"));
    expect([failure.status, failure.code, asked.length]).toEqual([503, "storage_unavailable", 3]);
    expect(new Set(keysSent()).size).toBe(1);
    await failureOf(trunkline.messages.send("+15551234567", "Hello", { maxRetries: 0 }));
    expect(asked).toHaveLength(4);
  });

  test("is not held up by a Retry-After of more than a minute: the caller is told", async () => {
    fates = [answer(429, { code: "daily_cap_reached", message: "Tomorrow." }, { "retry-after": "7200" })];
    expect(await failureOf(trunkline.messages.send("+15551234567", "Hello"))).toMatchObject({ retryAfter: 7200 });
    expect(asked).toHaveLength(1);
  });
});

describe("a call that would happen twice", () => {
  test("is not repeated when its answer is lost, and is when it was not taken", async () => {
    fates = [reset];
    expect(await failureOf(trunkline.webhooks.rotateSecret("wh_1"))).toMatchObject({ code: "connection_failed" });
    expect(asked).toHaveLength(1);
    fates = [answer(429, { code: "rate_limited", message: "Slow." }), answer(200, { webhook_id: "wh_1" })];
    await trunkline.webhooks.rotateSecret("wh_1");
    expect(asked).toHaveLength(3);
  });
});

describe("every call", () => {
  test("ends within its time, and at once when its signal says so", async () => {
    fates = Array(3).fill(() => {});
    expect(await failureOf(trunkline.me({ timeoutMs: 50, maxRetries: 0 }))).toMatchObject({ code: "timed_out" });
    const controller = new AbortController();
    const stopped = trunkline.me({ signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    server.closeAllConnections();
  });

  test("says where nobody answered, or somebody else", async () => {
    const nowhere = new Trunkline({ apiKey: "k", baseUrl: "http://127.0.0.1:1", maxRetries: 0 });
    expect((await failureOf(nowhere.me())).message).toContain("http://127.0.0.1:1 could not be reached");
    fates = [(response) => response.end("<html>")];
    expect(await failureOf(trunkline.me())).toMatchObject({ code: "unreadable_answer" });
  });

  test("needs a key and an address", () => {
    expect(() => new Trunkline({ apiKey: "" })).toThrow("TRUNKLINE_API_KEY");
    expect(() => new Trunkline({ apiKey: "k", baseUrl: "trunkline.example.com" })).toThrow("https://");
  });
});

describe("a list", () => {
  const page = (ids: string[], offset: number, total: number) =>
    answer(200, { chats: ids.map((id) => ({ id })), pagination: { limit: 2, offset, total } });

  test("awaited is its first page, iterated every entry", async () => {
    fates = [page(["a", "b"], 0, 3), page(["a", "b"], 0, 3), page(["c"], 2, 3)];
    expect((await trunkline.chats.list({ limit: 2 })).pagination.total).toBe(3);
    const ids: string[] = [];
    for await (const chat of trunkline.chats.list({ limit: 2, q: "+1555" })) ids.push(chat.id);
    expect(ids).toEqual(["a", "b", "c"]);
    expect(asked.map(({ url }) => url).slice(1)).toEqual([
      "/v2/api/chats?limit=2&q=%2B1555",
      "/v2/api/chats?limit=2&q=%2B1555&offset=2",
    ]);
  });
});

describe("what waits", () => {
  const status = (word: string, more = {}) => answer(200, { message_id: "msg_1", status: word, ...more });
  const ref = { chat_id: "+15551234567", message_id: "msg_1" };

  test("for a message's end sees it through, also where no delivery report comes", async () => {
    fates = [status("queued"), status("sent", { delivery_report: "expected" }), status("delivered")];
    expect((await trunkline.messages.waitUntilFinal(ref)).status).toBe("delivered");
    fates = [status("sent", { delivery_report: "not_expected" })];
    expect((await trunkline.messages.waitUntilFinal(ref)).status).toBe("sent");
    fates = Array(9).fill(status("queued"));
    expect(await failureOf(trunkline.messages.waitUntilFinal(ref, { timeoutMs: 100 }))).toMatchObject({
      code: "not_final",
      body: { status: "queued" },
    });
  });

  test("for events ends when its signal says so: in a look, in a pause and amid a page", async () => {
    const controller = new AbortController();
    const page = answer(200, { events: [{ event_id: "evt_1" }, { event_id: "evt_2" }], next_after: "evt_2" });
    const silent = answer(200, { events: [], next_after: "evt_2" });
    const follow = async (signal: AbortSignal, on: () => void = () => {}) => {
      const seen: string[] = [];
      for await (const event of trunkline.events.follow({ signal })) {
        seen.push(event.event_id);
        on();
      }
      return seen;
    };
    fates = [page];
    expect(await follow(controller.signal, () => controller.abort())).toEqual(["evt_1"]);
    for (const fate of [silent, () => {}]) {
      const later = new AbortController();
      fates = [page, fate];
      const begun = asked.length;
      const following = follow(later.signal);
      await expect.poll(() => asked.length).toBe(begun + 2);
      later.abort(new Error("enough"));
      expect(await following).toEqual(["evt_1", "evt_2"]);
    }
  });

  test("for events follows the cursor over an outage, and begins anew in an empty pool", async () => {
    const events = (ids: string[], next_after: string | null) =>
      answer(200, { events: ids.map((event_id) => ({ event_id })), next_after });
    fates = [events([], null), events(["evt_1"], "evt_1"), reset, events(["evt_2"], "evt_2")];
    const seen: string[] = [];
    for await (const event of trunkline.events.follow({ everyMs: 1 })) {
      seen.push(event.event_id);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(["evt_1", "evt_2"]);
    expect(asked.map(({ url }) => new URLSearchParams(url.split("?")[1]).get("after"))).toEqual([
      "latest",
      null,
      "evt_1",
      "evt_1",
    ]);
  });
});
