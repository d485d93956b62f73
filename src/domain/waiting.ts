/** What keeps an account from sending, beside its being refused for good by the directory's word. */
export type AccountTrouble =
  | "rate_limited"
  | "daily_limit"
  | "account_refused"
  | "line_offline"
  | "credentials_unreadable"
  | "gateway_fault";

/** Why a message waits. */
export const waitReasons = [
  "scheduled",
  "quiet_hours",
  "key_paused",
  "number_paused",
  "account_refused",
  "rate_limited",
  "daily_limit",
  "line_offline",
  "credentials_unreadable",
  "gateway_fault",
  "in_order",
  "paced",
  "settling",
] as const;
export type WaitReason = (typeof waitReasons)[number];

/**
 * What happens next to a message that has not ended: at what time (epoch milliseconds; null: when a person mends what holds it), until when it waits at the
 * longest (null: it is not waiting), why it waits (null: it does not), and both in a sentence for a person.
 */
export type Next = { at: number | null; until: number | null; why: WaitReason | null; words: string };

/** How long a message may wait from when it could first have left, in seconds: the default, the least and the most that a key may ask for. */
export const waitingLimitSeconds = { standard: 86_400, least: 60, most: 604_800 } as const;

const causes: Record<WaitReason, string> = {
  scheduled: "It is scheduled",
  quiet_hours: "It is quiet hours where the recipient is",
  key_paused: "The API key is paused",
  number_paused: "Its number is paused",
  account_refused: "Twilio refuses the account (its credentials, or it is not active)",
  rate_limited: "Twilio takes no more messages of this account for now (429)",
  daily_limit: "The Twilio account has sent all that it may within 24 hours (63038)",
  line_offline: "Its line's Mac does not answer or cannot send now, and no other line speaks to this contact",
  credentials_unreadable:
    "The account's credentials cannot be opened: the master key that sealed them is missing, or they are damaged",
  gateway_fault: "A fault of the gateway stood in the way",
  in_order: "An earlier message of this conversation has not left yet",
  paced: "Its number sends at a limited pace",
  settling: "The carrier's answer was lost, and whether it took the message is being found out",
};

/** By whom a message leaves: Twilio, an account of which Twilio says that it is not active (20005), or an iMessage line. */
export type Way = "twilio" | "inactive" | "line";

/** What is said otherwise of a message that leaves another way than by an account that works. */
const otherCauses: Record<Way, Partial<Record<WaitReason, string>>> = {
  twilio: {},
  inactive: { account_refused: "Twilio has suspended or closed the account (20005); why, Twilio's console says" },
  line: {
    account_refused: "Its line's Mac refuses the password",
    settling: "The Mac's answer was lost, and whether it took the message is being found out",
  },
};

/** What a person can do about what waits for one. */
const remedies: Partial<Record<WaitReason, string>> = {
  key_paused: "it leaves once the key is resumed",
  number_paused: "it leaves once the number is resumed",
  account_refused: "it leaves once that is mended",
};

/** Returns why a message waits and for what, as a sentence. */
export function tellWait(
  { at, until, why }: { at: number | null; until: number | null; why: WaitReason },
  way: Way = "twilio",
): string {
  const cause = causeOf(why, way);
  const act = why === "settling" ? "look" : "try";
  const when = at === null ? (remedyOf(why, way) ?? `the next ${act} follows`) : `the next ${act} is at ${iso(at)}`;
  const end = until === null ? "" : `; if that does not help, it ends as failed at ${iso(until)}`;
  switch (why) {
    case "scheduled":
      return at === null ? `${cause}.` : `${cause} for ${iso(at)}.`;
    case "quiet_hours":
      return at === null ? `${cause}.` : `${cause}: it leaves when they end, at ${iso(at)}.`;
    case "paced":
      return at === null ? `${cause}.` : `${cause}: its turn is at ${iso(at)}.`;
    case "in_order":
      return `${cause}: it leaves after that${end}.`;
    default:
      return `${cause}: ${when}${end}.`;
  }
}

/** Returns what becomes of a message whose recipient opted out while it waits, as a sentence. */
export function tellOptedOut({ at }: Pick<Next, "at">): string {
  const when = at === null ? "" : `, at ${iso(at)}`;
  return `The recipient has opted out: when its turn comes${when}, it fails and is not sent, unless they opt in before.`;
}

/** Returns why a message that waited to the limit did not leave, as a sentence. */
export function tellExpiry(why: WaitReason | null, limitSeconds: number, way: Way = "twilio"): string {
  const cause = why === null ? "" : ` ${causeOf(why, way)}.`;
  return `It waited ${tellDuration(limitSeconds)} and could not leave, so it was not sent.${cause}`;
}

function causeOf(why: WaitReason, way: Way): string {
  return otherCauses[way][why] ?? causes[why];
}

function remedyOf(why: WaitReason, way: Way): string | undefined {
  if (why !== "account_refused" || way === "twilio") return remedies[why];
  return way === "line"
    ? "it leaves once the right password is given"
    : "it leaves once Twilio has made it active again";
}

function tellDuration(seconds: number): string {
  const units: [name: string, size: number][] = [
    ["hour", 3_600],
    ["minute", 60],
    ["second", 1],
  ];
  const [name, size] = units.find(([, unit]) => seconds % unit === 0) ?? ["second", 1];
  const count = seconds / size;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
