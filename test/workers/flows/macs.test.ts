import { createScheduledController } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../../src/index.ts";
import type { FakeMac } from "../../support/node/fake-bluebubbles-mac.ts";
import { admin, call, eventually } from "../../support/workers/gateway.ts";
import {
  addLine,
  type LineKey,
  type MacWorld,
  makeLineKey,
  ringIn,
  sendFrom,
  standInForMacs,
  v2,
} from "../../support/workers/mac.ts";

const person = "+14155550123";
let world: MacWorld;
let organizationId: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  world = standInForMacs();
  const made = await admin("/organizations", { body: { name: "Macs", country_code: "US" } });
  organizationId = String(made.body.organization_id);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const connect = (url: string, password: string) =>
  admin("/integrations/bluebubbles", { body: { organization_id: organizationId, url, password } });
const read = async (id: string) => (await admin(`/integrations/bluebubbles/${id}`)).body;
const connected = async () =>
  (await admin(`/integrations/bluebubbles?organization_id=${organizationId}`)).body.integrations as unknown[];

async function watchIn(ms: number) {
  vi.setSystemTime(Date.now() + ms);
  await worker.scheduled(createScheduledController(), env);
}

/** Where a Mac rings, as the Mac itself holds it. */
const bellOf = (mac: FakeMac) => mac.hooks.map(({ url }) => url);
const ringWith = (url: string | undefined, type: string, data: unknown) =>
  exports.default.fetch(String(url), { method: "POST", body: JSON.stringify({ type, data }) });

describe("a Mac is connected", () => {
  it("only once its URL and password were tried: nothing is stored of what is refused, and each refusal says which", async () => {
    const mac = world.open();
    expect(await connect(mac.url, "wrong")).toMatchObject({
      status: 422,
      body: { code: "bluebubbles_authentication_failed", message: expect.stringContaining("refuses the password") },
    });
    mac.tunnel = { status: 530, body: "error code: 1033" };
    expect(await connect(mac.url, mac.options.password)).toMatchObject({
      status: 422,
      body: { code: "bluebubbles_unreachable", message: expect.stringContaining("HTTP 530") },
    });
    expect(await connect("ftp://mac.example", "any")).toMatchObject({ status: 400 });
    expect(await connected()).toEqual([]);
    expect(mac.hooks).toEqual([]);
  });

  it("and shows versions, system, helper, Private API, proxy and what its lines can do", async () => {
    const mac = world.open({ macos: "26.1", aliases: ["+12125552901", "owner@example.com"] });
    const { status, body } = await connect(`${mac.url}/`, ` ${mac.options.password} `);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      url: mac.url,
      status: "connected",
      server_version: "1.9.9",
      macos_version: "26.1",
      private_api: true,
      helper_connected: true,
      proxy: "cloudflare",
      aliases: ["+12125552901", "owner@example.com"],
      active_alias: "+12125552901",
      capabilities: { send: true, reactions: true, replies: false, stop_typing: false, find_my: "unknown", sms: false },
    });
    expect(body.warnings).toEqual([]);
    expect(await connect(mac.url, mac.options.password)).toMatchObject({
      status: 409,
      body: { code: "already_exists" },
    });
    mac.helperConnected = false;
    await watchIn(5 * 60_000 + 1);
    expect(await read(String(body.integration_id))).toMatchObject({
      helper_connected: false,
      warnings: [expect.stringContaining("helper is not connected")],
    });
  });

  it("and its password is sealed, and stands in no log, answer or event, however the Mac fares; its address stands in no log", async () => {
    const mac = world.open({ password: "päss w0rd/+&secret" });
    const key = await makeLineKey(mac);
    const answers: unknown[] = [await read(key.integrationId)];
    await sendFrom(key, person);
    await eventually(async () => mac.reached().length === 1);
    mac.receive({ from: person, text: "Hi" });
    await ringIn(key, 20_000);
    for (const tunnel of ["reset", { status: 524, body: `<p>${mac.url}/?password=${mac.options.password}` }] as const) {
      mac.tunnel = tunnel;
      await sendFrom(key, person, { text: "Lost" });
      await ringIn(key, 70_000);
      answers.push((await admin(`/integrations/bluebubbles/${key.integrationId}/test`, { method: "POST" })).body);
    }
    mac.tunnel = "open";
    mac.options.password = "another";
    answers.push((await admin(`/integrations/bluebubbles/${key.integrationId}/test`, { method: "POST" })).body);
    answers.push((await admin("/status")).body, (await admin("/export")).body, world.told);
    const [bell = ""] = bellOf(mac);
    const secrets = ["päss w0rd", "p%C3%A4ss", "w0rd%2F", "w0rd/+&secret"];
    expect(world.lines.length).toBeGreaterThan(5);
    for (const secret of [...secrets, new URL(mac.url).host, new URL(bell).pathname.split("/").at(-1) ?? ""]) {
      expect(world.lines.filter((line) => line.includes(secret))).toEqual([]);
    }
    for (const secret of secrets) expect(JSON.stringify(answers)).not.toContain(secret);
    const row = await env.DB.prepare("SELECT * FROM twilio_accounts WHERE id = ?").bind(key.integrationId).first();
    expect(JSON.stringify(row)).not.toMatch(/w0rd/);
    expect(row?.password).toMatch(/^v1\./);
  });
});

