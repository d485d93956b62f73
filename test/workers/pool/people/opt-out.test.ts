import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import {
  acceptedBy,
  assignTo,
  freshNumber,
  type LiveKey,
  makeLiveKey,
  type Outside,
  readMessage,
  sendTaken,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const customer = "https://customer.example/consent";

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;
let person: string;
let people = 0;

beforeEach(async () => {
  outside = standInForTheOutside();
  twilio = outside.open({ numbers: [freshNumber(), freshNumber(), freshNumber()] });
  key = await makeLiveKey(twilio);
  people += 1;
  person = `+1555123${String(people).padStart(4, "0")}`;
  const webhook = { webhook_url: customer, api_key_id: key.id, organization_id: key.organizationId };
  await admin("/webhooks", { body: { ...webhook, events: ["*"] } });
});

afterEach(() => {
  expect(twilio.violations).toEqual([]);
});

async function write(text: string, params: [string, string][] = [], number = key.numbers[0] ?? "") {
  const [answer] = await twilio.sendInbound({ from: person, to: number, text, params });
  expect(answer).toMatchObject({ status: 200, contentType: "text/xml" });
}

async function trySend(body: Record<string, unknown> = {}) {
  const path = `/v2/api/chats/${encodeURIComponent(person)}/messages`;
  return call(path, { body: { text: "Hello again", ...body }, token: key.token });
}

async function optOuts() {
  return (await admin(`/api-keys/${key.id}/opt-outs`)).body.opt_outs as Record<string, unknown>[];
}

function consentEvents() {
  return outside.told
    .filter(({ url, body }) => url === customer && body.external_id === person)
    .filter(({ body }) => String(body.event).startsWith("contact."))
    .map(({ body }) => body);
}

describe("STOP", () => {
  it("to one number blocks every number of the pool, also one that is asked for by name, before Twilio", async () => {
    await write("STOP");
    for (const body of [{}, ...key.numbers.map((from_number) => ({ from_number }))]) {
      const refused = await trySend(body);
      expect(refused).toMatchObject({
        status: 403,
        body: { code: "recipient_opted_out", opted_out_at: expect.any(Number) },
      });
    }
    expect(twilio.creates).toBe(0);
    expect(await optOuts()).toEqual([expect.objectContaining({ contact: person, source: "keyword" })]);
  });

  it("reaches the customer like any message, with an event of its own, and is answered with nothing to send", async () => {
    await write("stop");
    const events = await eventually(async () => (consentEvents().length > 0 ? consentEvents() : null));
    expect(events).toEqual([
      expect.objectContaining({
        event: "contact.opted_out",
        external_id: person,
        internal_id: key.numbers[0],
        source: "keyword",
      }),
    ]);
    await eventually(async () =>
      outside.told.some(({ body }) => body.event === "message.received" && body.text === "stop"),
    );
    const inbound = twilio.log.find((entry) => entry.kind === "inbound");
    expect(inbound?.kind === "inbound" && inbound.delivered.body).not.toContain("<Message");
  });

  it("is lifted by START and stands again after another STOP", async () => {
    await write("STOP");
    await write("Start");
    expect((await trySend()).status).toBe(202);
    await write("UNSTOP");
    await write("stopall");
    expect((await trySend()).status).toBe(403);
    const names = await eventually(async () =>
      consentEvents().length >= 3 ? consentEvents().map(({ event }) => event) : null,
    );
    expect(names).toEqual(["contact.opted_out", "contact.opted_in", "contact.opted_out"]);
  });

  it.each([
    ["STOP PLEASE", [], 202],
    ["ＳＴＯＰ", [], 202],
    ["stop 🙏", [], 202],
    [" \n stop \t", [], 403],
    ["Revoke", [], 403],
    ["arrêt", [["OptOutType", "STOP"]], 403],
    ["HELP", [["OptOutType", "HELP"]], 202],
    ["help", [], 202],
  ] satisfies [string, [string, string][], number][])(
    "is read as Twilio reads it: %j %j → %i",
    async (text, params, status) => {
      await write(text, params);
      expect((await trySend()).status).toBe(status);
    },
  );

  it("on a toll-free number is lifted by START and UNSTOP alone: YES is an ordinary word there", async () => {
    const tollFree = `+1888555${String(4000 + people)}`;
    const account = outside.open({ numbers: [tollFree] });
    key = await makeLiveKey(account);
    twilio = account;
    await write("STOP", [], tollFree);
    await write("YES", [], tollFree);
    expect((await trySend()).status).toBe(403);
    await write("UNSTOP", [], tollFree);
    expect((await trySend()).status).toBe(202);
  });

  it("that arrives while messages wait keeps every one of them from leaving", async () => {
    const later = await sendText(key, "Waits", person, { send_at: Date.now() + 700 });
    await write("STOP");
    const failed = await eventually(async () => {
      const message = await readMessage(key, later, person);
      return message.status === "failed" ? message : null;
    });
    expect(failed).toMatchObject({ error_code: "recipient_opted_out" });
    expect(twilio.creates).toBe(0);
  });

  it("racing sends: none starts after the STOP is stored", async () => {
    for (let round = 0; round < 25; round += 1) {
      person = `+1555777${String(people * 100 + round).padStart(4, "0")}`;
      const sends = Array.from({ length: 3 }, () => trySend());
      const stop = write("STOP");
      await stop;
      const before = twilio.creates;
      await Promise.all(sends);
      const listed = (await optOuts()).find((optOut) => optOut.contact === person);
      expect(listed).toBeDefined();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(twilio.creates).toBe(before);
    }
  });
});

describe("an opt-out that only the carrier knows", () => {
  it.each([21610, 30630])("is learnt from refusal %i, told once, and holds for the whole pool", async (code) => {
    twilio.faults.add(
      {},
      { kind: "refuse", status: 400, code, message: "Attempt to send to unsubscribed recipient" },
      1,
    );
    await sendText(key, "Hello", person);
    await eventually(async () => (await optOuts()).length === 1);
    expect(await optOuts()).toEqual([expect.objectContaining({ contact: person, source: "carrier" })]);
    expect((await trySend({ from_number: key.numbers[2] })).body.code).toBe("recipient_opted_out");
    const events = await eventually(async () => (consentEvents().length > 0 ? consentEvents() : null));
    expect(events).toEqual([expect.objectContaining({ event: "contact.opted_out", source: "carrier" })]);
    expect(twilio.creates).toBe(1);
  });

  it("is learnt from a callback as well", async () => {
    const { sid } = await sendTaken(twilio, key, "Hello", person);
    await twilio.sendStatus(sid, "undelivered", { errorCode: 30630 });
    await twilio.sendStatus(sid, "undelivered", { errorCode: 30630 });
    expect(await optOuts()).toEqual([expect.objectContaining({ contact: person, source: "carrier" })]);
    await eventually(async () => consentEvents().length === 1);
  });

  it("is not made of a block against one sender", async () => {
    const { sid } = await sendTaken(twilio, key, "Hello", person);
    await twilio.sendStatus(sid, "failed", { errorCode: 63014 });
    expect(await optOuts()).toEqual([]);
    expect((await trySend()).status).toBe(202);
  });
});

describe("an operator's opt-out", () => {
  it("holds until the operator or the person lifts it, and another key's pool knows nothing of it", async () => {
    await admin(`/api-keys/${key.id}/opt-outs`, { body: { contact: person } });
    expect((await trySend()).status).toBe(403);
    const stranger = outside.open();
    const other = await makeLiveKey(stranger);
    expect(
      (await call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, { body: { text: "Hi" }, token: other.token }))
        .status,
    ).toBe(202);
    await write("START");
    expect((await trySend()).status).toBe(202);
    await eventually(async () => acceptedBy(twilio).length === 1 && acceptedBy(stranger).length === 1);
  });
});

