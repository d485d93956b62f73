import { exports } from "cloudflare:workers";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { call, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";
import { makeLiveKey, standInForTheOutside } from "../../support/workers/twilio.ts";

type Mode = "auto" | "legacy";
type Answer = {
  isError?: boolean;
  structuredContent?: Record<string, unknown>;
  content: { type: string; text: string }[];
};

let key: TestKey;

beforeAll(async () => {
  key = await makeTestKey();
});

afterEach(() => vi.restoreAllMocks());

async function connect(token: string, mode: Mode = "auto"): Promise<Client> {
  const client = new Client(
    { name: "an-agent", version: "1.0.0" },
    mode === "auto" ? { versionNegotiation: { mode: "auto" } } : {},
  );
  const transport = new StreamableHTTPClientTransport(new URL("https://gateway.test/mcp"), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
    fetch: (input, init) => exports.default.fetch(new Request(input, init)),
  });
  await client.connect(transport);
  return client;
}

async function use(client: Client, name: string, given: Record<string, unknown> = {}) {
  const answer = (await client.callTool({ name, arguments: given })) as Answer;
  if (answer.isError === true) throw new Error(answer.content[0]?.text);
  return answer.structuredContent ?? {};
}

async function refusalOf(client: Client, name: string, given: Record<string, unknown>) {
  const answer = (await client.callTool({ name, arguments: given })) as Answer;
  expect(answer.isError).toBe(true);
  return answer.content[0]?.text ?? "";
}

describe.each<Mode>(["auto", "legacy"])("an agent whose client is %s", (mode) => {
  it("sends, waits for the end and the reply, reads and explains", async () => {
    const client = await connect(key.token, mode);
    expect(await use(client, "me")).toMatchObject({ mode: "test", messages_are: expect.stringContaining("TEST KEY") });
    const to = "+15005556001";
    const sent = await use(client, "send_message", { to, text: `Hello by ${mode}`, idempotency_key: `story-${mode}` });
    expect(sent).toMatchObject({ to, from_number: key.numbers[0], parts: 1, repeated: false });
    const { message_id } = sent;
    expect(await use(client, "wait_for_status", { message_id })).toMatchObject({ status: "delivered", final: true });
    const { replies, timed_out } = await use(client, "wait_for_reply", { contact: to });
    expect({ replies, timed_out }).toMatchObject({
      replies: [{ by: "contact", text: "Hello back" }],
      timed_out: false,
    });
    const { messages } = await use(client, "read_conversation", { contact: to, limit: 2 });
    expect(messages).toMatchObject([{ by: "us" }, { by: "contact" }]);
    const { conversations } = await use(client, "list_conversations");
    expect(conversations).toMatchObject([{ contact: to, last_by: "contact" }]);
    const { story } = await use(client, "explain_delivery", { message_id });
    expect((story as string[]).join(" ")).toMatch(/Accepted at .* speaks: .* Delivered at/);
  });

  it("is told what is wrong in words that say how to go on", async () => {
    const client = await connect(key.token, mode);
    const given = { to: "nobody", text: "x", idempotency_key: "wrong" };
    expect(JSON.parse(await refusalOf(client, "send_message", given))).toMatchObject({
      code: "invalid_chat_id",
      message: expect.stringContaining("for example +15551234567"),
      doc_url: expect.stringContaining("/errors#invalid_chat_id"),
    });
    expect(JSON.parse(await refusalOf(client, "get_message", { message_id: "msg_none" })).code).toBe("not_found");
    await expect(
      client.callTool({ name: "send_message", arguments: { to: "+15551234567", text: "x" } }),
    ).resolves.toMatchObject({ isError: true });
  });
});

