import { describe, expect, it } from "vitest";
import { readOutcome, type SendAnswer } from "./outcome.ts";

const answer: SendAnswer = {
  status: 201,
  providerId: "SM1",
  from: null,
  code: null,
  message: null,
  retryAfterSeconds: null,
  requestId: null,
};

describe("an answer to a send", () => {
  it("is accepted only with an id", () => {
    expect(readOutcome(answer).kind).toBe("accepted");
    expect(readOutcome({ ...answer, providerId: null }).kind).toBe("unknown");
  });

  it.each([400, 403, 404, 405, 409, 410, 422, 451])("is a refusal for %i", (status) => {
    expect(readOutcome({ ...answer, status, code: "21211" })).toMatchObject({ kind: "refused", code: "21211" });
  });

  it.each([
    [401, "20003"],
    [403, "20005"],
  ])("is a refusal of the account for HTTP %i with %s", (status, code) => {
    expect(readOutcome({ ...answer, status, code, message: "No." })).toMatchObject({
      kind: "account_refused",
      because: `Twilio refused to send for this account: HTTP ${status}, ${code}, No.`,
    });
  });

  it("is known not to be taken for 429, with the wait that was asked for", () => {
    expect(readOutcome({ ...answer, status: 429, retryAfterSeconds: 7 })).toMatchObject({
      kind: "wait",
      retryAfterSeconds: 7,
    });
  });

  it("says of a 429 that means the messages of 24 hours that they are used up", () => {
    const read = readOutcome({ ...answer, status: 429, code: "63038" });
    expect(read).toMatchObject({ kind: "wait", spent: true });
    expect(readOutcome({ ...answer, status: 429, code: "20429" })).toMatchObject({ kind: "wait", spent: false });
  });

  it.each([302, 408, 500, 502, 503, 504, 599])("is unknown for %i, even where an id came along", (status) => {
    expect(readOutcome({ ...answer, status }).kind).toBe("unknown");
  });
});
