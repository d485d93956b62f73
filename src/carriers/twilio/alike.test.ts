import { describe, expect, test } from "vitest";
import type { Sought } from "../carrier.ts";
import { compareMessages } from "./alike.ts";
import type { TwilioMessage } from "./shapes.ts";

const service = `MG${"c".repeat(32)}`;
const sought: Sought = {
  to: "+15551234567",
  from: "+14155550100",
  text: "Hello",
  mediaUrls: [],
  extras: {},
  isOurs: () => false,
  peers: { count: 1, rank: 0 },
  absentAfterMs: 0,
};
const listed: TwilioMessage = {
  providerId: `SM${"0".repeat(32)}`,
  from: sought.from,
  to: sought.to,
  serviceId: null,
  text: "Hello",
  mediaCount: 0,
  createdAt: 0,
  inbound: false,
  status: "queued",
  errorCode: null,
  errorMessage: null,
};

const link = "https://shop.example/orders/1?x=1";
const texts: [string, string, string, "same" | "maybe" | "other", "same" | "maybe" | "other"][] = [
  ["as it was sent", "Hello", "Hello", "same", "same"],
  ["with a trial account's prefix", "Hello", "Sent from your Twilio trial account - Hello", "same", "same"],
  [
    "with that prefix of our own too",
    "Sent from your Twilio trial account - A",
    "Sent from your Twilio trial account - A",
    "same",
    "same",
  ],
  ["smart encoded", "“It’s” — five…", `"It's" - five...`, "same", "same"],
  ["with other line ends", "one\r\ntwo\n", "one\ntwo", "same", "same"],
  ["composed otherwise", "cafe\u0301", "café", "same", "same"],
  ["padded", "  Hello ", "Hello", "same", "same"],
  ["with shortened links", `See ${link} now`, "See https://s.example/Ab3 now", "other", "same"],
  ["with another text around its link", `See ${link} now`, "Buy https://s.example/Ab3 now", "other", "other"],
  ["with words that a service added", "Hello", "Hello Reply STOP to end", "other", "maybe"],
  ["with a link where a picture was", "Look", "Look https://media.example/1", "other", "maybe"],
  ["discarded", "Hello", "", "maybe", "maybe"],
  ["redacted", "Hello", "[REDACTED]", "maybe", "maybe"],
  ["starred out", "Hello", "*****", "maybe", "maybe"],
  ["of another message", "Hello", "Goodbye", "other", "other"],
  ["of another message, an emoji", "Hello", "👍", "other", "other"],
];

describe("a listed text", () => {
  test.each(texts)("%s is known alone and in a service", (_, sent, kept, alone, inService) => {
    const ours = { ...sought, text: sent };
    expect(compareMessages(ours, { ...listed, text: kept })).toBe(alone);
    expect(compareMessages(ours, { ...listed, text: kept, serviceId: service })).toBe(inService);
  });

  test("of a template is Twilio's own", () => {
    const ours = { ...sought, text: null, extras: { contentSid: `HX${"d".repeat(32)}` } };
    expect(compareMessages(ours, { ...listed, text: "Dear Ada, …", mediaCount: 1 })).toBe("maybe");
  });
});

describe("a listed sender", () => {
  test("that a service has not picked yet may be anybody; one that it picked itself may be ours; a stranger is not", () => {
    const ours = { ...sought, extras: { messagingServiceSid: service } };
    expect(compareMessages(ours, { ...listed, from: null, serviceId: service })).toBe("same");
    expect(compareMessages(ours, { ...listed, from: "+14155550199", serviceId: service })).toBe("maybe");
    expect(compareMessages(ours, { ...listed, from: "+14155550199", serviceId: `MG${"e".repeat(32)}` })).toBe("other");
    expect(compareMessages(sought, { ...listed, from: "+14155550199" })).toBe("other");
  });
});

describe("a listed number of media", () => {
  test("tells messages of equal text apart, unless a service may have changed it or Twilio does not say", () => {
    const ours = { ...sought, mediaUrls: ["https://files.example/a.png"] };
    expect(compareMessages(ours, { ...listed, mediaCount: 1 })).toBe("same");
    expect(compareMessages(ours, listed)).toBe("other");
    expect(compareMessages(ours, { ...listed, serviceId: service })).toBe("maybe");
    expect(compareMessages(ours, { ...listed, mediaCount: null })).toBe("same");
  });
});
