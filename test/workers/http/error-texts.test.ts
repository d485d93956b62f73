import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { call, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

const later = () => Date.now() + 86_400_000;
const chat = "/v2/api/chats/+15554700001/messages";
let key: TestKey;

beforeAll(async () => {
  key = await makeTestKey({ numbers: 2 });
});
beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
});

const send = (body: object, headers: Record<string, string> = {}, path = chat) =>
  call(path, { body, headers, token: key.token });

describe("a credential that is missing or of another kind", () => {
  const ask = (headers: Record<string, string>, path = "/v2/api/me") => call(path, { headers });

  it.each([
    ["nothing", () => ({}), "no Authorization header. Send Authorization: Bearer <your API key>"],
    ["X-API-Key", () => ({ "X-API-Key": key.token }), "came in the header X-API-Key"],
    ["the key alone", () => ({ Authorization: key.token }), "the word Bearer is missing"],
    ["Basic", () => ({ Authorization: "Basic YTpi" }), "not of the scheme Bearer"],
    ["Bearer and nothing", () => ({ Authorization: "Bearer " }), "nothing stands behind the word Bearer"],
    [
      "the admin token",
      () => ({ Authorization: `Bearer ${env.ADMIN_TOKEN}` }),
      "The admin token opens /admin/api alone",
    ],
    [
      "a key cut short",
      () => ({ Authorization: `Bearer ${key.token.slice(0, 40)}` }),
      "has 64 characters, and this has 40",
    ],
    ["a key with dots", () => ({ Authorization: `Bearer ${key.token.slice(0, 12)}...` }), "shortened with dots"],
    ["a key in quotes", () => ({ Authorization: `Bearer "${key.token}"` }), "in quotes or brackets"],
    [
      "a key mistyped",
      () => ({ Authorization: `Bearer ${key.token.slice(0, 63)}${key.token.endsWith("0") ? "1" : "0"}` }),
      "mistyped, revoked, or of another gateway",
    ],
    ["another word", () => ({ Authorization: "Bearer sk_live_1" }), "begin with tl_live_ or tl_test_"],
  ])("%s: 401 says what was sent and what is wanted", async (_what, headers, why) => {
    const refused = await ask(headers());
    expect(refused).toMatchObject({ status: 401, body: { code: "unauthorized" } });
    expect(refused.body.message).toMatch(/^Invalid or missing API key: /);
    expect(refused.body.message).toContain(why);
    expect(JSON.stringify(refused.body)).not.toContain(key.token.slice(0, 30));
  });

  it("is a key in any writing of Bearer, with as many spaces behind it as RFC 9110 allows", async () => {
    for (const scheme of ["Bearer ", "bearer ", "BEARER   "]) {
      const asked = await ask({ Authorization: scheme + key.token });
      expect(asked).toMatchObject({ status: 200, body: { api_key: key.token } });
    }
  });

  it("in the URL is told to leave it", async () => {
    const refused = await ask({}, `/v2/api/me?api_key=${key.token}`);
    expect(refused.body.message).toContain('came in the URL as "api_key"');
    expect(JSON.stringify(refused.body)).not.toContain(key.token);
  });

  it("an API key at the admin's door is told whose door it is", async () => {
    const refused = await ask({ Authorization: `Bearer ${key.token}` }, "/admin/api/api-keys");
    expect(refused).toMatchObject({ status: 401, body: { message: expect.stringContaining("this is an API key") } });
    const none = await ask({}, "/admin/api/api-keys");
    expect(none.body.message).toContain("Bearer <your admin token>");
    const wrong = await ask({ Authorization: "Bearer nonsense" }, "/admin/api/api-keys");
    expect(wrong.body.message).toContain("it is not this gateway's ADMIN_TOKEN");
  });
});

