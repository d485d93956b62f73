import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { runCampaign } from "../../../support/workers/campaigns.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import {
  acceptedBy,
  freshNumber,
  type LiveKey,
  makeLiveKey,
  type Outside,
  readMessage,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const service = `MG${"5".repeat(32)}`;
let given = 0;
let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;
let agent: string;
let number: string;
let person: string;

beforeEach(async () => {
  outside = standInForTheOutside();
  given += 1;
  agent = `rcs:brand_agent_${given}`;
  [number, person] = [freshNumber(), freshNumber()];
  twilio = outside.open({ numbers: [number, agent] });
  key = await makeLiveKey(twilio, { numbers: [number] });
  await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address: agent } });
  await call("/v2/api/webhooks", {
    body: { webhook_url: "https://customer.example/rcs", webhook_type: "all" },
    token: key.token,
  });
});

afterEach(() => {
  vi.useRealTimers();
  expect(twilio.violations).toEqual([]);
});

async function change(address: string, body: Record<string, unknown>) {
  const changed = await admin(`/numbers/${encodeURIComponent(address)}`, { method: "PATCH", body });
  expect(changed.status).toBe(200);
  return changed.body;
}

/** Puts the agent at the head of the pool, with a Messaging Service that falls back to SMS or without one. */
const join = (more: Record<string, unknown> = { messaging_service_sid: service }) =>
  change(agent, { api_key_id: key.id, position: 0, ...more });

async function write(text: string, params: [string, string][] = [], more: { media?: boolean } = {}) {
  const url = twilio.numbers[0]?.fields.sms_url ?? "";
  const media = more.media === true ? [{ contentType: "image/png", bytes: new Uint8Array([1]) }] : [];
  const [answer] = await twilio.sendInbound({ from: `rcs:${person}`, to: agent, text, params, url, media });
  expect(answer?.status).toBe(200);
}

/** What the customer was told by this name, once there is as much of it. */
function told(event: string, count = 1) {
  const heard = () => outside.told.map(({ body }) => body).filter((body) => body.event === event);
  return eventually(async () => (heard().length >= count ? heard() : null));
}

/** What a send asked of Twilio, read from the form of its create call. */
async function sentForm(text: string) {
  const sent = await eventually(async () => twilio.messages.find(({ body }) => body === text));
  return { to: sent.to, from: sent.from, service: sent.messagingServiceSid, sid: sent.sid, media: sent.mediaUrls };
}

const send = (to: string, body: Record<string, unknown>) =>
  call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { body, token: key.token });

