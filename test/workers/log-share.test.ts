import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defaultLogShare, isKept } from "../../src/domain/log-share.ts";
import type { FakeAccount } from "../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../support/workers/gateway.ts";
import { owed, ringAt } from "../support/workers/ledger.ts";
import {
  acceptedBy,
  type LiveKey,
  makeLiveKey,
  type Outside,
  sendTaken,
  sendText,
  standInForTheOutside,
} from "../support/workers/twilio.ts";

type Line = Record<string, unknown>;

// Where nothing is set; other files judge every line.
Object.assign(env, { LOG_SHARE: "" });

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;
let given = 0;

beforeEach(async () => {
  outside = standInForTheOutside();
  twilio = outside.open();
  key = await makeLiveKey(twilio);
  const body = { webhook_url: "https://customer.example/told", webhook_type: "all" };
  expect((await call("/v2/api/webhooks", { body, token: key.token })).status).toBe(201);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function newPerson(): string {
  given += 1;
  return `+1415777${String(2000 + given)}`;
}

/** Every line about a message. */
const linesOf = (id: string): Line[] =>
  outside.lines.map((line): Line => JSON.parse(line)).filter((line) => JSON.stringify(line).includes(id));
const toldOf = (id: string) => outside.told.filter(({ body }) => body.message_id === id).map(({ body }) => body.event);
const named = (lines: Line[]) => lines.map(({ event, name, route }) => name ?? route ?? event);

/** The whole life of a message, until its webhook has heard of its end. */
async function live(status = "delivered"): Promise<string> {
  const { id, sid } = await sendTaken(twilio, key, "Hello", newPerson());
  for (const step of ["sending", "sent", status]) await twilio.sendStatus(sid, step);
  const end = status === "delivered" ? "message.delivered" : "message.failed";
  await eventually(async () => toldOf(id).includes(end));
  await outside.calm();
  return id;
}

/** A message that is among those that are logged, or is not. */
async function liveOne(among: boolean): Promise<string> {
  for (let tries = 0; tries < 400; tries += 1) {
    const id = await live();
    if (isKept(id, defaultLogShare) === among) return id;
  }
  throw new Error("The share is not what it says.");
}

const send = "/v2/api/chats/:chatId/messages";
const callback = "/twilio/:accountId/status";

describe("a message's healthy lines are kept or left out together", () => {
  it("all seven of a message that is kept, each with the share and the message", async () => {
    const id = await liveOne(true);
    const lines = await eventually(async () => (linesOf(id).length >= 7 ? linesOf(id) : null));
    expect(named(lines).toSorted()).toEqual(
      [send, "send", callback, callback, callback, "message.sent", "message.delivered"].toSorted(),
    );
    for (const line of lines) expect(line).toMatchObject({ message_id: id, share: defaultLogShare });
  });

  it("none of one that is left out", async () => {
    const id = await liveOne(false);
    expect(linesOf(id)).toEqual([]);
  });

  it("also of what comes in: the callback that brings it and its delivery", async () => {
    const seen = { kept: 0, left: 0 };
    for (let tries = 0; tries < 400 && (seen.kept === 0 || seen.left === 0); tries += 1) {
      const from = newPerson();
      await twilio.sendInbound({ from, to: key.numbers[0] ?? "", text: "Hi" });
      const told = await eventually(async () => outside.told.find(({ body }) => body.external_id === from));
      const id = String(told.body.message_id);
      const isIn = isKept(id, defaultLogShare);
      await outside.calm();
      const lines = await eventually(async () => (linesOf(id).length === (isIn ? 2 : 0) ? linesOf(id) : null));
      if (isIn) expect(named(lines).toSorted()).toEqual(["/twilio/:accountId/inbound", "message.received"]);
      seen[isIn ? "kept" : "left"] += 1;
    }
    expect(Math.min(seen.kept, seen.left)).toBeGreaterThan(0);
  });

  it("and what is asked about it by its id", async () => {
    const [kept, left] = [await liveOne(true), await liveOne(false)];
    const ask = (id: string) => admin(`/api-keys/${key.id}/messages/${id}`);
    for (const id of [kept, left]) expect((await ask(id)).status).toBe(200);
    const isAsked = ({ route }: Line) => String(route).startsWith("/admin/");
    expect(linesOf(kept).filter(isAsked)).toEqual([expect.objectContaining({ message_id: kept })]);
    expect(linesOf(left).filter(isAsked)).toEqual([]);
  });
});

describe("what fails is always logged", () => {
  it("a send that is refused, one whose outcome nobody knows, and that a message failed", async () => {
    for (let round = 0; round < 5; round += 1) {
      twilio.faults.add({ body: "Refused" }, { kind: "refuse", status: 400, code: 21612, message: "No" }, 1);
      twilio.faults.add({ body: "Broken" }, { kind: "error", status: 500, taken: true }, 1);
      const refused = await sendText(key, "Refused", newPerson());
      const broken = await sendText(key, "Broken", newPerson());
      await eventually(async () => linesOf(refused).some(({ outcome }) => outcome === "refused"));
      await eventually(async () => linesOf(broken).some(({ outcome }) => outcome === "unknown"));
      await eventually(async () => linesOf(refused).some(({ event }) => event === "message_failed"));
      for (const line of linesOf(refused).filter(({ event }) => event !== "request" && event !== "delivery"))
        expect(line).not.toHaveProperty("share");
    }
  });

  it("a message that its carrier reports as failed, with the code", async () => {
    for (let round = 0; round < 5; round += 1) {
      const before = acceptedBy(twilio).length;
      const id = await live("undelivered");
      const failed = linesOf(id).filter(({ event }) => event === "message_failed");
      expect(failed).toEqual([
        expect.objectContaining({ message_id: id, status: "undelivered", sid: acceptedBy(twilio)[before]?.sid }),
      ]);
      expect(failed[0]).not.toHaveProperty("share");
    }
  });

  it("a delivery that fails, and the one that repeats it", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const deliveries = (id: string) => linesOf(id).filter(({ event }) => event === "delivery");
    for (let round = 0; round < 5; round += 1) {
      outside.answerAs = () => 500;
      const { id, sid } = await sendTaken(twilio, key, "Hello", newPerson());
      await twilio.sendStatus(sid, "sent");
      const again = await eventually(async () => (await owed(key)).find(({ attempt }) => attempt === 2));
      outside.answerAs = () => 200;
      await ringAt(key, again.due_at);
      const lines = await eventually(async () => (deliveries(id).length > 1 ? deliveries(id) : null));
      expect(lines).toMatchObject([
        { status: 500, attempt: 1, message_id: id },
        { status: 200, attempt: 2, message_id: id },
      ]);
      for (const line of lines) expect(line).not.toHaveProperty("share");
      await eventually(async () => (await owed(key)).length === 0);
    }
  });

  it("a callback that is refused, and a call of which a part is", async () => {
    const { sid } = await sendTaken(twilio, key, "Hello", newPerson());
    await twilio.sendStatus(sid, "sent", { signing: "wrong" });
    const requests = () =>
      outside.lines.map((line): Line => JSON.parse(line)).filter(({ event }) => event === "request");
    await eventually(async () => requests().some(({ route, status }) => route === callback && status === 403));
    const messages = [
      { chat_id: newPerson(), text: "One" },
      { chat_id: "nobody", text: "Two" },
    ];
    const sent = await call("/v2/api/messages/bulk", { body: { messages }, token: key.token });
    expect(sent.status).toBe(202);
    const line = await eventually(async () => requests().find(({ route }) => String(route).endsWith("/bulk")));
    expect(line).toMatchObject({ status: 202, code: expect.any(String) });
  });
});
