import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { computeSignature } from "../support/node/fake-twilio-webhooks.ts";
import { type Sink, startSink } from "../support/node/sink.ts";

const accountSid = `AC${"a".repeat(32)}`;
const authToken = "12345";
const number = "+14155550100";
const secret = `whsec_${"0123456789abcdef".repeat(4)}`;

let twilio: FakeTwilio;
let sink: Sink;

beforeEach(async () => {
  twilio = await startFakeTwilio({ accountSid, authToken, numbers: [{ phoneNumber: number }] });
  sink = await startSink();
});

afterEach(async () => {
  await twilio.stop();
  await sink.stop();
});

test("the stand-in signs as Twilio's published example does", () => {
  const params: [string, string][] = [
    ["To", "+18005551212"],
    ["Digits", "1234"],
    ["CallSid", "CA1234567890ABCDE"],
    ["From", "+14158675309"],
    ["Caller", "+14158675309"],
  ];
  const url = "https://mycompany.com/myapp.php?foo=1&bar=2";
  expect(computeSignature(url, params, authToken)).toBe("RSOYDt4T1cUTdK1PDd93/VVr8B8=");
});

describe("the stand-in refuses and notes", () => {
  const basic = { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` };
  const form = { ...basic, "content-type": "application/x-www-form-urlencoded" };
  const good = `To=%2B15551234567&From=${encodeURIComponent(number)}&Body=Hi`;

  test.each([
    [
      "a misspelled parameter",
      form,
      `${good}&Statuscallback=https%3A%2F%2Fa.example`,
      400,
      /Statuscallback is not a parameter/,
    ],
    ["a scalar given twice", form, `${good}&Body=Again`, 400, /Body is given 2 times/],
    ["JSON", { ...basic, "content-type": "application/json" }, JSON.stringify({ To: "+1" }), 400, /content type/],
    ["a broken escape", form, `${good}%zz`, 400, /not valid/],
    ["no credentials", { "content-type": form["content-type"] }, good, 401, /no Basic authorization/],
  ])("%s", async (_, headers, body, status, violation) => {
    const url = `${twilio.url}/2010-04-01/Accounts/${accountSid}/Messages.json`;
    const response = await fetch(url, { method: "POST", headers, body });
    expect(response.status).toBe(status);
    expect(twilio.violations.join()).toMatch(violation);
    expect(twilio.accepted()).toEqual([]);
  });

  test("nothing of a proper request", async () => {
    const url = `${twilio.url}/2010-04-01/Accounts/${accountSid}/Messages.json`;
    const response = await fetch(url, { method: "POST", headers: form, body: good });
    expect(response.status).toBe(201);
    expect(twilio.violations).toEqual([]);
  });
});

test("an inbound message goes to the number's webhook without the fragment, and is repeated as that asks", async () => {
  const record = twilio.numbers[0];
  if (record) record.fields.sms_url = `${sink.url}/in?a=1#rc=2&rp=all`;
  sink.answer("/in", { kind: "status", status: 503 }, { kind: "status", status: 503 });
  const [answer] = await twilio.sendInbound({ from: "+15551234567", to: number, text: "Hi" });
  expect(answer).toMatchObject({ status: 200, attempts: 3 });
  const tokens = new Set(sink.deliveries.map(({ headers }) => headers["i-twilio-idempotency-token"]));
  expect(sink.deliveries).toHaveLength(3);
  expect(tokens.size).toBe(1);
});

describe("the sink", () => {
  const body = JSON.stringify({ event: "message.sent" });

  function sign(signedBody: string): Record<string, string> {
    const at = Math.floor(Date.now() / 1000);
    const mac = createHmac("sha256", secret).update(`${at}.${signedBody}`).digest("hex");
    return {
      "webhook-id": "evt_1",
      "webhook-timestamp": String(at),
      "webhook-signature": new Webhook(secret).sign("evt_1", new Date(at * 1000), signedBody),
      "x-blooio-signature": `t=${at},v1=${mac}`,
    };
  }

  test("tells a good pair of signatures from a forged one", async () => {
    sink.trust(secret);
    await fetch(`${sink.url}/hook`, { method: "POST", headers: sign(body), body });
    await fetch(`${sink.url}/hook`, { method: "POST", headers: sign(`${body} `), body });
    expect(sink.deliveries.map(({ standard, blooio }) => [standard, blooio])).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(sink.forgeries()).toHaveLength(1);
  });

  test("answers as planned, then as always, and waits for what is to come", async () => {
    sink.answer(
      "/hook",
      { kind: "status", status: 500 },
      { kind: "status", status: 429, headers: { "retry-after": "1" } },
    );
    sink.answerAlways("/hook", { kind: "status", status: 204 });
    const waiting = sink.waitFor(({ payload }) => payload?.event === "message.sent");
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      statuses.push((await fetch(`${sink.url}/hook`, { method: "POST", body })).status);
    }
    expect(statuses).toEqual([500, 429, 204, 204]);
    expect((await waiting).raw.toString()).toBe(body);
    await expect(sink.waitFor(() => false, 60)).rejects.toThrow("4 others came");
  });
});
