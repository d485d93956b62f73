/** What a carrier's error dictionary blames. */
export type FaultClass =
  | "account"
  | "auth"
  | "channel"
  | "compliance"
  | "config"
  | "content"
  | "destination"
  | "input"
  | "media"
  | "optout"
  | "rate"
  | "sender"
  | "transient"
  | "unknown"
  | "warn";

/** Whose fault a failed message is: our number's, the text's, the recipient's, or nobody's among these. */
export type Fault = "number" | "content" | "recipient" | "other";

/**
 * Returns whose fault a failed message is. A text that a carrier filtered is the text's fault when it failed on other
 * numbers too, and else the number's, because carriers filter by sender as well as by content (Twilio 30007).
 */
export function classifyFault(failed: { faultClass: FaultClass | null; sameTextFailedOnOtherNumbers: boolean }): Fault {
  switch (failed.faultClass) {
    case "sender":
    case "compliance":
      return "number";
    case "content":
      return failed.sameTextFailedOnOtherNumbers ? "content" : "number";
    case "media":
    case "input":
      return "content";
    case "destination":
    case "optout":
      return "recipient";
    case "account":
    case "auth":
    case "channel":
    case "config":
    case "rate":
    case "transient":
    case "unknown":
    case "warn":
    case null:
      return "other";
  }
}