describe("an RCS agent", () => {
  it("is added to an account and a pool by its id, as a sender of its own channel", async () => {
    const joined = await join();
    expect(joined).toMatchObject({
      phone_number: agent,
      channel: "rcs",
      capabilities: { rcs: true, sms: false, mms: true },
      messaging_service_sid: service,
      position: 0,
    });
    const pool = await admin(`/api-keys/${key.id}/pool`);
    expect(pool.body.numbers).toMatchObject([{ phone_number: agent }, { phone_number: number }]);
    const again = await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address: agent } });
    expect(again.status).toBe(409);
    for (const address of ["rcs:", "rcs:+15551234567", "rcs:a b"]) {
      const refused = await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address } });
      expect(refused.status, address).toBe(400);
    }
  });

  it("is listed beside its account's numbers and imported like them, with a warning while its webhook leads elsewhere", async () => {
    const other = `${agent}_other`;
    const elsewhere = outside.open({ numbers: [freshNumber(), other] });
    const beside = await makeLiveKey(elsewhere, { numbers: [] });
    const path = `/integrations/twilio/${beside.integrationId}`;
    const listed = await admin(`${path}/available-numbers`);
    expect(listed.body.numbers).toContainEqual({
      phone_number: other,
      friendly_name: "An agent",
      capabilities: { sms: false, mms: true, voice: false },
      imported: false,
      webhook_ok: false,
    });
    const importing = (address: string) => admin(`${path}/import`, { body: { phone_numbers: [address] } });
    const imported = await importing(other);
    expect(imported.body.results).toEqual([
      {
        phone_number: other,
        status: "imported",
        warnings: [expect.stringContaining(`/twilio/${beside.integrationId}/inbound`)],
      },
    ]);
    const [url] = /https:\S+(?= at Twilio)/.exec(JSON.stringify(imported.body)) ?? [];
    const there = elsewhere.numbers.find(({ phoneNumber }) => phoneNumber === other);
    Object.assign(there?.fields ?? {}, { sms_url: url });
    expect((await importing(other)).body.results).toEqual([{ phone_number: other, status: "reconfigured" }]);
    expect((await admin(`${path}/available-numbers`)).body.numbers).toContainEqual(
      expect.objectContaining({ phone_number: other, imported: true, webhook_ok: true }),
    );
    expect((await importing("rcs:nobodys_agent")).body.results).toMatchObject([
      { status: "failed", code: "not_found" },
    ]);
  });

  it("with a Messaging Service is chosen like any number, and leaves the choice of network to it", async () => {
    await join();
    const sent = await send(person, { text: "By whichever" });
    expect(sent).toMatchObject({ status: 202, body: { from_number: agent } });
    expect(await sentForm("By whichever")).toMatchObject({ to: person, from: null, service });
    expect(await readMessage(key, String(sent.body.message_id), person)).toMatchObject({
      protocol: "rcs",
      internal_id: agent,
    });
  });

  it("without one is chosen for nobody by itself: SMS is what reaches every phone", async () => {
    await join({ messaging_service_sid: null });
    expect((await send(person, { text: "By SMS" })).body).toMatchObject({ from_number: number });
    const preview = await admin(`/api-keys/${key.id}/pool/preview`, { body: { to: person, text: "a" } });
    expect(preview.body.considered).toContainEqual({
      phone_number: agent,
      eligible: false,
      why: "skipped: it reaches RCS alone: no Messaging Service falls back to SMS for it",
    });
  });

  it("without one writes by RCS alone where it or RCS is asked for", async () => {
    await join({ messaging_service_sid: null });
    const asked = await send(person, { text: "From the agent", from_number: agent });
    expect(asked).toMatchObject({ status: 202, body: { from_number: agent } });
    expect(await sentForm("From the agent")).toMatchObject({ to: `rcs:${person}`, from: agent, service: null });
    expect((await send(`rcs:${person}`, { text: "To their RCS" })).body).toMatchObject({ from_number: agent });
    expect(await sentForm("To their RCS")).toMatchObject({ to: `rcs:${person}`, from: agent });
    const chats = await call("/v2/api/chats", { token: key.token });
    expect(chats.body.chats).toMatchObject([{ id: person, message_count: 2 }]);
    await change(agent, { api_key_id: null });
    expect(await send(`rcs:${person}`, { text: "Nobody" })).toMatchObject({
      status: 400,
      body: { code: "capability_missing", missing: "RCS" },
    });
  });

  it("never borrows the Messaging Service of its account, which may not hold it", async () => {
    await admin(`/integrations/twilio/${key.integrationId}`, {
      method: "PATCH",
      body: { messaging_service_sid: `MG${"7".repeat(32)}` },
    });
    await join({ messaging_service_sid: null });
    await send(person, { text: "Its own", from_number: agent });
    expect(await sentForm("Its own")).toMatchObject({ from: agent, service: null });
  });

  it("carries files and templates", async () => {
    await join();
    await send(person, { text: "Look", attachments: ["https://example.com/a.png"] });
    expect(await sentForm("Look")).toMatchObject({ service, media: ["https://example.com/a.png"] });
    expect((await send(person, { content_sid: `HX${"1".repeat(32)}` })).status).toBe(202);
  });
});

describe("a message of an agent", () => {
  it("that goes by RCS is told so to the end, read included", async () => {
    await join();
    const id = await sendText(key, "To be read", person);
    const { sid } = await sentForm("To be read");
    for (const status of ["sent", "delivered", "read"]) await twilio.sendStatus(sid, status, { from: agent });
    const [read] = await told("message.read");
    expect(read).toMatchObject({ message_id: id, protocol: "rcs", status: "read", internal_id: agent });
    expect(await readMessage(key, id, person)).toMatchObject({
      status: "delivered",
      protocol: "rcs",
      read_at: expect.any(Number),
    });
  });

  it("that fell back keeps its one id, and says from then on that SMS carried it", async () => {
    await join();
    const id = await sendText(key, "To fall back", person);
    const { sid } = await sentForm("To fall back");
    await twilio.sendStatus(sid, "sent", { from: number });
    await twilio.sendStatus(sid, "delivered", { from: number });
    const [delivered] = await told("message.delivered");
    expect(delivered).toMatchObject({ message_id: id, protocol: "sms", internal_id: agent });
    expect(await readMessage(key, id, person)).toMatchObject({
      status: "delivered",
      protocol: "sms",
      internal_id: agent,
    });
    const { timeline } = (await admin(`/api-keys/${key.id}/messages/${id}`)).body;
    const words = expect.stringContaining("fell back from RCS");
    expect(timeline).toContainEqual(expect.objectContaining({ kind: "delivered", words }));
    expect(acceptedBy(twilio)).toHaveLength(1);
  });

  it("that nothing falls back for fails in words where the phone takes no RCS", async () => {
    await join({ messaging_service_sid: null });
    const sent = await send(person, { text: "In vain", from_number: agent });
    const { sid } = await sentForm("In vain");
    await twilio.sendStatus(sid, "undelivered", { errorCode: 63036 });
    const [failed] = await told("message.failed");
    expect(failed).toMatchObject({
      message_id: sent.body.message_id,
      protocol: "rcs",
      error_code: "63036",
      error_name: "rcs_recipient_not_reachable",
    });
  });

  it("whose answer was lost is found in Twilio's list, whichever network took it", async () => {
    await join();
    twilio.faults.add({ body: "Lost" }, { kind: "error", status: 500, taken: true }, 1);
    const id = await sendText(key, "Lost", person);
    const { sid } = await sentForm("Lost");
    await twilio.sendStatus(sid, "sent", { from: number });
    expect(
      await eventually(async () => {
        const read = await readMessage(key, id, person);
        return read.outcome_unknown === false && read;
      }),
    ).toMatchObject({ status: "sent", protocol: "sms" });
  });

  it("is marked with the service that it leaves through, whatever its agent has later, as it is accepted and out of the line", async () => {
    await join({ messaging_service_sid: service, messages_per_second: 20 });
    const texts = ["First", "Second", "Third"];
    for (const text of texts) await sendText(key, text, person);
    for (const text of texts) await sentForm(text);
    const marks = await runInDurableObject(env.POOLS.getByName(key.id), (_, { storage }) =>
      storage.sql.exec<{ mark: string }>("SELECT mark FROM messages ORDER BY seq").toArray(),
    );
    expect(marks.map(({ mark }) => mark.split(" ")[1])).toEqual(texts.map(() => service));
  });
});

