import { findAccount } from "../../directory/accounts.ts";
import { findNumber } from "../../directory/numbers.ts";
import { fail, type Result } from "../../domain/failure.ts";
import { readPhoneNumber } from "../../domain/phone.ts";
import { sandboxMacName } from "../../domain/sandbox-mac.ts";
import type { Deps } from "../deps.ts";

/** Has a person write to a number of the sandbox; returns the message's id, its callback is on its way through the Worker's own door. */
export async function composeInbound(
  deps: Deps,
  message: { from: string; to: string; text: string; media: string[] },
): Promise<Result<{ messageSid: string }>> {
  const from = readPhoneNumber(message.from, null, true);
  if (!from.ok) return from;
  const number = await findNumber(deps.db, message.to);
  if (number === null) return fail("not_found", `${message.to} is not imported: import it from the sandbox account.`);
  const account = number.accountId === null ? null : await findAccount(deps.db, number.accountId);
  if (account === null || !account.sandbox) {
    return fail("forbidden", `${message.to} is a real number: only numbers of the sandbox can be written to here.`);
  }
  const written = { ...message, from: from.value.address };
  if (account.kind === "twilio") return deps.sandbox(account.accountSid).composeInbound(written);
  return deps.sandbox(sandboxMacName(account.url ?? "")).composeOnLine(written);
}
