import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { FakeMac, type FakeMacOptions } from "./fake-bluebubbles-mac.ts";
import { answerMac } from "./fake-bluebubbles-rest.ts";

/** Starts a stand-in for a Mac with BlueBubbles Server on loopback that shares no code with the gateway: it refuses what the server would refuse, notes every wrong use in `violations`, and keeps an append-only `log` of what really reached people. */
export async function startFakeMac(options: FakeMacOptions) {
  const mac = new FakeMac(options);
  const server = createServer((incoming, response) => mac.inBackground(() => serve(mac, incoming, response)));
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  mac.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    mac,
    url: mac.url,
    password: options.password,
    /** Ends the server, its connections and what still runs behind it. */
    async stop() {
      mac.stopped = true;
      server.close();
      server.closeAllConnections();
      await mac.settle(2_000);
    },
  };
}

/** A running stand-in. */
export type RunningMac = Awaited<ReturnType<typeof startFakeMac>>;

async function serve(mac: FakeMac, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(incoming);
  if (body === null) return;
  const target = new URL(incoming.url ?? "/", mac.url);
  const method = incoming.method ?? "GET";
  const request = { method, path: target.pathname, query: target.searchParams, headers: incoming.headers, body };
  const reply = await answerMac(mac, request, () => incoming.socket.resetAndDestroy());
  mac.note({ kind: "request", method, path: target.pathname, status: reply?.status ?? null });
  if (reply === null || response.destroyed) return;
  const raw = typeof reply.body === "string" || reply.body instanceof Uint8Array;
  response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
  response.end(raw ? reply.body : JSON.stringify(reply.body));
}

/** A request that breaks off is never answered, nor acted on. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch {
    return null;
  }
}
