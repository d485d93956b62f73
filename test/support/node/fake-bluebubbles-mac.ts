import { setTimeout as sleep } from "node:timers/promises";
import { MacFaults } from "./fake-bluebubbles-faults.ts";
import {
  type MacChat,
  MacDatabase,
  type MacFile,
  type MacMessage,
  newGuid,
  renderMessage,
  type Service,
} from "./fake-bluebubbles-store.ts";

export type FakeMacOptions = {
  password: string;
  /** The addresses of the Apple ID; the first begins chats. */
  aliases: string[];
  macos?: string;
  version?: string;
  privateApi?: boolean;
  /** The address that the server reads off the newest chat; null where there is none. */
  detected?: string | null;
  smsForwarding?: boolean;
  /** Addresses that are not on iMessage. */
  notOnIMessage?: string[];
  /** How far the Mac's clock is ahead, and how far it says it is. */
  clockAheadMs?: number;
  /** Whether answers to sends name the chat, and whether AppleScript may be asked to send. */
  answersWithChats?: boolean;
  mayUseAppleScript?: boolean;
  port?: number;
};

/** One line of the oracle: what was asked, what really reached a person, what was told. */
export type MacLogEntry = { at: number } & (
  | { kind: "request"; method: string; path: string; status: number | null }
  | {
      kind: "reached";
      to: string;
      text: string;
      files: string[];
      guid: string;
      place: number;
      service: Service;
      tempGuid: string | null;
    }
  | { kind: "reaction"; target: string; reaction: string; guid: string }
  | { kind: "did"; what: string; chat: string; value: string }
  | { kind: "hook"; url: string; type: string; status: number | null }
);
type MacLogEvent = MacLogEntry extends infer E ? (E extends unknown ? Omit<E, "at"> : never) : never;

export type Hook = { id: number; url: string; events: string[]; created: number };
export type Inbound = {
  from: string;
  text?: string | null;
  /** Our address that it is written to; the first alias where none is named. */
  to?: string;
  service?: Service;
  /** The members of a group beside ourselves. */
  group?: string[];
  files?: { name: string; type: string; bytes: Uint8Array; onDiskAfterMs?: number }[];
  /** How old its date is as it comes in. */
  ageMs?: number;
  joinedAfterMs?: number | null;
  /** Set for what the owner writes on a device of their own. */
  isFromMe?: boolean;
  more?: Partial<MacMessage>;
};

/** Milliseconds before the last look at the database within which a row is still told by a webhook. */
const lookBackMs = 30_000;

/** A Mac with BlueBubbles Server as the stand-in keeps it: its database, its people, the oracle, and the webhooks that it rings. */
export class FakeMac {
  readonly options: FakeMacOptions;
  readonly db: MacDatabase;
  readonly log: MacLogEntry[] = [];
  readonly violations: string[] = [];
  readonly faults = new MacFaults();
  readonly hooks: Hook[] = [];
  readonly uploads = new Map<string, MacFile>();
  readonly notOnIMessage: Set<string>;
  /** Sends under way, by `tempGuid`, and chats with one. */
  readonly sending = new Set<string>();
  readonly busyChats = new Set<string>();
  url = "";
  privateApi: boolean;
  helperConnected = true;
  /** Who shares their place with its Apple ID; no Mac of macOS 14 or later tells. */
  friends = [
    { handle: "+15550001111", coordinates: [37.3, -122], long_address: "1 Loop", status: "live", last_updated: 1 },
  ];
  /** What the network before the Mac does with every request. */
  tunnel: "open" | "reset" | { status: number; body: string } = "open";
  /** A deaf watcher: no webhook, while everything else works. */
  isDeaf = false;
  /** How often each webhook is posted, and which are lost. */
  hookTimes = 1;
  losesHook: (type: string, count: number) => boolean = () => false;
  sends = 0;
  stopped = false;
  #hooksPosted = 0;
  #lastHookId = 0;
  #lastCheck: number;
  readonly #running = new Set<Promise<void>>();

  constructor(options: FakeMacOptions) {
    this.options = options;
    this.db = new MacDatabase(options.macos ?? "15.5");
    this.privateApi = options.privateApi ?? true;
    this.notOnIMessage = new Set(options.notOnIMessage);
    this.#lastCheck = this.clock();
  }

  get line(): string {
    return this.options.aliases[0] ?? "";
  }

  clock(): number {
    return Date.now() + (this.options.clockAheadMs ?? 0);
  }

  note(event: MacLogEvent): void {
    this.log.push({ at: Date.now(), ...event } as MacLogEntry); // Omit over the union is exact; TypeScript cannot rejoin it.
  }

  violate(what: string): void {
    this.violations.push(what);
  }

