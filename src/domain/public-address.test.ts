import { describe, expect, it } from "vitest";
import { hostsOf, noAddress, readAddress, signedUrlsOf, withCurrent, withSetting } from "./public-address.ts";

describe("a public address", () => {
  it.each([
    ["https://sms.example.com", "https://sms.example.com"],
    [" https://SMS.Example.com// ", "https://sms.example.com"],
    ["https://sms.example.com:443", "https://sms.example.com"],
    ["https://sms.example.com:8443/gate/", "https://sms.example.com:8443/gate"],
    ["http://127.0.0.1:8787", "http://127.0.0.1:8787"],
  ])("%s is kept as %s", (text, kept) => expect(readAddress(text)).toBe(kept));

  it.each([
    "",
    "sms.example.com",
    "ftp://sms.example.com",
    "https://x.example?a=1",
    "https://x.example/#a",
    "https://me:pw@x.example",
    "https://",
  ])("%s is none", (text) => expect(readAddress(text)).toBeNull());

  it("that was in force once is never forgotten, stands once, and may come back", () => {
    const first = withCurrent(noAddress, "https://a.example");
    const second = withCurrent(first, "https://b.example");
    expect(second).toEqual({ current: "https://b.example", former: ["https://a.example"] });
    expect(withCurrent(second, "https://b.example")).toEqual(second);
    expect(withCurrent(second, "https://a.example")).toEqual({
      current: "https://a.example",
      former: ["https://b.example"],
    });
    expect(signedUrlsOf(second, "/twilio/x/status?a=1")).toEqual([
      "https://b.example/twilio/x/status?a=1",
      "https://a.example/twilio/x/status?a=1",
    ]);
    expect(hostsOf(second)).toEqual(["b.example", "a.example"]);
    expect(signedUrlsOf(noAddress, "/x")).toEqual([]);
  });

  const local = "http://127.0.0.1:8787";
  const other = "http://localhost:1";
  const [a, b] = ["https://a.example", "https://b.example"];
  it.each([
    ["nothing", null, [a], [a]],
    ["this machine, and nothing else is known", local, [], [local]],
    ["this machine, which gives way to an address of the world", local, [a, b], [a, local, b]],
    ["this machine, which wins over another of its own", local, [other, a], [local, other, a]],
    ["an address of the world, which wins", b, [a], [b, a]],
  ])("is set to %s", (_what, setting, [current = null, ...former], [first = null, ...others]) => {
    expect(withSetting({ current, former }, setting)).toEqual({ current: first, former: others });
  });
});