describe("a quick tunnel", () => {
  it("is warned of, and its new address is obeyed once the known one answers no more and the new one takes the password", async () => {
    const mac = world.open();
    mac.url = "https://old-words.trycloudflare.com";
    const made = await connect(mac.url, mac.options.password);
    const id = String(made.body.integration_id);
    expect(made.body.warnings).toEqual([expect.stringContaining("quick tunnel")]);
    const [bell] = bellOf(mac);
    await ringWith(bell, "new-server", "https://new-words.trycloudflare.com");
    expect((await read(id)).url).toBe("https://old-words.trycloudflare.com");
    mac.url = "https://new-words.trycloudflare.com";
    await ringWith(bell, "new-server", "https://stranger.example");
    await ringWith(bell, "new-server", "http://new-words.trycloudflare.com");
    expect((await read(id)).url).toBe("https://old-words.trycloudflare.com");
    expect((await ringWith(`${bell?.slice(0, -2)}00`, "new-server", mac.url)).status).toBe(403);
    await ringWith(bell, "new-server", mac.url);
    expect(await read(id)).toMatchObject({ url: mac.url, status: "connected" });
  });
});

describe("the lines of a Mac", () => {
  it("are one Apple ID's: the active alias starts conversations, further ones are inbound, and an e-mail address may be one", async () => {
    const mac = world.open({ aliases: ["+12125552911", "help@example.com", "+12125552912"] });
    const key = await makeLineKey(mac);
    const register = (phone_number: string, type?: string) =>
      admin("/numbers", {
        body: { phone_number, protocol: "blooio", integration_id: key.integrationId, ...(type && { type }) },
      });
    expect(await register("help@example.com", "dedicated")).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("One Apple ID starts conversations from one address") },
    });
    expect(await register("+12125559999")).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("does not have +12125559999") },
    });
    const body = { phone_number: "help@example.com", protocol: "blooio", integration_id: key.integrationId };
    const refused = await admin("/numbers", { body: { ...body, api_key_id: "key_none" } });
    expect(refused, "and leaves no line behind").toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await register("HELP@example.com")).toMatchObject({
      status: 201,
      body: { phone_number: "help@example.com", type: "inbound", channel: "imessage", name: "help@example.com" },
    });
    expect(await register("help@example.com")).toMatchObject({ status: 409 });
    await admin("/numbers/help%40example.com", { method: "PATCH", body: { api_key_id: key.id } });
    expect((await v2(key, "/me/numbers")).body.numbers).toMatchObject([
      { phone_number: "+12125552911", type: "dedicated", plan_kind: "dedicated", is_active: true },
      { phone_number: "help@example.com", type: "inbound", plan_kind: "inbound", is_active: true },
    ]);
    const asked = { method: "PATCH", body: { type: "dedicated" } };
    expect((await admin("/numbers/help%40example.com", asked)).status).toBe(400);
    const renamed = { method: "PATCH", body: { name: "Help desk" } };
    expect((await admin("/numbers/help%40example.com", renamed)).body.name).toBe("Help desk");
    expect(await sendFrom(key, person, { text: "Hi", from_number: "help@example.com" })).toMatchObject({
      status: 403,
      body: { code: "inbound_only_no_prior_inbound" },
    });
    mac.receive({ from: person, text: "Anybody?", to: "help@example.com" });
    await eventually(async () => world.told.some(({ body }) => body.internal_id === "help@example.com"));
    expect(await sendFrom(key, person, { text: "Yes" })).toMatchObject({
      status: 202,
      body: { from_number: "help@example.com" },
    });
    await eventually(async () => mac.reached().length === 1);
    expect((await admin("/numbers/help%40example.com", { method: "DELETE" })).status).toBe(200);
    expect(((await v2(key, "/me/numbers")).body.numbers as unknown[]).length).toBe(1);
    expect((await admin("/numbers/help%40example.com", { method: "PATCH", body: {} })).status).toBe(404);
  });

  it("keep their alias while the helper is off: the newest chat's address is no other beginner of chats, and a message waits instead of failing", async () => {
    const mac = world.open({ aliases: ["+12125552921", "desk@example.com"] });
    const key = await makeLineKey(mac);
    mac.helperConnected = false;
    mac.options.detected = "desk@example.com";
    await watchIn(5 * 60_000 + 1);
    expect(await read(key.integrationId)).toMatchObject({ helper_connected: false, active_alias: "+12125552921" });
    // Nor is it said that the Apple ID has lost its addresses: without the helper nobody can say.
    const tested = await admin(`/integrations/bluebubbles/${key.integrationId}/test`, { method: "POST" });
    const lines = { name: "lines", ok: true, detail: "1 registered." };
    expect(tested.body).toMatchObject({ ok: false, checks: expect.arrayContaining([lines]) });
    const sent = await sendFrom(key, person, { text: "After a restart" });
    expect(sent.status).toBe(202);
    const status = async () =>
      (await v2(key, `/chats/${encodeURIComponent(person)}/messages/${String(sent.body.message_id)}`)).body;
    await world.quiet();
    expect(await status()).toMatchObject({ status: "queued", error_code: null });
    mac.helperConnected = true;
    await watchIn(61_000);
    await eventually(async () => {
      await ringIn(key, 61_000);
      return mac.reached().length === 1;
    });
  });

  it("are refused by what a Mac says it has, and not by the one address that it shows without its helper", async () => {
    const mac = world.open({ privateApi: false, aliases: ["desk@example.com", "+12125552931"] });
    const { body } = await connect(mac.url, mac.options.password);
    const register = (phone_number: string) =>
      admin("/numbers", { body: { phone_number, protocol: "blooio", integration_id: body.integration_id } });
    expect(body).toMatchObject({ aliases: ["desk@example.com"] });
    expect(await register("+12125552931")).toMatchObject({ status: 201, body: { type: "dedicated" } });
  });

  it("go with their Mac, and its bell is taken down", async () => {
    const mac = world.open();
    const key = await makeLineKey(mac);
    expect(bellOf(mac)).toHaveLength(1);
    const gone = await admin(`/integrations/bluebubbles/${key.integrationId}`, { method: "DELETE" });
    expect(gone.body).toMatchObject({ success: true, webhook_removed: true });
    expect([bellOf(mac), (await v2(key, "/me/numbers")).body.numbers]).toEqual([[], []]);
  });
});

