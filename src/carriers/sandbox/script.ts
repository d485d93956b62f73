/** What a message goes through after it was taken; times in milliseconds from then. */
export type Step =
  | {
      kind: "status";
      afterMs: number;
      status: string;
      errorCode?: number;
      /** `callback` alone tells without changing the message, `change` alone changes it without telling. */
      only?: "callback" | "change";
    }
  | { kind: "reply"; afterMs: number; text: string; media?: number }
  /** Tells the Worker of an inbound message. */
  | { kind: "arrive"; afterMs: number };

/** How the create call is answered. `taken` says whether the message goes out all the same. */
export type Answer =
  | { kind: "take" }
  | { kind: "take_slowly"; afterMs: number }
  | { kind: "take_without_sid" }
  /** `{to}` in the message stands for the recipient. */
  | { kind: "refuse"; status: number; code: number; message: string }
  | { kind: "wait"; times: number; retryAfterSeconds: number | null }
  | { kind: "break"; status: number; taken: boolean }
  | { kind: "silence"; forMs: number; taken: boolean };

export type Script = { meaning: string; answer: Answer; steps: Step[] };

const sending: Step = { kind: "status", afterMs: 200, status: "sending" };
const sent: Step = { kind: "status", afterMs: 500, status: "sent" };
const delivered: Step = { kind: "status", afterMs: 800, status: "delivered" };

/** The life of every message to a recipient that no table names. */
export const proceedNormally: Step[] = [sending, sent, delivered];

/** Ends a message in `status` with Twilio's code; a `failed` one was never sent. */
export function endIn(status: "undelivered" | "failed", errorCode: number): Step[] {
  const end: Step = { kind: "status", afterMs: 800, status, errorCode };
  return status === "undelivered" ? [sending, sent, end] : [sending, end];
}

/** Lets the recipient answer after delivery. */
export function replyWith(text: string, media = 0): Step[] {
  return [...proceedNormally, { kind: "reply", afterMs: 1_200, text, media }];
}

/** The unusual courses of a message that was taken. */
export const courses = {
  late: [sending, sent, { kind: "status", afterMs: 6_000, status: "delivered" }],
  doubled: [sending, sent, sent, delivered, delivered, delivered],
  shuffled: [
    { kind: "status", afterMs: 300, status: "delivered" },
    { kind: "status", afterMs: 600, status: "sent", only: "callback" },
    { kind: "status", afterMs: 900, status: "sending", only: "callback" },
  ],
  unreported: [sending, sent],
  untold: [
    { kind: "status", afterMs: 200, status: "sent", only: "change" },
    { kind: "status", afterMs: 500, status: "delivered", only: "change" },
  ],
  read: [...proceedNormally, { kind: "status", afterMs: 1_200, status: "read" }],
  early: [
    { kind: "status", afterMs: 0, status: "sent" },
    { kind: "status", afterMs: 700, status: "delivered" },
  ],
} satisfies Record<string, Step[]>;
