import { createHmac } from "node:crypto";
import { judge } from "../../../scripts/chaos/judge.mjs";

const secret = `whsec_${Buffer.alloc(24, 5).toString("base64")}`;
const start = 1_800_000_000_000;
export const at = (seconds: number) => start + seconds * 1000;
const first = {
  name: "first",
  numbers: ["+15550000001", "+15550000002"],
  resends: false,
  hooks: [{ path: "/first", secret }],
};
const second = { name: "second", numbers: ["+15550000003"], resends: true, hooks: [{ path: "/second", secret }] };
export const anna = "+15551000001";
export const bert = "+15551000002";
export const cleo = "+15551000003";
export const dora = "+15551000004";
export const emil = "+15551000005";
const file = "https://files.test/cat.png";

type Row = Record<string, unknown> & { message_id: string };
type Payload = { event: string; message_id: string | null; external_id: string; sequence: number } & Record<
  string,
  unknown
>;

function sign(raw: string, id: string, time: number) {
  const seconds = String(Math.floor(time / 1000));
  const key = Buffer.from(secret.slice(6), "base64");
  const standard = createHmac("sha256", key).update(`${id}.${seconds}.${raw}`).digest("base64");
  const blooio = createHmac("sha256", secret).update(`${seconds}.${raw}`).digest("hex");
  return {
    "webhook-id": id,
    "webhook-timestamp": seconds,
    "webhook-signature": `v1,${standard}`,
    "x-blooio-signature": `t=${seconds},v1=${blooio}`,
  };
}

export function deliver(path: string, id: string, payload: Payload, seconds: number, status: number | null = 200) {
  const raw = JSON.stringify({ ...payload, event_id: id });
  return { at: at(seconds), path, raw, headers: sign(raw, id, at(seconds)) as Record<string, string>, status };
}

/** Every step of a message, told once. */
export function tell(
  path: string,
  about: { id: string; chat: string; number: string; text: string; files?: number },
  steps: string[],
  from: number,
) {
  return steps.map((step, index) => {
    const payload = {
      event: `message.${step}`,
      message_id: about.id,
      external_id: about.chat,
      internal_id: about.number,
      text: about.text,
      attachments: Array.from({ length: about.files ?? 0 }, () => ({})),
      sequence: from + index,
    };
    return deliver(path, `evt_${about.id}_${step}`, payload, 1);
  });
}

export const ask = (seconds: number, id: string | null, status: number | null = 202) => ({
  at: at(seconds),
  until: at(seconds + 0.1),
  status,
  id,
});
export const send = (key: string, to: string, text: string, asks: ReturnType<typeof ask>[], media: string[] = []) => ({
  key,
  to,
  text,
  media,
  asks,
});
export const create = (
  seconds: number,
  from: string,
  to: string,
  text: string,
  outcome: string,
  code: number | null = null,
) => ({ at: at(seconds), from, to, text, outcome, code });
export const message = (
  sid: string,
  from: string,
  to: string,
  body: string,
  status: string,
  errorCode: number | null = null,
) => ({
  sid,
  from,
  to,
  body,
  status,
  errorCode,
  mediaUrls: [] as string[],
  taken: true,
});
export const shown = (id: string, text: string, status: string | null, more: Record<string, unknown> = {}): Row => ({
  message_id: id,
  text,
  status,
  direction: "outbound",
  outcome_unknown: false,
  error_code: null,
  attachments: [],
  internal_id: "+15550000001",
  ...more,
});
export const told = (sid: string, word: string, status: number | null = 204, forged = false) => ({
  at: at(1),
  until: at(1.1),
  sid,
  word,
  forged,
  status,
});

/**
 * A run in which all went well: anna's two texts were delivered (the first with a file, asked for again after 429), the one to bert was lost and sent again by the key
 * that wants it, cleo's was refused, dora's was lost, emil wrote with a file, and then STOP.
 */
