import { exchange, type Fetch } from "../exchange.ts";

const patience = { timeoutMs: 3_000, maxBytes: 64 * 1024 };

/** Asks Twilio's API for the time, without credentials: any answer carries it. Milliseconds that its clock is ahead of `now`, null where it does not answer. */
export async function askClock(fetch: Fetch, apiUrl: string, now: () => number): Promise<number | null> {
  const clock = new Clock();
  const askedAt = now();
  const asked = await exchange(fetch, `${apiUrl}/`, { method: "GET" }, patience);
  if (asked.ok) clock.learn(asked.answer.headers.get("Date"), askedAt, now());
  return clock.aheadMs;
}

/** How far Twilio's clock is ahead of ours, as its last answer told; unknown before the first answer. */
export class Clock {
  #aheadMs: number | null = null;

  /** Learns from an answer's `Date` header (whole seconds, RFC 9110 6.6.1), asked for at `askedAt` and read at `readAt` by our clock. */
  learn(date: string | null, askedAt: number, readAt: number): void {
    const told = Date.parse(date ?? "");
    if (Number.isNaN(told)) return;
    // The header cuts the second off, and was written somewhere between question and answer.
    this.#aheadMs = told + 500 - (askedAt + readAt) / 2;
  }

  /** Milliseconds to add to our time for Twilio's, null while that is unknown. */
  get aheadMs(): number | null {
    return this.#aheadMs;
  }
}
