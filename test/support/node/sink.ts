import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";

/** How the sink answers one delivery. */
export type SinkAnswer =
  | { kind: "status"; status: number; headers?: Record<string, string>; body?: string; delayMs?: number }
  | { kind: "hang" }
  | { kind: "reset" }
  | { kind: "drip"; everyMs: number; bytes: number };

/** One delivery as it arrived. `standard` and `blooio` say whether each signature holds; null when no secret is known for its path. */
export type Delivery = {
  at: number;
  path: string;
  headers: IncomingHttpHeaders;
  raw: Buffer;
  payload: Record<string, unknown> | null;
  standard: boolean | null;
  blooio: boolean | null;
  /** What it is answered. */
  answer: SinkAnswer;
};
type Arrived = Omit<Delivery, "answer">;

const takenWell: SinkAnswer = { kind: "status", status: 200 };

/** Starts a webhook receiver on loopback: it keeps every delivery with its raw bytes, verifies both signatures, and answers as it is told. */
export async function startSink(options: { port?: number } = {}) {
  const deliveries: Delivery[] = [];
  const secrets = new Map<string, string>();
  const planned = new Map<string, SinkAnswer[]>();
  const standing = new Map<string, SinkAnswer>();
  let choose: (delivery: Arrived) => SinkAnswer | null = () => null;
  let arrived = () => {};

  async function receive(incoming: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const path = new URL(incoming.url ?? "/", "http://sink").pathname;
    const secret = secrets.get(path) ?? secrets.get("*") ?? null;
    const { headers } = incoming;
    const standard = secret === null ? null : verifyStandard(secret, headers, raw);
    const blooio = secret === null ? null : verifyBlooio(secret, headers, raw);
    const delivery: Arrived = { at: Date.now(), path, headers, raw, payload: parse(raw), standard, blooio };
    const answer = planned.get(path)?.shift() ?? choose(delivery) ?? standing.get(path) ?? takenWell;
    deliveries.push({ ...delivery, answer });
    arrived();
    await answerWith(answer, response);
  }

  const server = createServer((incoming, response) => {
    receive(incoming, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");

  /** Resolves to the first delivery, past or future, that the predicate accepts; fails loudly after `timeoutMs`. */
  async function waitFor(predicate: (delivery: Delivery) => boolean, timeoutMs = 5_000): Promise<Delivery> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const found = deliveries.find(predicate);
      if (found !== undefined) return found;
      const left = until - Date.now();
      if (left <= 0) throw new Error(`No such delivery within ${timeoutMs} ms; ${deliveries.length} others came.`);
      await Promise.race([new Promise<void>((resolve) => (arrived = resolve)), sleep(Math.min(left, 50))]);
    }
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries,
    waitFor,
    /** Makes a webhook's secret known, for one path or for all. */
    trust: (secret: string, path = "*") => secrets.set(path, secret),
    /** Answers the path's next deliveries one after another as given; after them as `answerAlways` says, else 200. */
    answer: (path: string, ...answers: SinkAnswer[]) => planned.set(path, [...(planned.get(path) ?? []), ...answers]),
    /** Lets a function decide the answer to every delivery for which none is planned. */
    answerBy: (chooser: (delivery: Arrived) => SinkAnswer | null) => {
      choose = chooser;
    },
    answerAlways: (path: string, answer: SinkAnswer) => standing.set(path, answer),
    /** Deliveries with a known secret of which a signature did not hold. */
    forgeries: () => deliveries.filter(({ standard, blooio }) => standard === false || blooio === false),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close").catch(() => {});
    },
  };
}

/** A running sink. */
export type Sink = Awaited<ReturnType<typeof startSink>>;

async function answerWith(answer: SinkAnswer, response: ServerResponse): Promise<void> {
  switch (answer.kind) {
    case "status":
      await sleep(answer.delayMs ?? 0);
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body ?? "");
      return;
    case "hang":
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "drip":
      response.writeHead(200);
      for (let sent = 0; sent < answer.bytes && !response.destroyed; sent += 1) {
        response.write(".");
        await sleep(answer.everyMs);
      }
      response.end();
  }
}

function verifyStandard(secret: string, headers: IncomingHttpHeaders, raw: Buffer): boolean {
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
  const own = Object.fromEntries(names.map((name) => [name, String(headers[name] ?? "")]));
  try {
    new Webhook(secret).verify(raw.toString("utf8"), own);
    return true;
  } catch {
    return false;
  }
}

function verifyBlooio(secret: string, headers: IncomingHttpHeaders, raw: Buffer): boolean {
  const match = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["x-blooio-signature"] ?? ""));
  if (match === null) return false;
  const expected = createHmac("sha256", secret).update(`${match[1]}.`).update(raw).digest("hex");
  return expected === match[2];
}

function parse(raw: Buffer): Record<string, unknown> | null {
  try {
    return JSON.parse(raw.toString("utf8"));
  } catch {
    return null;
  }
}