describe("a body", () => {
  it("that calls its text message or body is told the name", async () => {
    for (const name of ["message", "body"]) {
      expect(await send({ [name]: "hi" })).toMatchObject({
        status: 400,
        body: { code: "missing_content", message: expect.stringContaining(`"text", not in "${name}"`) },
      });
    }
  });

  it("of white space is no message", async () => {
    expect(await send({ text: " \n " })).toMatchObject({ status: 400, body: { code: "missing_content" } });
  });

  it("that is broken JSON is told where", async () => {
    const headers = { "Content-Type": "application/json" };
    const refused = await call(chat, { method: "POST", raw: '{\n  "text": "a",\n}', headers, token: key.token });
    expect(refused).toMatchObject({ status: 400, body: { code: "invalid_json", line: 3, column: 1 } });
    expect(refused.body.message).toContain("line 3, column 1: no comma may stand before a closing bracket");
  });

  it('with "from" in place of from_number is sent, with a warning', async () => {
    const sent = await send({ text: "a", send_at: later(), from: key.numbers[1] });
    expect(sent).toMatchObject({ status: 202, body: { warning: expect.stringContaining('write "from_number"') } });
    const right = await send({ text: "a", send_at: later(), from_number: key.numbers[1] });
    expect(right.status).toBe(202);
    expect(right.body).not.toHaveProperty("warning");
  });

  it("with an empty from_number asks for none", async () => {
    for (const empty of ["", "  ", null]) {
      const sent = await send(
        { text: "a", send_at: later(), from_number: empty },
        { "X-From-Number": String(key.numbers[1]) },
      );
      expect(sent).toMatchObject({ status: 202, body: { from_number: key.numbers[1] } });
    }
  });

  it("that asks for a number of somebody else's lists the key's own", async () => {
    expect(await send({ text: "a", from_number: "+15550009999" })).toMatchObject({
      status: 403,
      body: { code: "from_number_not_owned", numbers: key.numbers, total_numbers: 2 },
    });
  });

  it("to one of the key's own numbers is refused", async () => {
    const path = `/v2/api/chats/${key.numbers[0]}/messages`;
    expect(await send({ text: "a" }, {}, path)).toMatchObject({
      status: 400,
      body: { code: "invalid_chat_id", message: expect.stringContaining("own numbers") },
    });
  });

  it("with a send_at that cannot be meant is told what it means", async () => {
    const seconds = Math.floor(later() / 1000);
    expect(await send({ text: "a", send_at: seconds })).toMatchObject({
      status: 400,
      body: { code: "invalid_request", message: expect.stringContaining(`Did you mean ${seconds * 1000}`) },
    });
    expect(await send({ text: "a", send_at: Date.now() - 60_000 })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("in the past") },
    });
    const justNow = await send({ text: "a", send_at: Date.now() - 1000 });
    expect(justNow.status).toBe(202);
  });

  it.each([
    ["example.com/picture.jpg", "https:// is missing in front"],
    ["http://example.com/picture.jpg", "must begin with https://"],
    ["https://10.0.0.1/picture.jpg", "names an IP address"],
    ["https://[::1]/picture.jpg", "names an IP address"],
    ["https://localhost/picture.jpg", "is a single word"],
    ["https://files.internal/picture.jpg", "is not a public host name"],
    ["https://metadata.google.internal/", "is not a public host name"],
  ])("with an attachment at %s is told why it cannot be fetched", async (url, why) => {
    expect(await send({ attachments: [url] })).toMatchObject({
      status: 400,
      body: { code: "invalid_attachment", message: expect.stringContaining(why) },
    });
  });
});

describe("a webhook's URL", () => {
  const create = (url: string) => call("/v2/api/webhooks", { body: { webhook_url: url }, token: key.token });

  it("without its scheme is told so, and where local webhooks are on the text names http too", async () => {
    const refused = await create("example.com/x");
    expect(refused).toMatchObject({ status: 400, body: { code: "invalid_webhook_url" } });
    expect(refused.body.message).toContain("https:// (or http://) is missing in front");
    expect((await create("ftp://example.com/x")).body.message).toContain("https:// or http://");
    expect((await create("localhost:3000/hook")).body.message).toContain("https:// or http://");
  });
});

describe("a path", () => {
  it("that is unknown is pointed to the nearest, and to the reference", async () => {
    const lost = await call("/v2/api/chat/+15554700001/messages", { body: { text: "a" }, token: key.token });
    expect(lost).toMatchObject({
      status: 404,
      body: {
        code: "not_found",
        nearest: "POST /v2/api/chats/{chatId}/messages",
        docs: "https://gateway.test/docs",
        message: expect.stringContaining("https://gateway.test/docs"),
      },
    });
  });

  it("may have doubled and trailing slashes, as joining a base and a path makes them", async () => {
    for (const path of ["/v2/api/me/", "//v2/api/me", "/v2//api///me//", "/v2/api//me"]) {
      expect((await call(path, { token: key.token })).status, path).toBe(200);
    }
    expect((await call("/healthz/")).status).toBe(200);
    const sent = await send({ text: "a", send_at: later() }, {}, "/v2/api//chats/+15554700001/messages/");
    expect(sent.status).toBe(202);
  });

  it("of the document stands under the API's base too", async () => {
    const [root, based] = [await call("/openapi.json"), await call("/v2/api/openapi.json")];
    expect(based.status).toBe(200);
    expect(based.body).toEqual(root.body);
  });
});

describe("a list that is too long", () => {
  it("of phone numbers to import is told how many numbers may be in it, and nothing of messages", async () => {
    const phone_numbers = Array.from({ length: 51 }, () => "+15554700001");
    const path = "/admin/api/integrations/twilio/int_0000000000000000000/import";
    expect(await call(path, { body: { phone_numbers }, token: env.ADMIN_TOKEN })).toMatchObject({
      status: 400,
      body: { code: "bulk_limit_exceeded", message: "At most 50 phone numbers per request: split the list." },
    });
  });
});
