import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readInbound, readStatusReport } from "./callback.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 50);
const accountSid = `AC${"a".repeat(32)}`;
const sid = `SM${"1".repeat(32)}`;

function inbound(change: Record<string, string | undefined> = {}): [string, string][] {
  const form: Record<string, string | undefined> = {
    ToCountry: "US",
    FromCity: "",
    MessageSid: sid,
    SmsSid: sid,
    AccountSid: accountSid,
    From: "+15551234567",
    To: "+14155550100",
    Body: "Hello",
    NumMedia: "0",
    NumSegments: "1",
    SmsStatus: "received",
    ApiVersion: "2010-04-01",
    ...change,
  };
  return Object.entries(form).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
}

function read(change: Record<string, string | undefined> = {}) {
  const result = readInbound(inbound(change));
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

describe("an inbound message", () => {
  test("is read, with every parameter kept, known or not", () => {
    const report = read({ SomethingNew: " kept as it is + " });
    expect(report).toMatchObject({
      providerId: sid,
      accountSid,
      from: "+15551234567",
      to: "+14155550100",
      text: "Hello",
    });
    expect(report).toMatchObject({ channel: "sms", media: [], optOutType: null, numSegments: 1, replyTo: null });
    expect(report.raw.SomethingNew).toBe(" kept as it is + ");
    expect(Object.keys(report.raw)).toHaveLength(13);
  });

  test("may have no text at all", () => {
    expect(read({ Body: "" }).text).toBe("");
    expect(read({ Body: undefined }).text).toBe("");
  });

  test.each([
    ["0", 0],
    ["1", 1],
    ["10", 10],
    ["11", 10],
    ["1000000000", 10],
    ["-1", 0],
    ["abc", 0],
    [undefined, 0],
  ])("with NumMedia %s has %i attachments at most", (NumMedia, count) => {
    const urls = Array.from({ length: 12 }, (_, index) => [`MediaUrl${index}`, `https://api.twilio.com/${index}`]);
    expect(read({ NumMedia, ...Object.fromEntries(urls) }).media).toHaveLength(count);
  });

  test("passes over an attachment that is announced but missing", () => {
    const report = read({
      NumMedia: "3",
      MediaUrl0: "https://a/0",
      MediaContentType0: "image/png",
      MediaUrl2: "https://a/2",
    });
    expect(report.media).toEqual([
      { url: "https://a/0", contentType: "image/png" },
      { url: "https://a/2", contentType: null },
    ]);
  });

  test("by WhatsApp brings its profile, button, place and quoted message, and a sender that is no number", () => {
    const report = read({
      From: "whatsapp:US.ABC123",
      To: "whatsapp:+14155550100",
      ProfileName: "Ada",
      ButtonText: "Yes",
      ButtonPayload: "yes-1",
      ButtonType: "REPLY",
      Latitude: "52.5",
      Longitude: "13.4",
      Label: "Office",
      OriginalRepliedMessageSid: `SM${"2".repeat(32)}`,
    });
    expect(report).toMatchObject({
      from: "whatsapp:US.ABC123",
      channel: "whatsapp",
      profileName: "Ada",
      button: { text: "Yes", payload: "yes-1", type: "REPLY" },
      location: { latitude: 52.5, longitude: 13.4, address: null, label: "Office" },
      replyTo: `SM${"2".repeat(32)}`,
    });
    expect(read({ Latitude: "north", Longitude: "1" }).location).toBeNull();
  });

  test.each([
    ["rcs:+15551234567", "rcs:brand_agent", "rcs"],
    ["messenger:77", "messenger:108", "unknown"],
    ["later:1", "+14155550100", "unknown"],
    ["whatsapp:+1555", "+14155550100", "unknown"],
  ])("from %s to %s is kept, and is of channel %s", (From, To, channel) => {
    expect(read({ From, To })).toMatchObject({ from: From, to: To, channel });
  });

  test("says what Twilio made of an opt-out keyword", () => {
    expect(read({ OptOutType: "STOP" }).optOutType).toBe("STOP");
    expect(read({ OptOutType: "stop?" }).optOutType).toBeNull();
  });

  test.each(["AccountSid", "To", "From", "MessageSid", "Body", "NumMedia", "OptOutType", "MediaUrl0"])(
    "that names %s twice is refused",
    (name) => {
      const result = readInbound([
        ...inbound({ [name]: inbound().find(([known]) => known === name)?.[1] ?? "x" }),
        [name, "other"],
      ]);
      expect(result).toMatchObject({
        ok: false,
        failure: { code: "invalid_request", message: `${name} is given twice.` },
      });
    },
  );

  test("that repeats a name we do not read keeps the first value", () => {
    const result = readInbound([...inbound(), ["Custom", "1"], ["Custom", "2"]]);
    expect(result.ok && result.value.raw.Custom).toBe("1");
  });

  test.each([
    [{ MessageSid: undefined, SmsSid: undefined }, "MessageSid is missing or malformed."],
    [{ MessageSid: "SM1" }, "MessageSid is missing or malformed."],
    [{ AccountSid: "" }, "AccountSid is missing or malformed."],
    [{ From: "" }, "From is missing."],
    [{ To: undefined }, "To is missing."],
  ])("with %j is refused: %s", (change, message) => {
    expect(readInbound(inbound(change))).toMatchObject({ ok: false, failure: { message } });
  });
});

function status(change: Record<string, string | undefined>) {
  const result = readStatusReport(inbound({ Body: undefined, SmsStatus: undefined, MessageStatus: "sent", ...change }));
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

describe("a status report", () => {
  test.each([
    ["rcs:brand_agent", "+15551234567", "rcs"],
    ["rcs:brand_agent", "rcs:+15551234567", "rcs"],
    ["+15557654321", "+15551234567", "sms"],
    ["whatsapp:+15557654321", "whatsapp:+15551234567", undefined],
    ["", "+15551234567", undefined],
    [undefined, "+15551234567", undefined],
  ])("from %j to %j says that %s carried it", (From, To, channel) => {
    expect(status({ From, To }).channel).toBe(channel);
  });

  test.each([
    ["delivered", "delivered"],
    ["undelivered", "undelivered"],
    ["canceled", "cancelled"],
    ["partially_delivered", "delivered"],
    ["Delivered", null],
    ["constructor", null],
    ["", null],
  ])("with the word %j means %j, and keeps the word", (MessageStatus, expected) => {
    expect(status({ MessageStatus })).toMatchObject({ status: expected, rawStatus: MessageStatus });
  });

  test.each([
    ["30003", "30003"],
    ["21610", "21610"],
    ["0", null],
    ["abc", null],
    ["9223372036854775808", null],
    ["", null],
    [undefined, null],
  ])("with ErrorCode %s has the code %s", (ErrorCode, expected) => {
    expect(status({ MessageStatus: "failed", ErrorCode }).errorCode).toBe(expected);
  });

  test("may come before a service has chosen a sender, and tells what the channel said", () => {
    const report = status({
      From: undefined,
      EventType: "READ",
      ChannelStatusMessage: "seen",
      RawDlrDoneDate: "2611011200",
    });
    expect(report).toMatchObject({ from: null, errorMessage: "seen" });
    expect(report.channelDetail).toEqual({
      eventType: "READ",
      statusMessage: "seen",
      deliveredAtCarrier: "2611011200",
    });
  });

  test("is refused where it names its status twice", () => {
    const params = [...inbound({ MessageStatus: "sent" }), ["MessageStatus", "failed"]] as [string, string][];
    expect(readStatusReport(params).ok).toBe(false);
  });
});

test("no form whatever makes the readers throw or touch prototypes", () => {
  const names = fc.oneof(
    fc.constantFrom("MessageSid", "From", "To", "NumMedia", "__proto__", "constructor"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(names, fc.string({ unit: "binary" }))), (extra) => {
      readInbound(extra);
      readStatusReport(extra);
      readInbound([...inbound(), ...extra]);
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns: runs },
  );
});