describe("a Mac that refuses the password", () => {
  let mac: FakeMac;
  let key: LineKey;
  let held: string;
  beforeEach(async () => {
    mac = world.open();
    key = await makeLineKey(mac);
    mac.options.password = "changed on the Mac";
    held = String((await sendFrom(key, person)).body.message_id);
    await eventually(async () => (await read(key.integrationId)).status === "unhealthy");
  });
  const doctor = async () =>
    ((await admin("/status")).body.checks as { name: string }[]).find(({ name }) => name.includes(key.integrationId));

  it("is told in its own words wherever a person looks, and what waits leaves once the right one is given", async () => {
    const { body } = await admin(`/api-keys/${key.id}/messages/${held}`);
    expect(body.next).toMatchObject({
      why: "account_refused",
      words: expect.stringContaining("Its line's Mac refuses the password: it leaves once the right password is given"),
    });
    const [line] = (await admin(`/numbers?api_key_id=${key.id}`)).body.numbers as { health: unknown }[];
    expect(line?.health).toMatchObject({ status: "unhealthy", reason: "Its Mac refuses the password." });
    expect((await v2(key, "/me/numbers")).body.numbers).toMatchObject([{ is_active: false }]);
    expect(await doctor()).toMatchObject({
      ok: false,
      detail: expect.stringContaining("refuses the password"),
      help: expect.stringContaining("PATCH /admin/api/integrations/bluebubbles/{id}"),
    });
    const shown = [body.next, line, await doctor(), await read(key.integrationId)];
    expect(JSON.stringify(shown)).not.toContain("Twilio");
    const path = `/integrations/bluebubbles/${key.integrationId}`;
    expect(await admin(path, { method: "PATCH", body: { password: "still wrong" } })).toMatchObject({
      status: 422,
      body: { code: "bluebubbles_authentication_failed" },
    });
    await admin(path, { method: "PATCH", body: { password: mac.options.password } });
    await ringIn(key, 1_000);
    await eventually(async () => mac.reached().length === 1);
    expect(await doctor()).toMatchObject({ ok: true, help: null });
  });

  it("is none where the watchdog looked by a former one, and the right one is given before it has its answer", async () => {
    const path = `/integrations/bluebubbles/${key.integrationId}`;
    await admin(path, { method: "PATCH", body: { password: mac.options.password } });
    const outside = vi.mocked(globalThis.fetch).getMockImplementation();
    const late = Promise.withResolvers<void>();
    let refusals = 0;
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      const isLook = String(input instanceof Request ? input.url : input).includes("/ping") && refusals === 0;
      if (isLook) mac.options.password = "changed once more";
      const answer = await (outside?.(input, init) ?? new Response());
      if (!isLook) return answer;
      refusals += 1;
      await late.promise;
      return answer;
    });
    const round = watchIn(6 * 60_000);
    await eventually(async () => refusals > 0);
    expect((await admin(path, { method: "PATCH", body: { password: mac.options.password } })).status).toBe(200);
    late.resolve();
    await round;
    expect((await read(key.integrationId)).status).toBe("connected");
  });

  it("is none for what it says of a former one: a refusal that comes once the new password is in force holds nothing", async () => {
    const other = world.open();
    const own = await makeLineKey(other);
    const outside = vi.mocked(globalThis.fetch).getMockImplementation();
    const late = Promise.withResolvers<void>();
    let refusals = 0;
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      const answer = await (outside?.(input, init) ?? new Response());
      if (answer.status !== 401 || !url.startsWith(other.url)) return answer;
      refusals += 1;
      await late.promise;
      return answer;
    });
    other.options.password = "changed on this Mac";
    await sendFrom(own, person);
    await eventually(async () => refusals > 0);
    const path = `/integrations/bluebubbles/${own.integrationId}`;
    expect((await admin(path, { method: "PATCH", body: { password: other.options.password } })).status).toBe(200);
    late.resolve();
    await eventually(async () => {
      await ringIn(own, 1_000);
      return other.reached().length === 1;
    });
    expect((await read(own.integrationId)).status).toBe("connected");
    expect(
      world.lines.filter((line) => line.includes("account_unhealthy") && line.includes(own.integrationId)),
    ).toEqual([]);
  });

  it("for as long as the key lets messages wait fails them with its own reason", async () => {
    await ringIn(key, 24 * 60 * 60_000 + 1);
    const { body } = await v2(key, `/chats/${encodeURIComponent(person)}/messages/${held}`);
    expect(body).toMatchObject({ status: "failed", error_code: "line_password_refused" });
    expect(JSON.stringify(body)).not.toContain("Twilio");
    expect(mac.reached()).toEqual([]);
  });
});

