import type { Carrier } from "../../carriers/carrier.ts";
import { type AccountRow, findAccount } from "../../directory/accounts.ts";
import { readAccount } from "../../directory/publish.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readRefusal } from "../accounts/read-refusal.ts";
import type { Deps } from "../deps.ts";
import { openMac, readMacRefusal } from "../macs/open-mac.ts";
import { openLogin } from "../secrets.ts";
import { checkMediaUrl, type MediaPlace } from "./media-url.ts";

/** The largest file that is passed on (Twilio's own limit for MMS is 5 MB, WhatsApp's 16 MB). */
export const largestMediaBytes = 15 * 1024 * 1024;

/** Opens a file of an inbound message at the carrier with the account's credentials; the caller reads or cancels its body. */
export async function fetchMedia(deps: Deps, place: MediaPlace, query: URLSearchParams): Promise<Result<Response>> {
  const allowed = await checkMediaUrl(deps, place, query);
  if (!allowed.ok) return allowed;
  const account = await findAccount(deps.db, place.accountId);
  if (account === null) return fail("not_found", "The account of this file was disconnected.");
  const carrier = await openCarrier(deps, account);
  const opened = await carrier.openMedia({ message: place.messageSid, file: place.mediaSid });
  if (!opened.ok) {
    if (opened.refusal.status === 404) return fail("not_found", "The carrier no longer has this file.");
    return account.kind === "bluebubbles" ? readMacRefusal(opened.refusal) : readRefusal(opened.refusal);
  }
  const length = Number(opened.value.headers.get("content-length") ?? "0");
  if (length <= largestMediaBytes) return ok(opened.value);
  await opened.value.body?.cancel();
  return fail("body_too_large", "The file is larger than 15 MiB.");
}

async function openCarrier(deps: Deps, account: AccountRow): Promise<Carrier> {
  if (account.kind === "bluebubbles") return openMac(deps, account);
  return deps.carrier(account, await openLogin(deps, readAccount(account)));
}
