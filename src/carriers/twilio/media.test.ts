import { describe, expect, test } from "vitest";
import type { Login } from "./account.ts";
import { twilioCarrier } from "./client.ts";
import { extensionOf, readMediaPlace } from "./media-place.ts";

const accountSid = `AC${"a".repeat(32)}`;
const messageSid = `MM${"b".repeat(32)}`;
const mediaSid = `ME${"c".repeat(32)}`;
const login: Login = { accountSid, apiKeySid: null, apiKeySecret: null, authToken: "token", region: null, edge: null };
const api = `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages/${messageSid}/Media/${mediaSid}`;

/** A carrier whose outside is this table of addresses, and what was asked of it. */
function standIn(answers: Record<string, Response>) {
  const asked: { url: string; authorized: boolean }[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    asked.push({ url, authorized: new Headers(init.headers).has("authorization") });
    return answers[url]?.clone() ?? new Response(null, { status: 404 });
  };
  return { asked, carrier: twilioCarrier({ fetch, apiUrl: "https://api.twilio.com" })(login) };
}

const redirect = (location: string) => new Response(null, { status: 307, headers: { location } });

describe("a file of a message", () => {
  test("is opened at the API with the credentials, and where that points without them", async () => {
    const { asked, carrier } = standIn({
      [api]: redirect("https://mms.twiliocdn.com/file"),
      "https://mms.twiliocdn.com/file": redirect("/other"),
      "https://mms.twiliocdn.com/other": new Response("bytes"),
    });
    const opened = await carrier.openMedia({ message: messageSid, file: mediaSid });
    expect(opened.ok && (await opened.value.text())).toBe("bytes");
    expect(asked.map(({ authorized }) => authorized)).toEqual([true, false, false]);
  });

  test("does not get the credentials even when it is sent back to the API", async () => {
    const { asked, carrier } = standIn({ [api]: redirect(`${api}?again`) });
    expect((await carrier.openMedia({ message: messageSid, file: mediaSid })).ok).toBe(false);
    expect(asked).toEqual([
      { url: api, authorized: true },
      { url: `${api}?again`, authorized: false },
    ]);
  });

  test.each([
    "http://mms.twiliocdn.com/file",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://localhost/",
    "file:///etc/passwd",
    "data:,x",
  ])("is not followed to %s", async (location) => {
    const { asked, carrier } = standIn({ [api]: redirect(location) });
    expect((await carrier.openMedia({ message: messageSid, file: mediaSid })).ok).toBe(false);
    expect(asked).toHaveLength(1);
  });

  test("that is passed round in circles is given up", async () => {
    const circle = redirect("https://mms.twiliocdn.com/file");
    const { asked, carrier } = standIn({ [api]: circle, "https://mms.twiliocdn.com/file": circle });
    expect((await carrier.openMedia({ message: messageSid, file: mediaSid })).ok).toBe(false);
    expect(asked.length).toBeLessThanOrEqual(5);
  });

  test("is only ever one of the account's own messages", () => {
    expect(readMediaPlace(api, accountSid)).toEqual({ messageSid, mediaSid });
    for (const url of [
      api.replace(accountSid, `AC${"d".repeat(32)}`),
      `https://api.twilio.com/2010-04-01/Accounts/${accountSid}.json`,
      `${api}/../../../../${accountSid}.json`,
      `${api}.json`,
      "not a url",
    ]) {
      expect(readMediaPlace(url, accountSid)).toBeNull();
    }
  });

  test.each([
    ["image/jpeg", "jpg"],
    ["audio/ogg; codecs=opus", "ogg"],
    ["application/vnd.unknown+zip", "bin"],
    ["../../etc", "bin"],
    [null, "bin"],
  ])("of type %j has the extension %s", (type, extension) => {
    expect(extensionOf(type)).toBe(extension);
  });
});

describe("a number inside a Messaging Service", () => {
  const services = "https://messaging.twilio.com/v1/Services";

  test("is pointed out where the service takes inbound messages for itself, and nowhere else", async () => {
    const { asked, carrier } = standIn({
      [`${services}?PageSize=100`]: Response.json({
        services: [
          { sid: "MG1", friendly_name: "Campaigns", use_inbound_webhook_on_number: false },
          { sid: "MG2", friendly_name: "Defers", use_inbound_webhook_on_number: true },
        ],
      }),
      [`${services}/MG1/PhoneNumbers?PageSize=400`]: Response.json({ phone_numbers: [{ sid: "PN1" }, { sid: "PN2" }] }),
    });
    const found = await carrier.findSwallowed();
    expect(found.ok && [...found.value]).toEqual([
      ["PN1", "Campaigns"],
      ["PN2", "Campaigns"],
    ]);
    expect(asked.every(({ authorized }) => authorized)).toBe(true);
  });

  test("is not asked for at a stand-in, which has no such API", async () => {
    const fetch = () => Promise.reject(new Error("asked"));
    const carrier = twilioCarrier({ fetch, apiUrl: "http://127.0.0.1:1" })(login);
    expect(await carrier.findSwallowed()).toEqual({ ok: true, value: new Map() });
  });
});