describe("what a person says to an agent", () => {
  it("comes to the pool that holds it: suggestions, places and files too", async () => {
    await join();
    await write("Hello agent");
    await write("Yes", [
      ["ButtonText", "Yes"],
      ["ButtonPayload", "confirm_42"],
    ]);
    await write("", [
      ["Latitude", "52.52"],
      ["Longitude", "13.40"],
      ["Label", "Office"],
    ]);
    await write("A picture", [], { media: true });
    const [text, button, place, picture] = await told("message.received", 4);
    expect(text).toMatchObject({
      external_id: person,
      internal_id: agent,
      protocol: "rcs",
      text: "Hello agent",
      kind: "text",
    });
    expect(button).toMatchObject({ kind: "button", button: { text: "Yes", payload: "confirm_42" } });
    expect(place).toMatchObject({ kind: "location", location: { latitude: 52.52, longitude: 13.4, label: "Office" } });
    expect(picture).toMatchObject({ attachments: [{ mime_type: "image/png" }] });
    const read = await call(`/v2/api/chats/${encodeURIComponent(person)}/messages/${button?.message_id}`, {
      token: key.token,
    });
    expect(read.body).toMatchObject({ button: { payload: "confirm_42" }, kind: "button", protocol: "rcs" });
  });

  it("keeps the conversation on the agent where the pool is sticky", async () => {
    await admin(`/api-keys/${key.id}`, {
      method: "PATCH",
      body: { selection: { strategy: "first", sticky: true, sticky_days: null } },
    });
    await join({ position: 1, messaging_service_sid: service });
    await write("Are you there?");
    expect((await send(person, { text: "I am" })).body).toMatchObject({ from_number: agent });
  });

  it("STOP opts out at the pool that holds the agent, by SMS too, and START lets in again", async () => {
    await join();
    await write("STOP");
    expect(await send(person, { text: "a" })).toMatchObject({ status: 403, body: { code: "recipient_opted_out" } });
    expect((await send(person, { text: "a", from_number: number })).status).toBe(403);
    const { body } = await admin(`/api-keys/${key.id}/opt-outs`);
    expect(body.opt_outs).toMatchObject([{ contact: person, source: "keyword" }]);
    await write("START");
    expect((await send(person, { text: "Back again" })).status).toBe(202);
  });
});

describe("a campaign that asks first", () => {
  const optIns = async () =>
    (await admin(`/api-keys/${key.id}/contacts/${encodeURIComponent(person)}/opt-ins`)).body.opt_ins;
  const ask = async () => {
    const confirm = { text: "Reply YES to hear from us", words: null, days: 7 };
    await runCampaign(key, [person], { text: "Welcome", confirm });
    return sentForm(confirm.text);
  };

  it("is answered by a YES to the agent that asked", async () => {
    await join();
    expect(await ask()).toMatchObject({ to: person, service });
    await write("Yes 👍");
    expect(await sentForm("Welcome")).toMatchObject({ to: person });
    expect(await optIns()).toMatchObject([{ recorded_by: "reply", answer: "Yes 👍" }]);
  });

  it("is answered by a YES to an agent that no pool holds where that one asked for a number, and by none to an agent that did not", async () => {
    const { sid } = await ask();
    await write("YES");
    expect(await optIns()).toEqual([]);
    await twilio.sendStatus(sid, "delivered", { from: agent });
    await write("YES");
    expect(await sentForm("Welcome")).toMatchObject({ from: number });
    expect(await optIns()).toMatchObject([{ recorded_by: "reply", answer: "YES" }]);
  });
});

describe("an agent by v4", () => {
  it("is a channel of the kind rcs_business, and says whether it falls back", async () => {
    await join();
    const { body } = await call("/v4/channels?type=rcs_business", { token: key.token });
    expect(body.data).toMatchObject([
      {
        address: agent,
        type: "rcs_business",
        capabilities: { protocols: ["rcs", "sms"], content: ["text", "media", "template"] },
      },
    ]);
    const sent = await call("/v4/messages", {
      body: { to: person, channel_type: "rcs_business", text: "By its kind" },
      token: key.token,
    });
    expect(sent).toMatchObject({ status: 201, body: { from: agent, channel_type: "rcs_business", protocol: "rcs" } });
  });
});
