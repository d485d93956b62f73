import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, eventually } from "../../support/workers/gateway.ts";
import { type Moved, move, pointsOf, rowsOf } from "../../support/workers/moved.ts";
import { freshNumber } from "../../support/workers/twilio.ts";

let moved: Moved;

beforeEach(async () => {
  moved = await move();
}, 30_000);
afterEach(() => {
  expect(moved.twilio.violations).toEqual([]);
  vi.restoreAllMocks();
});

/** What the page tells to change, by the first cell of its row. */
const changed: Record<string, () => Promise<void>> = {
  async "base URL"() {
    expect((await moved.v2("GET", "/me")).status).toBe(200);
  },
  async key() {
    expect(moved.key.token).toMatch(/^tl_live_/);
    const test = await admin("/api-keys", {
      body: { name: "Test", organization_id: moved.key.organizationId, mode: "test" },
    });
    expect(test.body.key).toMatch(/^tl_test_/);
  },
  async webhooks() {
    const body = { webhook_url: "https://customer.example/second" };
    const again = await moved.v2("POST", "/webhooks", body);
    expect(again).toMatchObject({ status: 201, body: { signing_secret: expect.stringMatching(/^whsec_/) } });
    expect(again.body.signing_secret).not.toBe(moved.secret);
  },
  async numbers() {
    const { body } = await moved.v2("GET", "/me/numbers");
    const numbers = (body.numbers as { phone_number: string }[]).map(({ phone_number }) => phone_number);
    expect(numbers).toEqual(expect.arrayContaining(moved.key.numbers));
  },
};

/** What the page tells to leave, by words that its point begins with. */
const kept: Record<string, () => Promise<void>> = {
  // Each answer here is held to the contract as well, by what makes the calls.
  async "Paths, parameters"() {
    const sent = await moved.send({ text: "Hello" });
    expect(sent).toMatchObject({ status: 202, body: { message_id: expect.any(String), status: "queued" } });
    const read = await moved.v2("GET", `/chats/${encodeURIComponent(moved.person)}/messages/${sent.body.message_id}`);
    expect(read.body).toMatchObject({
      message_id: sent.body.message_id,
      text: "Hello",
      delivery_report: expect.any(String),
    });
    const listed = await moved.v2("GET", `/chats/${encodeURIComponent(moved.person)}/messages`);
    const own = { chat_id: moved.person, contact: { identifier: moved.person } };
    expect(listed.body.messages).toMatchObject([{ message_id: sent.body.message_id, ...own }]);
  },
  async "`X-Blooio-Signature`"() {
    await moved.write("Hi");
    const { raw, headers } = await moved.told("message.received");
    const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers.get("X-Blooio-Signature") ?? "") ?? [];
    expect(signature).toBe(createHmac("sha256", moved.secret).update(`${time}.${raw}`).digest("hex"));
    expect(() => new Webhook(moved.secret).verify(raw, Object.fromEntries(headers))).not.toThrow();
  },
  async "The events"() {
    const own = { message: ["received", "sent"], status: ["sent"], all: ["received", "sent"] };
    for (const webhook_type of Object.keys(own)) {
      await moved.v2("POST", "/webhooks", { webhook_url: `https://customer.example/${webhook_type}`, webhook_type });
    }
    await moved.write("Hi");
    await moved.send({ text: "Good" });
    await moved.send({ text: "Bad" });
    const [good, bad] = [await moved.taken("Good"), await moved.taken("Bad")];
    for (const status of ["sent", "delivered", "read"]) await moved.twilio.sendStatus(good.sid, status);
    await moved.twilio.sendStatus(bad.sid, "undelivered", { errorCode: 30003 });
    for (const name of ["received", "sent", "delivered", "failed", "read"]) await moved.told(`message.${name}`);
    for (const [type, names] of Object.entries(own)) {
      const at = () => moved.outside.told.filter(({ url }) => url.endsWith(`/${type}`)).map(({ body }) => body.event);
      await eventually(async () => names.every((name) => at().includes(`message.${name}`)));
      expect(at().includes("message.received")).toBe(names.includes("received"));
    }
  },
  async "Calls of typing and read"() {
    const chat = `/chats/${encodeURIComponent(moved.person)}`;
    for (const [method, call] of [
      ["POST", "typing"],
      ["DELETE", "typing"],
      ["POST", "read"],
    ] as const) {
      const answer = await moved.v2(method, `${chat}/${call}`);
      expect(answer).toMatchObject({ status: 200, body: { warning: expect.stringContaining("no effect") } });
    }
    const asked = moved.twilio.log.filter((entry) => entry.kind === "request" && entry.path.endsWith("/Messages.json"));
    expect(asked).toEqual([]);
  },
  async "A literal `+` in a path"() {
    const json = { "Content-Type": "application/json" };
    const written = [
      `/chats/${moved.person}/messages`,
      `//chats//${moved.person}/messages/`,
      `/chats/${moved.person}/messages//`,
    ];
    for (const path of written) expect((await moved.v2("POST", path, { text: "Hello" })).status).toBe(202);
    expect((await moved.v2("POST", `/chats/${moved.person}/read`, undefined, json)).status).toBe(200);
    expect((await moved.v2("GET", "/me/", undefined, json)).status).toBe(200);
  },
  async "`from_number`, `fromNumber`"() {
    const [first, second] = moved.key.numbers;
    const from = async (body: object, headers = {}) =>
      (await moved.send({ text: "Hello", ...body }, freshNumber(), headers)).body.from_number;
    expect(await from({ from_number: second })).toBe(second);
    expect(await from({ fromNumber: second })).toBe(second);
    expect(await from({}, { "X-From-Number": String(second) })).toBe(second);
    expect(await from({})).toBe(first);
    for (const empty of [{ from_number: "" }, { fromNumber: "" }]) expect(await from(empty)).toBe(first);
    expect(await from({}, { "X-From-Number": "" })).toBe(first);
  },
};

describe("docs/moving-from-blooio.md", () => {
  it("has a test for every row and point of what to change and what to leave", () => {
    expect(rowsOf("What to change").map(([name]) => name)).toEqual(Object.keys(changed));
    const points = pointsOf("What to leave as it is");
    expect(points).toHaveLength(Object.keys(kept).length);
    expect(Object.keys(kept).filter((words, index) => !points[index]?.startsWith(words))).toEqual([]);
  });

  it.each(Object.entries(changed))("to change: %s", (_, show) => show());
  it.each(Object.entries(kept))("to leave: %s …", (_, show) => show());
});
