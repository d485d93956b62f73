import type { CarrierResult, Settlement, Sought, Watermark } from "../carrier.ts";
import type { Login } from "./account.ts";
import type { Wire } from "./call.ts";
import { listMessages } from "./messages.ts";
import type { TwilioMessage } from "./shapes.ts";

/** A late clock of ours against Twilio's: messages this much older than the attempt may still be its. */
const clockSlackMs = 5_000;

/** Looks for a message in the account's list, by recipient, sender, text and time. */
export async function settleByList(
  wire: Wire,
  login: Login,
  sought: Sought,
  watermark: Watermark,
  { graceMs }: { graceMs: number },
): Promise<CarrierResult<Settlement>> {
  const since = watermark.at - clockSlackMs;
  const listed = await listMessages(wire, login, { to: sought.to, from: sought.from, since });
  if (!listed.ok) return listed;
  const match = matchOf(sought, listed.value, { since, until: watermark.at + graceMs });
  return { ok: true, value: match === null ? { kind: "absent" } : { kind: "found", state: match } };
}

/** Equal messages are interchangeable: each takes the oldest acceptance that none of ours has, so that counts come out right. */
function matchOf(
  sought: Sought,
  listed: TwilioMessage[],
  window: { since: number; until: number },
): TwilioMessage | null {
  const free = listed.filter(
    (candidate) =>
      mayBeText(sought, candidate.text) &&
      candidate.createdAt >= window.since &&
      candidate.createdAt <= window.until &&
      !sought.isOurs(candidate.providerId),
  );
  const refusedLast = (candidate: TwilioMessage) => (candidate.status === "failed" ? 1 : 0);
  return (
    free.sort((left, right) => refusedLast(left) - refusedLast(right) || left.createdAt - right.createdAt)[0] ?? null
  );
}

/** Twilio writes a template's text itself and changes characters of a smart encoded one: those are known by person and time alone. */
function mayBeText({ extras, text: sent }: Sought, text: string): boolean {
  if (extras.contentSid !== undefined || extras.smartEncoded === true) return true;
  return text.trim() === (sent ?? "").trim();
}
