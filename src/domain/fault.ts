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

/** Says whether a carrier filtered the message, which it does by sender as well as by content; all other codes of class `content` tell of the content alone. */
export function isFiltered(code: string | null): boolean {
  return code === "30007" || code === "21618" || code === "30453";
}

/**
 * Returns whose fault a failed message is. A text that a carrier filtered is the text's fault when it failed on other
 * numbers too, which the caller knows, and else the number's. Quiet hours (30610) and a known litigator (30640) are whom or when it was written to.
 */
export function classifyFault(code: string | null, faultClass: FaultClass | null): Fault {
  if (code === "30610" || code === "30640") return "recipient";
  switch (faultClass) {
    case "sender":
    case "compliance":
      return "number";
    case "content":
      return isFiltered(code) ? "number" : "content";
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
