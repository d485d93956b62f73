import { describe, expect, test } from "vitest";
import type { Login } from "./account.ts";
import { authorize, scrub } from "./credentials.ts";
import { chooseApiUrl } from "./host.ts";
import { readRetryAfter } from "./retry-after.ts";
import { readStatus } from "./status.ts";

const login: Login = {
  accountSid: "AC1",
  apiKeySid: "SK1",
  apiKeySecret: "s3cret",
  authToken: "t0ken",
  region: null,
  edge: null,
};

test.each([
  ["https://api.twilio.com", null, null, "https://api.twilio.com"],
  ["https://api.twilio.com/", null, null, "https://api.twilio.com"],
  ["https://api.twilio.com", "ie1", "dublin", "https://api.dublin.ie1.twilio.com"],
  ["https://api.twilio.com", "au1", null, "https://api.sydney.au1.twilio.com"],
  ["https://api.twilio.com", null, "frankfurt", "https://api.frankfurt.us1.twilio.com"],
  ["https://api.twilio.com", "xx9", null, null],
  ["https://api.twilio.com", "evil.example/", "a", null],
  ["https://api.twilio.com", "us1", "x@evil", null],
  ["http://127.0.0.1:9000", "ie1", "dublin", "http://127.0.0.1:9000"],
])("%s with region %s and edge %s is reached at %s", (apiUrl, region, edge, expected) => {
  expect(chooseApiUrl(apiUrl, region, edge)).toBe(expected);
});

const now = Date.UTC(2026, 10, 1, 12, 0, 0);

test.each([
  [null, null],
  ["", null],
  ["0", 0],
  [" 12 ", 12],
  ["3600", 3600],
  ["99999999", 86_400],
  ["-1", null],
  ["1.5", null],
  ["1e3", null],
  ["tomorrow", null],
  ["2026", 2026],
  ["Sun, 01 Nov 2026 12:00:30 GMT", 30],
  ["Sun, 01 Nov 2026 11:00:00 GMT", 0],
  ["Mon, 99 Foo 2026 25:61:00 GMT", null],
])("Retry-After %j asks for %j seconds", (header, seconds) => {
  expect(readRetryAfter(header, now)).toBe(seconds);
});

describe("credentials", () => {
  test("prefer the API key, fall back to the auth token, and may be absent", () => {
    expect(authorize(login)).toBe(`Basic ${btoa("SK1:s3cret")}`);
    expect(authorize({ ...login, apiKeySecret: null })).toBe(`Basic ${btoa("AC1:t0ken")}`);
    expect(authorize({ ...login, apiKeySid: null, authToken: null })).toBeNull();
  });

  test("are blotted out wherever they are repeated, encoded or plain", () => {
    const told = scrub(`t0ken s3cret ${btoa("SK1:s3cret")} t0ken${"x".repeat(1000)}`, login);
    expect(told).toMatch(/^\[removed\] \[removed\] \[removed\] \[removed\]x+$/);
    expect(told).toHaveLength(500);
  });
});

test("all thirteen of Twilio's statuses have a word of ours, junk has none", () => {
  const words =
    "queued sending sent failed delivered undelivered receiving received accepted scheduled read partially_delivered canceled";
  expect(words.split(" ").map(readStatus)).toEqual([
    "queued",
    "sending",
    "sent",
    "failed",
    "delivered",
    "undelivered",
    "received",
    "received",
    "queued",
    "queued",
    "read",
    "delivered",
    "cancelled",
  ]);
  for (const junk of ["", "Sent", "cancelled", "toString", "__proto__", "null", "🙂"])
    expect(readStatus(junk)).toBeNull();
});
