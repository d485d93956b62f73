import { describe, expect, it } from "vitest";
import { judgePublicUrl, whyTwilioCannotReach } from "../../../src/flows/public-url.ts";

describe("the public URL", () => {
  it("with an underscore in its host is amiss: Twilio refuses such a StatusCallback with error 21609", () => {
    for (const url of ["https://sms_gateway.example.com", "https://sms.my_zone.example"]) {
      expect(judgePublicUrl(url)).toEqual({ ok: false, detail: expect.stringContaining("21609") });
      expect(whyTwilioCannotReach(url)).toContain("underscore");
    }
  });

  it("may have an underscore in its path, and a hyphen in its host", () => {
    for (const url of ["https://sms.example.com/sms_gateway", "https://sms-gateway.example.com"]) {
      expect(judgePublicUrl(url).ok).toBe(true);
      expect(whyTwilioCannotReach(url)).toBeNull();
    }
  });

  it("on this machine is in order for a trial, and Twilio is said not to reach it", () => {
    expect(judgePublicUrl("http://localhost:8787").ok).toBe(true);
    expect(whyTwilioCannotReach("http://localhost:8787")).toContain("set PUBLIC_URL");
  });
});
