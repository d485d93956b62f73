import type { Desk } from "../desk.ts";
import type { Macs } from "../ledger/forgetting.ts";

/** Returns what keeps the ids of a Mac's rows whose messages are forgotten at a time (epoch milliseconds). */
export function macsAt({ snapshot }: Desk, at: number): Macs {
  return { accounts: snapshot.accounts.filter(({ kind }) => kind === "bluebubbles").map(({ id }) => id), at };
}
