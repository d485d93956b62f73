import type { SendAnswer, SendRequest } from "../../domain/calls/sending.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readChatId, readPhoneNumber } from "../../domain/phone.ts";
import type { Desk } from "../desk.ts";
import { recallKey, rememberKey } from "../ledger/idempotency.ts";
import { acceptRequest, withWritten } from "./accept.ts";

type Answers = Result<SendAnswer>[];

/**
 * Accepts the sends of one call, each by itself and in order. A call with a key of its own is answered once: again with the same records it gets
 * its first answers, refusals included, unless nothing of it was accepted; with others `idempotency_key_reused`.
 */
export function acceptAll(
  desk: Desk,
  requests: SendRequest[],
  call: SendRequest["idempotency"],
): Result<Result<SendAnswer>[]> {
  if (call === null) return ok(requests.map((request) => acceptOne(desk, request)));
  const fingerprint = [call.fingerprint, ...requests.map((request) => peopleOf(desk, request))].join("\n");
  const remembered = recallKey<Answers>(desk.sql, call.key, desk.now());
  if (remembered !== null) {
    return remembered.fingerprint === fingerprint
      ? ok(remembered.answer.map((answer, index) => asReplay(desk, answer, requests[index])))
      : fail("idempotency_key_reused");
  }
  const answers = requests.map((request) => acceptOne(desk, request));
  if (answers.some(({ ok }) => ok)) {
    rememberKey(desk.sql, call.key, fingerprint, answers.map(toRemember), desk.now());
  }
  return ok(answers);
}

/** A send that cannot be accepted for a fault of ours keeps from no other its answer: those before it have left, and would leave again if the call had none to repeat. */
function acceptOne(desk: Desk, request: SendRequest): Result<SendAnswer> {
  try {
    return acceptRequest(desk, request);
  } catch (error) {
    desk.outside.log({ level: "error", event: "send_not_accepted", error: String(error) });
    return fail("internal_error");
  }
}

/** Who sends to whom in the forms of the ledger: written otherwise, the numbers are the same. */
function peopleOf(desk: Desk, { drafts, refused }: SendRequest): string {
  const [first] = refused?.drafts ?? drafts;
  if (first === undefined) return "";
  const country = desk.snapshot.organization.countryCode;
  const to = readChatId(first.to, country, desk.speaksIMessage);
  const from = first.fromNumber === null ? null : readPhoneNumber(first.fromNumber, country, true);
  const sender = from?.ok === true ? from.value.address : (first.fromNumber ?? "");
  return `${to.ok ? to.value.chatId : first.to} ${sender}`;
}

function asReplay(desk: Desk, answer: Result<SendAnswer>, request: SendRequest | undefined): Result<SendAnswer> {
  if (!answer.ok) return answer;
  const replay = { ...answer.value, replayed: true };
  return ok(request === undefined ? replay : withWritten(desk, request, replay));
}

/** What was answered, less what is read again when it is repeated. */
function toRemember(answer: Result<SendAnswer>): Result<SendAnswer> {
  if (!answer.ok) return answer;
  const { written: _, lines: __, ...kept } = answer.value;
  return ok({ ...kept, replayed: false, allowance: null });
}
