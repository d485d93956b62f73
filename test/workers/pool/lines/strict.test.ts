import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeMac } from "../../../support/node/fake-bluebubbles-mac.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import {
  addLine,
  type LineKey,
  type MacWorld,
  makeLineKey,
  ringIn,
  sendFrom,
  standInForMacs,
  v2,
} from "../../../support/workers/mac.ts";

const person = "+14155550123";
let world: MacWorld;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  world = standInForMacs();
});

afterEach(() => {
  vi.useRealTimers();
});

function changeKey(key: LineKey, body: object) {
  return admin(`/api-keys/${key.id}`, { method: "PATCH", body });
}

/** Connects another Mac to the key's organization and gives its line to the key. */
async function addMac(key: LineKey, mac: FakeMac): Promise<void> {
  const { body } = await admin("/integrations/bluebubbles", {
    body: { organization_id: key.organizationId, url: mac.url, password: mac.options.password },
  });
  await addLine({ id: key.id, integrationId: String(body.integration_id) }, mac.line);
}

async function storyOf(key: LineKey, messageId: unknown) {
  const { body } = await admin(`/api-keys/${key.id}/messages/${messageId}`);
  return body as { status: string; next: { why: string; words: string } | null; error_code: string | null };
}

async function hearFrom(mac: FakeMac, to: LineKey): Promise<void> {
  mac.receive({ from: person, text: "Hi" });
  await eventually(async () => (await v2(to, `/chats/${encodeURIComponent(person)}`)).status === 200);
}

describe("a line that is offline", () => {
  let mac: FakeMac;
  let other: FakeMac;
  let key: LineKey;

  beforeEach(async () => {
    mac = world.open();
    other = world.open();
    key = await makeLineKey(mac);
    await hearFrom(mac, key);
    await addMac(key, other);
    mac.tunnel = { status: 530, body: "<html>error code: 1033</html>" };
  });

  afterEach(() => expect([...mac.violations, ...other.violations]).toEqual([]));

  it("keeps its people: what is for them waits and says why, no other line speaks, and it leaves in order once the Mac is back", async () => {
    const sent = await sendFrom(key, person, { text: ["One", "Two"] });
    expect(sent).toMatchObject({ status: 202, body: { from_number: key.line } });
    const [first] = sent.body.message_ids as string[];
    const next = await eventually(
      async () => (await storyOf(key, first)).next?.why === "line_offline" && storyOf(key, first),
    );
    expect(next.next?.words).toContain("no other line speaks to this contact");
    for (let turn = 0; turn < 3; turn += 1) await ringIn(key, 61_000);
    expect([...mac.reached(), ...other.reached()]).toEqual([]);
    expect((await sendFrom(key, person, { text: "Three" })).body.from_number).toBe(key.line);
    mac.tunnel = "open";
    await ringIn(key, 10 * 60_000);
    await eventually(async () => {
      await ringIn(key, 2_000);
      return mac.reached().length === 3;
    });
    expect(mac.reached().map(({ text }) => text)).toEqual(["One", "Two", "Three"]);
    expect(other.reached()).toEqual([]);
  });

  it("begins no conversation while another line's Mac answers: who is new goes there, and says why", async () => {
    await sendFrom(key, person, { text: "Wait" });
    for (let turn = 0; turn < 3; turn += 1) await ringIn(key, 61_000);
    const people = ["+14155550301", "+14155550302", "+14155550303"];
    for (const to of people) {
      const sent = await sendFrom(key, to, { text: "Hello" });
      expect(sent.body.from_number).toBe(other.line);
      const { body } = await admin(`/api-keys/${key.id}/messages/${sent.body.message_id}`);
      expect(JSON.stringify(body.trace)).toContain("its Mac does not answer, and others can send");
    }
    other.tunnel = mac.tunnel;
    for (let turn = 0; turn < 3; turn += 1) await ringIn(key, 61_000);
    expect((await sendFrom(key, "+14155550304")).status).toBe(202);
  });

  it("lets them wait as long as the key says, and then they fail with the reason, unsent", async () => {
    expect((await changeKey(key, { offline_limit_seconds: 120 })).status).toBe(200);
    const sent = await sendFrom(key, person, { text: "Now or never" });
    await eventually(async () => (await storyOf(key, sent.body.message_id)).next?.why === "line_offline");
    await ringIn(key, 100_000);
    expect((await storyOf(key, sent.body.message_id)).status).toBe("queued");
    await ringIn(key, 30_000);
    const ended = await eventually(async () => {
      const story = await storyOf(key, sent.body.message_id);
      return story.status === "failed" && story;
    });
    expect(ended).toMatchObject({ error_code: "line_offline", next: null });
    const told = await eventually(async () => world.told.find(({ body }) => body.event === "message.failed"));
    expect(told.body).toMatchObject({ error_code: "line_offline", internal_id: key.line });
    mac.tunnel = "open";
    for (let turn = 0; turn < 3; turn += 1) await ringIn(key, 61_000);
    expect([...mac.reached(), ...other.reached()]).toEqual([]);
  });

  it("and whose password no longer holds moves nothing either, even where the key moves what waits", async () => {
    await changeKey(key, { move_waiting: true });
    mac.tunnel = {
      status: 401,
      body: JSON.stringify({
        status: 401,
        message: "No",
        error: { type: "Authentication Error", message: "Unauthorized" },
      }),
    };
    const sent = await sendFrom(key, person, { text: "Wait" });
    expect(sent.body.from_number).toBe(key.line);
    await eventually(async () => (await storyOf(key, sent.body.message_id)).next?.why === "account_refused");
    for (let turn = 0; turn < 3; turn += 1) await ringIn(key, 61_000);
    expect((await sendFrom(key, person, { text: "Again" })).body.from_number).toBe(key.line);
    expect([...mac.reached(), ...other.reached()]).toEqual([]);
  });
});