it("the test of a Mac that does not answer calls nothing in order that it saw at an earlier time", async () => {
  const mac = world.open();
  const { body } = await connect(mac.url, mac.options.password);
  const test = () => admin(`/integrations/bluebubbles/${body.integration_id}/test`, { method: "POST" });
  expect((await test()).body.ok).toBe(true);
  mac.tunnel = { status: 530, body: "error code: 1033" };
  const { ok, checks } = (await test()).body as { ok: boolean; checks: { ok: boolean; detail: string }[] };
  expect(ok).toBe(false);
  expect(checks.length).toBeGreaterThan(1);
  expect(checks.filter((check) => check.ok)).toEqual([]);
  for (const { detail } of checks.slice(1)) expect(detail).toMatch(/^Not seen now\. At \d{4}-.*Z: ./);
});

it("the doctor looks at Macs too: what is amiss with one is said, with how to mend it and no address of anybody", async () => {
  const mac = world.open();
  const key = await makeLineKey(mac);
  const check = async () => {
    await admin(`/integrations/bluebubbles/${key.integrationId}/test`, { method: "POST" });
    const { checks } = (await admin("/status")).body as { checks: { name: string; ok: boolean; detail: string }[] };
    return checks.find(({ name }) => name.includes(key.integrationId));
  };
  expect(await check()).toMatchObject({ ok: true, detail: expect.stringContaining("The Mac answers") });
  mac.helperConnected = false;
  expect(await check()).toMatchObject({
    ok: false,
    detail: expect.stringContaining("helper"),
    help: expect.any(String),
  });
  mac.helperConnected = true;
  mac.options.clockAheadMs = 60_000;
  expect(await check()).toMatchObject({ ok: false, detail: expect.stringContaining("60 s off") });
  mac.options.clockAheadMs = 0;
  mac.tunnel = { status: 530, body: "error code: 1033" };
  const offline = await check();
  expect(offline).toMatchObject({ ok: false, detail: expect.stringContaining("has not answered since") });
  expect(JSON.stringify({ ...offline, name: "" })).not.toContain(mac.line);
  expect((await v2(key, "/me/numbers")).body.numbers).toMatchObject([{ is_active: false }]);
});