describe("an account that only sends", () => {
  const sync = (change: object) =>
    admin(`/integrations/twilio/${key.integrationId}`, { method: "PATCH", body: { sync: change } });
  const messageOf = (text: string, number = key.numbers[0] ?? "") => ({ from: person, to: number, text });

  it("heeds each keyword once: Twilio's repeat of an old START does not lift a newer STOP", async () => {
    await sync({ direction: "outbound" });
    const [stop, start] = ["STOP", "START"].map((word) => ({
      ...messageOf(word),
      sid: `SM${word.length.toString(16).repeat(32)}`,
    }));
    if (stop === undefined || start === undefined) throw new Error("unreachable");
    await twilio.sendInbound(start);
    await twilio.sendInbound(stop);
    await twilio.sendInbound(start);
    expect((await trySend()).status).toBe(403);
    const chats = await call("/v2/api/chats", { token: key.token });
    expect(chats.body.pagination).toMatchObject({ total: 0 });
  });

  it("keeps a STOP to a number that no key holds, and nothing else, for the key that gets it", async () => {
    const number = key.numbers[2] ?? "";
    await sync({ direction: "outbound" });
    await assignTo(null, number);
    await twilio.sendInbound(messageOf("STOP", number));
    await twilio.sendInbound(messageOf("What is this?", number));
    await assignTo(key.id, number);
    expect((await trySend()).body).toMatchObject({ code: "recipient_opted_out" });
    const chats = await call("/v2/api/chats", { token: key.token });
    expect(chats.body.pagination).toMatchObject({ total: 0 });
  });
});

