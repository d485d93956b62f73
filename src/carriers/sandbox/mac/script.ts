/** What happens to a message on the sandbox's Mac after it was taken; times in milliseconds from then. */
export type MacStep = { afterMs: number } & (
  | { kind: "deliver" | "read" }
  | { kind: "fail"; error: number }
  | { kind: "typing"; isTyping: boolean }
  | { kind: "text"; text: string; media?: number }
  | { kind: "react"; reaction: string }
  /** Writes in a group of ourselves, the recipient and one more. */
  | { kind: "group"; text: string }
);

/** `lost`: the send is answered with a time-out although it was taken; `never`: the same, and it was not taken; `unreachable`: Apple says that nobody is there. */
export type MacScript = { meaning: string; answer?: "lost" | "never" | "unreachable"; steps: MacStep[] };

const delivered: MacStep = { kind: "deliver", afterMs: 800 };
const typing: MacStep = { kind: "typing", isTyping: true, afterMs: 1_400 };

function answerWith(text: string, media = 0): MacStep[] {
  return [delivered, typing, { kind: "text", text, media, afterMs: 2_400 }];
}

/** A person who answers: also in a group, and the other one of the group that begins by itself. */
export const answeringPerson = "+15005556001";

/** Every recipient with a course of its own on an iMessage line; anybody else has the message in less than a second. */
export const lineRecipients: Readonly<Record<string, MacScript>> = {
  "+15005551022": {
    meaning: "not on iMessage: fails with `recipient_not_on_imessage`, and nothing leaves",
    answer: "unreachable",
    steps: [],
  },
  "+15005551023": {
    meaning: "sent, then failed with Apple's 22: not on iMessage after all",
    steps: [{ kind: "fail", error: 22, afterMs: 1_200 }],
  },
  "+15005551004": {
    meaning: "sent, then failed with Apple's 4: not taken in time",
    steps: [{ kind: "fail", error: 4, afterMs: 1_200 }],
  },
  "+15005551005": {
    meaning: "sent, failed with 4, then delivered: somebody pressed “Try again” on the Mac",
    steps: [
      { kind: "fail", error: 4, afterMs: 1_200 },
      { kind: "deliver", afterMs: 4_000 },
    ],
  },
  "+15005554001": { meaning: "delivered late, after six seconds", steps: [{ kind: "deliver", afterMs: 6_000 }] },
  "+15005554004": { meaning: "sent, and never delivered", steps: [] },
  "+15005555001": {
    meaning: "the Mac answers with a time-out, but has sent: its rows settle it",
    answer: "lost",
    steps: [delivered],
  },
  "+15005555002": {
    meaning: "the Mac answers with a time-out, and has not sent: fails with `outcome_unknown` some minutes later",
    answer: "never",
    steps: [],
  },
  [answeringPerson]: {
    meaning: "delivered, types, then answers “Hello back”; also in a group",
    steps: answerWith("Hello back"),
  },
  "+15005556002": { meaning: "delivered, then answers STOP", steps: answerWith("STOP") },
  "+15005556005": { meaning: "delivered, then answers with a picture", steps: answerWith("Look", 1) },
  "+15005556006": { meaning: "delivered, then read", steps: [delivered, { kind: "read", afterMs: 2_400 }] },
  "+15005556007": {
    meaning: "delivered, then loves the message (`message.reaction`)",
    steps: [delivered, { kind: "react", reaction: "love", afterMs: 2_400 }],
  },
  "+15005556008": {
    meaning: `delivered, then writes in a group of you, itself and ${answeringPerson}`,
    steps: [delivered, { kind: "group", text: "Welcome to the group", afterMs: 2_400 }],
  },
};

const ordinary: MacScript = { meaning: "delivered", steps: [delivered] };

/** Returns the course of a message to a person. */
export function findMacScript(to: string): MacScript {
  return lineRecipients[to] ?? ordinary;
}