function sound() {
  const [one, two] = first.numbers as [string, string];
  const [three] = second.numbers as [string];
  const withFile = { ...message("SM1", one, anna, "a1", "delivered"), mediaUrls: [file] };
  return {
    keys: [first, second],
    sends: [
      send("first", anna, "a1", [ask(0, "msg_a1"), ask(0.2, "msg_a1", 200)], [file]),
      send("first", anna, "a2", [ask(1, "msg_a2")]),
      send("second", bert, "b1", [ask(1, "msg_b1")]),
      send("first", cleo, "c1", [ask(1, "msg_c1")]),
      send("first", dora, "d1", [ask(1, "msg_d1")]),
      send("first", emil, "e1", [ask(30, null, 403)]),
    ],
    creates: [
      create(1, one, anna, "a1", "wait"),
      create(2, one, anna, "a1", "taken"),
      create(3, one, anna, "a2", "taken"),
      create(1, three, bert, "b1", "lost"),
      create(12, three, bert, "b1", "taken"),
      create(2, two, cleo, "c1", "refused", 21614),
      create(2, two, dora, "d1", "lost"),
    ],
    messages: [
      withFile,
      message("SM2", one, anna, "a2", "undelivered", 30003),
      message("SM3", three, bert, "b1", "delivered"),
      { ...message("SM4", two, cleo, "c1", "failed", 21614), taken: false },
    ],
    told: [
      told("SM1", "sent"),
      told("SM1", "delivered"),
      told("SM2", "undelivered"),
      told("SM3", "delivered"),
      told("SM3", "failed", 403, true),
    ],
    seen: ["queued", "sent", "sent", "delivered"].map((status, index) => ({
      key: "first",
      id: "msg_a1",
      status,
      askedAt: at(index),
      at: at(index),
    })),
    inbound: [
      {
        key: "first",
        sid: "MM1",
        from: emil,
        to: two,
        text: "hello",
        files: 1,
        forged: false,
        at: at(5),
        answers: [{ at: at(5), until: at(5.1), status: 200 }],
      },
      {
        key: "first",
        sid: "SM7",
        from: emil,
        to: two,
        text: "STOP",
        files: 0,
        forged: false,
        at: at(6),
        answers: [{ at: at(6), until: at(6.1), status: 200 }],
      },
      {
        key: "second",
        sid: "SM8",
        from: bert,
        to: three,
        text: "a lie",
        files: 0,
        forged: true,
        at: at(6),
        answers: [{ at: at(6), until: at(6.1), status: 403 }],
      },
    ],
    shown: new Map<string, Row[]>([
      [`first ${anna}`, [shown("msg_a1", "a1", "delivered"), shown("msg_a2", "a2", "failed", { error_code: "30003" })]],
      [`second ${bert}`, [shown("msg_b1", "b1", "delivered", { internal_id: three })]],
      [`first ${cleo}`, [shown("msg_c1", "c1", "failed", { error_code: "21614", internal_id: two })]],
      [`first ${dora}`, [shown("msg_d1", "d1", "failed", { error_code: "outcome_unknown", internal_id: two })]],
      [
        `first ${emil}`,
        [
          shown("msg_i1", "hello", null, { direction: "inbound", attachments: [{}], internal_id: two }),
          shown("msg_i2", "STOP", null, { direction: "inbound", internal_id: two }),
        ],
      ],
    ]),
    deliveries: [
      ...tell(
        "/first",
        { id: "msg_a1", chat: anna, number: one, text: "a1", files: 1 },
        ["queued", "sending", "sent", "delivered"],
        1,
      ),
      ...tell("/first", { id: "msg_a2", chat: anna, number: one, text: "a2" }, ["queued", "sending", "failed"], 5),
      ...tell(
        "/second",
        { id: "msg_b1", chat: bert, number: three, text: "b1" },
        ["queued", "sending", "sent", "delivered"],
        1,
      ),
      ...tell("/first", { id: "msg_c1", chat: cleo, number: two, text: "c1" }, ["queued", "sending", "failed"], 1),
      ...tell("/first", { id: "msg_d1", chat: dora, number: two, text: "d1" }, ["queued", "sending", "failed"], 1),
      ...tell("/first", { id: "msg_i1", chat: emil, number: two, text: "hello", files: 1 }, ["received"], 1),
      ...tell("/first", { id: "msg_i2", chat: emil, number: two, text: "STOP" }, ["received"], 2),
      deliver(
        "/first",
        "evt_stop",
        { event: "contact.opted_out", message_id: null, external_id: emil, sequence: 3 },
        6,
      ),
    ],
    cuts: [] as { at: number; upAt: number }[],
    violations: [] as string[],
    times: { graceMs: 10_000, callTimeoutMs: 10_000, attemptsAtMost: 5, delaysMs: [0, 1_000, 3_000] },
  };
}

export type Logs = ReturnType<typeof sound>;

export function brokenBy(change: (logs: Logs) => void): string[] {
  const logs = sound();
  change(logs);
  const broken = judge(logs) as Record<string, string[]>;
  return Object.keys(broken).filter((rule) => (broken[rule] ?? []).length > 0);
}

export const sendOf = (logs: Logs, text: string) => must(logs.sends.find((one) => one.text === text));
export const createOf = (logs: Logs, text: string, nth = 0) =>
  must(logs.creates.filter((one) => one.text === text)[nth]);
export const messageOf = (logs: Logs, sid: string) => must(logs.messages.find((one) => one.sid === sid));
export const rowOf = (logs: Logs, id: string) =>
  must([...logs.shown.values()].flat().find((one) => one.message_id === id));
export const deliveryOf = (logs: Logs, id: string) =>
  must(logs.deliveries.find(({ headers }) => headers["webhook-id"] === id));
export const inboundOf = (logs: Logs, sid: string) => must(logs.inbound.find((one) => one.sid === sid));

function must<T>(found: T | undefined): T {
  if (found === undefined) throw new Error("There is no such entry.");
  return found;
}

export function drop(logs: Logs, id: string): void {
  logs.deliveries = logs.deliveries.filter(({ headers }) => headers["webhook-id"] !== id);
}

/** Tells an event otherwise than it was told. */
export function retell(logs: Logs, id: string, change: Record<string, unknown>, path?: string): void {
  const index = logs.deliveries.indexOf(deliveryOf(logs, id));
  const before = must(logs.deliveries[index]);
  logs.deliveries[index] = deliver(path ?? before.path, id, { ...JSON.parse(before.raw), ...change }, 1);
}

/** The gateway was down from one second to another. */
export function cut(logs: Logs, from: number, until: number): void {
  logs.cuts.push({ at: at(from), upAt: at(until) });
}
