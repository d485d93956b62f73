/** Calls that are this near to each other may have more company. */
const nearMs = 10;
/** So many calls at most go ahead by themselves after one that waited for nobody. */
const mostAlone = 64;

/**
 * Group commit: brings calls that come within the same moment into one turn of the object. What one turn writes is one durable commit, the dearest step of a message, so a burst
 * pays for few of them (docs/decisions/group-commit.md). A call that is alone goes ahead at once, and where waiting for others was in vain, the next ones do not wait either.
 */
export class GroupCommit {
  #turn: Promise<void> | null = null;
  #inTurn = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #aloneFor = 0;
  #aloneNext = 1;

  /** Resolves when the turn of a call that came at `now` (Unix ms) begins, for all that share it in the order in which they came; returns null where it need not wait. */
  join(now: number): Promise<void> | null {
    const isNear = now - this.#lastAt <= nearMs;
    this.#lastAt = now;
    if (this.#turn === null) {
      if (!isNear) return null;
      if (this.#aloneFor > 0) {
        this.#aloneFor -= 1;
        return null;
      }
      this.#inTurn = 0;
      this.#turn = new Promise((begin) => setTimeout(() => this.#begin(begin), 0));
    }
    this.#inTurn += 1;
    return this.#turn;
  }

  #begin(begin: () => void): void {
    this.#turn = null;
    const hadCompany = this.#inTurn > 1;
    this.#aloneNext = hadCompany ? 1 : Math.min(mostAlone, 2 * this.#aloneNext);
    this.#aloneFor = hadCompany ? 0 : this.#aloneNext;
    begin();
  }
}
