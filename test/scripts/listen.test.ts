import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { type Sink, startSink } from "../support/node/sink.ts";

const key = `tl_test_${"0123456789abcdefABCDEFxyz".repeat(3).slice(0, 56)}`;
const patience = { timeout: 15_000, interval: 50 };
const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

type FeedEvent = { event: string; event_id: string; external_id?: string; timestamp?: number };

/** A server on loopback that answers as it is told. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A gateway that has nothing but a feed of events. */
const startFeed = (events: FeedEvent[]) => serve((request, response) => answerFeed(events, request, response));

function answerFeed(
  events: FeedEvent[],
  request: IncomingMessage,
  response: ServerResponse,
  limit = Number.POSITIVE_INFINITY,
): void {
  const url = new URL(request.url ?? "/", "http://feed");
  const status = request.headers.authorization === `Bearer ${key}` ? 200 : 401;
  const after = url.searchParams.get("after");
  const from = after === "latest" ? events.length : events.findIndex(({ event_id }) => event_id === after) + 1;
  const page = events.slice(from, from + limit);
  const next_after = page.at(-1)?.event_id ?? events[from - 1]?.event_id ?? null;
  const refusal = { error: "ApiError", message: "Invalid API key" };
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(status === 200 ? { events: page, next_after } : refusal));
}

function listen(...args: string[]) {
  const child = spawn(process.execPath, ["scripts/listen.mjs", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, STATE_DIR: join(tmpdir(), "nobody-runs-here") },
  });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  stops.push(() => child.kill());
  return { child, said: () => said };
}

/** Runs it to its end: its exit code, and all it said. */
async function listenToEnd(...args: string[]): Promise<[number, string]> {
  const { child, said } = listen(...args);
  const [code] = await once(child, "close");
  return [code, said()];
}

async function sink(): Promise<Sink> {
  const started = await startSink();
  stops.push(() => started.stop());
  return started;
}

const idsOf = (receiver: Sink) => receiver.deliveries.map(({ payload }) => payload?.event_id);

