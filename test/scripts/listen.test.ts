import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Sink, startSink } from "../support/node/sink.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A gateway that has nothing but a feed of events. */
async function startFeed(events: { event_id: string }[]): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://feed");
    const status = request.headers.authorization === "Bearer tl_test_key" ? 200 : 401;
    const after = url.searchParams.get("after");
    const from = after === "latest" ? events.length : events.findIndex(({ event_id }) => event_id === after) + 1;
    const page = events.slice(from);
    const next_after = page.at(-1)?.event_id ?? events[from - 1]?.event_id ?? null;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? { events: page, next_after } : { message: "Invalid API key" }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function listen(...args: string[]) {
  const child = spawn(process.execPath, ["scripts/listen.mjs", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  stops.push(() => child.kill());
  return { child, said: () => said };
}

async function sink(): Promise<Sink> {
  const started = await startSink();
  stops.push(() => started.stop());
  return started;
}

describe("npm run listen", () => {
  it("forwards what happens from now on, as a webhook with both signatures and the feed's own bytes", async () => {
    const receiver = await sink();
    const event = { event: "message.received", message_id: "msg_1", text: "Café 🚀 \u2028" };
    const events = [{ ...event, event_id: "evt_0" }];
    const url = await startFeed(events);
    const { said } = listen("--forward", `${receiver.url}/hook`, "--key", "tl_test_key", "--url", url);
    await expect.poll(said, { timeout: 5_000 }).toContain("Signed with whsec_");
    receiver.trust(/whsec_[0-9a-f]{64}/.exec(said())?.[0] ?? "");
    await new Promise((resolve) => setTimeout(resolve, 300));
    events.push({ ...event, event_id: "evt_1" }, { ...event, event_id: "evt_2" });
    await receiver.waitFor(({ payload }) => payload?.event_id === "evt_2");
    expect(receiver.deliveries.map(({ payload }) => payload?.event_id)).toEqual(["evt_1", "evt_2"]);
    const [delivery] = receiver.deliveries;
    expect(delivery).toMatchObject({ standard: true, blooio: true });
    expect(delivery?.raw.toString()).toBe(JSON.stringify(events[1]));
    expect(delivery?.headers).toMatchObject({
      "webhook-id": "evt_1",
      "x-blooio-event": "message.received",
      "x-blooio-message-id": "msg_1",
    });
  });

  it("signs with the secret it is given, begins where it is told, and goes on when the receiver is down", async () => {
    const receiver = await sink();
    const secret = `whsec_${"ab".repeat(32)}`;
    receiver.trust(secret);
    receiver.answer("/hook", { kind: "reset" });
    const events = ["evt_1", "evt_2", "evt_3"].map((event_id) => ({ event: "message.sent", event_id }));
    const url = await startFeed(events);
    const target = `${receiver.url}/hook`;
    listen("--forward", target, "--key", "tl_test_key", "--url", url, "--secret", secret, "--after", "evt_1");
    await receiver.waitFor(({ payload }) => payload?.event_id === "evt_3");
    expect(receiver.deliveries.map(({ payload }) => payload?.event_id)).toEqual(["evt_2", "evt_3"]);
    expect(receiver.forgeries()).toEqual([]);
  });

  it("says so and ends when the key is refused, and how it is used when something is missing", async () => {
    const url = await startFeed([]);
    const refused = listen("--forward", "http://127.0.0.1:9", "--key", "wrong", "--url", url);
    const [code] = await once(refused.child, "exit");
    expect([code, refused.said()]).toEqual([1, expect.stringContaining("The gateway refuses: 401 Invalid API key")]);
    const unused = listen("--key", "tl_test_key");
    const [usage] = await once(unused.child, "exit");
    expect([usage, unused.said()]).toEqual([2, expect.stringContaining("Usage: npm run listen")]);
  });
});