  inBackground(work: () => Promise<void>): void {
    const running = work().catch((error: unknown) => {
      if (!this.stopped) this.violate(`the stand-in itself failed: ${error}`);
    });
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  /** Does something later, unless the Mac is switched off by then. */
  later(afterMs: number, work: () => void): void {
    this.inBackground(async () => {
      await sleep(afterMs);
      if (!this.stopped) work();
    });
  }

  async settle(timeoutMs: number): Promise<void> {
    await Promise.race([Promise.all(this.#running), sleep(timeoutMs)]);
  }

  addHook(url: string, events: string[]): Hook {
    this.#lastHookId += 1;
    const hook = { id: this.#lastHookId, url, events, created: this.clock() };
    this.hooks.push(hook);
    return hook;
  }

  /** Rings for a row as the watcher does: not while it is deaf, and not for a row that is dated before the last look. */
  announce(type: string, message: MacMessage, joins: string[] = ["chat"]): void {
    const since = this.#lastCheck - lookBackMs;
    this.#lastCheck = this.clock();
    if (message.date < since && type === "new-message") return;
    this.emit(type, renderMessage(message, new Set(joins), true));
  }

  /** Posts an event to every webhook that wants it, once, and forgets it. */
  emit(type: string, data: unknown): void {
    if (this.isDeaf || this.stopped) return;
    for (const hook of this.hooks.filter(({ events }) => events.includes("*") || events.includes(type))) {
      for (let time = 0; time < this.hookTimes; time += 1) {
        this.#hooksPosted += 1;
        if (this.losesHook(type, this.#hooksPosted)) continue;
        this.inBackground(() => this.#post(hook.url, type, data));
      }
    }
  }

  async #post(url: string, type: string, data: unknown): Promise<void> {
    const headers = { "content-type": "application/json", "user-agent": "axios/1.7.9" };
    const posted = await fetch(url, { method: "POST", headers, body: JSON.stringify({ type, data }) }).catch(
      () => null,
    );
    await posted?.body?.cancel().catch(() => {});
    this.note({ kind: "hook", url, type, status: posted?.status ?? null });
  }

  chatOf({ from, group, service = "iMessage", to }: Inbound): MacChat {
    const line = to ?? this.line;
    if (group !== undefined) return this.db.groupWith(group) ?? this.db.newGroup(group, line);
    return this.db.directChat(from, service, line);
  }

  /** A person writes to a line, or the owner writes on a device. */
  receive(inbound: Inbound): MacMessage {
    const { from, text = null, service = "iMessage", files = [], ageMs = 0, joinedAfterMs, more = {} } = inbound;
    const chat = this.chatOf(inbound);
    const isFromMe = inbound.isFromMe ?? false;
    if (!isFromMe) chat.lastAddressedHandle = inbound.to ?? this.line;
    const message = this.db.add({
      text,
      chat: joinedAfterMs === undefined ? chat : null,
      handle: isFromMe && chat.style === 43 ? null : this.db.handleOf(from, service),
      service,
      date: this.clock() - ageMs,
      isFromMe,
      destinationCallerId: inbound.to ?? this.line,
      files: files.map(({ name, type, bytes, onDiskAfterMs }) => {
        const file = {
          guid: `at_0_${newGuid()}`,
          name,
          type,
          bytes,
          transferState: onDiskAfterMs === undefined ? 5 : 0,
        };
        if (onDiskAfterMs !== undefined) this.later(onDiskAfterMs, () => Object.assign(file, { transferState: 5 }));
        return file;
      }),
      ...more,
    });
    if (joinedAfterMs != null) this.later(joinedAfterMs, () => Object.assign(message, { chat }));
    this.announce("new-message", message);
    return message;
  }

  /** Something happens to a message that is there; the watcher tells of it without the chat. */
  change(guid: string, change: Partial<MacMessage>): MacMessage {
    const message = this.db.find(guid);
    if (message === undefined) throw new Error(`The stand-in has no message ${guid}.`);
    Object.assign(message, change);
    this.announce("updated-message", message, []);
    return message;
  }

  deliver(guid: string): void {
    this.change(guid, { isDelivered: true, dateDelivered: this.clock(), error: 0 });
  }

  read(guid: string): void {
    this.change(guid, { isDelivered: true, dateRead: this.clock() });
  }

  /** A person reacts to a message. */
  react(from: string, target: string, type: string, options: { text?: string; group?: string[] } = {}): MacMessage {
    const { text = `Reacted to “…”`, group } = options;
    const more = { associatedMessageType: type, associatedMessageGuid: `p:0/${target}` };
    return this.receive({ from, text, ...(group === undefined ? {} : { group }), more });
  }

  /** Returns what really reached people, in order. */
  reached() {
    return this.log.filter((entry) => entry.kind === "reached");
  }
}
