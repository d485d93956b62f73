import { withoutChannel } from "../domain/calling-code.ts";
import type { Account, SenderNumber, Snapshot } from "../domain/snapshot.ts";
import { homeOf } from "../domain/velocity.ts";

/** What every send asks of a snapshot's numbers and accounts, made once for a snapshot: a send costs the same from three numbers and from a thousand. */
export class Roster {
  readonly #snapshot: Pick<Snapshot, "organization" | "numbers">;
  readonly #numbers: ReadonlyMap<string, SenderNumber>;
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #own: ReadonlySet<string>;
  #home: ReadonlySet<string> | null = null;
  /** The accounts of the numbers that are active. */
  readonly activeAccounts: readonly string[];
  /** The addresses of the numbers that are paused. */
  readonly paused: readonly string[];

  constructor(snapshot: Pick<Snapshot, "organization" | "numbers" | "accounts">) {
    const { numbers, accounts } = snapshot;
    this.#snapshot = snapshot;
    this.#numbers = new Map(numbers.map((number) => [number.address, number]));
    this.#accounts = new Map(accounts.map((account) => [account.id, account]));
    this.#own = new Set(numbers.map(({ address }) => withoutChannel(address)));
    this.activeAccounts = [...new Set(numbers.filter(({ isActive }) => isActive).map(({ accountId }) => accountId))];
    this.paused = numbers.filter(({ isActive }) => !isActive).map(({ address }) => address);
  }

  /** Returns the number with this address, or null. */
  findNumber(address: string): SenderNumber | null {
    return this.#numbers.get(address) ?? null;
  }

  /** Returns the account with this id, or null. */
  findAccount(id: string): Account | null {
    return this.#accounts.get(id) ?? null;
  }

  /** Says whether an address is one of the key's own numbers, by whatever channel. */
  owns(address: string): boolean {
    return this.#own.has(withoutChannel(address));
  }

  /** The countries that are home to the key (`homeOf`). */
  get home(): ReadonlySet<string> {
    const { organization, numbers } = this.#snapshot;
    this.#home ??= homeOf(
      organization.countryCode,
      numbers.map(({ address }) => address),
    );
    return this.#home;
  }
}
