type Traits = { active: boolean; sick: boolean; replyOnly: boolean; mms: boolean; weight: number; queue: number };
export type ModelNumber = Traits & { address: string };
export type ModelWish = { contact: string; media: boolean; requested: string | null };

/** The rules of choosing a sender, told as plainly as possible and without an eye to cost: the real choice is held against it. */
export class SelectionModel {
  numbers: ModelNumber[] = [];
  selection = { strategy: "round_robin", sticky: true, stickyDays: 3 };
  day = 0;
  home = new Map<string, { number: string; day: number; heard: number }>();
  inbound: { contact: string; number: string }[] = [];
  turns: string[] = [];
  sharesSinceEdit: { among: string; address: string }[] = [];

  /** The addresses that may send this now, or the code of the one failure. */
  expect(wish: ModelWish): string[] {
    if (this.numbers.length === 0) return ["no_numbers_assigned"];
    const requested = this.numbers.find((n) => n.address === wish.requested);
    if (requested !== undefined) return [this.refusal(requested, wish) ?? requested.address];
    if (wish.requested !== null) return ["from_number_not_owned"];
    const keeper = this.keeper(wish);
    const senders = keeper === undefined ? this.byStrategy(this.best(wish), wish.contact) : [keeper];
    if (senders.length > 0) return senders.map((n) => n.address);
    const told = ["inbound_only_no_prior_inbound", "capability_missing", "no_active_number"];
    return told.filter((code) => this.numbers.some((n) => this.refusal(n, wish) === code)).slice(0, 1);
  }

  sent(wish: ModelWish, address: string): void {
    const keeper = this.keeper(wish);
    const waits = this.known(wish.contact).some((n) => n.active && this.refusal(n, wish) !== null);
    const stays = keeper === undefined ? waits : wish.requested !== null || this.homeOf(wish.contact) === address;
    const auto = wish.requested === null && keeper === undefined && this.selection.strategy !== "first";
    const among = this.best(wish);
    if (auto) this.turns.push(address);
    if (auto && this.isShared(among))
      this.sharesSinceEdit.push({ among: String(among.map((n) => n.address)), address });
    const heard = keeper === undefined ? this.inbound.length : 0;
    if (this.selection.sticky && !stays) this.home.set(wish.contact, { number: address, day: this.day, heard });
  }

  wrote(contact: string, number: string): void {
    this.inbound.push({ contact, number });
    if (this.selection.sticky) this.home.set(contact, { number, day: this.day, heard: this.inbound.length - 1 });
  }

  edited(): void {
    this.turns = this.turns.filter((address) => this.numbers.some((n) => n.address === address));
    this.sharesSinceEdit = [];
  }

  private refusal(n: ModelNumber, wish: ModelWish): string | null {
    if (!n.active) return "no_active_number";
    if (wish.media && !n.mms) return "capability_missing";
    const isOpen = this.inbound.some((i) => i.contact === wish.contact && i.number === n.address);
    return n.replyOnly && !isOpen ? "inbound_only_no_prior_inbound" : null;
  }

  private homeOf(contact: string): string | undefined {
    const home = this.home.get(contact);
    return home !== undefined && this.day - home.day < this.selection.stickyDays ? home.number : undefined;
  }

  private known(contact: string): ModelNumber[] {
    if (!this.selection.sticky) return [];
    const wrote = this.inbound.slice(this.home.get(contact)?.heard).findLast((i) => i.contact === contact);
    return [wrote?.number, this.homeOf(contact)].flatMap((known) => this.numbers.filter((n) => n.address === known));
  }

  private keeper(wish: ModelWish): ModelNumber | undefined {
    const isBetter = this.best(wish).some((n) => this.rank(n) === 0);
    return this.known(wish.contact).find((n) => this.refusal(n, wish) === null && !(n.sick && isBetter));
  }

  private isShared = (of: ModelNumber[]) => this.selection.strategy === "weighted" && of.every((n) => n.weight > 0);
  private rank = (n: ModelNumber) =>
    (this.selection.strategy === "weighted" && n.weight === 0 ? 2 : 0) + Number(n.sick);
  private able = (wish: ModelWish) => this.numbers.filter((n) => this.refusal(n, wish) === null);
  private best = (wish: ModelWish) => least(this.able(wish), this.rank);

  private byStrategy(among: ModelNumber[], to: string): ModelNumber[] {
    const next = (list: ModelNumber[]) => least(list, (n) => this.turns.lastIndexOf(n.address)).slice(0, 1);
    if (this.selection.strategy === "first") return among.slice(0, 1);
    if (this.isShared(among)) return this.withinShare(among);
    const { strategy } = this.selection;
    if (strategy === "geographic") return next(least(among, (n) => (n.address.at(-1) === to.at(-1) ? 0 : 1)));
    return next(strategy === "least_busy" ? least(among, (n) => n.queue) : among);
  }

  private withinShare(among: ModelNumber[]): ModelNumber[] {
    if (this.sharesSinceEdit.some((share) => share.among !== String(among.map((n) => n.address)))) return among;
    const picks = this.sharesSinceEdit.map((share) => share.address);
    const count = (n: ModelNumber, next: string) => [...picks, next].filter((address) => address === n.address).length;
    const share = (n: ModelNumber) => ((picks.length + 1) * n.weight) / among.reduce((sum, m) => sum + m.weight, 0);
    return among.filter((next) => among.every((n) => Math.abs(count(n, next.address) - share(n)) <= 1));
  }
}

function least<T>(items: T[], by: (item: T) => number): T[] {
  return items.filter((item) => by(item) === Math.min(...items.map(by)));
}
