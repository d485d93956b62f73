import type { Proximity } from "../../src/domain/regions.ts";
import { type Choice, type ChoiceInput, chooseSender } from "../../src/domain/selection/choose-sender.ts";
import { carryRotation, type RotationRow, RotationState } from "../../src/domain/selection/rotation.ts";
import type { Selection, SenderNumber } from "../../src/domain/snapshot.ts";

export const day = 24 * 60 * 60 * 1000;

/** Returns a sender that can carry SMS and MMS, unless told otherwise. */
export function sender(address: string, traits: Partial<SenderNumber> = {}): SenderNumber {
  return {
    address,
    allocationId: `num_${address}`,
    channel: "sms",
    accountId: "acc_1",
    type: "dedicated",
    weight: 1,
    messagesPerSecond: null,
    isActive: true,
    capabilities: { sms: true, mms: true, voice: false, whatsapp: false },
    messagingServiceSid: null,
    ...traits,
  };
}

/** Returns `count` senders with addresses that differ in the last digits. */
export function senders(count: number, traits: (index: number) => Partial<SenderNumber> = () => ({})): SenderNumber[] {
  return Array.from({ length: count }, (_, index) => sender(`+1555${String(2000000 + index)}`, traits(index)));
}

/** Returns the address that a choice came to, or the code of its failure. */
export function outcomeOf(choice: Choice): string {
  return choice.ok ? choice.number.address : choice.failure.code;
}

export type Wish = { contact: string; media?: boolean; requested?: string | null };

/** A pool that keeps in memory what the ledger keeps in rows, and puts every choice into force as the ledger does. */
export class MemoryPool {
  numbers: SenderNumber[];
  selection: Selection;
  now = 1_700_000_000_000;
  unhealthy = new Set<string>();
  queues = new Map<string, number>();
  proximity: (from: string, to: string) => Proximity = () => "none";
  protocol: ChoiceInput["protocol"] = "twilio";
  rotation = new RotationState();
  sticky = new Map<string, { number: string; since: number }>();
  lastWrittenTo = new Map<string, string>();
  heard = new Set<string>();

  constructor(numbers: SenderNumber[], selection: Partial<Selection> = {}) {
    this.numbers = numbers;
    this.selection = { strategy: "round_robin", sticky: false, stickyDays: null, ...selection };
  }

  preview(wish: Wish, explain: "compact" | "full" = "full"): Choice {
    return chooseSender({
      selection: this.selection,
      numbers: this.numbers,
      recipient: { chatId: wish.contact, channel: "sms", e164: wish.contact },
      needs: { media: wish.media ?? false },
      requested: wish.requested ?? null,
      sticky: this.sticky.get(wish.contact) ?? null,
      repliedTo: this.lastWrittenTo.get(wish.contact) ?? null,
      hasWrittenTo: (number) => this.heard.has(`${number} ${wish.contact}`),
      blocked: new Set(),
      accountHold: () => null,
      rotation: this.rotation,
      queueDepth: (number) => this.queues.get(number) ?? 0,
      unhealthy: this.unhealthy,
      now: this.now,
      proximity: this.proximity,
      placeOf: (number) => number,
      protocol: this.protocol,
      explain,
    });
  }

  send(wish: Wish): Choice {
    const choice = this.preview(wish, "compact");
    if (!choice.ok) return choice;
    this.rotation.apply(choice.rotation);
    if (choice.stick) this.sticky.set(wish.contact, { number: choice.number.address, since: this.now });
    if (choice.handover) this.lastWrittenTo.delete(wish.contact);
    return choice;
  }

  receive(contact: string, number: string): void {
    this.heard.add(`${number} ${contact}`);
    this.lastWrittenTo.set(contact, number);
    if (this.selection.sticky) this.sticky.set(contact, { number, since: this.now });
  }

  edit(numbers: SenderNumber[]): void {
    this.rotation = carryRotation(this.rotation, this.numbers, numbers);
    this.numbers = numbers;
  }

  change(address: string, traits: Partial<SenderNumber>): void {
    this.edit(this.numbers.map((number) => (number.address === address ? { ...number, ...traits } : number)));
  }

  restart(): void {
    const rows = JSON.parse(JSON.stringify(this.rotation.rows)) as (RotationRow & { address: string })[];
    this.rotation = new RotationState(rows);
  }
}

/** Returns how many of the pool's sends each number carried, in pool order; contacts are new ones each time. */
export function countSends(pool: MemoryPool, sends: number, wish: Partial<Wish> = {}): number[] {
  const counts = new Map(pool.numbers.map(({ address }) => [address, 0]));
  for (let index = 0; index < sends; index++) {
    const choice = pool.send({ contact: `+1777${String(1000000 + index)}`, ...wish });
    if (choice.ok) counts.set(choice.number.address, (counts.get(choice.number.address) ?? 0) + 1);
  }
  return [...counts.values()];
}
