import { describeError } from "../../carriers/twilio/errors.ts";
import { failureMessages } from "../../domain/failure.ts";

/** Returns in words why messages failed: what a code of Twilio's means, or of ours; the code itself where nothing is known of it. */
export function meaningOf(code: string): string {
  const own = Object.hasOwn(failureMessages, code) ? failureMessages[code as keyof typeof failureMessages] : code;
  return describeError(code)?.meaning ?? own;
}
