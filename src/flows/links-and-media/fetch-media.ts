import { findTwilioAccount } from "../../directory/accounts.ts";
import { readAccount } from "../../directory/publish.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readRefusal } from "../accounts/read-refusal.ts";
import type { Deps } from "../deps.ts";
import { openLogin } from "../secrets.ts";
import { checkMediaUrl, type MediaPlace } from "./media-url.ts";

/** The largest file that is passed on (Twilio's own limit for MMS is 5 MB, WhatsApp's 16 MB). */
export const largestMediaBytes = 15 * 1024 * 1024;

/** Opens a file of an inbound message at the carrier with the account's credentials; the caller reads or cancels its body. */
export async function fetchMedia(deps: Deps, place: MediaPlace, query: URLSearchParams): Promise<Result<Response>> {
  const allowed = await checkMediaUrl(deps, place, query);
  if (!allowed.ok) return allowed;
  const account = await findTwilioAccount(deps.db, place.accountId);
  if (account === null) return fail("not_found", "The Twilio account of this file was disconnected.");
  const login = await openLogin(deps, readAccount(account));
  const opened = await deps.carrier(account, login).openMedia({ message: place.messageSid, file: place.mediaSid });
  if (!opened.ok) {
    return opened.refusal.status === 404
      ? fail("not_found", "Twilio no longer has this file.")
      : readRefusal(opened.refusal);
  }
  const length = Number(opened.value.headers.get("content-length") ?? "0");
  if (length <= largestMediaBytes) return ok(opened.value);
  await opened.value.body?.cancel();
  return fail("body_too_large", "The file is larger than 15 MiB.");
}