describe("npm run listen", () => {
  it("forwards what happens once it says that it is connected, as a webhook with both signatures and the feed's own bytes", async () => {
    const receiver = await sink();
    const event = { event: "message.received", message_id: "msg_1", text: "Café 🚀 \u2028", external_id: "+1" };
    const events = [{ ...event, event_id: "evt_0" }];
    const url = await startFeed(events);
    const { said } = listen("--forward", `${receiver.url}/hook`, "--key", key, "--url", `${url}/v2/api`);
    await expect.poll(said, patience).toContain("Connected, waiting; after event evt_0");
    receiver.trust(/whsec_[0-9a-f]{64}/.exec(said())?.[0] ?? "");
    events.push({ ...event, event_id: "evt_1" }, { ...event, event_id: "evt_2" });
    await receiver.waitFor(({ payload }) => payload?.event_id === "evt_2");
    expect(idsOf(receiver)).toEqual(["evt_1", "evt_2"]);
    const [delivery] = receiver.deliveries;
    expect(delivery).toMatchObject({ standard: true, blooio: true });
    expect(delivery?.raw.toString()).toBe(JSON.stringify(events[1]));
    expect(delivery?.headers).toMatchObject({
      "webhook-id": "evt_1",
      "x-blooio-event": "message.received",
      "x-blooio-message-id": "msg_1",
    });
    expect(said()).not.toContain(key);
  });

  it("signs with the secret it is given, begins where it is told, and goes on when the receiver is down", async () => {
    const receiver = await sink();
    const secret = `whsec_${"ab".repeat(32)}`;
    receiver.trust(secret);
    receiver.answer("/hook", { kind: "reset" });
    const events = ["evt_1", "evt_2", "evt_3"].map((event_id) => ({ event: "message.sent", event_id }));
    const url = await startFeed(events);
    const target = `${receiver.url}/hook`;
    const { said } = listen(
      ...["--forward", target, "--key", key, "--url", url, "--secret", secret, "--after", "evt_1"],
    );
    await receiver.waitFor(({ payload }) => payload?.event_id === "evt_3");
    expect(idsOf(receiver)).toEqual(["evt_2", "evt_3"]);
    expect(receiver.forgeries()).toEqual([]);
    expect(said()).toContain("Connected, waiting; after event evt_1");
    await expect.poll(said, patience).toMatch(/evt_2 {2}the connection was cut \((ECONNRESET|UND_ERR_SOCKET)\)/);
  });

  it("posts several chats at a time towards a slow server, and each chat in its order", async () => {
    const receiver = await sink();
    receiver.answerAlways("/hook", { kind: "status", status: 204, delayMs: 4_000 });
    const of = (chat: string, nth: number) => ({ event: "message.sent", event_id: `${chat}${nth}`, external_id: chat });
    const events = [of("a", 0), of("a", 1), of("a", 2), of("b", 0), of("b", 1), of("c", 0)];
    const url = await startFeed([{ event: "message.sent", event_id: "evt_0" }, ...events]);
    const { said } = listen("--forward", `${receiver.url}/hook`, "--key", key, "--url", url, "--after", "evt_0");
    await expect.poll(() => idsOf(receiver).toSorted(), patience).toEqual(["a0", "b0", "c0"]);
    await expect.poll(said, patience).toContain(`Waiting for ${receiver.url}/hook to answer message.sent a0`);
    expect(idsOf(receiver)).toHaveLength(3);
    receiver.answerAlways("/hook", { kind: "status", status: 204 });
    await receiver.waitFor(({ payload }) => payload?.event_id === "a2", 15_000);
    expect(idsOf(receiver).filter((id) => String(id).startsWith("a"))).toEqual(["a0", "a1", "a2"]);
  });

  it("names the side that hangs", async () => {
    const url = await serve(() => {});
    const { said } = listen("--forward", "http://127.0.0.1:3000", "--key", key, "--url", url);
    await expect.poll(said, patience).toContain(`Waiting for the gateway at ${url} to answer`);
    expect(said()).not.toContain("no answer within");
  });

  it("names why nobody answers, then begins at the first success and says what may be missing", async () => {
    const receiver = await sink();
    const events = [{ event: "message.sent", event_id: "evt_1" }];
    let down = true;
    const url = await serve((request, response) => {
      if (down) request.destroy();
      else answerFeed(events, request, response);
    });
    const { said } = listen("--forward", `${receiver.url}/hook`, "--key", key, "--url", url);
    await expect.poll(said, patience).toMatch(/does not answer, the connection was cut \(\w+\); trying on/);
    expect(said()).not.toContain("Connected");
    events.push({ event: "message.sent", event_id: "evt_2" });
    down = false;
    await expect.poll(said, patience).toMatch(/Connected, waiting; after event evt_2[\s\S]* may have been skipped/);
    events.push({ event: "message.sent", event_id: "evt_3" });
    await receiver.waitFor(({ payload }) => payload?.event_id === "evt_3");
    expect(idsOf(receiver)).toEqual(["evt_3"]);
    const nobody = listen("--forward", "http://127.0.0.1:3000", "--key", key, "--url", "http://127.0.0.1:9998");
    await expect.poll(nobody.said, patience).toContain("nothing listens there (ECONNREFUSED)");
  });

  it("says that it is behind while much waits, and when it has caught up", async () => {
    const receiver = await sink();
    const events = Array.from({ length: 203 }, (_, at) => ({ event: "message.sent", event_id: `evt_${at}` }));
    const url = await serve((request, response) => answerFeed(events, request, response, 200));
    const { said } = listen("--forward", `${receiver.url}/hook`, "--key", key, "--url", url, "--after", "evt_0");
    await expect.poll(said, patience).toContain("Behind: 200 events or more to forward.");
    await expect.poll(said, { timeout: 60_000 }).toContain("Caught up.");
    expect(said().match(/Behind/g)).toHaveLength(1);
    await receiver.waitFor(({ payload }) => payload?.event_id === "evt_202", 30_000);
  }, 90_000);

  it("tells a program each state and each event as a line of JSON", async () => {
    const receiver = await sink();
    const old = { event: "message.sent", event_id: "evt_1", timestamp: Date.now() - 60_000 };
    let down = false;
    const url = await serve((request, response) => {
      if (down) request.socket.destroy();
      else answerFeed([{ event: "message.sent", event_id: "evt_0" }, old], request, response);
    });
    const options = ["--forward", `${receiver.url}/hook`, "--key", key, "--url", url, "--after", "evt_0", "--json"];
    const { child, said } = listen(...options);
    const lines = () =>
      said()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line || "{}"));
    await expect.poll(lines, patience).toContainEqual({ state: "caught_up" });
    down = true;
    await expect.poll(lines, patience).toContainEqual({ state: "reconnecting", because: expect.any(String) });
    down = false;
    await expect.poll(() => lines().at(-1), patience).toMatchObject({ state: "connected", after: "evt_1" });
    const stated = lines();
    expect(stated[0]).toMatchObject({ state: "connected", after: "evt_0" });
    expect(stated[1]).toMatchObject({ state: "behind", waiting: 1, more: false });
    expect(stated).toContainEqual({
      event: "message.sent",
      event_id: "evt_1",
      status: 200,
      error: null,
      duration_ms: expect.any(Number),
    });
    child.kill();
  });

  it("ends when a key that was good is refused", async () => {
    let good = true;
    const url = await serve((request, response) => {
      if (!good) request.headers.authorization = "";
      answerFeed([], request, response);
    });
    const { child, said } = listen("--forward", "http://127.0.0.1:3000", "--key", key, "--url", url);
    await expect.poll(said, patience).toContain("Connected, waiting; no event yet");
    good = false;
    expect(await once(child, "close")).toEqual([1, null]);
    expect(said()).toContain("The gateway refuses: 401 Invalid API key");
  });
});

