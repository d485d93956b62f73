import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { admin, call, eventually } from "./gateway.ts";
import { crash, type Departure, evict, makePool, newPerson, type Pool, report, ring, writeTo } from "./pool.ts";
import { type Outside, standInForTheOutside } from "./twilio.ts";

const second = 1_000;
const ways = { well: ["sending", "sent", "delivered", "read"], badly: ["sending", "sent", "undelivered"] };
/** What is shown of a message stands on its way here; an end never follows another. */
const ranks = ["scheduled", "queued", "sending", "sent", "delivered", "read"];

/** How a message was answered as it was sent, and the highest that was shown of it. */
type Accepted = {
  id: string;
  person: string;
  text: string;
  shown: number;
  providerId: string | null;
  cancelled: boolean;
};

/** One key, three people and all that may happen to them, chosen by a seed; what must come of it is noted from the outside. */
export class LedgerWorld {
  readonly log: string[] = [];
  /** What was seen that must not be. */
  readonly wrong: unknown[] = [];
  readonly accepted: Accepted[] = [];
  /** What was reported of each message that left, as far as the gateway answered that it has it. */
  readonly reached = new Map<string, number>();
  readonly stopped = new Set<string>();
  readonly people = [newPerson(), newPerson(), newPerson()];
  /** How often something was cut off: so often may a delivery come once more. */
  cuts = 0;
  #texts = 0;
  #copies = 0;
  #seed: number;

  readonly pool: Pool;
  readonly outside: Outside;

  private constructor(seed: number, pool: Pool, outside: Outside) {
    this.#seed = seed * 7_919;
    this.pool = pool;
    this.outside = outside;
    let posts = 0;
    // By a count of its own: in which order things meet outside must not change what is done next.
    outside.answerAs = () => {
      posts += 1;
      return posts % 13 === 0 ? 500 : 200;
    };
  }

  static async make(seed: number): Promise<LedgerWorld> {
    // Of a paced number more is read as the object wakes.
    const pool = await makePool(seed % 2 === 0 ? [{}] : [{}, { messages_per_second: 3 }]);
    const world = new LedgerWorld(seed, pool, standInForTheOutside());
    for (const path of ["one", "two"]) {
      const body = { webhook_url: `https://customer.example/${path}`, webhook_type: "all" };
      await call("/v2/api/webhooks", { body, token: pool.token });
    }
    if (world.dice(4) === 0) await admin(`/api-keys/${pool.id}`, { method: "PATCH", body: { resend_unknown: true } });
    return world;
  }

