import type { MacAccount } from "../../carriers/bluebubbles/account.ts";
import type { ContactCapabilities } from "../../domain/calls/people.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Desk } from "../desk.ts";
import { cameByIMessage, recallReach, saveReach } from "../ledger/reach.ts";
import { judgeCapabilities } from "../people/contacts.ts";
import { type AtLine, lineOfChat } from "./at-line.ts";

/** What Apple said is believed for a day: each question is a sign to it. */
const believedMs = 24 * 60 * 60 * 1000;
/** Hosted services of lines ask once in ten seconds; so many may come at once. */
const asks = { atMost: 6, within: 60_000 };
const newestLookedAt = 20;

/**
 * Returns what a contact can receive from this pool. On a key with iMessage lines the Mac is asked, once a day; where it cannot be asked, what the contact wrote or was
 * delivered last tells, and where that does not either, nothing is guessed: `line_offline`, or `not_supported_on_line`.
 */
export async function describeContact(desk: Desk, identifier: string): Promise<Result<ContactCapabilities>> {
  const judged = judgeCapabilities(desk, identifier);
  if (!judged.ok || !desk.speaksIMessage) return judged;
  const { contact, type } = judged.value;
  const line = await lineOfChat(desk, contact);
  if (!line.ok) return line;
  const reach = await reachOf(desk, line.value, contact);
  if (!reach.ok) return reach;
  const { imessage, facetime, at } = reach.value;
  const viaLine = line.value.account.mac?.capabilities.sms === true;
  const { fallback = null } = desk.snapshot.apiKey;
  const sms = type === "phone" && (viaLine || fallback?.to === "api_key");
  return ok({ ...judged.value, sms, imessage, facetime, checkedAt: at });
}

type Known = { imessage: boolean; facetime: boolean; at: number };

async function reachOf(desk: Desk, line: AtLine, contact: string): Promise<Result<Known>> {
  const { account, mac } = line;
  const known = recallReach(desk.sql, contact, desk.now() - believedMs);
  if (known !== null && known.imessage !== null && known.facetime !== null) {
    const imessage = known.imessage || cameByIMessage(desk.sql, contact, known.at, newestLookedAt);
    return ok({ imessage, facetime: known.facetime, at: known.at });
  }
  if (account.mac?.capabilities.availability === false) return byHistory(desk, contact, cannotSay);
  const pause = pauseBeforeAsking(desk, account.id);
  if (pause > 0)
    return fail("rate_limited", "A line asks Apple about six contacts a minute at most.", undefined, pause);
  const asked = await mac.isReachable(contact, "imessage");
  if (!asked.ok) return byHistory(desk, contact, notAsked(asked.refusal.message));
  const facetime = await hasFaceTime(mac, contact);
  const at = desk.now();
  saveReach(desk.sql, contact, { imessage: asked.value, facetime, at });
  return ok({ imessage: asked.value, facetime: facetime ?? false, at });
}

const cannotSay = fail(
  "not_supported_on_line",
  "Whether this contact is on iMessage is not known: the Mac of this line cannot ask Apple without the Private API.",
);

function notAsked(because: string): ReturnType<typeof fail> {
  return fail(
    "line_offline",
    `Whether this contact is on iMessage is not known: its line's Mac did not say. ${because}`,
  );
}

/** Who wrote by iMessage last, or was reached by it, is on it; of FaceTime that says nothing. */
function byHistory(desk: Desk, contact: string, otherwise: ReturnType<typeof fail>): Result<Known> {
  return cameByIMessage(desk.sql, contact, 0, newestLookedAt)
    ? ok({ imessage: true, facetime: false, at: desk.now() })
    : otherwise;
}

/** Null where the Mac does not say. */
async function hasFaceTime(mac: MacAccount, contact: string): Promise<boolean | null> {
  const asked = await mac.isReachable(contact, "facetime");
  return asked.ok ? asked.value : null;
}

/** Returns how many seconds an account must wait before it may ask again, 0 for none: then it is counted. */
function pauseBeforeAsking(desk: Desk, account: string): number {
  const now = desk.now();
  const lately = (desk.reachAsked.get(account) ?? []).filter((at) => at > now - asks.within);
  const [first = now] = lately;
  if (lately.length >= asks.atMost) return (first + asks.within - now) / 1000;
  desk.reachAsked.set(account, [...lately, now]);
  return 0;
}
