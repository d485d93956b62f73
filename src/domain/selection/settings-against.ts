import type { SenderChannel, Sync } from "../snapshot.ts";

/** Returns the sync setting of a number's account that forbids sending on a channel, in words and by its field, or null where none does. */
export function settingAgainst(
  sync: Sync | null,
  channel: SenderChannel,
): { field: "direction" | "channels"; words: string } | null {
  if (sync === null || channel === "imessage") return null;
  if (sync.direction === "inbound") {
    return { field: "direction", words: 'the sync setting direction of its account is "inbound"' };
  }
  // RCS goes with SMS: it is written to the same phone number, and falls back to it.
  const named = channel === "rcs" ? "sms" : channel;
  return sync.channels.includes(named)
    ? null
    : { field: "channels", words: `the sync setting channels of its account leaves out "${named}"` };
}
