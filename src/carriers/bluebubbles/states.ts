import type { MessageState } from "../carrier.ts";
import type { MacLogin } from "./account.ts";
import type { Wire } from "./call.ts";
import { readByIds } from "./rows.ts";
import type { MacRow } from "./shapes.ts";
import { channelOf } from "./words.ts";

/** What Apple's numbers mean, as far as anybody knows; it publishes none. */
const meanings: ReadonlyMap<number, string> = new Map([
  [4, "The message timed out on its way to Apple."],
  [22, "The recipient is not on iMessage."],
]);

/** Returns what a row of ours says of its message. A row that stands was taken by Messages; `error` may come later, and go again when a person presses "Try again". */
export function readState(row: MacRow): MessageState {
  const channel = channelOf(row.handle?.service, row.chats?.[0]?.guid ?? null);
  const state = {
    providerId: row.guid,
    errorCode: null,
    errorMessage: null,
    ...(channel === "unknown" ? {} : { channel }),
  };
  if (row.error !== null && row.error !== 0) {
    const errorMessage = meanings.get(row.error) ?? `Messages on the Mac gave Apple's error ${row.error}.`;
    return { ...state, status: "failed", errorCode: String(row.error), errorMessage };
  }
  if (row.dateRead !== null && row.dateRead > 0) return { ...state, status: "read", at: row.dateRead };
  if (row.isDelivered)
    return { ...state, status: "delivered", ...(row.dateDelivered ? { at: row.dateDelivered } : {}) };
  return { ...state, status: "sent", at: row.dateCreated };
}

/** Asks for the states of messages of ours, all in few calls; what could not be asked about, or is gone from the Mac, is missing. */
export async function readStates(
  wire: Wire,
  login: MacLogin,
  ids: readonly string[],
): Promise<Map<string, MessageState>> {
  const read = await readByIds(wire, login, ids);
  return new Map(read.ok ? read.value.map((row) => [row.guid, readState(row)]) : []);
}
