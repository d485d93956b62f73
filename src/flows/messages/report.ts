import { readStatusReport } from "../../carriers/twilio/callback.ts";
import { listNumbers, type NumberRow } from "../../directory/numbers.ts";
import { parsePoolReference } from "../../domain/api-key.ts";
import type { StatusAnswer, StatusReport } from "../../domain/calls/inbound.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { addressMissing } from "../../domain/public-address.ts";
import { deriveKey } from "../../sealing/derive.ts";
import { judgeRequest, refuseUngenuine, type SignedForm } from "../accounts/judge-request.ts";
import type { Deps } from "../deps.ts";
import { giveSnapshot } from "../publish.ts";
import { promiseVisit } from "../visits.ts";
import { deliverHanded, handsOfRequest } from "../webhooks/deliver.ts";

/** A report at the account's own URL may be about a message of any of its keys; no more of them than this are asked. */
const poolsAtMost = 20;

/** Hands a status callback to the pool that its URL names: one object call. A reference that we did not make reaches no object. */
export async function reportStatus(deps: Deps, incoming: SignedForm): Promise<Result<null>> {
  const reference = incoming.url.searchParams.get("pool");
  if (reference === null) return reportByAccount(deps, incoming);
  const keyId = await parsePoolReference(reference, await deriveKey(deps.keyRing, "api-key-checksum"));
  if (keyId === null) return fail("signature_invalid");
  const report = toReport(deps, incoming, incoming.url.searchParams.get("message"));
  const answer = await askPool(deps, keyId, report);
  if (answer === "key_missing") return fail("master_key_missing");
  if (answer === "unavailable") return fail("release_mismatch");
  if (answer === "no_address") return fail("setup_incomplete", addressMissing, { missing: ["PUBLIC_URL"] });
  return answer === "forbidden" || answer === "unknown_pool" ? fail("signature_invalid") : ok(null);
}

/**
 * Takes a status callback at the URL that was pasted by hand, at a Messaging Service for example: it names no message of ours, so the message is found by
 * Twilio's id, first in the pool of its sender. Nothing is asked before the signature holds.
 */
async function reportByAccount(deps: Deps, incoming: SignedForm): Promise<Result<null>> {
  const read = readStatusReport(incoming.params);
  if (!read.ok) return fail("signature_invalid");
  const genuine = await judgeRequest(deps, incoming, read.value.accountSid);
  const refusal = refuseUngenuine(genuine);
  if (refusal !== null) return refusal;
  const numbers = await listNumbers(deps.db, { accountId: incoming.accountId });
  const report = toReport(deps, incoming, null);
  for (const { keyId, isSender } of poolsToAsk(numbers, read.value.from)) {
    if ((await askPool(deps, keyId, { ...report, parks: isSender })) === "applied") break;
  }
  return ok(null);
}

function poolsToAsk(numbers: NumberRow[], sender: string | null): { keyId: string; isSender: boolean }[] {
  const own = numbers.find(({ address }) => address === sender)?.apiKeyId ?? null;
  const keys = new Set([own, ...numbers.map(({ apiKeyId }) => apiKeyId)].filter((keyId) => keyId !== null));
  return [...keys].slice(0, poolsAtMost).map((keyId) => ({ keyId, isSender: keyId === own }));
}

function toReport(deps: Deps, incoming: SignedForm, messageId: string | null): StatusReport {
  return {
    accountId: incoming.accountId,
    messageId,
    url: (deps.addresses.known().current ?? incoming.url.origin) + incoming.url.pathname + incoming.url.search,
    calledAt: incoming.url.href,
    params: incoming.params,
    signature: incoming.signature,
  };
}

async function askPool(deps: Deps, keyId: string, report: StatusReport): Promise<StatusAnswer> {
  const pool = deps.pool(keyId);
  // A report that names no message asks many pools, and is mostly about what others sent.
  const comesBack = report.messageId !== null && promiseVisit(deps, keyId);
  const said = await pool.report(report, handsOfRequest, comesBack);
  const answer = said === "unknown_pool" && (await giveSnapshot(deps, keyId)) ? await pool.report(report) : said;
  if (typeof answer === "string") return answer;
  deliverHanded(deps, keyId, answer.handed);
  return answer.answer;
}