describe("START at another number", () => {
  const [first, second, third] = [0, 1, 2];
  const numberAt = (index: number) => key.numbers[index] ?? "";

  it("is the last word: the carrier's older block of one number counts for that number alone, until START reaches it", async () => {
    await write("STOP", [], numberAt(first));
    await write("START", [], numberAt(second));
    twilio.faults.add(
      { from: numberAt(first) },
      { kind: "refuse", status: 400, code: 21610, message: "Attempt to send to unsubscribed recipient" },
      1,
    );
    const id = await sendText(key, "From the first", person, { from_number: numberAt(first) });
    await eventually(async () => (await readMessage(key, id, person)).status === "failed");
    expect(await optOuts()).toEqual([]);
    const refused = await trySend({ from_number: numberAt(first) });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: "recipient_opted_out", message: expect.stringContaining("START"), from_number: numberAt(first) },
    });
    for (const index of [second, third]) expect((await trySend({ from_number: numberAt(index) })).status).toBe(202);
    expect((await trySend()).body.from_number).not.toBe(numberAt(first));
    await write("START", [], numberAt(first));
    expect((await trySend({ from_number: numberAt(first) })).status).toBe(202);
  });

  it("does not outlast another STOP, nor a block of the number at which it was said", async () => {
    await write("STOP", [], numberAt(first));
    await write("START", [], numberAt(second));
    twilio.faults.add(
      { from: numberAt(second) },
      { kind: "refuse", status: 400, code: 21610, message: "Attempt to send to unsubscribed recipient" },
      1,
    );
    const id = await sendText(key, "From the second", person, { from_number: numberAt(second) });
    await eventually(async () => (await readMessage(key, id, person)).status === "failed");
    expect(await optOuts()).toMatchObject([{ contact: person, source: "carrier" }]);
  });
});

describe("the opt-out list", () => {
  it("is asked for one contact, and lets go of a short code that wrote STOP", async () => {
    await write("STOP");
    await twilio.sendInbound({ from: "72727", to: key.numbers[0] ?? "", text: "STOP" });
    const path = `/api-keys/${key.id}/opt-outs`;
    expect(await optOuts()).toHaveLength(2);
    for (const contact of [person, "72727"]) {
      const { body } = await admin(`${path}?contact=${encodeURIComponent(contact)}`);
      expect(body).toMatchObject({ opt_outs: [{ contact }], pagination: { total: 1 } });
    }
    expect((await admin(`${path}?contact=%2B15550009999`)).body).toMatchObject({
      opt_outs: [],
      pagination: { total: 0 },
    });
    expect((await admin(`${path}?contact=72727`, { method: "DELETE" })).status).toBe(200);
    expect((await optOuts()).map(({ contact }) => contact)).toEqual([person]);
    expect((await admin(`${path}?contact=nobody`)).status).toBe(400);
  });
});