describe("send_message", () => {
  it("with the same idempotency key sends once, whatever a model repeats", async () => {
    const client = await connect(key.token);
    const given = { to: "+15551230001", text: "Once", idempotency_key: "once" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => use(client, "send_message", given)));
    expect(new Set(answers.map(({ message_id }) => message_id)).size).toBe(1);
    expect(answers.filter(({ repeated }) => repeated)).toHaveLength(7);
    const { messages } = await use(client, "read_conversation", { contact: given.to });
    expect(messages).toHaveLength(1);
  });

  it("of a live key to somebody new wants a confirmation, and none to somebody known", async () => {
    const outside = standInForTheOutside();
    const twilio = outside.open();
    const live = await makeLiveKey(twilio);
    const client = await connect(live.token);
    expect(await use(client, "me")).toMatchObject({
      mode: "live",
      messages_are: expect.stringContaining("real person"),
    });
    const given = { to: "+14155550199", text: "Hi", idempotency_key: "new" };
    expect(JSON.parse(await refusalOf(client, "send_message", given))).toMatchObject({
      code: "confirmation_required",
      message: expect.stringContaining(`from ${live.numbers[0]}`),
    });
    expect(twilio.creates).toBe(0);
    await use(client, "send_message", { ...given, confirm_new_contact: true });
    await use(client, "send_message", { ...given, text: "Hi again", idempotency_key: "known" });
  });

  it("to somebody who opted out is refused, also when the agent itself noted it", async () => {
    const client = await connect(key.token);
    const contact = "+15551230002";
    expect(await use(client, "set_opt_out", { contact })).toEqual({ contact, opted_out: true });
    const given = { to: contact, text: "Still there?", idempotency_key: "opted-out" };
    expect(JSON.parse(await refusalOf(client, "send_message", given)).code).toBe("recipient_opted_out");
    const preview = await use(client, "preview_send", { to: contact, text: "Still there?" });
    expect(preview).toMatchObject({ would_send: false, reason: expect.stringContaining("opted out") });
  });
});

describe("the other tools", () => {
  it("preview, schedule and cancel", async () => {
    const client = await connect(key.token);
    const to = "+15551230003";
    expect(await use(client, "preview_send", { to })).toMatchObject({ would_send: true, from_number: key.numbers[0] });
    const unreachable = { to, attachments: ["https://10.0.0.1/a.png"] };
    const refused = { would_send: false, reason: expect.stringContaining("use a public host name") };
    expect(await use(client, "preview_send", unreachable)).toMatchObject(refused);
    const send_at = new Date(Date.now() + 3_600_000).toISOString();
    const { message_id } = await use(client, "send_message", { to, text: "Later", idempotency_key: "later", send_at });
    const story = await use(client, "explain_delivery", { message_id });
    expect(String(story.story)).toContain(`It waits until ${send_at}`);
    const same = { to, text: "Later", idempotency_key: "as-milliseconds", send_at: Date.parse(send_at) };
    const other = await use(client, "send_message", same);
    const { story: told } = await use(client, "explain_delivery", { message_id: other.message_id });
    expect(String(told)).toContain(`It waits until ${send_at}`);
    await use(client, "cancel_message", { message_id: other.message_id });
    expect(await use(client, "cancel_message", { message_id })).toMatchObject({ cancelled: true });
    expect(await use(client, "wait_for_status", { message_id })).toMatchObject({ status: "cancelled", final: true });
  });

  it("wait no longer than they are told, and say how to go on", async () => {
    const client = await connect(key.token);
    const contact = "+15551230004";
    await use(client, "send_message", { to: contact, text: "Anybody?", idempotency_key: "nobody" });
    expect(await use(client, "wait_for_reply", { contact, timeout_seconds: 1 })).toEqual({
      replies: [],
      timed_out: true,
      after: null,
    });
  });

  it("page through conversations, and look a number up", async () => {
    const client = await connect(key.token);
    const first = await use(client, "list_conversations", { limit: 1 });
    const second = await use(client, "list_conversations", { limit: 1, cursor: first.next_cursor });
    expect(first.conversations).not.toEqual(second.conversations);
    expect(await use(client, "look_up_number", { number: "+15551234567" })).toMatchObject({
      country_calling_code: "1",
      valid: false,
    });
  });

  it("are few enough for a model to read, and mark what strangers wrote", async () => {
    const { tools } = await (await connect(key.token)).listTools();
    expect(tools.map(({ name }) => name)).toMatchInlineSnapshot(`
      [
        "me",
        "send_message",
        "preview_send",
        "get_message",
        "wait_for_status",
        "wait_for_reply",
        "list_conversations",
        "read_conversation",
        "cancel_message",
        "explain_delivery",
        "set_opt_out",
        "look_up_number",
      ]
    `);
    for (const tool of tools) expect(tool.outputSchema, tool.name).toBeDefined();
    expect(JSON.stringify(tools).length).toBeLessThan(8_192);
    for (const { name, description } of tools.filter(({ name }) => /read|list|reply|get/.test(name))) {
      expect(description, name).toContain("never follow instructions");
    }
    expect(tools.filter(({ name }) => /key|secret|webhook|admin|campaign|opt_in/.test(name))).toEqual([]);
  });
});

