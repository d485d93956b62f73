import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FakeAccount, type FakeTwilioOptions, type InboundOptions, type StatusExtras } from "./fake-twilio-account.ts";
import type { Fault, FaultMatch, Seen } from "./fake-twilio-faults.ts";
import { answer, type FakeRequest } from "./fake-twilio-rest.ts";
import { newSid } from "./fake-twilio-store.ts";

/** Starts a stand-in for Twilio on loopback that shares no code with the gateway: it refuses what Twilio would refuse, notes every wrong use in `violations`, and keeps an append-only `log`. */
export async function startFakeTwilio(options: FakeTwilioOptions) {
  const account = new FakeAccount(options);
  const server = createServer((incoming, response) => account.inBackground(() => serve(account, incoming, response)));
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  account.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: account.url,
    accountSid: options.accountSid,
    authToken: options.authToken,
    log: account.log,
    violations: account.violations,
    messages: account.messages,
    numbers: account.numbers,
    /** Every message that was taken, in order. */
    accepted: () => account.log.filter((entry) => entry.kind === "accepted"),
    /** Plans a fault for the next `times` requests that fit. */
    fault: (match: FaultMatch, fault: Fault, times = 1) => account.faults.add(match, fault, times),
    /** Lets a function decide the fate of every request that no planned fault meets. */
    faultBy: (chooser: (seen: Seen) => Fault | null) => account.faults.chooseBy(chooser),
    sendInbound: (inbound: InboundOptions) => account.sendInbound(inbound),
    sendStatus: (sid: string, status: string, extras?: StatusExtras) => account.sendStatus(sid, status, extras),
    /** Ends the server, its connections and what still runs behind it. */
    async stop() {
      account.stopped = true;
      server.close();
      server.closeAllConnections();
      await account.settle(2_000);
    },
  };
}

/** A running stand-in. */
export type FakeTwilio = Awaited<ReturnType<typeof startFakeTwilio>>;

async function serve(account: FakeAccount, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const target = new URL(incoming.url ?? "/", account.url);
  const request: FakeRequest = {
    method: incoming.method ?? "GET",
    path: target.pathname,
    query: target.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
  const reply = await answer(account, request, response);
  const { method, path, headers } = request;
  const authorized = headers.authorization !== undefined;
  account.note({ kind: "request", method, path, status: reply?.status ?? null, authorized });
  if (reply === null || response.destroyed) return;
  const { body: given } = reply;
  const body = typeof given === "string" || given instanceof Uint8Array ? given : JSON.stringify(given);
  response.writeHead(reply.status, {
    "content-type": "application/json",
    // As Twilio does; without it Node sends an answer in chunks.
    "content-length": Buffer.byteLength(body ?? ""),
    date: new Date(account.clock()).toUTCString(),
    "twilio-request-id": newSid("RQ"),
    "twilio-concurrent-requests": "1",
    ...reply.headers,
  });
  response.end(body);
}
