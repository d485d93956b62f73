import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

let key: TestKey;

beforeAll(async () => {
  key = await makeTestKey();
});
beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("{}"));
});

const get = (path: string, token = key.token) => call(`/v2/api${path}`, { token });
const post = (path: string, body?: unknown, token = key.token) => {
  return call(`/v2/api${path}`, { method: "POST", token, ...(body === undefined ? {} : { body }) });
};
const patch = (id: unknown, body: unknown) =>
  call(`/v2/api/webhooks/${id}`, { method: "PATCH", body, token: key.token });

describe("the webhook resource", () => {
  it("gives the secret once, at 201, and never again", async () => {
    const made = await post("/webhooks", { webhook_url: "https://one.example/hook" });
    expect(made).toMatchObject({
      status: 201,
      body: { webhook_type: "message", scope: "api_key", webhook_url: "https://one.example/hook" },
    });
    const secret = String(made.body.signing_secret);
    expect(secret).toMatch(/^whsec_[0-9a-f]{64}$/);
    const again = await post("/webhooks", { webhook_url: "https://one.example/hook", webhook_type: "all" });
    expect(again.status).toBe(200);
    expect(again.body).toEqual({
      webhook_id: made.body.webhook_id,
      webhook_url: "https://one.example/hook",
      scope: "api_key",
      message: expect.any(String),
    });
    const read = await get(`/webhooks/${made.body.webhook_id}`);
    expect(read.body).toMatchObject({ webhook_type: "message", valid_until: -1, is_active: true, failure_count: 0 });
    expect((await get("/webhooks")).body.webhooks).toEqual([read.body]);
    expect(JSON.stringify([read.body, (await get("/webhooks")).body])).not.toContain(secret.slice(6));
  });

  it("is changed field by field; deprecating pauses and resuming continues", async () => {
    const { body } = await post("/webhooks", { webhook_url: "https://two.example/hook" });
    const id = body.webhook_id;
    const until = Date.now() + 60_000;
    expect((await patch(id, { webhook_type: "status" })).body).toMatchObject({
      webhook_type: "status",
      valid_until: -1,
    });
    expect((await patch(id, { valid_until: until })).body).toMatchObject({
      webhook_type: "status",
      valid_until: until,
    });
    expect((await patch(id, { valid_until: null })).body).toMatchObject({ valid_until: -1 });
    const paused = await patch(id, { deprecate: true });
    expect(paused.body).toMatchObject({ is_active: false, deprecated_at: expect.any(Number) });
    expect(paused.body.inactive_because).toBe("A person paused it with `deprecate`. `deprecate: false` resumes it.");
    expect((await patch(id, { deprecate: true })).body.deprecated_at).toBe(paused.body.deprecated_at);
    expect((await patch(id, { deprecate: false })).body).toMatchObject({ is_active: true, deprecated_at: null });
    expect((await get(`/webhooks/${id}`)).body).toMatchObject({ webhook_type: "status", is_active: true });
    for (const bad of [{ webhook_type: "poll" }, { valid_until: -2 }, { valid_until: "soon" }, { deprecate: 1 }]) {
      expect((await patch(id, bad)).status, JSON.stringify(bad)).toBe(400);
    }
  });

  it("is not active once its time is over, says so, and is resumed by a time without an end", async () => {
    const { body } = await post("/webhooks", { webhook_url: "https://ended.example/hook" });
    const id = body.webhook_id;
    for (const over of [0, Date.now() - 60_000]) {
      const ended = await patch(id, { valid_until: over });
      expect(ended.body).toMatchObject({ is_active: false, valid_until: over });
      expect(ended.body.inactive_because).toBe("Its time is over. `valid_until: -1` resumes it.");
      expect((await get(`/webhooks/${id}`)).body).toMatchObject({ is_active: false });
    }
    const resumed = await patch(id, { valid_until: -1 });
    expect(resumed.body).toMatchObject({ is_active: true, inactive_because: null });
  });

  it("gets a new secret at once, and counts how often", async () => {
    const made = await post("/webhooks", { webhook_url: "https://three.example/hook" });
    const path = `/webhooks/${made.body.webhook_id}/secret/rotate`;
    const first = await post(path);
    expect(first).toMatchObject({ status: 200, body: { rotation_count: 1, rotated_at: expect.any(Number) } });
    expect(first.body.signing_secret).not.toBe(made.body.signing_secret);
    const overlapping = await post(path, { overlap_seconds: 60 });
    expect(overlapping.body).toMatchObject({ rotation_count: 2 });
    expect(Number(overlapping.body.previous_valid_until)).toBe(Number(overlapping.body.rotated_at) + 60_000);
  });

  it("is gone once deleted", async () => {
    const { body } = await post("/webhooks", { webhook_url: "https://four.example/hook" });
    const path = `/v2/api/webhooks/${body.webhook_id}`;
    const deleted = await call(path, { method: "DELETE", token: key.token });
    expect(deleted).toMatchObject({ status: 200, body: { success: true, message: "Webhook deleted" } });
    for (const method of ["GET", "DELETE"]) expect((await call(path, { method, token: key.token })).status).toBe(404);
    expect((await post("/webhooks", { webhook_url: "https://four.example/hook" })).status).toBe(201);
  });

  it("may stand 64 times in an organization; the next is 409, and one less makes room again", async () => {
    const own = await makeTestKey();
    const create = (index: number) => post("/webhooks", { webhook_url: `https://many.example/${index}` }, own.token);
    const ids: unknown[] = [];
    for (let index = 0; index < 64; index += 1) ids.push((await create(index)).body.webhook_id);
    expect(await create(64)).toMatchObject({ status: 409, body: { code: "webhook_limit_reached" } });
    expect((await create(5)).status).toBe(200);
    await call(`/v2/api/webhooks/${ids[0]}`, { method: "DELETE", token: own.token });
    expect((await create(64)).status).toBe(201);
  });

  it("stands 32 times at most at one key while its organization has other keys, so that these find places too", async () => {
    const own = await makeTestKey();
    const create = (index: number) => post("/webhooks", { webhook_url: `https://share.example/${index}` }, own.token);
    for (let index = 0; index < 33; index += 1) expect((await create(index)).status).toBe(201);
    const other = await admin("/api-keys", { body: { name: "Other", organization_id: own.organizationId } });
    expect(await create(33)).toMatchObject({
      status: 409,
      body: { code: "webhook_limit_reached", message: expect.stringContaining("leaves the others") },
    });
    expect((await create(5)).status).toBe(200);
    const url = { webhook_url: "https://share.example/other" };
    expect((await post("/webhooks", url, String(other.body.key))).status).toBe(201);
    await admin(`/api-keys/${other.body.api_key_id}`, { method: "DELETE" });
    expect((await create(33)).status).toBe(201);
  });

  it.each([
    "http://plain.example.com/",
    "https://user:pass@example.com/",
    "https://10.0.0.1.example",
    "ftp://example.com/",
    "not a url",
    "",
    `https://example.com/${"a".repeat(2048)}`,
  ])("%s", async (url) => {
    const answer = await post("/webhooks", { webhook_url: url });
    // Tests let webhooks go to http and private hosts, as a developer's machine does.
    if (/^http:|10\.0/.test(url)) expect([200, 201]).toContain(answer.status);
    else expect(answer).toMatchObject({ status: 400, body: { code: "invalid_webhook_url" } });
  });
});

