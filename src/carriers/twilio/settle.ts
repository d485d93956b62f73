import type { CarrierResult, Settlement, Sought, Watermark } from "../carrier.ts";
import type { Login } from "./account.ts";
import { compareMessages, isOfAnother, type Likeness } from "./alike.ts";
import type { Wire } from "./call.ts";
import { listMessages } from "./messages.ts";
import type { TwilioMessage } from "./shapes.ts";

/** Room for whole seconds and the way, where Twilio's clock is known; and where it is not. */
const slackMs = { known: 15_000, unknown: 2 * 60_000 };
/** A message this far outside of the window is looked at all the same: clocks jump, and absence is never a matter of time alone. */
const marginMs = 60 * 60_000;

/** When Twilio may have taken the message, and what time it is there, by Twilio's clock. */
type Times = { sentAt: number; from: number; until: number; now: number };
type Candidate = { message: TwilioMessage; likeness: Likeness; inWindow: boolean };

/** Looks for a message in the account's list, by recipient, sender or service, time, number of media, and text as it may have become. */
export async function settleByList(
  wire: Wire,
  login: Login,
  asked: Sought,
  watermark: Watermark,
  { graceMs }: { graceMs: number },
): Promise<CarrierResult<Settlement>> {
  const sought = asItLeft(asked, watermark);
  const known = wire.clock.aheadMs ?? 0;
  const since = Math.min(watermark.at, watermark.at + known, readMark(watermark) ?? watermark.at) - marginMs;
  // Not by sender: a message whose service has not picked one yet has none.
  const listed = await listTo(wire, login, sought, since);
  if (!listed.ok) return listed;
  const times = timesOf(wire, watermark, graceMs);
  const candidates = listed.value
    .filter((message) => !message.inbound && !isOfAnother(sought, message) && !sought.isOurs(message.providerId))
    .map(
      (message): Candidate => ({
        message,
        likeness: compareMessages(sought, message),
        inWindow: message.createdAt >= times.from && message.createdAt <= times.until,
      }),
    );
  return { ok: true, value: decide(sought, candidates, times) };
}

/** What an agent sends stands under the person's number or their `rcs:` address, as it left or fell back; each message is returned once. */
async function listTo(
  wire: Wire,
  login: Login,
  { to, from }: Sought,
  since: number,
): Promise<CarrierResult<TwilioMessage[]>> {
  const found = new Map<string, TwilioMessage>();
  for (const address of from.startsWith("rcs:") ? [to, `rcs:${to}`] : [to]) {
    const listed = await listMessages(wire, login, { to: address, since });
    if (!listed.ok) return listed;
    for (const message of listed.value) found.set(message.providerId, message);
  }
  return { ok: true, value: [...found.values()] };
}

/** Returns Twilio's time now as a mark, nothing of it while its clock is unknown, and the service behind it; null for neither. */
export function markNow(wire: Wire, service: string | null): string | null {
  const { aheadMs } = wire.clock;
  const time = aheadMs === null ? "" : String(Math.round(wire.now() + aheadMs));
  return service === null ? time || null : `${time} ${service}`;
}

function readMark({ mark }: Watermark): number | null {
  const [time = ""] = mark?.split(" ") ?? [];
  return /^\d+$/.test(time) ? Number(time) : null;
}

/** A message left through the service of then: its number may have another now, or have moved away. */
function asItLeft(sought: Sought, { mark }: Watermark): Sought {
  const messagingServiceSid = mark?.split(" ")[1];
  return messagingServiceSid === undefined ? sought : { ...sought, extras: { ...sought.extras, messagingServiceSid } };
}

function timesOf(wire: Wire, watermark: Watermark, graceMs: number): Times {
  const { aheadMs } = wire.clock;
  const mark = readMark(watermark);
  const sentAt = mark ?? watermark.at + (aheadMs ?? 0);
  const slack = aheadMs === null ? slackMs.unknown : slackMs.known;
  return { sentAt, from: sentAt - slack, until: sentAt + graceMs + slack, now: wire.now() + (aheadMs ?? 0) };
}

/**
 * Equal messages are interchangeable: each takes the oldest acceptance that none of ours has, so that counts come out right. Those that only may be ours are
 * shared out by age when there are as many as are sought. Any other that nobody has claimed and that reached the person, or may, forbids to speak of absence.
 */
function decide(sought: Sought, candidates: Candidate[], times: Times): Settlement {
  const sure = candidates.filter(({ likeness, inWindow }) => likeness === "same" && inWindow).sort(byAge);
  const live = candidates.filter(({ message }) => !isDead(message));
  const [best] = sure.filter(({ message }) => !isDead(message));
  if (best !== undefined) return { kind: "found", state: best.message };
  const maybe = live.filter(({ likeness, inWindow }) => likeness === "maybe" && inWindow).sort(byAge);
  const mine = maybe.length === sought.peers.count ? maybe[sought.peers.rank] : undefined;
  if (mine !== undefined) return { kind: "found", state: mine.message };
  const unclaimed = live.filter(({ likeness, inWindow }) => inWindow || likeness !== "other");
  if (unclaimed.length > 0) return { kind: "ambiguous", because: sayUnclaimed(unclaimed.length) };
  const [refused] = sure;
  if (refused !== undefined) return { kind: "found", state: refused.message };
  if (times.now - times.sentAt < sought.absentAfterMs) {
    return { kind: "ambiguous", because: "By Twilio's clock it is too early to say that the message was not taken." };
  }
  return { kind: "absent" };
}

function byAge(left: Candidate, right: Candidate): number {
  return left.message.createdAt - right.message.createdAt;
}

/** Twilio keeps what it refused, too: that reached nobody. */
function isDead({ status }: TwilioMessage): boolean {
  return status === "failed" || status === "cancelled";
}

function sayUnclaimed(count: number): string {
  return count === 1
    ? "Twilio's list shows a message to this person that may be this one, and nobody can say whether it is."
    : `Twilio's list shows ${count} messages to this person that may be this one, and nobody can say which.`;
}
