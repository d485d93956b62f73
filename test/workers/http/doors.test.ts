import { listDurableObjectIds } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { channelId, contactId, conversationId, deliveryId } from "../../../src/domain/channel-ids.ts";
import { fullPath, type Operation } from "../../../src/http/operation.ts";
import { operations } from "../../../src/http/table.ts";
import { admin, call, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

/** Something of the right shape for every variable of a path. */
const samples: Record<string, string> = {
  chatId: "+15551234567",
  contactId: "+15551234567",
  handle: "+15551234567",
  number: "+15551234567",
  phoneNumber: "+15551234567",
  webhookId: "wh_abc",
  groupId: "grp_abc",
  tag: "vip",
  channel: channelId("+15551234567"),
  contact: contactId("+15551234567"),
  chat: conversationId({ number: "+15551234567", person: "+15551234568" }),
  delivery: deliveryId("evt_0000000000000000000", "wh_abc"),
};

const guarded = operations.filter(({ auth }) => auth !== "none");
const named = guarded.map(
  (operation) => [`${operation.method.toUpperCase()} ${fullPath(operation)}`, operation] as const,
);

function pathOf(operation: Operation): string {
  return fullPath(operation).replace(/\{(\w+)\}/g, (_, name: string) => samples[name] ?? "unknown");
}

let addresses = 0;

/** Each from an address of its own: wrong admin tokens slow down the address that they come from. */
function knock(operation: Operation, authorization: string | null) {
  const withBody = operation.body !== undefined;
  addresses += 1;
  const address = { "CF-Connecting-IP": `2001:db8::${addresses.toString(16)}` };
  return call(pathOf(operation), {
    method: operation.method.toUpperCase(),
    headers: authorization === null ? address : { ...address, Authorization: authorization },
    // Garbage: who may not come in is not told what is wrong with what they carry.
    ...(withBody ? { body: { garbage: true } } : {}),
  });
}

let key: TestKey;
let other: TestKey;
let revoked: TestKey;

beforeAll(async () => {
  key = await makeTestKey();
  other = await makeTestKey();
  revoked = await makeTestKey();
  await admin(`/api-keys/${revoked.id}`, { method: "DELETE" });
});

describe("every guarded call", () => {
  it.each(named)("%s lets nobody else in", async (_name, operation) => {
    const strangers: Record<string, string | null> = {
      "no key": null,
      garbage: "Bearer garbage",
      "the form of a key": `Bearer tl_live_${"a".repeat(64)}`,
      "a key with one letter changed": `Bearer ${swapLast(key.token)}`,
      "Basic with the key": `Basic ${btoa(`${key.token}:`)}`,
      "the key without a scheme": key.token,
      ...(operation.auth === "admin"
        ? { "an API key": `Bearer ${key.token}` }
        : { "the admin token": `Bearer ${env.ADMIN_TOKEN}`, "a revoked key": `Bearer ${revoked.token}` }),
    };
    // Words differ by what anybody can see of a credential, never by whether a key of the right form was ever valid.
    const alike = ["a key with one letter changed", "a revoked key", "an API key"];
    const toldOfKeys = new Set<string>();
    for (const [who, authorization] of Object.entries(strangers)) {
      const answer = await knock(operation, authorization);
      // A revoked key has a checksum, so its request is read before its object refuses it; v4 says nothing of it even then.
      if (who === "a revoked key" && operation.base !== "v4" && [400, 415].includes(answer.status)) continue;
      expect(answer, who).toMatchObject({ status: 401, body: { code: "unauthorized" } });
      expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
      const said = JSON.stringify({ ...answer.body, request_id: "" });
      expect(said, who).not.toContain(key.token.slice(8));
      if (alike.includes(who)) toldOfKeys.add(said);
    }
    expect(toldOfKeys.size).toBe(1);
  });

  it("refuses a key of the right form before any object is touched", async () => {
    const before = (await listDurableObjectIds(env.POOLS)).length;
    for (const id of ["../../etc", "a:b", "ünïcode", "__proto__", "a".repeat(10_000), "", "%00"]) {
      const answer = await call("/v2/api/me", {
        headers: { Authorization: `Bearer tl_live_${encodeURIComponent(id)}` },
      });
      expect(answer.status).toBe(401);
    }
    expect((await listDurableObjectIds(env.POOLS)).length).toBe(before);
  });
});

describe("the Authorization header", () => {
  it.each([
    ["Bearer KEY", 200],
    ["bearer KEY", 200],
    ["BEARER KEY", 200],
    ["Bearer  KEY", 200],
    ["Bearer\tKEY", 401],
    ["BearerKEY", 401],
    ["Bearer KEY KEY", 401],
    ["Bearer KEY, Bearer KEY", 401],
    ["Bearer KEY,", 401],
    ['Bearer "KEY"', 401],
    ["Bearer key=KEY", 401],
    ["Token KEY", 401],
    ["Digest KEY", 401],
    ["Basic KEY", 401],
    ["KEY", 401],
    ["Bearer", 401],
    ["Bearer KEY\u00a0", 401],
    ["Bearer KEY%20", 401],
    ["Bearer UPPER", 401],
  ])("%j is %i", async (form, status) => {
    const authorization = form.replaceAll("KEY", key.token).replace("UPPER", key.token.toUpperCase());
    expect((await call("/v2/api/me", { headers: { Authorization: authorization } })).status).toBe(status);
  });

  it("is the only place for a key", async () => {
    for (const path of [`/v2/api/me?api_key=${key.token}`, `/v2/api/me?access_token=${key.token}`]) {
      expect((await call(path)).status).toBe(401);
    }
    for (const header of ["X-API-Key", "X-Auth-Token", "Cookie"]) {
      expect((await call("/v2/api/me", { headers: { [header]: key.token } })).status).toBe(401);
    }
  });
});

describe("another key's things", () => {
  it("read like things that never were: same status, same words", async () => {
    const sent = await call("/v2/api/chats/+15554300001/messages", {
      body: { text: "theirs", send_at: Date.now() + 86_400_000 },
      token: other.token,
    });
    const hook = await call("/v2/api/webhooks", {
      body: { webhook_url: "https://them.example/hook" },
      token: other.token,
    });
    const messageId = String(sent.body.message_id);
    const webhookId = String(hook.body.webhook_id);
    const pairs: [string, string, string, object?][] = [
      ["GET", `/chats/+15554300001/messages/${messageId}`, `/chats/+15554300001/messages/${scramble(messageId)}`],
      [
        "GET",
        `/chats/+15554300001/messages/${messageId}/status`,
        `/chats/+15554300001/messages/${scramble(messageId)}/status`,
      ],
      ["DELETE", `/chats/+15554300001/messages/${messageId}`, `/chats/+15554300001/messages/${scramble(messageId)}`],
      ["GET", "/chats/+15554300001", "/chats/+15554300002"],
      ["GET", "/chats/+15554300001/messages", "/chats/+15554300002/messages"],
      ["GET", "/contacts/+15554300001", "/contacts/+15554300002"],
      ["PATCH", "/contacts/+15554300001", "/contacts/+15554300002", { name: "mine" }],
      ["DELETE", "/contacts/+15554300001", "/contacts/+15554300002"],
      ["GET", "/contacts/+15554300001/tags", "/contacts/+15554300002/tags"],
      ["POST", "/contacts/+15554300001/tags", "/contacts/+15554300002/tags", { tags: ["a"] }],
      ["DELETE", "/contacts/+15554300001/tags/a", "/contacts/+15554300002/tags/a"],
      ["GET", `/webhooks/${webhookId}`, `/webhooks/${scramble(webhookId)}`],
      ["PATCH", `/webhooks/${webhookId}`, `/webhooks/${scramble(webhookId)}`, { deprecate: true }],
      ["DELETE", `/webhooks/${webhookId}`, `/webhooks/${scramble(webhookId)}`],
      ["POST", `/webhooks/${webhookId}/secret/rotate`, `/webhooks/${scramble(webhookId)}/secret/rotate`],
      ["GET", `/webhooks/${webhookId}/logs`, `/webhooks/${scramble(webhookId)}/logs`],
    ];
    for (const [method, theirs, nobodys, body] of pairs) {
      const ask = async (path: string) => {
        const answer = await call(`/v2/api${path}`, {
          method,
          token: key.token,
          ...(body === undefined ? {} : { body }),
        });
        return { status: answer.status, body: { ...answer.body, request_id: "" } };
      };
      const foreign = await ask(theirs);
      expect(foreign.status, `${method} ${theirs}`).toBe(404);
      expect(foreign).toEqual(await ask(nobodys));
    }
    const stillThere = await call(`/v2/api/webhooks/${webhookId}`, { token: other.token });
    expect(stillThere.body).toMatchObject({ is_active: true });
  });

  it("do not show in any list or search", async () => {
    await call("/v2/api/contacts", { body: { identifier: "+15554300003", name: "Canary" }, token: other.token });
    for (const list of ["/chats", "/contacts", "/chats?q=43000", "/contacts?q=Canary", "/webhooks", "/groups"]) {
      const answer = await call(`/v2/api${list}`, { token: key.token });
      expect(JSON.stringify(answer.body), list).not.toMatch(/43000|Canary|them\.example/);
    }
  });

  it("may have the same name: one URL, contact and chat live in both pools apart", async () => {
    const made = [];
    for (const { token } of [key, other]) {
      const hook = await call("/v2/api/webhooks", { body: { webhook_url: "https://same.example/hook" }, token });
      const contact = await call("/v2/api/contacts", { body: { identifier: "+15554300004" }, token });
      expect([hook.status, contact.status]).toEqual([201, 201]);
      made.push(hook.body.webhook_id, hook.body.signing_secret, contact.body.contact_id);
    }
    expect(new Set(made).size).toBe(6);
  });
});

describe("fields that are not the caller's to set", () => {
  it("are passed over by v2", async () => {
    const bold = {
      id: "x",
      contact_id: "con_mine",
      api_key_id: other.id,
      organization_id: "org_x",
      created_at: 1,
      status: "delivered",
      is_admin: true,
    };
    const contact = await call("/v2/api/contacts", {
      body: { identifier: "+15554300005", ...bold, tags: ["a"] },
      token: key.token,
    });
    expect(contact.body).toMatchObject({ id: "+15554300005", tags: [] });
    expect(contact.body.contact_id).not.toBe("con_mine");
    const sent = await call("/v2/api/chats/+15554300005/messages", {
      body: { text: "a", send_at: Date.now() + 86_400_000, ...bold, message_id: "msg_mine", sid: "SM1" },
      token: key.token,
    });
    expect(sent).toMatchObject({ status: 202 });
    const read = await call(`/v2/api/chats/+15554300005/messages/${sent.body.message_id}`, { token: key.token });
    expect(read.body).toMatchObject({ status: "queued", direction: "outbound" });
    expect(read.body.message_id).not.toBe("msg_mine");
    const hook = await call("/v2/api/webhooks", {
      body: { webhook_url: "https://bold.example/hook", ...bold, scope: "organization", signing_secret: "mine" },
      token: key.token,
    });
    expect(hook.body).toMatchObject({ scope: "api_key" });
    expect(hook.body.signing_secret).not.toBe("mine");
  });

  const adminWithBody = operations.filter(({ base, body }) => base === "admin" && body !== undefined);
  it.each(adminWithBody.map((operation) => [operation.id, operation] as const))(
    "are refused by %s",
    async (_id, operation) => {
      const answer = await call(pathOf(operation), {
        method: operation.method.toUpperCase(),
        body: { is_admin: true },
        token: env.ADMIN_TOKEN,
      });
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    },
  );
});

describe("other ways to write a path or a method", () => {
  it.each([
    "//v2/api/me",
    "/v2//api/me",
    "/v2/api//me",
    "/v2/api/me/",
    "/V2/api/me",
    "/v2/API/me",
    "/v2/api/ME",
    "/v2/api/me;x=1",
    "/v2/api/me%00",
    "/v2/api/me%2f",
    "/v2/api%2fme",
    "/v2%2fapi/me",
    "/v2/api/%6de",
    "/v2/api/me%3f",
    "/v2/api/./me",
    "/v2/api/x/../me",
    "/v2/api/x/%2e%2e/me",
    "/admin/api/../../v2/api/me",
    "/admin/api/%2e%2e/%2e%2e/v2/api/me",
    "/twilio/../v2/api/me",
    "/healthz/../v2/api/me",
    "/openapi.json/../v2/api/me",
  ])("%s opens nothing without a key", async (path) => {
    const asAdmin = path.replace(/v2/i, "admin").replace(/(me|%6de)(?=$|[;%/])/i, "numbers");
    for (const [where, headers] of [
      [path, {}],
      [asAdmin, {}],
      [asAdmin, { Authorization: `Bearer ${key.token}` }],
    ] as const) {
      const answer = await exports.default.fetch(`https://gateway.test${where}`, { headers });
      await answer.text();
      expect([401, 404], where).toContain(answer.status);
    }
  });

  it("a method that a header names is not taken", async () => {
    await call("/v2/api/contacts", { body: { identifier: "+15554300006" }, token: key.token });
    for (const header of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]) {
      await call("/v2/api/contacts/+15554300006", { headers: { [header]: "DELETE" }, token: key.token });
      await call("/v2/api/contacts/+15554300006?_method=DELETE", { token: key.token });
    }
    expect((await call("/v2/api/contacts/+15554300006", { token: key.token })).status).toBe(200);
  });

  it("a known path tells its methods, and an unknown one that it is unknown", async () => {
    const headers = { Authorization: `Bearer ${key.token}` };
    const options = await exports.default.fetch("https://gateway.test/v2/api/contacts", { method: "OPTIONS", headers });
    expect([options.status, options.headers.get("Allow")]).toEqual([204, "GET, HEAD, POST, OPTIONS"]);
    expect(await call("/v2/api/contacts", { method: "PATCH", body: {}, token: key.token })).toMatchObject({
      status: 405,
      body: { code: "method_not_allowed" },
    });
    for (const method of ["GET", "POST", "OPTIONS", "PURGE"]) {
      const answer = await call("/v2/api/nothing", { method, token: key.token });
      expect(answer, method).toMatchObject({ status: 404, body: { code: "not_found" } });
    }
    const head = await exports.default.fetch("https://gateway.test/v2/api/contacts/+15554300006", {
      method: "HEAD",
      headers,
    });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});

describe("other origins", () => {
  it.each([
    "null",
    "https://evil.example",
    "https://gateway.test.evil.example",
    "https://sub.gateway.test",
    "http://localhost:3000",
  ])("%s is given nothing", async (origin) => {
    for (const path of ["/v2/api/me", "/admin/api/organizations", "/openapi.json", "/healthz", "/v2/api/nothing"]) {
      for (const method of ["GET", "OPTIONS"]) {
        const response = await exports.default.fetch(`https://gateway.test${path}`, {
          method,
          headers: { Origin: origin, "Access-Control-Request-Method": "POST", Authorization: `Bearer ${key.token}` },
        });
        await response.text();
        const opened = [...response.headers.keys()].filter((name) => name.startsWith("access-control-"));
        expect(opened, `${method} ${path}`).toEqual([]);
      }
    }
  });
});

describe("the request id", () => {
  it("is the caller's where it can be, ours where it cannot, and on every answer", async () => {
    const ask = async (path: string, given: string) =>
      (await call(path, { headers: { "X-Request-Id": given } })).headers.get("X-Request-Id");
    for (const path of ["/v2/api/me", "/healthz", "/nowhere", "/admin/api/numbers"]) {
      expect(await ask(path, "trace-7")).toBe("trace-7");
      expect(await ask(path, "two words")).toMatch(/^req_[0-9a-f]{32}$/);
    }
  });
});

function swapLast(text: string): string {
  return `${text.slice(0, -1)}${text.endsWith("a") ? "b" : "a"}`;
}

/** An id of the same form that nobody has. */
function scramble(id: string): string {
  return id.replace(/.$/, (last) => (last === "7" ? "8" : "7"));
}
