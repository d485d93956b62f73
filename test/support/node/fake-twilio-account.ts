import { setTimeout as sleep } from "node:timers/promises";
import { planFaults } from "./fake-twilio-faults.ts";
import { type FakeMessage, type FakeNumber, makeNumber, type NumberRecord, newSid } from "./fake-twilio-store.ts";
import { type Delivered, postWebhook, type Signing } from "./fake-twilio-webhooks.ts";

export type LifeCycle = (message: { to: string; body: string }) => { status: string; errorCode?: number }[];

export type FakeTwilioOptions = {
  accountSid: string;
  authToken: string;
  apiKeys?: { sid: string; secret: string; mayRead?: ("numbers" | "messages")[] }[];
  numbers: (string | FakeNumber)[];
  /** `active` unless Twilio has suspended or closed it; it can be read all the same. */
  status?: "active" | "suspended" | "closed";
  /** The callbacks that follow a message, in order; by default `sent` and `delivered`. */
  lifeCycle?: LifeCycle;
  callbackDelayMs?: number;
  /** How long a message stays out of lists after it was taken. */
  listLagMs?: number;
  /** How lists show a message, where that differs from how it was sent. */
  shows?: (message: FakeMessage) => Partial<FakeMessage>;
  /** How far the clock here is ahead of the gateway's. */
  clockAheadMs?: number;
  port?: number;
};

/** One line of the oracle: what was asked, what was taken, what was told. */
export type LogEntry = { at: number } & (
  | { kind: "request"; method: string; path: string; status: number | null; authorized: boolean }
  | { kind: "accepted"; sid: string; to: string; from: string | null; body: string; statusCallback: string | null }
  | { kind: "callback"; sid: string; status: string; delivered: Delivered }
  | { kind: "inbound"; sid: string; delivered: Delivered }
);
type LogEvent = LogEntry extends infer E ? (E extends unknown ? Omit<E, "at"> : never) : never;

export type InboundOptions = {
  from: string;
  to: string;
  text: string;
  media?: { contentType: string; bytes: Uint8Array }[];
  /** Further parameters, as pairs so that names may repeat. */
  params?: [string, string][];
  sid?: string;
  signing?: Signing;
  times?: number;
  url?: string;
};

export type StatusExtras = {
  errorCode?: number;
  params?: [string, string][];
  signing?: Signing;
  /** Moves the message on without telling anybody. */
  silent?: boolean;
  /** Tells of a status that the message is not in: what Twilio shows stays. */
  untrue?: boolean;
  /** The sender that a Messaging Service has picked by now: an RCS agent, or the number that it fell back to. */
  from?: string;
};

/** One account as the stand-in keeps it: its numbers and messages, the oracle, and the callbacks that it owes. */
export class FakeAccount {
  readonly options: FakeTwilioOptions;
  readonly root: string;
  readonly log: LogEntry[] = [];
  readonly violations: string[] = [];
  readonly messages: FakeMessage[] = [];
  readonly numbers: NumberRecord[];
  readonly files = new Map<string, { contentType: string; bytes: Uint8Array }>();
  readonly faults = planFaults();
  /** How many create calls came so far. */
  creates = 0;
  url = "";
  stopped = false;
  /** When the request that is answered now came in, where somebody has kept that. */
  arrivedAt: number | null = null;
  readonly #running = new Set<Promise<void>>();

  constructor(options: FakeTwilioOptions) {
    this.options = options;
    this.root = `/2010-04-01/Accounts/${options.accountSid}`;
    this.numbers = options.numbers.map((number) =>
      makeNumber(typeof number === "string" ? { phoneNumber: number } : number),
    );
  }

  clock(): number {
    return Date.now() + (this.options.clockAheadMs ?? 0);
  }

  note(event: LogEvent): void {
    this.log.push({ at: this.arrivedAt ?? Date.now(), ...event } as LogEntry); // Omit over the union is exact; TypeScript cannot rejoin it.
  }