describe("metadata", () => {
  it("comes back in the message's events as it was sent", async () => {
    const own = await makeTestKey();
    const bodies: { event: string; metadata: unknown }[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      bodies.push((await new Request(input, init).json()) as { event: string; metadata: unknown });
      return new Response("{}");
    });
    await post("/webhooks", { webhook_url: "https://meta.example/hook" }, own.token);
    const metadata = { order: 7, nested: { list: ["a", null, true] } };
    await post("/chats/+15555010001/messages", { text: "a", metadata }, own.token);
    await eventually(async () => bodies.some(({ event }) => event === "message.delivered"));
    expect(bodies.map(({ event }) => event)).toEqual(["message.sent", "message.delivered"]);
    for (const body of bodies) expect(body.metadata).toEqual(metadata);
  });
});

describe("the delivery log", () => {
  it("has a line for each attempt, cut and filtered by status, with the counts of its own", async () => {
    const own = await makeTestKey();
    const { body } = await post(
      "/webhooks",
      { webhook_url: "https://log.example/hook", webhook_type: "status" },
      own.token,
    );
    const codes = [200, 404, 500, 204];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const { text } = (await new Request(input, init).json()) as { text: string };
      return new Response(null, { status: codes[Number(text)] ?? 200 });
    });
    const statuses = async (query: string) => {
      const page = await get(`/webhooks/${body.webhook_id}/logs?${query}`, own.token);
      const logs = page.body.logs as { response_status: number; attempt: number }[];
      return logs.filter(({ attempt }) => attempt === 1).map(({ response_status }) => response_status);
    };
    for (let index = 0; index < codes.length; index += 1) {
      await post("/chats/+15005550001/messages", { text: String(index) }, own.token);
      await eventually(async () => (await statuses("")).length === index + 1);
    }
    expect(await statuses("sort=asc")).toEqual(codes);
    expect(await statuses("status=404")).toEqual([404]);
    expect(await statuses("min_status=400&max_status=499")).toEqual([404]);
    expect(await statuses("max_status=299&sort=asc")).toEqual([200, 204]);
    const page = await get(`/webhooks/${body.webhook_id}/logs?sort=asc&limit=1&offset=1`, own.token);
    expect(page.body.pagination).toMatchObject({ limit: 1, offset: 1, returned: 1, has_more: true });
    expect(page.body.logs).toMatchObject([
      {
        scope: "api",
        response_status: 404,
        attempt: 1,
        event_body: { event: "message.failed" },
        metadata: { event_name: "message.failed", is_replay: false },
      },
    ]);
  });
});
