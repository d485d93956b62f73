import { describe, expect, it } from "vitest";
import { obstacles } from "./fallback.ts";
import type { Message } from "./message.ts";
import { tellLife } from "./timeline.ts";

const message: Message = {
  id: "msg_1",
  chatId: "+15551234567",
  direction: "outbound",
  number: "+12125550100",
  channel: "sms",
  text: "Hello",
  attachments: [],
  metadata: null,
  status: "queued",
  outcomeUnknown: false,
  createdAt: 1_000,
  sendAt: null,
  sentAt: null,
  deliveredAt: null,
  readAt: null,
  errorCode: null,
  errorMessage: null,
  failure: null,
  providerId: null,
  accountId: "int_1",
  segments: 2,
  encoding: "GSM-7",
  deliveryReport: "expected",
  verified: true,
  trace: null,
  extras: {},
  carrierDetail: null,
  clicks: null,
  life: [],
  reactions: [],
  sender: null,
};

const wordsOf = (change: Partial<Message>) => tellLife({ ...message, ...change }).map(({ words }) => words);

describe("tellLife", () => {
  it("begins with the acceptance, and with the choice where one was made", () => {
    expect(tellLife(message)).toEqual([
      { at: 1_000, kind: "accepted", words: "Accepted for +15551234567, in 2 parts.", event: "message.queued" },
    ]);
    const considered = [{ phoneNumber: message.number, eligible: true, why: "chosen: next in the rotation" }];
    const trace = { reason: "round_robin", considered, note: "Handed over from +12125550101: it is paused." } as const;
    expect(wordsOf({ trace })[1]).toBe(
      "+12125550100 speaks: next in the rotation. Handed over from +12125550101: it is paused.",
    );
  });

  it("counts the tries", () => {
    const life = [
      { to: "sending", at: 2_000 },
      { to: "queued", at: 3_000 },
      { to: "sending", at: 4_000 },
    ] as const;
    expect(wordsOf({ life: [...life] }).slice(1)).toEqual([
      "Handed to the carrier.",
      "The carrier did not take it for now: it waits for another try.",
      "Handed to the carrier again, try 2.",
    ]);
  });

  it("has words for a failure whatever is known of it", () => {
    const failed: Partial<Message> = { status: "failed", life: [{ to: "failed", at: 2_000 }] };
    expect(wordsOf(failed)[1]).toBe("Failed: The carrier gave no reason.");
    expect(wordsOf({ ...failed, errorCode: "30003", errorMessage: "Unreachable." })[1]).toBe(
      "Failed with 30003: Unreachable.",
    );
    const failure = { name: "unreachable", meaning: "The phone is off.", retry: "Yes, later." };
    expect(wordsOf({ ...failed, errorCode: "30003", failure })[1]).toBe(
      "Failed with 30003: The phone is off. Send again? Yes, later.",
    );
    const errorMessage = "Not on iMessage. Its fallback, API key key_2, did not take it: it is paused.";
    const fallback = { to: "api_key", because: "recipient_not_on_imessage", words: "Not on iMessage.", at: 1 };
    const uncarried = { ...failed, errorCode: "recipient_not_on_imessage", errorMessage, carrierDetail: { fallback } };
    const told = wordsOf({ ...uncarried, failure: { ...failure, name: "recipient_not_on_imessage" } });
    expect(told[1]).toBe(`Failed: ${errorMessage} Send again? Yes, later.`);
    const elsewhere = wordsOf({ ...uncarried, errorCode: "30003", failure });
    expect(elsewhere[1]).toBe("Failed with 30003: The phone is off. Send again? Yes, later.");
  });

  it("says why a failed message went no other way, behind what its code means", () => {
    const failure = { name: "recipient_not_on_imessage", meaning: "Not on iMessage.", retry: "No." };
    const failed: Partial<Message> = { status: "failed", errorCode: failure.name, failure };
    for (const [code, against] of Object.entries(obstacles)) {
      const kept = { ...failed, errorMessage: "In any words.", carrierDetail: { no_fallback: code } };
      expect(wordsOf(kept)[1]).toBe(`Failed: Not on iMessage. ${against} Send again? No.`);
      // What failed before that was kept.
      const errorMessage = `The line does not know the address. ${against}`;
      expect(wordsOf({ ...failed, errorMessage })[1]).toBe(`Failed: Not on iMessage. ${against} Send again? No.`);
      expect(wordsOf({ ...failed, errorMessage: against })[1]).toBe(
        `Failed: Not on iMessage. ${against} Send again? No.`,
      );
    }
  });

  it("tells an older message by its times, and its end at the last of them", () => {
    const told = tellLife({ ...message, status: "undelivered", sentAt: 5_000 });
    expect(told.slice(1).map(({ kind, at }) => [kind, at])).toEqual([
      ["sent", 5_000],
      ["failed", 5_000],
    ]);
  });

  it("tells of an inbound message that it came", () => {
    expect(tellLife({ ...message, direction: "inbound", status: "received" })).toEqual([
      { at: 1_000, kind: "received", words: "+15551234567 wrote to +12125550100.", event: "message.received" },
    ]);
  });
});
