/** Returns a new id in Twilio's form: two letters and 32 hex digits. */
export function newSid(prefix: "SM" | "MM" | "ME" | "PN" | "RQ"): string {
  return prefix + crypto.randomUUID().replaceAll("-", "");
}
