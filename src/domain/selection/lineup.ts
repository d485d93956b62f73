import type { SenderNumber } from "../snapshot.ts";

/**
 * What of a pool's numbers is the same for every message, found once for a list of numbers: where each stands in it, whose it is, where it is at home, and which of them are judged by the
 * person. A choice from a thousand numbers then costs about what one from three does.
 */
export class Lineup {
  readonly positions: ReadonlyMap<string, number>;
  /** Positions of the numbers that are judged anew for each person: reply-only numbers and iMessage lines. */
  readonly personal: readonly number[];
  readonly byAccount: ReadonlyMap<string, readonly number[]>;
  readonly #numbers: readonly SenderNumber[];
  readonly #kept = new Map<string, unknown>();

  constructor(numbers: readonly SenderNumber[]) {
    this.#numbers = numbers;
    this.positions = new Map(numbers.map(({ address }, position) => [address, position]));
    this.personal = numbers.flatMap(({ type, channel }, position) =>
      type === "inbound" || channel === "imessage" ? [position] : [],
    );
    const byAccount = new Map<string, number[]>();
    for (const [position, { accountId }] of numbers.entries()) {
      const known = byAccount.get(accountId);
      if (known === undefined) byAccount.set(accountId, [position]);
      else known.push(position);
    }
    this.byAccount = byAccount;
  }

  /** Returns what was made of the numbers under a name, and makes it the first time. */
  once<Made>(name: string, make: (numbers: readonly SenderNumber[]) => Made): Made {
    if (!this.#kept.has(name)) this.#kept.set(name, make(this.#numbers));
    return this.#kept.get(name) as Made;
  }
}

const lineups = new WeakMap<readonly SenderNumber[], Lineup>();

/** Returns the line-up of a list of numbers, which is never changed in place: an edited pool is another list. */
export function lineupOf(numbers: readonly SenderNumber[]): Lineup {
  const known = lineups.get(numbers);
  if (known !== undefined) return known;
  const lineup = new Lineup(numbers);
  lineups.set(numbers, lineup);
  return lineup;
}