describe("without the Private API", () => {
  let mac: FakeMac;
  let key: LineKey;

  beforeEach(async () => {
    mac = world.open({ privateApi: false, mayUseAppleScript: true });
    key = await makeLineKey(mac);
  });

  afterEach(() => expect(mac.violations).toEqual([]));

  it("a line receives only: a send is refused as it comes, asked for by name or not, also to who has written", async () => {
    await hearFrom(mac, key);
    for (const body of [{ text: "Hello" }, { text: "Hello", from_number: key.line }]) {
      const refused = await sendFrom(key, person, body);
      expect(refused).toMatchObject({ status: 503, body: { code: "line_receives_only", from_number: key.line } });
    }
    expect(mac.reached()).toEqual([]);
  });

  it("people of such a line are written to by no other; who is new goes by a line that sends", async () => {
    await hearFrom(mac, key);
    const other = world.open();
    await addMac(key, other);
    expect((await sendFrom(key, person)).body).toMatchObject({ code: "line_receives_only" });
    const sent = await sendFrom(key, "+14155550999");
    expect(sent).toMatchObject({ status: 202, body: { from_number: other.line } });
    const story = await admin(`/api-keys/${key.id}/messages/${sent.body.message_id}`);
    expect(JSON.stringify(story.body)).toContain("it receives only: its Mac's Private API is off");
    expect(other.violations).toEqual([]);
  });

  it("a line whose owner takes a message twice for better than none answers who has written, and begins nothing", async () => {
    expect((await changeKey(key, { may_send_twice: true })).status).toBe(200);
    expect(await sendFrom(key, person)).toMatchObject({ status: 403, body: { code: "inbound_only_no_prior_inbound" } });
    await hearFrom(mac, key);
    expect((await sendFrom(key, person)).status).toBe(202);
    const [reached] = await eventually(async () => mac.reached().length === 1 && mac.reached());
    expect(reached).toMatchObject({ to: person, text: "Hello" });
  });

  it("what such a line sends with an effect leaves without it, and the answer says so", async () => {
    await changeKey(key, { may_send_twice: true });
    await hearFrom(mac, key);
    const sent = await sendFrom(key, person, { text: "Hello", effect: "Lasers" });
    expect(sent).toMatchObject({ status: 202, body: { warning: expect.stringContaining("The effect is left out") } });
    await eventually(async () => mac.reached().length === 1);
  });
});
