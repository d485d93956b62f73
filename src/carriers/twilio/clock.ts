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
