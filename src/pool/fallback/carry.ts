import { fail, type Result } from "../../domain/failure.ts";
import type { Parcel, ParcelAnswer, Recalled } from "../../domain/fallback.ts";
import type { Draft, Origin } from "../../domain/message.ts";
import { isWaiting } from "../../domain/status.ts";
import type { Desk } from "../desk.ts";
import { findCarried, insertCarried } from "../ledger/carried.ts";
import { findMessage } from "../ledger/messages.ts";
import { type Accepted, acceptDecided } from "../sending/accept.ts";
import { addressDrafts, decideSend } from "../sending/decide.ts";
import { endMessage } from "../settling/settle.ts";
import { carriageOf, nameOf } from "./reports.ts";

/** Takes a message that another key of the organization hands on, or says why not, once: whatever is asked again gets the same answer. */
export function carry(desk: Desk, parcel: Parcel): ParcelAnswer {
  const origin = nameOf(parcel.from);
  const known = findCarried(desk.sql, origin);
  // Only this pool wrote it.
  if (known !== null) return JSON.parse(known.answer) as ParcelAnswer;
  const decided = decide(desk, parcel);
  if (!decided.ok)
    return desk.transact(() => remember(desk, origin, null, { taken: false, because: decided.failure.message }));
  let answer: ParcelAnswer | null = null;
  const note = ([seq = 0]: readonly number[]) => {
    const row = findMessage(desk.sql, seq);
    if (row === null) throw new Error("A message that was just written is not there.");
    answer = remember(desk, origin, seq, { taken: true, ...carriageOf(desk, row) });
  };
  acceptDecided(desk, decided.value, { listed: { block: null, note } });
  if (answer === null) throw new Error("A parcel that was taken has no answer.");
  return answer;
}

function remember(desk: Desk, origin: string, seq: number | null, answer: ParcelAnswer): ParcelAnswer {
  insertCarried(desk.sql, { origin, seq, answer: JSON.stringify(answer), at: desk.now() });
  return answer;
}

function decide(desk: Desk, { from, behind, draft, organizationId, mode }: Parcel): Result<Accepted> {
  const { apiKey, organization, protocol } = desk.snapshot;
  if (organization.id !== organizationId || apiKey.mode !== mode)
    return fail("not_found", "It is another organization's.");
  if (apiKey.status === "revoked") return fail("not_found", "It was revoked.");
  if (protocol === "blooio")
    return fail("invalid_request", "It holds iMessage lines: a fallback needs Twilio numbers.");
  const { quietHours: theirs, ...extras } = draft.extras;
  const hours = apiKey.quietHours == null && theirs !== undefined ? { quietHours: theirs } : {};
  const addressed = addressDrafts(desk, [
    { ...draft, ...followsOf(desk, behind), extras: { ...extras, ...hours }, carriedFor: from },
  ]);
  if (!addressed.ok) return addressed;
  const [first] = addressed.value;
  if (first === undefined) return fail("missing_content");
  const decision = decideSend(desk, [first]);
  if (!decision.ok) return { ok: false, failure: decision.failure };
  // One message stays one: its states would be several otherwise.
  return decision.drafts.length > 1 ? fail("text_too_long") : { ok: true, value: decision };
}

/** What it comes right behind is carried here too, or stayed where it was. */
function followsOf(desk: Desk, behind: Origin | undefined): Pick<Draft, "follows"> {
  const before = behind === undefined ? null : findCarried(desk.sql, nameOf(behind));
  return before === null || before.seq === null ? {} : { follows: before.seq };
}

/** Holds a carried message back where it has not left, and returns how it stands then; where it never arrived here, it never will. */
export function recall(desk: Desk, from: Origin): Recalled {
  const origin = nameOf(from);
  const known = findCarried(desk.sql, origin);
  const row = known === null || known.seq === null ? null : findMessage(desk.sql, known.seq);
  const holds = row !== null && isWaiting(row.status);
  desk.transact(() => {
    if (known === null) remember(desk, origin, null, { taken: false, because: "It was called back." });
    else if (holds) endMessage(desk, row, { status: "cancelled" });
  });
  const status = holds ? "cancelled" : row?.status;
  return { arrived: known?.seq != null, ...(status === undefined ? {} : { status }) };
}