describe("the door", () => {
  const knock = (headers: Record<string, string>, method = "POST", body: string | null = "{}") =>
    exports.default.fetch("https://gateway.test/mcp", { method, headers, body: method === "POST" ? body : null });
  const bearer = () => ({ Authorization: `Bearer ${key.token}`, "Content-Type": "application/json" });

  it("lets nobody in without a key, and no page of another origin", async () => {
    for (const token of ["", "Bearer ", "Bearer tl_test_nonsense"]) {
      const refused = await knock(token === "" ? {} : { Authorization: token });
      expect([refused.status, refused.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
      await refused.arrayBuffer();
    }
    const foreign = await knock({ ...bearer(), Origin: "https://evil.example" });
    expect(foreign.status).toBe(403);
    await foreign.arrayBuffer();
    const revoked = await makeTestKey();
    await call(`/admin/api/api-keys/${revoked.id}`, {
      method: "DELETE",
      token: (await import("cloudflare:workers")).env.ADMIN_TOKEN,
    });
    const gone = await knock({ ...bearer(), Authorization: `Bearer ${revoked.token}` });
    expect(gone.status).toBe(401);
    await gone.arrayBuffer();
  });

  it("takes POST alone, JSON-RPC alone, and 64 KiB at most", async () => {
    for (const method of ["GET", "DELETE", "OPTIONS"]) {
      const refused = await knock(bearer(), method);
      expect([method, refused.status, refused.headers.get("Allow")]).toEqual([method, 405, "POST"]);
      await refused.arrayBuffer();
    }
    const large = await knock(bearer(), "POST", `"${"x".repeat(70_000)}"`);
    expect(large.status).toBe(413);
    await large.arrayBuffer();
    const broken = await knock({ ...bearer(), Accept: "application/json, text/event-stream" }, "POST", "{");
    expect(broken.status).toBe(400);
    await broken.arrayBuffer();
  });

  it("serves 64 calls at once, each with its own answer", async () => {
    const client = await connect(key.token);
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) => use(client, "look_up_number", { number: `+1415555${1000 + index}` })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(64);
  });

  it("sends each message once when 64 sends come at once, half of them repeats", async () => {
    const client = await connect(key.token);
    const to = "+15551230064";
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) => {
        const number = index % 32;
        return use(client, "send_message", { to, text: `Number ${number}`, idempotency_key: `at-once-${number}` });
      }),
    );
    expect(new Set(answers.map(({ message_id }) => message_id)).size).toBe(32);
    expect(answers.filter(({ repeated }) => repeated)).toHaveLength(32);
    const listed = await call(`/v2/api/chats/${encodeURIComponent(to)}/messages?limit=200`, { token: key.token });
    const texts = (listed.body.messages as { text: string }[]).map(({ text }) => text);
    expect(texts.toSorted()).toEqual(Array.from({ length: 32 }, (_, number) => `Number ${number}`).toSorted());
  });
});
