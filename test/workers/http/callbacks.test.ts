import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Deps } from "../../../src/flows/deps.ts";
import { callbackDoor } from "../../../src/http/doors/callbacks.ts";

/** A door whose stories break at whatever they need first. */
function brokenDoor(): { take: ReturnType<typeof callbackDoor>; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const deps = new Proxy({ addresses: { known: () => ({ current: "https://gateway.test" }) } } as unknown as Deps, {
    get: (known, name) => {
      if (name in known) return Reflect.get(known, name);
      throw new Error(`no ${String(name)} for +15551234567`);
    },
  });
  const log = { write: (line: string) => void lines.push(JSON.parse(line)), share: 0, random: () => 0 };
  return { take: callbackDoor(deps, log), lines };
}

const post = (path: string, headers: Record<string, string> = {}) =>
  new Request(`https://gateway.test${path}`, {
    method: "POST",
    body: "AccountSid=AC1&CallSid=CA1&From=%2B15551234567&To=%2B15559876543",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
  });

describe("the door of Twilio's callbacks", () => {
  it("leaves to the API all that is not a callback as Twilio makes it", () => {
    const { take } = brokenDoor();
    const others = [
      new Request("https://gateway.test/twilio/int_x/status"),
      post("/twilio/int_x/status/"),
      post("/twilio/int_x"),
      post("/twilio/int%5Fx/status"),
      post("/v2/api/twilio/int_x/status"),
      post("/twilio/int_x/status", { "X-Trunkline-Hop": "1" }),
    ];
    for (const request of others) expect(take(request), request.url).toBeNull();
  });

  it("answers a defect with the one envelope, and logs it with its request, digits masked", async () => {
    const { take, lines } = brokenDoor();
    const answer = await take(post("/twilio/int_x/voice?x=1", { "X-Request-Id": "mine" }));
    expect(answer?.status).toBe(500);
    expect(answer?.headers.get("X-Request-Id")).toBe("mine");
    expect(await answer?.json()).toMatchObject({ code: "internal_error", request_id: "mine", status: 500 });
    expect(lines).toEqual([
      expect.objectContaining({ event: "unexpected_error", request_id: "mine", method: "POST" }),
      expect.objectContaining({
        event: "request",
        request_id: "mine",
        route: "/twilio/:accountId/voice",
        status: 500,
      }),
    ]);
    expect(JSON.stringify(lines)).not.toContain("5551234567");
  });

  it("refuses as the API does", async () => {
    const forged = await exports.default.fetch(post("/twilio/int_x/status", { "X-Request-Id": "same" }));
    const byApi = await exports.default.fetch(post("/twilio/int%5Fx/status", { "X-Request-Id": "same" }));
    expect([forged.status, await forged.text()]).toEqual([403, await byApi.text()]);
    expect(forged.headers.get("Content-Type")).toBe(byApi.headers.get("Content-Type"));
  });
});