describe("a pool of lines", () => {
  const selection = (strategy: string) => ({ strategy, sticky: true, sticky_days: null });
  async function poolOf(areas: string[], strategy?: string, weights: number[] = []) {
    const macs = areas.map((area, index) => world.open({ aliases: [`+1${area}55529${index}${areas.length}`] }));
    const [first, ...others] = macs;
    if (first === undefined) throw new Error("A pool needs a line.");
    const key = await makeLineKey(first, strategy === undefined ? {} : { selection: selection(strategy) });
    for (const mac of others) {
      const { body } = await admin("/integrations/bluebubbles", {
        body: { organization_id: key.organizationId, url: mac.url, password: mac.options.password },
      });
      await addLine({ id: key.id, integrationId: String(body.integration_id) }, mac.line);
    }
    for (const [index, weight] of weights.entries()) {
      await admin(`/numbers/${encodeURIComponent(macs[index]?.line ?? "")}`, { method: "PATCH", body: { weight } });
    }
    return { key, lines: macs.map(({ line }) => line) };
  }
  const senderOf = async (key: LineKey, to: string) =>
    (await sendFrom(key, to, { text: "Hello", send_at: Date.now() + 86_400_000 })).body.from_number;
  const people = (count: number, area = "415") => Array.from({ length: count }, (_, n) => `+1${area}555${1000 + n}`);

  it("rotates new conversations by itself, and keeps an ongoing one on its line", async () => {
    const { key, lines } = await poolOf(["212", "213", "214"]);
    const crowd = people(6);
    const senders: unknown[] = [];
    for (const one of crowd) senders.push(await senderOf(key, one));
    expect(senders).toEqual([...lines, ...lines]);
    for (const [index, one] of crowd.entries()) expect(await senderOf(key, one)).toBe(senders[index]);
  });

  it("goes by weight where its key says so", async () => {
    const { key, lines } = await poolOf(["312", "313"], "weighted", [3, 1]);
    const senders: unknown[] = [];
    for (const one of people(8)) senders.push(await senderOf(key, one));
    expect(lines.map((line) => senders.filter((sender) => sender === line).length)).toEqual([6, 2]);
  });

  it("goes by the recipient's region where its key says so", async () => {
    const { key, lines } = await poolOf(["415", "718"], "geographic");
    expect(await senderOf(key, "+17185551234")).toBe(lines[1]);
    expect(await senderOf(key, "+14155551234")).toBe(lines[0]);
  });

  it("and Twilio numbers never share a key: the refusals are the guides' sentences", async () => {
    const { key, lines } = await poolOf(["512"]);
    const conflict = async (number: string, keyId: string) => {
      const path = `/numbers/${encodeURIComponent(number)}`;
      return (await admin(path, { method: "PATCH", body: { api_key_id: keyId } })).body;
    };
    const { twilioNumber, twilioKey } = await makeTwilioKey(key.organizationId);
    expect(await conflict(twilioNumber, key.id)).toMatchObject({
      code: "api_key_protocol_conflict",
      message: "API key already owns Blooio numbers",
    });
    expect(await conflict(lines[0] ?? "", twilioKey)).toMatchObject({
      code: "api_key_protocol_conflict",
      message: "API key already owns Twilio numbers",
    });
    const stranger = await sendFrom(key, person, { text: "Hi", from_number: "+15005550100" });
    expect(stranger.body).toMatchObject({ message: "This API key does not own the specified from_number" });
    const bare = await admin("/api-keys", { body: { name: "Bare", organization_id: key.organizationId } });
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages`;
    const nobody = await call(path, { token: String(bare.body.key), body: { text: "Hi" } });
    expect(nobody).toMatchObject({ status: 503, body: { message: "No numbers assigned to this API key" } });
  });

  async function makeTwilioKey(organization: string) {
    const made = await admin("/api-keys", {
      body: { name: "Texts", organization_id: organization, mode: "test" },
    });
    const listed = await admin(`/integrations/twilio?organization_id=${organization}`);
    const [sandbox] = listed.body.integrations as { integration_id: string }[];
    const path = `/integrations/twilio/${sandbox?.integration_id}`;
    const { numbers } = (await admin(`${path}/available-numbers`)).body as { numbers: { phone_number: string }[] };
    const [first = "", second = ""] = numbers.map(({ phone_number }) => phone_number);
    await admin(`${path}/import`, { body: { phone_numbers: [first, second] } });
    const twilioKey = String(made.body.api_key_id);
    await admin(`/numbers/${encodeURIComponent(first)}`, { method: "PATCH", body: { api_key_id: twilioKey } });
    return { twilioNumber: second, twilioKey };
  }
});