  inBackground(work: () => Promise<void>): void {
    const running = work().catch((error: unknown) => {
      if (!this.stopped) this.violations.push(`the stand-in itself failed: ${error}`);
    });
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  async settle(timeoutMs: number): Promise<void> {
    await Promise.race([Promise.all(this.#running), sleep(timeoutMs)]);
  }

  /** Keeps a message, taken or not: Twilio stores refused ones as failed too. */
  keep(form: URLSearchParams, status: string, errorCode: number | null): FakeMessage {
    const mediaUrls = form.getAll("MediaUrl");
    const message: FakeMessage = {
      sid: newSid(mediaUrls.length > 0 ? "MM" : "SM"),
      direction: "outbound-api",
      to: form.get("To") ?? "",
      from: form.get("From"),
      body: form.get("Body") ?? "",
      mediaUrls,
      status,
      errorCode,
      createdAt: this.clock(),
      statusCallback: form.get("StatusCallback"),
      messagingServiceSid: form.get("MessagingServiceSid"),
    };
    this.messages.push(message);
    return message;
  }

  /** Takes a message: from here on it counts as sent to a person, and its life cycle runs. */
  accept(form: URLSearchParams): FakeMessage {
    const message = this.keep(form, form.has("MessagingServiceSid") ? "accepted" : "queued", null);
    const { sid, to, from, body, statusCallback } = message;
    this.note({ kind: "accepted", sid, to, from, body, statusCallback });
    const { lifeCycle = proceedNormally, callbackDelayMs = 20 } = this.options;
    this.inBackground(async () => {
      for (const { status, errorCode } of lifeCycle({ to, body })) {
        await sleep(callbackDelayMs);
        if (this.stopped) return;
        await this.sendStatus(sid, status, errorCode === undefined ? {} : { errorCode });
      }
    });
    return message;
  }

  /** Moves a message on and tells its status callback; returns what the receiver answered. */
  async sendStatus(sid: string, status: string, extras: StatusExtras = {}): Promise<Delivered | null> {
    const message = this.messages.find((one) => one.sid === sid);
    if (message === undefined) throw new Error(`The stand-in has no message ${sid}.`);
    if (extras.from !== undefined) message.from = extras.from;
    const said = { ...message, status, errorCode: extras.errorCode ?? message.errorCode };
    if (extras.untrue !== true) Object.assign(message, { status: said.status, errorCode: said.errorCode });
    if (message.statusCallback === null || extras.silent === true) return null;
    const params = describeStatus(this.options.accountSid, said, extras);
    const { authToken } = this.options;
    const delivered = await postWebhook(message.statusCallback, params, authToken, extras.signing ?? "valid");
    this.note({ kind: "callback", sid, status, delivered });
    return delivered;
  }

  /** Lets a person write to one of the numbers: posts to the number's `sms_url` as often as asked, and returns the answers. */
  async sendInbound(inbound: InboundOptions): Promise<Delivered[]> {
    const { to, media = [], signing = "valid", times = 1 } = inbound;
    const fields = this.numbers.find(({ phoneNumber }) => phoneNumber === to)?.fields;
    const target = inbound.url ?? (fields?.sms_application_sid ? "" : fields?.sms_url) ?? "";
    if (target === "") throw new Error(`The stand-in's number ${to} has no webhook.`);
    const sid = inbound.sid ?? newSid(media.length > 0 ? "MM" : "SM");
    const params = describeInbound(this.options.accountSid, sid, inbound);
    for (const [index, file] of media.entries()) {
      const mediaSid = newSid("ME");
      this.files.set(mediaSid, file);
      params.push([`MediaUrl${index}`, `${this.url}${this.root}/Messages/${sid}/Media/${mediaSid}`]);
      params.push([`MediaContentType${index}`, file.contentType]);
    }
    params.push(...(inbound.params ?? []));
    const posts = Array.from({ length: times }, () => postWebhook(target, params, this.options.authToken, signing));
    const answers = await Promise.all(posts);
    for (const delivered of answers) this.note({ kind: "inbound", sid, delivered });
    return answers;
  }
}

const proceedNormally: LifeCycle = () => [{ status: "sent" }, { status: "delivered" }];

function describeStatus(accountSid: string, message: FakeMessage, extras: StatusExtras): [string, string][] {
  const params: [string, string][] = [
    ["MessageSid", message.sid],
    ["SmsSid", message.sid],
    ["MessageStatus", message.status],
    ["SmsStatus", message.status],
    ["To", message.to],
    ["From", message.from ?? ""],
    ["AccountSid", accountSid],
    ["ApiVersion", "2010-04-01"],
  ];
  if (message.messagingServiceSid !== null) params.push(["MessagingServiceSid", message.messagingServiceSid]);
  if (extras.errorCode !== undefined) params.push(["ErrorCode", String(extras.errorCode)]);
  return [...params, ...(extras.params ?? [])];
}

function describeInbound(accountSid: string, sid: string, { from, to, text, media = [] }: InboundOptions) {
  const places: [string, string][] = ["City", "State", "Zip", "Country"].flatMap((part): [string, string][] => [
    [`To${part}`, part === "Country" ? "US" : ""],
    [`From${part}`, part === "Country" ? "US" : ""],
  ]);
  const params: [string, string][] = [
    ["SmsMessageSid", sid],
    ["NumMedia", String(media.length)],
    ["SmsSid", sid],
    ["SmsStatus", "received"],
    ["Body", text],
    ["To", to],
    ["NumSegments", "1"],
    ["MessageSid", sid],
    ["AccountSid", accountSid],
    ["From", from],
    ["ApiVersion", "2010-04-01"],
  ];
  return [...(from.includes(":") ? [] : places), ...params];
}