  /** Returns a whole number from 0 on, below `n`. */
  dice(n: number): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((this.#seed / 2_147_483_648) * n);
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[this.dice(list.length)];
  }

  get stub() {
    return env.POOLS.getByName(this.pool.id);
  }

  /** Does one thing, or two at once, and waits for what follows, or not. */
  async step(): Promise<void> {
    const count = this.dice(5) === 0 ? 2 : 1;
    const things = Array.from({ length: count }, () => this.#choose());
    this.log.push(things.map(([name]) => name).join("&"));
    vi.setSystemTime(Date.now() + this.dice(200));
    await Promise.all(things.map(([, thing]) => thing().catch((error) => this.#excuse(error))));
    if (this.dice(3) > 0) await this.outside.calm();
  }

  /** A storage that failed, and an object that was ended, are no fault of what was asked. */
  #excuse(error: unknown): void {
    if (!/storage fault|the process ended|broken/.test(String(error))) throw error;
  }

  #choose(): [string, () => Promise<unknown>] {
    const person = this.#pick(this.people) ?? "";
    const chances: [number, string, () => Promise<unknown>][] = [
      [6, "send", () => this.send(person)],
      [2, "later", () => this.send(person, { send_at: Date.now() + 2 * second })],
      [1, "cancel", () => this.#cancel()],
      [12, "report", () => this.#report()],
      [3, "again", () => this.#reportAgain()],
      [3, "word", () => this.#hear(person)],
      [2, "crash", () => this.#cut(() => crash(this.pool))],
      [2, "evict", () => this.#cut(() => this.#putAway())],
      [2, "keep", () => this.#keep()],
      [2, "ring", () => ring(this.pool)],
      [1, "broken promise", async () => void vi.setSystemTime(Date.now() + 11 * second)],
      [5, "read", () => this.#read()],
      [3, "list", () => this.#list(person)],
      [3, "fault", () => this.#breakStorage()],
      [1, "move", () => this.move()],
    ];
    let left = this.dice(chances.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, name, thing] of chances) {
      left -= weight;
      if (left < 0) return [name, thing];
    }
    throw new Error("No such chance.");
  }

  async send(person: string, more: object = {}): Promise<void> {
    const texts = Array.from({ length: this.dice(4) === 0 ? 2 : 1 }, () => this.#newText());
    const wasStopped = this.stopped.has(person);
    const body = { text: texts.length === 1 ? texts[0] : texts, ...more };
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages`;
    const sent = await call(path, { body, token: this.pool.token });
    if (sent.status !== 202) return;
    if (wasStopped && this.stopped.has(person)) this.wrong.push({ accepted: texts, stopped: person });
    const ids = (sent.body.message_ids as string[] | undefined) ?? [String(sent.body.message_id)];
    for (const [index, id] of ids.entries()) {
      const text = texts[index] ?? "";
      this.accepted.push({ id, person, text, shown: 0, providerId: null, cancelled: false });
    }
  }

  #newText(): string {
    this.#texts += 1;
    return `Text ${this.#texts}`;
  }

  async #cancel(): Promise<void> {
    const one = this.#pick(this.accepted);
    if (one === undefined) return;
    const path = `/v2/api/chats/${encodeURIComponent(one.person)}/messages/${one.id}`;
    const answer = await call(path, { method: "DELETE", token: this.pool.token });
    if (answer.status === 200) one.cancelled = true;
  }

  /** Twilio's word about one message: the next status, or the one after that. */
  async #report(): Promise<void> {
    const one = this.#pick(
      this.pool.carrier.departures.filter(({ sid }) => this.placeOf(sid) < this.wayOf(sid).length - 1),
    );
    if (one !== undefined)
      await this.tell(one, Math.min(this.wayOf(one.sid).length - 1, this.placeOf(one.sid) + 1 + this.dice(2)));
  }

  /** A word that came before, or comes too late. */
  async #reportAgain(): Promise<void> {
    const one = this.#pick(this.pool.carrier.departures.filter(({ sid }) => this.placeOf(sid) >= 0));
    if (one === undefined) return;
    const status = this.wayOf(one.sid)[this.dice(this.placeOf(one.sid) + 1)] ?? "";
    await this.pool.carrier.twilio.sendStatus(one.sid, status, { untrue: true });
  }

  /** Reports a status as Twilio does, up to four times. */
  async tell(one: Departure, place: number): Promise<void> {
    const status = this.wayOf(one.sid)[place] ?? "";
    for (let left = 4; left > 0; left -= 1) {
      const answer = await report(this.pool, one, status, status === "undelivered" ? 30003 : undefined).catch(() => 0);
      if (answer === 204) break;
      if (left === 1) this.wrong.push({ unheard: status, of: one.body, answer });
    }
    this.reached.set(one.sid, Math.max(this.placeOf(one.sid), place));
  }

  /** How far a message has come on its way by what was reported, -1 for nowhere. */
  placeOf(sid: string): number {
    return this.reached.get(sid) ?? -1;
  }

  wayOf(sid: string): string[] {
    return Number.parseInt(sid.slice(-2), 16) % 8 === 0 ? ways.badly : ways.well;
  }

  async #hear(person: string): Promise<void> {
    const text = this.#pick(["Yes", "And you?", "STOP", "START"]) ?? "";
    // While it is asked, neither holds.
    this.stopped.delete(person);
    const answer = await writeTo(this.pool, person, this.pool.numbers[0] ?? "", text);
    if (answer === 200 && text === "STOP") this.stopped.add(person);
  }

  async #cut(how: () => Promise<void>): Promise<void> {
    this.cuts += 1;
    await how();
    await this.stub.stats().catch(() => null);
  }

  /** An object that waits for something is not put away, nor one that waited for what is cancelled: the clock stands still, and its timer is set again and again. */
  async #putAway(): Promise<void> {
    await this.outside.calm();
    const query = "SELECT 1 FROM messages WHERE status = 'cancelled' AND due_at > ?";
    const isTimed = await runInDurableObject(this.stub, (_pool, { storage: { sql } }) => {
      return sql.exec(query, Date.now()).toArray().length > 0;
    });
    await ((await this.#open()) === 0 && !isTimed ? evict(this.pool) : crash(this.pool));
  }

  /** Looks at one message: what was shown of it once is not taken back. */
  async #read(): Promise<void> {
    const one = this.#pick(this.accepted);
    if (one === undefined) return;
    const { status, body } = await admin(`/api-keys/${this.pool.id}/messages/${one.id}`);
    if (status !== 200) return void (status < 500 && this.wrong.push({ gone: one.text, status }));
    const at = ranks.indexOf(String(body.internal_status));
    const providerId = (body.provider_id as string | null) ?? null;
    if (at >= 0 && at < one.shown) this.wrong.push({ back: one.text, to: body.internal_status });
    if (one.providerId !== null && providerId !== one.providerId) this.wrong.push({ idGone: one.text });
    Object.assign(one, { shown: Math.max(at, one.shown), providerId });
  }

  async #list(person: string): Promise<void> {
    const { id } = this.pool;
    const path = this.#pick([`api-keys/${id}/messages?status=sent`, `api-keys/${id}/stats?days=2`, null, null]);
    if (path === null || path === undefined) return this.#listChat(person);
    await admin(`/${path}`);
    await call("/v2/api/events?limit=20", { token: this.pool.token });
  }

  /** A page shows of each message at least what was reported of it before. */
  async #listChat(person: string): Promise<void> {
    const before = this.#reported();
    const path = `/v2/api/chats/${encodeURIComponent(person)}/messages`;
    const { body } = await call(path, { token: this.pool.token });
    const shown = (body.messages as { text: string; status: string; outcome_unknown: boolean }[] | undefined) ?? [];
    for (const { text, status, outcome_unknown } of shown) {
      this.#expectAtLeast({ text, status, outcome_unknown, told: before.get(text) });
    }
  }

  /** What was reported of each text that left. */
  #reported(): Map<string, string | undefined> {
    const { departures } = this.pool.carrier;
    return new Map(departures.map(({ sid, body }) => [body, this.wayOf(sid)[this.placeOf(sid)]]));
  }

  #expectAtLeast(seen: { text: string; status: string; outcome_unknown: boolean; told: string | undefined }): void {
    const [is, told] = [ranks.indexOf(seen.status), ranks.indexOf(seen.told ?? "")];
    // The public API shows what is on its way as queued, and what was read as delivered.
    const least = told < ranks.indexOf("sent") ? 0 : Math.min(told, ranks.indexOf("delivered"));
    const isForgotten = seen.outcome_unknown && least > 0;
    if (isForgotten || (is >= 0 && is < least)) this.wrong.push(seen);
  }

  /** Somebody comes back: what left and is not unknown has its id in a row then, its own or its event's. */
  async #keep(): Promise<void> {
    await this.outside.calm();
    const left = this.pool.carrier.departures.map(({ body }) => body);
    await this.stub.keepAll(this.dice(2) === 0);
    const query = `SELECT text FROM messages WHERE status = 'sending' AND sid IS NULL AND outcome_unknown = 0
      AND NOT EXISTS (SELECT 1 FROM events WHERE events.message = messages.seq AND redo IS NOT NULL)`;
    const without = await runInDurableObject(this.stub, (_pool, { storage: { sql } }) => {
      return sql.exec<{ text: string }>(query).toArray();
    });
    for (const { text } of without) if (left.includes(text)) this.wrong.push({ withoutId: text });
  }

  /** One of the next transactions does its work, and then fails. */
  #breakStorage(): Promise<unknown> {
    let left = 1 + this.dice(4);
    return runInDurableObject(this.stub, (_pool, { storage }) => {
      const real = Object.getPrototypeOf(storage).transactionSync.bind(storage);
      storage.transactionSync = (work: () => unknown) => {
        left -= 1;
        if (left !== 0) return real(work);
        this.log.push("FAULT");
        return real(() => {
          work();
          throw new Error("storage fault");
        });
      };
    });
  }

  /** Moves the whole ledger to another place: what arrives says of each message at least what was reported of it before. */
  async move(): Promise<void> {
    await this.outside.calm();
    const before = this.#reported();
    const rows: { table: string; row: Record<string, unknown> }[] = [];
    for (
      let cursor: { table: number; after: (string | number)[] | null } | null = { table: 0, after: null };
      cursor;
    ) {
      const page = await this.stub.exportRows(cursor as never);
      if (!page.ok) return;
      rows.push(...(page.value.rows as typeof rows));
      cursor = page.value.next as typeof cursor;
    }
    this.#copies += 1;
    const there = env.POOLS.getByName(`key_${this.pool.id.slice(4, 12)}copy${String(this.#copies).padStart(4, "0")}`);
    const taken = await there.importRows(rows as never, 1);
    await there.finishImport();
    if (!taken.ok) this.wrong.push({ refused: taken });
    const arrived = await runInDurableObject(there, (_pool, { storage: { sql } }) =>
      sql
        .exec<{ text: string; status: string; outcome_unknown: number }>(
          "SELECT text, status, outcome_unknown FROM messages WHERE direction = 'outbound'",
        )
        .toArray(),
    );
    for (const row of arrived) {
      this.#expectAtLeast({ ...row, outcome_unknown: row.outcome_unknown === 1, told: before.get(row.text) });
    }
  }

  /** Lets everything come to its end: a last cut, a last word about all that left, and as much time as repeats and looks need. */
  async settle(): Promise<void> {
    this.log.push("SETTLE");
    await this.outside.calm();
    await this.#cut(() => crash(this.pool));
    await Promise.all(this.people.map((person) => this.#listChat(person)));
    this.outside.answerAs = () => 200;
    const hasWord = this.dice(2) === 0;
    const isDone = async () => {
      await ring(this.pool);
      await this.outside.calm();
      if (hasWord) await this.#lastWords();
      return (await this.#open()) === 0 && (await this.stub.stats())?.owedDeliveries === 0;
    };
    for (let left = 60; left > 0 && !(await isDone()); left -= 1) {
      vi.setSystemTime(Date.now() + (left > 40 ? 3 : 120) * second);
    }
    await this.#lastWords();
    await eventually(async () => {
      vi.setSystemTime(Date.now() + 30 * second);
      return isDone();
    });
  }

  async #lastWords(): Promise<void> {
    for (const one of this.pool.carrier.departures) {
      const end = this.wayOf(one.sid).length - 1;
      if (this.placeOf(one.sid) < 2) await this.tell(one, Math.min(2, end));
    }
  }

  /** How many messages have still to leave, or nobody knows of. */
  #open(): Promise<number> {
    const query =
      "SELECT 1 FROM messages WHERE status IN ('queued', 'scheduled') OR (status = 'sending' AND sid IS NULL)";
    return runInDurableObject(this.stub, (_pool, { storage: { sql } }) => {
      return sql.exec(query).toArray().length;
    });
  }

  /** Returns the number of each chat's last event. */
  async lastNumbers(): Promise<[string, number][]> {
    const query =
      "SELECT body ->> '$.external_id' AS chat, max(body ->> '$.sequence') AS n FROM events WHERE original IS NULL GROUP BY chat";
    return runInDurableObject(this.stub, (_pool, { storage: { sql } }) =>
      sql
        .exec<{ chat: string; n: number }>(query)
        .toArray()
        .map(({ chat, n }): [string, number] => [chat, n]),
    );
  }

  /** Lets a person write, and returns the number of the event that tells of it; null where it did not come to that. */
  async nextNumber(person: string): Promise<number | null> {
    const answer = await writeTo(this.pool, person, this.pool.numbers[0] ?? "", "Still there?");
    return answer === 200 ? (new Map(await this.lastNumbers()).get(person) ?? null) : null;
  }
}