describe("npm run listen, given what can never succeed, says so in one sentence and ends with 2", () => {
  const forward = ["--forward", "http://localhost:3000"];

  it.each([
    ["a shortened key", [...forward, "--key", "tl_test_iCX3…"], "The key is shortened"],
    ["half a key", [...forward, "--key", key.slice(0, 30)], "has 30 characters instead of 64"],
    [
      "a key with a character too strange",
      [...forward, "--key", `${key.slice(0, 63)}!`],
      "a character that no key has",
    ],
    ["the admin token", [...forward, "--key", "f".repeat(64)], "begins with tl_live_ or tl_test_"],
    ["a port alone", ["--forward", "3000", "--key", key], "such as http://localhost:3000, not"],
    [
      "a forward without a scheme",
      ["--forward", "localhost:3000/hook", "--key", key],
      "such as http://localhost:3000/hook",
    ],
    [
      "a gateway without a scheme",
      [...forward, "--key", key, "--url", "127.0.0.1:8787"],
      "such as http://127.0.0.1:8787",
    ],
    ["another scheme", ["--forward", "ftp://localhost/", "--key", key], "--forward must be a whole address"],
    [
      "a port that fetch refuses",
      ["--forward", "http://localhost:6000", "--key", key],
      "port 6000, which fetch refuses",
    ],
    ["a gateway at such a port", [...forward, "--key", key, "--url", "http://localhost:6667"], "--url uses port 6667"],
    ["a shortened secret", [...forward, "--key", key, "--secret", "whsec_ab…"], "--secret must be whsec_"],
  ])("%s", async (_, args, sentence) => {
    const [code, said] = await listenToEnd(...args);
    expect([code, said]).toEqual([2, expect.stringContaining(sentence)]);
    expect(said.trim().split("\n")).toHaveLength(1);
  });

  it("another server, a redirect, and a key that the gateway does not know", async () => {
    const html = await serve((_, response) =>
      response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not here"),
    );
    const moved = await serve((_, response) => response.writeHead(301, { location: "https://gw.example/" }).end());
    const feed = await startFeed([]);
    const unknown = `${key.slice(0, 63)}0`;
    const at = (url: string, own = key) => listenToEnd(...forward, "--key", own, "--url", url);
    expect(await at(html)).toEqual([2, `What answers at ${html} is not a Trunkline gateway (404).\n`]);
    expect(await at(moved)).toEqual([2, expect.stringContaining("leads to https://gw.example/")]);
    expect(await at(feed, unknown)).toEqual([2, expect.stringContaining("The gateway refuses: 401 Invalid API key")]);
  });

  it.each([
    ["an unknown option", ["--forwrad", "http://localhost:3000"], "Unknown option '--forwrad'."],
    ["an argument without its option", ["http://localhost:3000"], "Unexpected argument 'http://localhost:3000'."],
    ["no key", forward, "--key is missing"],
    ["no address", ["--key", key], "--forward is missing"],
  ])("%s prints the usage", async (_, args, sentence) => {
    const [code, said] = await listenToEnd(...args);
    expect(code).toBe(2);
    expect(said.startsWith(sentence)).toBe(true);
    expect(said).toContain("\n\nUsage: npm run listen -- --forward");
    expect(said).not.toContain("    at ");
  });

  it("options that npm kept for itself", async () => {
    const { stderr } = await promisify(execFile)(process.execPath, ["scripts/listen.mjs"], {
      env: { ...process.env, npm_config_forward: "http://localhost:3000" },
    }).catch((error: { stderr: string }) => error);
    expect(stderr).toContain("npm took --forward for itself: write two dashes before the options.");
  });
});
