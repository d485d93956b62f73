/** What the stand-in can be told to do instead of answering properly. `taken` says whether the message goes out all the same. */
export type MacFault =
  | { kind: "error"; message: string; taken: boolean; status?: number }
  | { kind: "reset"; taken: boolean }
  | { kind: "hang"; taken: boolean }
  | { kind: "page"; status: number; body: string; taken: boolean; headers?: Record<string, string> }
  /** The server gives up, and Messages sends it afterwards. */
  | { kind: "late"; afterMs: number }
  /** It goes out, and the answer names the chat's message before. */
  | { kind: "wrong_guid" }
  | { kind: "not_joined"; joinedAfterMs: number | null }
  /** Messages tried, and the row says that it failed: at once, or a while after a good answer. */
  | { kind: "failed"; error: number; afterMs: number }
  | { kind: "slow"; answerAfterMs: number };

export type MacRoute = "text" | "attachment" | "multipart" | "new" | "react" | "query" | "upload" | "other";
/** Which requests a fault meets: all given parts must fit; without a route, any send. `index` counts the sends from 0. */
export type MacFaultMatch = { route?: MacRoute; index?: number; text?: string; to?: string };
export type MacSeen = { route: MacRoute; index: number; text: string; to: string };

/** Keeps the faults that tests have planned, and hands each out as often as it was asked for. */
export class MacFaults {
  readonly #planned: { match: MacFaultMatch; fault: MacFault; left: number }[] = [];
  #choose: (seen: MacSeen) => MacFault | null = () => null;

  add(match: MacFaultMatch, fault: MacFault, times: number): void {
    this.#planned.push({ match, fault, left: times });
  }

  chooseBy(chooser: (seen: MacSeen) => MacFault | null): void {
    this.#choose = chooser;
  }

  take(seen: MacSeen): MacFault | null {
    const found = this.#planned.find(({ match, left }) => left > 0 && fits(match, seen));
    if (found === undefined) return this.#choose(seen);
    found.left -= 1;
    return found.fault;
  }
}

function fits({ route, index, text, to }: MacFaultMatch, seen: MacSeen): boolean {
  const sends: MacRoute[] = ["text", "attachment", "multipart", "new"];
  return (
    (route === undefined ? sends.includes(seen.route) : route === seen.route) &&
    (index === undefined || index === seen.index) &&
    (text === undefined || text === seen.text) &&
    (to === undefined || to === seen.to)
  );
}

/** The texts of the server and its helper, as its source has them. */
export const macWords = {
  helperOff: "iMessage Private API Helper is not connected!",
  privateApiOff: "iMessage Private API is not enabled!",
  transactionTimeout: "Transaction timeout",
  notInDatabase: "Failed to send message! Message not found in database after 60 seconds!",
  noGuid: "Failed to send message!",
  noChat: "Chat does not exist in IMChatRegistry!",
  noHandles: "Failed to find all handles for specified service!",
} as const;
